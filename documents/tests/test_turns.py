"""Workers are shared: the fewest before it goes first, and nobody holds every worker."""

import datetime as dt

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from accounts import delivery
from accounts.delivery import PendingTask
from accounts.tenancy import scope, system
from documents import ingestion, queue, uploads
from documents.models import Document
from documents.work import turns
from documents.work.lease import KIND

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
    settings.INGESTIONS_PER_OWNER, settings.INGESTIONS_AT_ONCE = 2, 3


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


def names_together():
    return [name_of(held) for held in turns.take_together()]


def test_small_documents_of_one_owner_are_taken_together_and_count_as_one(owner, outsider):
    add(owner, "a1.txt", "a2.txt", "a3.txt")
    add(outsider, "b1.txt")
    assert names_together() == ["a1.txt", "a2.txt", "a3.txt"]
    add(owner, "a4.txt")
    assert names_together() == ["b1.txt"]
    assert names_together() == ["a4.txt"]


def test_no_more_are_taken_together_than_is_quick(owner, monkeypatch):
    monkeypatch.setattr(turns, "SMALL", 12)
    add(owner, "a1", "large a2", "a3", "a4")
    assert [name_of(held) for held in turns.take_together(2)] == ["a1", "a3"]
    assert names_together() == ["large a2"]


def test_one_that_ended_a_worker_s_life_is_taken_alone(owner):
    add(owner, "a1.txt", "a2.txt")
    assert names_together() == ["a1.txt", "a2.txt"]
    with scope(owner):
        Document.objects.update(lease_until=timezone.now())
    assert names_together() == ["a1.txt"]


def test_a_process_stays_free_for_upkeep_however_many_people_there_are(make_user):
    for name in ("a", "b", "c", "d"):
        add(make_user(name), f"{name}.txt")
    assert take(4) == ["a.txt", "b.txt", "c.txt", None]


def test_who_takes_long_gives_back_what_was_to_come_after_it(owner, monkeypatch):
    monkeypatch.setattr(ingestion, "LONG", 0)
    add(owner, "a1.txt", "a2.txt")
    batch = turns.take_together()
    patience = ingestion.Patience(batch[0], batch[1:])
    patience()
    assert patience.to_come == []
    assert names_together() == ["a2.txt"]
    with scope(owner):
        assert Document.objects.get(name="a2.txt").attempt == 1
        assert batch[0].document().name == "a1.txt"


@pytest.mark.parametrize(("quiet", "messages"), [(3600, 1), (0, 3)])
def test_uploads_that_follow_one_another_closely_send_one_message(
    owner, monkeypatch, quiet, messages
):
    sent = []
    monkeypatch.setattr(delivery, "nudge", lambda kind: sent.append(kind) or True)
    monkeypatch.setattr(delivery, "QUIET_SECONDS", quiet)
    monkeypatch.setitem(delivery.LINGERING, KIND, delivery.NEVER)
    add(owner, "a1.txt", "a2.txt", "a3.txt")
    assert sent == [KIND] * messages
