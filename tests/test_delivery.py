"""Acknowledged means durable: workers killed at any instant, a broker emptied, nothing lost."""

from __future__ import annotations

import random
import time

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from redis import Redis

from accounts.delivery import PendingTask
from accounts.tenancy import scope
from documents import uploads
from documents.models import Document, DocumentChunk
from tests.workers import Worker, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
KILLS = 10


@pytest.fixture
def worker():
    worker = Worker()
    yield worker
    worker.stop()


def upload(owner, number: int, sections: int = 20) -> Document:
    text = f"# Report {number}\n\n" + "\n\n".join(
        f"## Part {part}\n\n" + f"Report {number} says word{part} once. " * 20
        for part in range(sections)
    )
    with scope(owner):
        return uploads.add_document(owner, ContentFile(text.encode(), f"r{number}.md"))[0]


def all_ended(owner) -> bool:
    with scope(owner):
        return not Document.objects.unfinished().exists()


def expect_everything_once(owner, count: int) -> None:
    """Every document ready, with the chunks 0 … n-1 exactly once, and nothing owed."""
    with scope(owner):
        assert set(Document.objects.values_list("status", flat=True)) == {"ready"}
        assert Document.objects.count() == count
        assert not PendingTask.objects.exists()
        for document in Document.objects.all():
            indexes = DocumentChunk.objects.filter(document=document).order_by("chunk_index")
            numbers = list(indexes.values_list("chunk_index", flat=True))
            assert numbers == list(range(document.chunk_count))
            assert document.chunk_count > 5


def someone_works(owner) -> bool:
    with scope(owner):
        return Document.objects.filter(status="processing").exists()


def test_ten_killed_workers_lose_nothing_and_double_nothing(owner, worker):
    chance = random.Random(7)
    for kill in range(KILLS):
        for number in range(4):
            upload(owner, 4 * kill + number)
        worker.start()
        assert wait_until(lambda: someone_works(owner), 30)
        time.sleep(chance.uniform(0, 0.5))
        worker.kill()
    worker.start()
    assert wait_until(lambda: all_ended(owner), 120)
    expect_everything_once(owner, 4 * KILLS)
    with scope(owner):
        assert Document.objects.filter(attempt__gt=1).exists()  # kills did hit work under way


def test_an_emptied_broker_forgets_nothing(owner, worker):
    for number in range(6):
        upload(owner, number)
    Redis.from_url(settings.REDIS_URL).flushall()
    worker.start()
    assert wait_until(lambda: all_ended(owner), 60)
    expect_everything_once(owner, 6)
