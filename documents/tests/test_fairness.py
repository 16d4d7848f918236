"""One person's hundreds of files do not make another's one wait."""

from __future__ import annotations

import hashlib

import pytest

from accounts.delivery import PendingTask
from accounts.tenancy import scope
from documents.models import Document
from documents.work import turns
from documents.work.lease import KIND

pytestmark = pytest.mark.django_db(transaction=True)


def waiting(user, count: int) -> None:
    """So many documents of a person in the queue, as an upload leaves them."""
    with scope(user):
        documents = Document.objects.bulk_create(
            Document(
                owner=user,
                name=f"{user.username}-{number:03}.txt",
                file=f"documents/{user.pk}/{number}",
                file_size=1,
                content_hash=hashlib.sha256(f"{user.pk} {number}".encode()).hexdigest(),
            )
            for number in range(count)
        )
        PendingTask.objects.bulk_create(
            PendingTask(kind=KIND, object_id=document.pk, owner_id=user.pk)
            for document in documents
        )


def taken() -> str | None:
    """Whose document a worker takes now, and holds."""
    if (held := turns.take()) is None:
        return None
    with scope(held.owner_id):
        return held.document().name


def test_the_one_document_of_another_is_the_next_behind_three_hundred(owner, outsider, settings):
    settings.INGESTIONS_PER_OWNER, settings.INGESTIONS_AT_ONCE = 2, 3
    waiting(owner, 300)
    assert taken() == "owner-000.txt"
    waiting(outsider, 1)
    assert taken() == "outsider-000.txt"
    assert taken() == "owner-001.txt"
    assert taken() is None
