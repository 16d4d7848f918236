"""An open stream ends within a second of its reader's right, and no other does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.connections import in_thread
from accounts.models import Project, ProjectMember, User
from accounts.tenancy import scope
from chatbots.models import Chatbot
from conversations import access, live
from conversations.access import Held, still_held
from conversations.broadcasts import Broadcast
from conversations.events import Event
from conversations.models import Conversation, Message
from tests.sharing import join, leave, share

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def viewer(make_user) -> User:
    return make_user("viewer")


@pytest.fixture
def project(owner, viewer) -> Project:
    return share(owner, viewer=viewer)


@pytest.fixture
def answer(owner, viewer, project) -> Message:
    return answer_for(viewer, project)


def answer_for(user: User, project: Project) -> Message:
    """One that is being written, to a member of the project."""
    with scope(project.owner_id):
        chatbot = Chatbot.objects.create(owner_id=project.owner_id, project=project, name="Birds")
        of_it = {"owner_id": project.owner_id, "message_index": 0}
        conversation = Conversation.objects.create(
            owner_id=project.owner_id, chatbot=chatbot, user=user
        )
        return Message.objects.create(
            **of_it, conversation=conversation, role="assistant", status="streaming"
        )


def seen(answer: Message, reader: User, happening: Callable[[], Any]) -> tuple[list[str], float]:
    """The names of the events somebody saw while this happened, and how long they went on after.

    The answer goes on all the time, and ends more than a second later.
    """

    async def scene() -> tuple[list[str], float]:
        broadcast, names = Broadcast(answer.pk), []

        async def follow() -> float:
            async for event in live.reader_of(reader, answer).events():
                names.append(event.name if event else "")
            return time.monotonic()

        following = asyncio.create_task(follow())
        broadcast.send(Event("delta", {"text": "The ", "start": 0}))
        await asyncio.sleep(0.1)
        await in_thread(happening)
        happened = time.monotonic()
        for number in range(12):
            broadcast.send(Event("delta", {"text": "word ", "start": 4 + 5 * number}))
            await asyncio.wait({following}, timeout=0.1)
        broadcast.send(Event("message.completed", {"message": {}}))
        ended = await following
        await broadcast.close()
        return names, ended - happened

    return asyncio.run(scene())


def role(project: Project, user: User, name: str) -> None:
    with scope(project.owner_id):
        ProjectMember.objects.filter(project=project, user=user).update(role=name)


def delete(project: Project) -> None:
    with scope(project.owner_id):
        project.delete()


def close(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


@pytest.mark.parametrize("end", ["removal", "project deleted", "owner gone", "reader gone"])
def test_the_stream_of_who_has_lost_the_right_ends_within_a_second(
    owner, viewer, project, answer, services, end
) -> None:
    join(share(owner, name="Another"), viewer)  # of the same owner: the wall stays open
    ending = {
        "removal": partial(leave, project, viewer),
        "project deleted": partial(delete, project),
        "owner gone": partial(close, owner),
        "reader gone": partial(close, viewer),
    }[end]
    names, seconds = seen(answer, viewer, ending)
    assert seconds < 1.0
    assert "message.completed" not in names
    assert names[0] == "delta"


def test_another_role_ends_no_stream(viewer, project, answer, services) -> None:
    names, seconds = seen(answer, viewer, partial(role, project, viewer, "editor"))
    assert (names[-1], seconds > 1.1) == ("message.completed", True)


def test_other_members_read_on(viewer, project, make_user, services) -> None:
    other = make_user("other")
    join(project, other)
    names, _seconds = seen(answer_for(other, project), other, partial(leave, project, viewer))
    assert names[-1] == "message.completed"


def test_one_query_asks_for_all_streams(viewer, project, make_user) -> None:
    def held(answer: Message, reader: User) -> Held:
        return Held(answer.pk, answer.owner_id, reader.pk, asyncio.Event())

    people = [make_user(f"guest{number}") for number in range(3)]
    streams = {held(answer_for(viewer, project), viewer)}
    with CaptureQueriesContext(connection) as one:
        assert still_held(streams) == streams
    few = len(one)
    for person in people:
        join(project, person)
        streams.add(held(answer_for(person, project), person))
    someone_elses = held(answer_for(viewer, project), people[0])
    with CaptureQueriesContext(connection) as many:
        assert still_held(streams | {someone_elses}) == streams
    assert len(many) == few


def test_nothing_is_asked_while_no_stream_is_open(viewer, project, answer, services) -> None:
    async def scene() -> tuple[bool, int, list[str]]:
        broadcast = Broadcast(answer.pk)
        broadcast.send(Event("message.completed", {"message": {}}))
        names = [event.name async for event in live.reader_of(viewer, answer).events() if event]
        await broadcast.close()
        await asyncio.sleep(access.LOOK_SECONDS + 0.3)
        watch = access.watch()
        return watch._task is None, len(watch.streams), names

    assert asyncio.run(scene()) == (True, 0, ["message.completed"])
