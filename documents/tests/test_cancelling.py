"""Cancelled means free: the worker goes on within two seconds, whatever hangs."""

import threading
import time

import pytest
from django.core.files.base import ContentFile

from accounts.tenancy import scope
from documents import lease, queue, uploads
from documents.lease import LeaseLost
from documents.models import Document
from documents.outwaiting import outwait

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def held(owner):
    with scope(owner):
        document, _is_new = uploads.add_document(owner, ContentFile(b"The sky is blue.", "a.txt"))
    return lease.claim(document.pk, owner.pk)


def cancel_after(seconds: float, held, owner) -> threading.Thread:
    def cancel() -> None:
        time.sleep(seconds)
        with scope(owner):
            queue.cancel(Document.objects.get(pk=held.document_id), actor=owner)

    thread = threading.Thread(target=cancel)
    thread.start()
    return thread


def test_a_call_that_hangs_is_left_behind_when_the_lease_is_gone(held, owner):
    hanging = threading.Event()
    cancelling = cancel_after(0.1, held, owner)
    with pytest.raises(LeaseLost):
        outwait(held, lambda: hanging.wait(60))
    cancelling.join()
    hanging.set()


def test_a_call_gives_its_answer_or_its_error(held):
    assert outwait(held, lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        outwait(held, lambda: 1 // 0)
