"""The plan one is on through the API, where no payments are set up."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts import keys
from accounts.tenancy import scope
from billing.models import Plan
from conftest import api_of

pytestmark = pytest.mark.django_db
SUBSCRIPTION = "/api/v1/subscription/"
STATEMENTS = 7


def test_the_subscription_tells_plan_period_and_credits(api, owner, django_assert_num_queries):
    api.get(SUBSCRIPTION)
    with django_assert_num_queries(STATEMENTS):
        told = api.get(SUBSCRIPTION).json()
    assert (told["plan"]["name"], told["status"], told["stripe"]) == ("free", "active", False)
    assert (told["credits_used"], told["credits_limit"], told["balance"]) == (0, 10_000, 10_000)
    assert told["current_period_start"] < told["current_period_end"]
    nothing = ("next_plan", "trial_end", "grace_until", "canceled_at")
    assert [told[name] for name in nothing] == [None] * 4
    assert told["cancel_at_period_end"] is False
    assert not [name for name in told if name.startswith("stripe_")]


def test_nothing_is_bought_or_changed_without_payments(api):
    pro = {"plan": str(Plan.objects.get(name="pro").pk)}
    for told in (
        api.post(f"{SUBSCRIPTION}checkout/", pro),
        api.post(f"{SUBSCRIPTION}portal/", {}),
        api.patch(SUBSCRIPTION, pro),
    ):
        assert (told.status_code, told.json()["code"]) == (503, "stripe_not_configured")
        assert "Ask its staff" in told.json()["detail"]
        assert "Retry-After" not in told
    assert api.get("/api/v1/invoices/").json()["results"] == []
    assert api.get(SUBSCRIPTION).json()["plan"]["name"] == "free"


@pytest.mark.parametrize(
    ("method", "path", "scope_needed"),
    [
        ("get", "subscription/", "usage:read"),
        ("get", "plans/", "usage:read"),
        ("get", "credits/", "usage:read"),
        ("get", "usage/alerts/", "usage:read"),
        ("get", "credit-packs/", "billing:read"),
        ("get", "invoices/", "billing:read"),
        ("patch", "usage/alerts/", "billing:write"),
        ("patch", "subscription/", "billing:write"),
        ("post", "subscription/checkout/", "billing:write"),
        ("post", "subscription/portal/", "billing:write"),
    ],
)
def test_a_key_needs_the_scope(owner, method, path, scope_needed):
    with scope(owner):
        others = [name for name in keys.SCOPES if name != scope_needed]
        secret = keys.issue(owner, "all but one", scopes=others)[1]
    api = api_of(owner)
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    told = getattr(api, method)(f"/api/v1/{path}")
    assert (told.status_code, told.json()["code"]) == (403, "scope_missing")
    assert told.json()["scope"] == scope_needed


def test_a_browser_needs_its_token_to_buy(owner):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner)
    assert browser.get(SUBSCRIPTION).status_code == 200
    told = browser.post(f"{SUBSCRIPTION}checkout/", {}, "application/json")
    assert (told.status_code, told.json()["code"]) == (403, "csrf_failed")
