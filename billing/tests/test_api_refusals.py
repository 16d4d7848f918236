"""What a plan does not allow is a 402 that names the limit, its size, what is left and until when;
in OpenAI's words where they are spoken. Nothing is written, and nothing is a 500."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.tenancy import scope, system
from billing import adjusting, credits
from billing.charges import Charge
from billing.models import CreditBalance, DailyUsage, Plan
from chatbots.models import Chatbot
from conversations.models import Conversation, Message
from tests.sharing import join, share

pytestmark = pytest.mark.django_db
OPENAI = "/api/openai/v1/chat/completions"
ASKED = [{"role": "user", "content": "Who?"}]
MEMBERS = ["type", "title", "status", "detail", "code", "limit", "value", "left", "resets_at"]


@pytest.fixture
def chatbot(owner) -> Chatbot:
    with scope(owner):
        return Chatbot.objects.create(owner=owner, name="Colours", slug="colours")


@pytest.fixture
def messages(owner, chatbot) -> str:
    with scope(owner):
        talk = Conversation.objects.create(owner=owner, chatbot=chatbot, user=owner)
    return f"/api/v1/conversations/{talk.pk}/messages/"


@pytest.fixture
def spent(owner) -> None:
    with scope(owner):
        adjusting.set_balance(owner, 0, reason="for the test")


def limit_plan(**limits: int | None) -> None:
    with system():
        Plan.objects.filter(name="free").update(**limits)


def refused(response: Any) -> tuple[str, int, int]:
    """The limit, its size and what is left, of a whole problem."""
    told = response.json()
    assert (response.status_code, told["code"]) == (402, "quota_exceeded")
    assert response["Content-Type"] == "application/problem+json"
    assert list(told) == MEMBERS
    assert told["detail"].endswith(".")
    return told["limit"], told["value"], told["left"]


@pytest.mark.parametrize("stream", [False, True])
def test_without_credits_nothing_is_asked(api, owner, messages, spent, stream):
    told = api.post(messages, {"content": "Who?", "stream": stream})
    assert refused(told) == ("credits", 10_000, 0)
    assert told.json()["resets_at"] == api.get("/api/v1/subscription/").json()["current_period_end"]
    assert api.get(messages).json()["results"] == []


@pytest.mark.parametrize("act", ["regenerate", "continue"])
def test_without_credits_nothing_is_answered_anew(api, owner, messages, spent, act):
    with scope(owner):
        common = {"owner": owner, "conversation": Conversation.objects.get()}
        question = Message.objects.create(**common, role="user", content="Who?", message_index=0)
        cut = {"role": "assistant", "content": "I", "status": "incomplete", "message_index": 1}
        answer = Message.objects.create(**common, **cut, parent=question)
    told = api.post(f"/api/v1/messages/{answer.pk}/{act}/", {})
    assert refused(told) == ("credits", 10_000, 0)
    assert len(api.get(messages).json()["results"]) == 2


@pytest.mark.parametrize("stream", [False, True])
def test_openais_clients_are_told_in_their_words(api, owner, chatbot, spent, stream):
    told = api.post(OPENAI, {"model": chatbot.slug, "messages": ASKED, "stream": stream})
    error = told.json()["error"]
    assert (told.status_code, told["X-Should-Retry"]) == (429, "false")
    assert (error["type"], error["code"]) == ("insufficient_quota", "insufficient_quota")
    assert "credits" in error["message"]
    with scope(owner):
        assert not Conversation.objects.exists()


def test_tokens_come_back_with_the_day(api, owner, messages):
    limit_plan(token_limit_daily=50)
    with scope(owner):
        DailyUsage.objects.update(tokens_used=50)
        ends_at = DailyUsage.objects.get().ends_at
    told = api.post(messages, {"content": "Who?"})
    assert refused(told) == ("token_limit_daily", 50, 0)
    assert told.json()["resets_at"] == ends_at.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_so_many_conversations_are_answered_at_once(api, owner, messages):
    limit_plan(session_limit=2)
    with scope(owner):
        CreditBalance.objects.filter(owner=owner).update(running=2)
    told = api.post(messages, {"content": "Who?"})
    assert refused(told) == ("session_limit", 2, 0)
    assert told.json()["resets_at"] is None


def test_documents_storage_and_files_of_a_chat_have_limits(api, messages):
    documents = "/api/v1/documents/"
    limit_plan(document_limit=1)
    assert api.post(documents, {"text": "One."}).status_code == 202
    assert refused(api.post(documents, {"text": "Two."})) == ("document_limit", 1, 0)
    limit_plan(document_limit=None, storage_limit=10)
    assert refused(api.post(documents, {"text": "Longer."})) == ("storage_limit", 10, 6)
    limit_plan(storage_limit=None, attachment_limit=0)
    files = messages.replace("messages", "attachments")
    assert refused(api.post(files, {"text": "A file."})) == ("attachment_limit", 0, 0)


def test_people_in_ones_projects_are_limited(api, owner):
    project = share(owner)
    limit_plan(member_limit=0)
    invitation = {"email": "somebody@example.com", "role": "viewer"}
    told = api.post(f"/api/v1/projects/{project.pk}/invitations/", invitation)
    assert refused(told) == ("member_limit", 0, 0)


def test_a_member_who_asks_learns_nothing_of_the_owners_plan(
    outsiders_api, owner, outsider, chatbot, spent
):
    project = share(owner)
    join(project, outsider)
    with scope(owner):
        Chatbot.objects.filter(pk=chatbot.pk).update(project=project)
    talk = outsiders_api.post("/api/v1/conversations/", {"chatbot": str(chatbot.pk)}).json()["id"]
    told = outsiders_api.post(f"/api/v1/conversations/{talk}/messages/", {"content": "Who?"})
    assert refused(told) == ("credits", 0, 0)
    assert told.json()["resets_at"] is None
    assert "10,000" not in told.json()["detail"]


def test_what_others_may_spend_on_a_chatbot_is_told_with_its_reset(
    outsiders_api, owner, outsider, chatbot
):
    project = share(owner)
    join(project, outsider)
    with scope(owner):
        Chatbot.objects.filter(pk=chatbot.pk).update(project=project, visitor_credits_daily=0)
    talk = outsiders_api.post("/api/v1/conversations/", {"chatbot": str(chatbot.pk)}).json()["id"]
    told = outsiders_api.post(f"/api/v1/conversations/{talk}/messages/", {"content": "Who?"})
    assert refused(told) == ("visitor_credits_daily", 0, 0)
    assert told.json()["resets_at"].endswith("T00:00:00Z")


def test_what_is_left_of_every_limit_is_told_with_the_profile(api, owner):
    limit_plan(member_limit=None)
    with scope(owner):
        credits.settle(credits.reserve(owner.pk, Charge(5)), 1)
    api.post("/api/v1/documents/", {"text": "Sky."})
    limits = api.get("/api/v1/me/").json()["limits"]
    each = {row.pop("limit"): row for row in limits["each"]}
    end = api.get("/api/v1/subscription/").json()["current_period_end"]
    assert each["credits"] == {"value": 10_000, "used": 1, "left": 9_999, "resets_at": end}
    assert each["document_limit"] == {"value": 1000, "used": 1, "left": 999, "resets_at": None}
    assert each["member_limit"] == {"value": None, "used": 0, "left": None, "resets_at": None}
    assert each["storage_limit"]["used"] == 4
    assert (limits["credits_balance"], limits["plan"]) == (9_999, "free")
    assert limits["resets_at"] == each["token_limit_daily"]["resets_at"]
    assert limits["tokens_left_today"] == each["token_limit_daily"]["left"] == 10_000_000
