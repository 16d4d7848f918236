"""Plans, subscription and credits through the API."""

import pytest

from accounts.tenancy import scope
from billing import credits
from billing.models import CreditChange, Plan

pytestmark = pytest.mark.django_db


def test_the_plans_are_told_with_their_limits(api):
    rows = api.get("/api/v1/plans/").json()["results"]
    assert [row["name"] for row in rows] == ["free", "pro", "enterprise"]
    assert rows[0]["price_monthly"] == "0.00"
    assert rows[0]["token_limit_daily"] == Plan.objects.get(name="free").token_limit_daily
    assert "stripe_price_id" not in rows[0]


def test_the_subscription_names_the_plan(api):
    told = api.get("/api/v1/subscription/").json()
    assert (told["plan"]["name"], told["status"], told["canceled_at"]) == ("free", "active", None)


def test_the_balance_is_the_sum_of_all_changes_not_of_the_page(api, owner, outsider):
    with scope(outsider):
        CreditChange.objects.create(owner=outsider, amount=7, kind="grant")
    with scope(owner):
        CreditChange.objects.create(owner=owner, amount=100, kind="grant", reason="welcome")
        credits.settle(credits.reserve(owner.pk, 30, reason="answer").pk, 10)
    told = api.get("/api/v1/credits/?limit=2").json()
    assert told["balance"] == 90
    assert [(row["kind"], row["amount"]) for row in told["results"]] == [
        ("settle", 20),
        ("reserve", -30),
    ]
    rest = api.get(told["next"]).json()
    assert (rest["balance"], [row["reason"] for row in rest["results"]]) == (90, ["welcome"])
