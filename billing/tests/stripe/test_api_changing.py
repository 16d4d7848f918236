"""A paid plan through the API: larger, smaller, cancelled, resumed; and its invoices."""

from __future__ import annotations

import pytest

from accounts.tenancy import scope
from billing.models import Plan, Subscription
from billing.stripe import syncing
from billing.tests.stripe.test_api_checkout import (
    PORTAL,
    SUBSCRIPTION,
    plan,
    refused,
    subscribe,
)
from tests.sharing import join, share

pytestmark = pytest.mark.django_db
INVOICES = "/api/v1/invoices/"


def month_passes(payer):
    payer.book.advance(31 * 86_400)
    syncing.sync(payer.row)


def test_a_larger_plan_counts_at_once(api, payer):
    subscribe(payer)
    told = api.patch(SUBSCRIPTION, plan("enterprise"))
    assert (told.status_code, told.json()["plan"]["name"]) == (200, "enterprise")
    assert told.json()["balance"] == 1_000_000
    assert refused(api.patch(SUBSCRIPTION, plan("enterprise"))) == (409, "same_plan")


def test_a_smaller_plan_counts_from_the_next_period(api, payer):
    subscribe(payer, "enterprise")
    told = api.patch(SUBSCRIPTION, plan("pro")).json()
    assert (told["plan"]["name"], told["next_plan"]) == ("enterprise", "pro")
    month_passes(payer)
    told = api.get(SUBSCRIPTION).json()
    assert (told["plan"]["name"], told["next_plan"]) == ("pro", None)


def test_a_plan_is_cancelled_and_resumed(api, payer):
    subscribe(payer)
    cancelled = api.patch(SUBSCRIPTION, {"cancel_at_period_end": True}).json()
    assert (cancelled["plan"]["name"], cancelled["cancel_at_period_end"]) == ("pro", True)
    resumed = api.patch(SUBSCRIPTION, {"cancel_at_period_end": False}).json()
    assert resumed["cancel_at_period_end"] is False
    assert api.patch(SUBSCRIPTION, plan("free")).json()["cancel_at_period_end"] is True
    month_passes(payer)
    told = api.get(SUBSCRIPTION).json()
    assert (told["plan"]["name"], told["cancel_at_period_end"]) == ("free", False)


def test_with_both_fields_the_plan_is_changed_first(api, payer):
    subscribe(payer)
    told = api.patch(SUBSCRIPTION, {**plan("enterprise"), "cancel_at_period_end": True}).json()
    assert (told["plan"]["name"], told["cancel_at_period_end"]) == ("enterprise", True)


def test_a_declined_card_changes_nothing(api, payer):
    subscribe(payer)
    payer.book.declined.add(payer.customer)
    told = api.patch(SUBSCRIPTION, plan("enterprise"))
    assert refused(told) == (409, "card_declined")
    assert api.get(SUBSCRIPTION).json()["plan"]["name"] == "pro"


def test_where_nothing_is_paid_nothing_is_changed(api, payer):
    for body in (plan(), plan("free"), {"cancel_at_period_end": True}):
        assert refused(api.patch(SUBSCRIPTION, body)) == (409, "not_subscribed")
    for body in ({}, {"plan": "pro"}, {"cancel_at_period_end": "now"}, {"status": "active"}):
        assert refused(api.patch(SUBSCRIPTION, body)) == (400, "invalid")
    assert payer.standing == ("free", "active", 10_000)


def test_invoices_are_their_payers_alone(api, outsiders_api, payer):
    subscribe(payer)
    syncing.sync(payer.row)
    listed = api.get(INVOICES).json()
    assert (listed["next"], listed["previous"]) == (None, None)
    [invoice] = listed["results"]
    assert (invoice["total"], invoice["currency"], invoice["status"]) == ("20.00", "usd", "paid")
    assert invoice["pdf_url"] == f"https://invoice.stripe.com/i/{invoice['id']}/pdf"
    assert api.get(f"{INVOICES}{invoice['id']}/").json() == invoice
    assert outsiders_api.get(INVOICES).json()["results"] == []
    missing = outsiders_api.get(f"{INVOICES}in_nobody/")
    foreign = outsiders_api.get(f"{INVOICES}{invoice['id']}/")
    assert (foreign.status_code, foreign.json()) == (404, missing.json())


def test_invoices_come_in_pages_newest_first(api, payer, django_assert_num_queries):
    subscribe(payer)
    for _month in range(2):
        month_passes(payer)
    with django_assert_num_queries(STATEMENTS):
        first = api.get(INVOICES, {"limit": 2}).json()
    rest = api.get(first["next"]).json()["results"]
    dates = [row["created_at"] for row in [*first["results"], *rest]]
    assert (len(dates), dates) == (3, sorted(dates, reverse=True))


STATEMENTS = 9


def test_a_member_of_ones_project_sees_and_changes_nothing_of_what_one_pays(
    api, outsiders_api, payer, outsider
):
    subscribe(payer)
    with scope(payer.user):
        join(share(payer.user, name="Ours"), outsider, role="editor")
    theirs = outsiders_api.get(SUBSCRIPTION).json()
    assert (theirs["plan"]["name"], theirs["balance"]) == ("free", 10_000)
    assert outsiders_api.get("/api/v1/credits/").json()["balance"] == 10_000
    assert outsiders_api.get("/api/v1/usage/").json()["requests"] == 0
    assert outsiders_api.get(INVOICES).json()["results"] == []
    assert refused(outsiders_api.post(PORTAL, {})) == (409, "not_subscribed")
    told = outsiders_api.patch(SUBSCRIPTION, {"cancel_at_period_end": True})
    assert refused(told) == (409, "not_subscribed")
    assert api.get(SUBSCRIPTION).json()["cancel_at_period_end"] is False


def test_somebody_elses_customer_cannot_be_taken_over(api, outsiders_api, payer, outsider):
    """Not even by a row that says so: one customer belongs to one subscription."""
    subscribe(payer)
    told = outsiders_api.patch(
        SUBSCRIPTION, {"stripe_customer_id": payer.customer, "plan": plan("enterprise")["plan"]}
    )
    assert refused(told) == (400, "invalid")
    with scope(outsider):
        held = Subscription.objects.select_related("plan").get(user=outsider)
    assert (held.stripe_customer_id, held.plan) == (None, Plan.objects.get(name="free"))
