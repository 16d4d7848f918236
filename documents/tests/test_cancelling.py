"""Cancelled means free: the worker goes on within two seconds, whatever hangs."""

import os
import threading
import time

import pytest
from django.core.files.base import ContentFile
from django.db import connection

from accounts.tenancy import scope
from documents import ingestion, queue, uploads
from documents.models import Document, DocumentChunk
from documents.tests import samples
from documents.tests.test_extraction_limits import readers
from documents.work import lease
from documents.work.lease import LeaseLost
from documents.work.outwaiting import outwait
from providers import registry

pytestmark = pytest.mark.django_db(transaction=True)


def claimed(owner, content: bytes = b"The sky is blue.", name: str = "a.txt"):
    with scope(owner):
        document, _is_new = uploads.add_document(owner, ContentFile(content, name), name=name)
    return lease.claim(document.pk, owner.pk)


class Cancelling(threading.Thread):
    """Cancels a document after a while, and notes when that was done."""

    def __init__(self, held, seconds: float) -> None:
        super().__init__()
        self.held, self.seconds = held, seconds
        self.start()

    def run(self) -> None:
        time.sleep(self.seconds)
        with scope(self.held.owner_id):
            queue.cancel(self.held.taken, actor=self.held.taken.owner)
        self.done_at = time.monotonic()
        connection.close()


def test_a_call_that_hangs_is_left_behind_when_the_lease_is_gone(owner):
    held, hanging = claimed(owner), threading.Event()
    Cancelling(held, 0.1)
    with pytest.raises(LeaseLost):
        outwait(held, lambda: hanging.wait(60))
    hanging.set()


def test_a_call_that_computes_ends_when_nobody_waits_for_it(owner):
    held, ended = claimed(owner), threading.Event()

    def compute():
        try:
            while True:
                held.check()
        finally:
            ended.set()

    Cancelling(held, 0.1)
    with pytest.raises(LeaseLost):
        outwait(held, compute)
    assert ended.wait(10)


def test_a_call_gives_its_answer_or_its_error(owner):
    held = claimed(owner)
    assert outwait(held, lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        outwait(held, lambda: 1 // 0)


def test_a_provider_that_hangs_does_not_hold_the_worker(owner):
    held, answers = claimed(owner), threading.Event()

    class Hanging(type(registry.embedder())):
        def embed_passages(self, texts):
            answers.wait(60)
            return super().embed_passages(texts)

    registry._instances["embedding", "fake", None] = Hanging()
    cancelling = Cancelling(held, 0.5)
    ingestion.ingest([held])
    assert time.monotonic() - cancelling.done_at < 2
    answers.set()
    with scope(owner):
        assert Document.objects.get().error_code == "cancelled"
        assert not DocumentChunk.objects.exists()


def test_a_reader_at_work_is_killed(owner):
    long = samples.docx_of("<w:p><w:r><w:t>x</w:t></w:r></w:p>" * 700_000)
    held = claimed(owner, long, "long.docx")
    cancelling = Cancelling(held, 0.5)
    ingestion.ingest([held])
    assert time.monotonic() - cancelling.done_at < 2
    assert readers(os.getpid()) == []
    with scope(owner):
        assert Document.objects.get().error_code == "cancelled"
