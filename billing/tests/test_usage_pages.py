"""Settings → Usage and Credits: what was used, and every change of the balance."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditLog
from accounts.tenancy import scope
from billing import credits
from billing.models import RequestType, UsageRecord
from billing.usage import record_usage, summary
from chatbots.models import Chatbot
from providers.base import Usage

pytestmark = pytest.mark.django_db
USAGE, CREDITS, MAILS = "/settings/usage/", "/settings/credits/", "/settings/usage/mails/"


def use(person, kind, model, tokens, *, credits_used=0, chatbot=None):
    with scope(person):
        record_usage(
            person.pk,
            kind,
            model,
            Usage(tokens, 5, exact=True),
            chatbot_id=chatbot and chatbot.pk,
            credits_used=credits_used,
        )


@pytest.fixture
def used(owner, outsider):
    with scope(owner):
        chatbot = Chatbot.objects.create(owner=owner, name="Lamps")
    use(owner, RequestType.RAG, "openai/a", 1200, credits_used=3, chatbot=chatbot)
    use(owner, RequestType.RAG, "openai/b", 100, credits_used=1)
    use(owner, RequestType.EMBEDDING, "e5", 4000)
    use(outsider, RequestType.RAG, "somebody-elses", 9, credits_used=9)


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def test_a_period_is_told_by_day_kind_model_and_chatbot_in_one_query(owner, used):
    until = timezone.now() + dt.timedelta(minutes=1)
    with scope(owner), CaptureQueriesContext(connection) as queries:
        told = summary(owner, until - dt.timedelta(days=1), until)
    assert len([each for each in queries if "usagerecord" in each["sql"]]) == 1
    assert (told["credits"], told["requests"], told["tokens_input"]) == (4, 3, 5300)
    assert [(row["kind"], row["requests"]) for row in told["by_kind"]] == [
        ("embedding", 1),
        ("rag", 2),
    ]
    models = [(row["model"], row["credits"]) for row in told["by_model"]]
    assert models == [("e5", 0), ("openai/a", 3), ("openai/b", 1)]
    assert [(row["tokens_output"], row["credits"]) for row in told["by_chatbot"]] == [(5, 3)]
    assert sum(row["tokens_input"] for row in told["by_day"]) == 5300


def test_a_day_is_one_of_the_persons_time_zone(owner):
    owner.timezone = "Pacific/Kiritimati"  # 14 hours ahead of UTC
    with scope(owner):
        at = dt.datetime(2026, 11, 21, 11, tzinfo=dt.UTC)
        UsageRecord.objects.create(
            user_id=owner.pk, request_type="rag", model="a", tokens_input=1, created_at=at
        )
        day = dt.timedelta(days=1)
        told = summary(owner, at - day, at + day)
    assert [row["date"] for row in told["by_day"]] == [dt.date(2026, 11, 22)]


@pytest.mark.parametrize("span", ["today", "period", "90", "nonsense"])
def test_the_page_shows_figures_charts_and_the_table_behind_them(client, owner, used, span):
    client.force_login(owner)
    page = text_of(client.get(USAGE, {"span": span}))
    assert all(text in page for text in ("Lamps", "openai/b", "Answer from documents"))
    assert "somebody-elses" not in page
    assert 'data-series="tokens" data-value="5315">5,315</td>' in page or span == "today"
    assert (page.count("<tr data-at=") == 90) == (span == "90")


def test_the_page_needs_no_more_queries_for_more_rows(client, owner, used):
    client.force_login(owner)
    with CaptureQueriesContext(connection) as few:
        client.get(USAGE)
    for number in range(5):
        use(owner, RequestType.RAG, f"model-{number}", 10, credits_used=1)
    with CaptureQueriesContext(connection) as many:
        client.get(USAGE)
    assert len(many) == len(few) <= 14


def test_an_account_without_use_is_told_how_to_begin(client, owner):
    client.force_login(owner)
    assert "Nothing used in 90 days" in text_of(client.get(USAGE, {"span": "90"}))
    assert "uplot" not in client.get(USAGE).content.decode().split("</head>")[1]


def test_the_ledger_tells_each_change_with_the_balance_after_it(client, owner, outsider):
    with scope(owner):
        before = credits.balance_of(owner).balance
        credits.grant(owner.pk, 1500, reason="welcome")
        credits.settle(credits.reserve(owner.pk, credits.Charge(30, reason="answer")), 10)
        credits.settle(credits.reserve(owner.pk, credits.Charge(1)), 1)
        credits.grant(owner.pk, -5, reason="a mistake")
    client.force_login(owner)
    changes = client.get(CREDITS).context["changes"]
    told = [(change.kind, change.amount, change.after - before) for change in changes]
    assert told[:2] == [("grant", -5, 1484), ("reserve", -1, 1489)]  # nothing was given back
    assert told[2:5] == [("settle", 20, 1490), ("reserve", -30, 1470), ("grant", 1500, 1500)]
    assert [str(change.label) for change in changes[:2]] == ["Taken", "Held"]


def test_the_ledger_goes_on_where_a_page_ends(client, owner, outsider):
    with scope(owner):
        for number in range(60):
            credits.grant(owner.pk, 1, reason=f"number {number}")
        balance = credits.balance_of(owner).balance
    client.force_login(owner)
    first = client.get(CREDITS).context
    assert (len(first["changes"]), first["changes"][0].after) == (50, balance)
    second = client.get(CREDITS, {"before": first["oldest"].pk}).context
    assert second["changes"][0].after == balance - 50
    assert second["changes"][0].reason == "number 9"
    assert second["oldest"] is None
    client.force_login(outsider)
    assert client.get(CREDITS, {"before": first["oldest"].pk}).status_code == 404
    assert client.get(CREDITS, {"before": "x"}).status_code == 404


def test_mails_are_chosen_and_noted(client, owner):
    client.force_login(owner)
    assert client.get(USAGE).context["form"].initial["percents"] == [80, 100]
    client.post(MAILS, {"percents": ["100"]})
    assert client.get(USAGE).context["form"].initial["percents"] == [100]
    client.post(MAILS, {"percents": ["17"]})
    client.post(MAILS, {})
    owner.refresh_from_db()
    assert owner.preferences["usage_mail"] == []
    with scope(owner):
        assert AuditLog.objects.filter(action="usage_mail.choose").count() == 2
    assert client.get(MAILS).status_code == 405
