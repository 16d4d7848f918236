"""What was used, through the API."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.rest.moments import midnight
from accounts.tenancy import scope
from billing.models import DailyUsage, RequestType
from billing.usage import record_usage
from providers.base import Usage

pytestmark = pytest.mark.django_db
USAGE, DAILY = "/api/v1/usage/", "/api/v1/usage/daily/"
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
