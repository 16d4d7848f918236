"""Limits of plans in a conversation: its documents, and what asking is refused for."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from accounts.tenancy import scope, system
from billing import adjusting
from billing.limits import QuotaExceeded
from billing.models import Plan
from conversations import attachments
from conversations.models import Attachment, Message
from conversations.tests.conftest import FRAGMENT
from documents.models import Document
from tests.sharing import share

pytestmark = pytest.mark.django_db(transaction=True)


def allow(**limits: int | None) -> None:
    with system():
        Plan.objects.filter(name="free").update(**limits)


def drop(user, conversation, text: str) -> Attachment:
    with scope(user):
        return attachments.attach(user, conversation, ContentFile(text.encode(), "moon.txt"))


def test_a_conversation_holds_what_the_plan_says_and_a_removed_file_makes_room(owner, conversation):
    allow(attachment_limit=1)
    first = drop(owner, conversation, "one")
    with pytest.raises(QuotaExceeded) as refused:
        drop(owner, conversation, "two")
    assert str(refused.value) == (
        "Your plan allows 1 document in a conversation, and no place is left in this one. Remove it"
        " first, or choose a larger plan."
    )
    with scope(owner):
        attachments.detach(owner, first)
    assert drop(owner, conversation, "two").document.name == "moon.txt"


def test_what_is_dropped_counts_with_the_library(owner, conversation):
    with scope(owner):
        held = Document.objects.count()
    allow(document_limit=held + 1)
    drop(owner, conversation, "one")
    with pytest.raises(QuotaExceeded) as refused:
        drop(owner, conversation, "two")
    assert refused.value.limit == "document_limit"


def test_without_a_limit_any_number_is_taken(owner, conversation):
    allow(attachment_limit=None)
    for number in range(22):
        drop(owner, conversation, f"number {number}")
    with scope(owner):
        assert Attachment.objects.count() == 22


def test_a_dropped_file_beyond_the_plan_is_refused_as_402(owner, conversation, client):
    allow(attachment_limit=0)
    client.force_login(owner)
    url = reverse("conversations:attach", args=[conversation.pk])
    refused = client.post(url, {"file": ContentFile(b"x", "x.txt")}, headers=FRAGMENT)
    assert (refused.status_code, refused["Content-Type"][:10]) == (402, "text/plain")


def test_credits_that_are_used_up_keep_the_question_and_show_the_plans(
    owner, conversation, posted, client
):
    with scope(owner):
        adjusting.set_balance(owner, 0, reason="a test")
    url = reverse("conversations:send", args=[conversation.pk])
    script = posted(owner, url, {"content": "Which colour?"}, **FRAGMENT)
    assert (script.status_code, script["Content-Type"][:10]) == (402, "text/plain")
    assert "you have 0" in script.content.decode()
    html = posted(owner, url, {"content": "Which colour?"}).content.decode()
    assert "Which colour?</textarea>" in html
    assert '<p class="composer-plans" data-composer-plans>' in html
    with scope(owner):
        assert Message.objects.count() == 0


def test_without_a_refusal_no_plans_are_shown(owner, conversation, client):
    client.force_login(owner)
    html = client.get(conversation.get_absolute_url()).content.decode()
    assert '<p class="composer-plans" data-composer-plans hidden>' in html


def test_who_asks_another_s_chatbot_is_told_whose_plan_it_is(owner, outsider, chatbot, posted):
    project = share(owner, viewer=outsider)
    with scope(owner):
        chatbot.project = project
        chatbot.model = "openai/large"
        chatbot.save()
        plan = Plan.objects.get(name="free")
    with system():
        plan.features = {"models": []}
        plan.save()
    url = reverse("conversations:begin", args=[chatbot.slug])
    refused = posted(outsider, url, {"content": "Which colour?"}, **FRAGMENT)
    assert refused.status_code == 402
    assert refused.content.decode().startswith("The plan of this chatbot's owner")
