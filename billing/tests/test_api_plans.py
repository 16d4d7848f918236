"""What can be bought, through the API."""

import pytest

from accounts.tenancy import system
from billing.models import CreditPack, Plan

pytestmark = pytest.mark.django_db


def test_the_plans_are_told_with_their_limits(api):
    rows = api.get("/api/v1/plans/").json()["results"]
    assert [row["name"] for row in rows] == ["free", "pro", "enterprise"]
    assert rows[0]["price_monthly"] == "0.00"
    assert rows[0]["token_limit_daily"] == Plan.objects.get(name="free").token_limit_daily
    assert rows[1]["attachment_limit"] == 100
    assert (rows[1]["currency"], rows[1]["trial_days"]) == ("usd", 0)
    assert not [name for row in rows for name in row if "stripe" in name]


def test_a_plan_that_is_offered_no_more_is_not_listed(api):
    with system():
        Plan.objects.filter(name="pro").update(is_active=False)
    rows = api.get("/api/v1/plans/", {"ordering": "-price_monthly"}).json()["results"]
    assert [row["name"] for row in rows] == ["enterprise", "free"]


def test_packs_of_credits_are_told_with_their_price(api):
    with system():
        pack = CreditPack.objects.create(name="Small", credits=500, price=5, stripe_price_id="p1")
        CreditPack.objects.create(name="Gone", credits=1, price=1, is_active=False)
    assert api.get("/api/v1/credit-packs/").json()["results"] == [
        {"id": str(pack.pk), "name": "Small", "credits": 500, "price": "5.00", "currency": "usd"}
    ]
