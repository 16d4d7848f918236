"""Workers are shared: the fewest before it goes first, and nobody holds every worker."""

import datetime as dt

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from accounts import delivery
from accounts.delivery import PendingTask
from accounts.tenancy import scope, system
from documents import ingestion, queue, turns, uploads
from documents.models import Document

pytestmark = pytest.mark.django_db(transaction=True)


def add(user, *names):
    with scope(user):
        return [
            uploads.add_document(user, ContentFile(f"This is {name}.".encode(), name), name=name)[0]
            for name in names
        ]


def take(count):
    """The names of the documents taken one after the other, all still held."""
    return [name_of(turns.take()) for _ in range(count)]


def name_of(held):
    if held is None:
        return None
    with scope(held.owner_id):
        return held.document().name


@pytest.fixture(autouse=True)
def three_workers(settings):
    settings.INGESTIONS_PER_OWNER = 2


def test_a_library_of_many_lets_one_document_of_another_go_first(owner, outsider):
    add(owner, "a1.txt", "a2.txt", "a3.txt")
    add(outsider, "b1.txt")
    assert take(3) == ["a1.txt", "b1.txt", "a2.txt"]


def test_slow_documents_of_one_person_leave_a_worker_to_others(owner, outsider):
    add(owner, "a1.txt", "a2.txt", "a3.txt")
    assert take(3) == ["a1.txt", "a2.txt", None]
    add(outsider, "b1.txt")
    assert take(2) == ["b1.txt", None]


def test_a_finished_document_makes_room_for_the_next(owner):
    add(owner, "a1.txt", "a2.txt", "a3.txt")
    first, _second = turns.take(), turns.take()
    assert turns.take() is None
    ingestion.ingest([first])
    assert take(1) == ["a3.txt"]


def test_what_a_dead_worker_held_is_taken_again(owner):
    (document,) = add(owner, "a1.txt")
    turns.take()
    assert turns.take() is None
    with scope(owner):
        Document.objects.filter(pk=document.pk).update(lease_until=timezone.now())
    assert take(1) == ["a1.txt"]


def test_a_document_that_failed_waits_until_its_pause_is_over(owner):
    (document,) = add(owner, "a1.txt")
    held = turns.take()
    held.fail("down", "The model is down.", permanent=False)
    assert turns.take() is None
    with scope(owner):
        due = timezone.now() - dt.timedelta(seconds=1)
        Document.objects.filter(pk=document.pk).update(lease_until=due)
        PendingTask.objects.filter(object_id=document.pk).update(due_at=due)
    with system():
        delivery.sweep()  # tells a worker, and moves the task on
    assert take(1) == ["a1.txt"]


def test_a_document_waits_as_long_as_the_server_asked(owner):
    (document,) = add(owner, "a1.txt")
    turns.take().fail("busy", "Come back later.", permanent=False, retry_after=120)
    with scope(owner):
        document.refresh_from_db()
        task = PendingTask.objects.get(object_id=document.pk)
    assert 110 < (document.lease_until - timezone.now()).total_seconds() <= 120
    assert task.due_at == document.lease_until
    assert turns.take() is None


def test_what_was_cancelled_is_not_taken(owner):
    (document,) = add(owner, "a1.txt")
    with scope(owner):
        queue.cancel(document, actor=owner)
    assert turns.take() is None
