"""Searching while every passage is made again, and workers that die meanwhile."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from django.db import connection

from accounts.delivery import PendingTask
from accounts.tenancy import scope, system
from documents import generations, retrieval
from documents.models import Document, DocumentChunk, EmbeddingGeneration
from documents.reembedding import change, work
from documents.retrieval import SearchScope, search
from tests.workers import Worker, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
OTHER = "fake/96"
DOCUMENTS, PARTS = 10, 20
QUERY = "What does report 7 say of word 3?"


@pytest.fixture
def library(owner, make_document) -> int:
    """Ten documents; returns how many passages they have."""
    for number in range(DOCUMENTS):
        parts = (
            f"## Part {part}\n\n" + f"Report {number} says word {part} once. " * 30
            for part in range(PARTS)
        )
        make_document(owner, f"# Report {number}\n\n" + "\n\n".join(parts), f"r{number}.md")
    with scope(owner):
        return DocumentChunk.objects.count()


class Searching:
    """Searches in a thread until it is stopped; notes of each what was found."""

    def __init__(self, owner):
        self.owner, self.over = owner, threading.Event()
        self.found: list[tuple[int, set[str], str]] = []
        self.failed: list[BaseException] = []
        self.thread = threading.Thread(target=self._search)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def _search(self):
        modes = [*retrieval.MODES]
        try:
            while not self.over.is_set():
                mode = modes[len(self.found) % len(modes)]
                passages = search(SearchScope(self.owner.pk), QUERY, top_k=50, mode=mode)
                with scope(self.owner):
                    rows = DocumentChunk.objects.filter(pk__in=[p.chunk_id for p in passages])
                    models = set(rows.values_list("embedding_model", flat=True))
                self.found.append((len(passages), models, mode))
        except BaseException as error:  # noqa: BLE001 (the test looks at it)
            self.failed.append(error)
        finally:
            connection.close()


def test_every_search_meanwhile_is_whole_and_of_one_model(owner, library):
    assert library >= 200
    with Searching(owner) as searching:
        assert wait_until(lambda: len(searching.found) >= 3, 30)
        change.start(OTHER)
        progress = []
        while coming := change.future():
            progress.append(coming.documents_done)
            before = len(searching.found)
            work.work()
            assert wait_until(lambda seen=before: len(searching.found) > seen, 30)
        count = len(searching.found)
        assert wait_until(lambda: len(searching.found) >= count + 3, 30)
    assert searching.failed == []
    assert {count for count, _models, _mode in searching.found} == {50}
    assert {len(models) for _count, models, _mode in searching.found} == {1}
    assert searching.found[0][1] == {"fake"}
    assert searching.found[-1][1] == {OTHER}
    assert generations.present().model == OTHER
    assert all_made_once(owner, OTHER) == library


def all_made_once(owner, model: str) -> int:
    """How many passages each document has of this model: as many as it tells, each once."""
    with scope(owner):
        rows = DocumentChunk.objects.filter(embedding_model=model)
        numbers = Counter(rows.values_list("document_id", flat=True))
        for document in Document.objects.all():
            indexes = rows.filter(document=document).order_by("chunk_index")
            assert list(indexes.values_list("chunk_index", flat=True)) == list(
                range(document.chunk_count)
            )
            assert numbers[document.pk] == document.chunk_count
        return numbers.total()


@pytest.fixture
def worker():
    worker = Worker()
    yield worker
    worker.stop()


@pytest.mark.slow
def test_a_worker_killed_in_mid_fill_is_followed_by_another(owner, library, worker):
    """The worker comes to a document that is locked, and dies there."""
    with scope(owner):
        locked = Document.objects.order_by("pk")[DOCUMENTS // 2]
    change.start(OTHER)
    future = change.future()
    with scope(owner):
        Document.objects.select_for_update().get(pk=locked.pk)
        worker.start()
        assert wait_until(lambda: done(future) == DOCUMENTS // 2, 60)
        worker.kill()
    assert change.future() == future
    worker.start()
    assert wait_until(lambda: change.future() is None, 60)
    assert generations.present() == future
    assert all_made_once(owner, OTHER) == library
    with system():
        assert PendingTask.objects.get().kind == change.KIND  # the old passages are to go


def done(generation: EmbeddingGeneration) -> int:
    generation.refresh_from_db()
    return generation.documents_done
