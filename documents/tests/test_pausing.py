"""A paused queue: nothing waiting is taken, what is at work is finished, adding goes on."""

import pytest
from django.core.files.base import ContentFile

from accounts.audit import AuditLog
from accounts.tenancy import scope
from documents import ingestion, queue, uploads
from documents.models import Document, QueuePause
from documents.tests.test_lease import expire
from documents.work import lease, pausing, turns

pytestmark = pytest.mark.django_db(transaction=True)


def add(user, name: str = "a.txt") -> Document:
    with scope(user):
        file = ContentFile(f"This is {name}.".encode(), name)
        return uploads.add_document(user, file, name=name)[0]


def pause(user) -> None:
    with scope(user):
        pausing.pause(user, actor=user)


def resume(user) -> None:
    with scope(user):
        pausing.resume(user, actor=user)


def status_of(document: Document) -> str:
    with scope(document.owner_id):
        return Document.objects.get(pk=document.pk).status


def test_nothing_of_a_paused_owner_is_taken_until_the_queue_goes_on(owner, outsider):
    pause(owner)
    own = add(owner)
    other = add(outsider)
    assert turns.take().document_id == other.pk
    assert turns.take() is None
    resume(owner)
    assert turns.take().document_id == own.pk


def test_what_is_at_work_is_finished(owner):
    document = add(owner)
    held = turns.take()
    pause(owner)
    ingestion.ingest([held])
    assert status_of(document) == "ready"


def test_what_a_dead_worker_held_is_taken_again_though_the_queue_is_paused(owner):
    document = add(owner)
    turns.take()
    pause(owner)
    expire(document)
    assert turns.take().document_id == document.pk


def test_the_state_counts_the_persons_own_documents_alone(owner, outsider):
    add(outsider)
    waiting, working = add(owner, "a.txt"), add(owner, "b.txt")
    failed, cancelled = add(owner, "c.txt"), add(owner, "d.txt")
    lease.claim(working.pk, owner.pk)
    lease.claim(failed.pk, owner.pk).fail("damaged", "It is damaged.", permanent=True)
    with scope(owner):
        queue.cancel(cancelled, actor=owner)
        state = pausing.state_of(owner)
    assert (state.waiting, state.processing, state.failed) == (1, 1, 1)
    assert (state.oldest_waiting, state.paused) == (waiting.created_at, False)


def test_pausing_twice_is_one_pause_and_both_acts_are_noted(owner):
    for act in (pause, pause, resume, resume):
        act(owner)
    with scope(owner):
        assert not QueuePause.objects.exists()
        noted = AuditLog.objects.filter(action__startswith="queue.").order_by("created_at")
        assert list(noted.values_list("action", flat=True)) == ["queue.pause", "queue.resume"]


def test_all_failed_are_tried_again_and_what_was_cancelled_is_not(owner, outsider):
    failed, cancelled, others = add(owner, "a.txt"), add(owner, "b.txt"), add(outsider)
    for document in (failed, others):
        held = lease.claim(document.pk, document.owner_id)
        held.fail("damaged", "It is damaged.", permanent=True)
    with scope(owner):
        queue.cancel(cancelled, actor=owner)
        assert queue.retry_failed(owner, actor=owner) == 1
        assert queue.retry_failed(owner, actor=owner) == 0
    assert [status_of(document) for document in (failed, cancelled, others)] == [
        "pending", "error", "error",
    ]  # fmt: skip
    assert turns.take().document_id == failed.pk
