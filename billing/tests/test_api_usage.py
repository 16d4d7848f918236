"""What was used, through the API."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.rest.moments import midnight
from accounts.tenancy import scope, system
from billing import usage
from billing.models import DailyUsage, RequestType, UsageRecord
from billing.usage import record_usage
from providers.base import Usage

pytestmark = pytest.mark.django_db
USAGE, DAILY = "/api/v1/usage/", "/api/v1/usage/daily/"
HOUR = dt.timedelta(hours=1)
CHATBOT = "01a20000-0000-7000-8000-000000000000"


@pytest.fixture
def used(owner):
    with scope(owner):
        for model, latency, chatbot in (("a", 100, CHATBOT), ("a", 300, None), ("b", None, None)):
            record_usage(
                owner.pk,
                RequestType.RAG,
                model,
                Usage(10, 2, exact=True),
                latency_ms=latency,
                chatbot_id=chatbot,
            )


def test_the_month_is_summed_by_model_and_chatbot(api, outsiders_api, used):
    figures = api.get(USAGE).json()
    assert (figures["requests"], figures["tokens_input"], figures["tokens_output"]) == (3, 30, 6)
    assert (figures["credits"], figures["latency_ms_mean"]) == (0, 200.0)
    assert [(row["model"], row["requests"]) for row in figures["by_model"]] == [("a", 2), ("b", 1)]
    assert [(row["chatbot_id"], row["requests"]) for row in figures["by_chatbot"]] == [(CHATBOT, 1)]
    assert outsiders_api.get(USAGE).json()["requests"] == 0


def test_it_is_summed_by_kind_and_day_too_in_one_query(api, owner, used, django_assert_num_queries):
    with scope(owner):
        record_usage(owner.pk, RequestType.EMBEDDING, "e", Usage(5, 0, exact=True), latency_ms=10)
        with django_assert_num_queries(1):
            usage.summary(owner, timezone.now() - HOUR, timezone.now() + HOUR)
    figures = api.get(USAGE).json()
    assert [(row["kind"], row["requests"]) for row in figures["by_kind"]] == [
        ("embedding", 1),
        ("rag", 3),
    ]
    assert figures["by_day"] == [
        {
            "date": timezone.now().date().isoformat(),
            **{"credits": 0, "tokens_input": 35, "tokens_output": 6, "requests": 4},
            "latency_ms_mean": pytest.approx(410 / 3),
        }
    ]


def test_days_and_months_are_those_of_the_persons_time_zone(api, owner):
    """At 23:30 UTC on 31 March it is April already in Berlin."""
    moment = dt.datetime(2026, 3, 31, 23, 30, tzinfo=dt.UTC)
    with system():
        UsageRecord.objects.create(
            user_id=owner.pk, request_type="rag", model="a", tokens_input=9, created_at=moment
        )
    april = {"from": "2026-04-01", "to": "2026-04-30"}
    assert api.get(USAGE, april).json()["requests"] == 0
    owner.timezone = "Europe/Berlin"
    owner.save()
    [day] = api.get(USAGE, april).json()["by_day"]
    assert (day["date"], day["tokens_input"]) == ("2026-04-01", 9)


def test_the_period_is_the_callers(api, used):
    today = timezone.now().date().isoformat()
    assert api.get(USAGE, {"from": today, "to": today}).json()["requests"] == 3
    assert api.get(USAGE, {"from": "2020-01-01", "to": "2020-12-31"}).json()["requests"] == 0
    moment = {"from": f"{today}T00:00:00Z", "to": f"{today}T23:59:59.999999+00:00"}
    assert api.get(USAGE, moment).json()["requests"] == 3


def test_a_zone_far_from_utc_is_a_moment_all_the_same(api, used):
    period = {"from": "2026-01-01T00:00+23:59", "to": "2026-02-01"}
    assert api.get(USAGE, period).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"from": "yesterday"},
        {"from": "2026-02-30"},
        {"to": "9999-12-31"},
        {"from": "0001-01-01"},
        {"from": "2026-02-02", "to": "2026-02-01"},
        {"from": "2024-01-01", "to": "2026-01-01"},
    ],
    ids=str,
)
def test_no_period_is_400(api, wrong):
    for url in (USAGE, DAILY):
        assert api.get(url, wrong).json()["code"] == "invalid"


def test_days_come_newest_first(api, owner, used):
    with scope(owner):
        today = timezone.now().date()
        for number in (1, 2):
            day = today.replace(day=number)
            DailyUsage.objects.create(
                user=owner, date=day, ends_at=midnight(day, dt.UTC), messages_sent=number
            )
    span = {"from": today.replace(day=1).isoformat(), "to": today.replace(day=2).isoformat()}
    rows = api.get(DAILY, span).json()["results"]
    assert [(row["date"][-2:], row["messages_sent"]) for row in rows] == [("02", 2), ("01", 1)]
