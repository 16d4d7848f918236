"""Settings → Plan, in each state a plan can be in, with Stripe's keys and without."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import PendingTask
from accounts.tenancy import scope, system
from billing import credits, offers, standing
from billing.models import CreditPack, Plan, Subscription

pytestmark = pytest.mark.django_db
PLAN, DONE = "/settings/plan/", "/settings/plan/done/"
ASSIGNED = "Plans are assigned by the people who run this server."


@pytest.fixture
def configured(settings):
    settings.STRIPE_SECRET_KEY = "sk_test_" + "0" * 24
    with system():
        for name in ("pro", "enterprise"):
            Plan.objects.filter(name=name).update(stripe_price_id=f"price_{name}", trial_days=14)
        CreditPack.objects.create(
            name="Small", credits=5000, price=9, stripe_price_id="price_small"
        )


def put(person, plan="pro", **values):
    """On a plan that Stripe bills."""
    values = {"stripe_subscription_id": "sub_1", "stripe_customer_id": "cus_1", **values}
    with system():
        values["plan"] = Plan.objects.get(name=plan)
        Subscription.objects.filter(user=person).update(
            current_period_end=dt.datetime(2026, 12, 24, 9, tzinfo=dt.UTC), **values
        )


def shown(client, person) -> str:
    client.force_login(person)
    return " ".join(client.get(PLAN).content.decode().split())


def acts(person) -> dict[str, str]:
    with scope(person):
        held = standing.subscription_of(person)
        return {offer.plan.name: str(offer.act.value) for offer in offers.offers_for(held)}


def test_without_stripe_the_page_says_who_assigns_plans_and_has_no_dead_buttons(client, owner):
    page = shown(client, owner)
    assert ASSIGNED in page
    main = page.partition("<main")[2].partition("</main>")[0]
    assert ("<form" in main, "Invoices" in main) == (False, False)
    assert "10,000 left" in main


def test_the_page_asks_the_database_little(client, owner, configured, django_assert_num_queries):
    put(owner)
    client.force_login(owner)
    with django_assert_num_queries(16):
        client.get(PLAN)


def test_each_limit_tells_what_is_left_and_when_it_is_whole_again(client, owner):
    with scope(owner):
        credits.settle(credits.reserve(owner.pk, credits.Charge(40)), 40)
    client.force_login(owner)
    told = {each.limit: each for each in client.get(PLAN).context["allowances"]}
    assert (told["credits"].used, told["credits"].left) == (40, 9960)
    assert told["credits"].resets_at > timezone.now() + dt.timedelta(days=27)
    assert told["token_limit_daily"].resets_at <= timezone.now() + dt.timedelta(days=1)
    assert (told["document_limit"].left, told["member_limit"].left) == (1000, 1)
    assert (told["session_limit"].used, told["session_limit"].left) == (0, 1000)


def test_of_the_period_no_more_is_used_than_it_has(client, owner):
    with scope(owner):
        credits.grant(owner.pk, 500)
        credits.settle(credits.reserve(owner.pk, credits.Charge(10_400)), 10_400)
    client.force_login(owner)
    told = {each.limit: each for each in client.get(PLAN).context["allowances"]}
    assert (told["credits"].used, told["credits"].left) == (10_000, 0)
    page = client.get("/settings/credits/").content.decode()
    assert "10,400" in page
    assert "of 10,000" not in page


def test_from_the_free_plan_one_tries_once_then_buys(client, owner, configured):
    assert acts(owner) == {"free": "", "pro": "try", "enterprise": "try"}
    with system():
        Subscription.objects.filter(user=owner).update(had_trial=True)
    assert acts(owner) == {"free": "", "pro": "subscribe", "enterprise": "subscribe"}
    page = shown(client, owner)
    assert ASSIGNED not in page
    assert "Choose Pro" in page
    assert "No invoices yet" in page
    assert "5,000 credits" in page


def test_a_plan_without_a_price_at_stripe_has_no_button(owner, configured):
    with system():
        Plan.objects.filter(name="enterprise").update(stripe_price_id=None)
    assert acts(owner)["enterprise"] == ""


@pytest.mark.parametrize(
    ("values", "sentence", "expected"),
    [
        ({}, "Active", {"free": "cancel", "pro": "", "enterprise": "upgrade"}),
        (
            {"status": "trialing", "trial_end": dt.datetime(2026, 12, 6, tzinfo=dt.UTC)},
            "You try this plan until 6 December 2026",
            {"free": "cancel", "pro": "", "enterprise": "upgrade"},
        ),
        (
            {"status": "past_due", "grace_until": dt.datetime(2026, 12, 1, tzinfo=dt.UTC)},
            "We could not take the payment. Update your card by 1 December 2026",
            {"free": "cancel", "pro": "", "enterprise": ""},
        ),
        (
            {"cancel_at_period_end": True},
            "You are on Pro until 24 December 2026, and on the free plan from then on.",
            {"free": "", "pro": "", "enterprise": "upgrade"},
        ),
        (
            {"plan": "enterprise", "next_plan": "pro"},
            "You are on Enterprise until 24 December 2026, and on Pro from then on.",
            {"free": "cancel", "pro": "", "enterprise": "keep"},
        ),
    ],
    ids=["active", "trialing", "past_due", "cancelling", "downgrading"],
)
def test_a_paid_plan_tells_its_state_and_what_can_be_done(
    client, owner, configured, values, sentence, expected
):
    if "next_plan" in values:
        values = values | {"next_plan": Plan.objects.get(name=values["next_plan"])}
    put(owner, **values)
    page = shown(client, owner)
    assert sentence in page
    assert acts(owner) == expected
    assert ("Resume" in page) == values.get("cancel_at_period_end", False)
    assert f'action="{PLAN}portal/"' in page


def test_a_change_is_asked_first_and_a_cancellation_says_what_is_lost(client, owner, configured):
    put(owner)
    client.force_login(owner)
    enterprise = Plan.objects.get(name="enterprise")
    question = client.get(f"{PLAN}{enterprise.pk}/change/").content.decode()
    assert "You are on Enterprise at once, for 200 USD a month." in question
    assert "End your Pro plan?" in client.get(f"{PLAN}cancel/").content.decode()
    free = Plan.objects.get(name="free")
    assert client.get(f"{PLAN}{free.pk}/change/").status_code == 302


@pytest.mark.parametrize("act", ["{}/subscribe/", "packs/{}/buy/", "portal/", "resume/"])
def test_acts_are_posted(client, owner, configured, act):
    client.force_login(owner)
    assert client.get(PLAN + act.format(uuid4())).status_code == 405
    assert client.put(PLAN + act.format(uuid4())).status_code == 405


@pytest.mark.parametrize("act", ["{}/subscribe/", "{}/change/", "packs/{}/buy/"])
def test_what_is_not_for_sale_is_not_found(client, owner, configured, act):
    client.force_login(owner)
    assert client.post(PLAN + act.format(uuid4())).status_code == 404


def test_what_stripe_refuses_is_said_on_the_page(client, owner):
    client.force_login(owner)
    response = client.post(f"{PLAN}portal/", follow=True)
    assert response.redirect_chain == [(PLAN, 302)]
    assert len(response.context["messages"]) == 1


def test_the_return_page_waits_for_what_was_paid_for(client, owner, configured):
    put(owner, "free", stripe_subscription_id=None)
    client.force_login(owner)
    pro, pack = Plan.objects.get(name="pro"), CreditPack.objects.get()
    bought = {"plan": pro.pk, "session": "cs_1"}
    waiting = client.get(DONE, bought).content.decode()
    assert "Being confirmed" in waiting
    assert "tries=1" in waiting
    with scope(owner):
        assert PendingTask.objects.filter(kind="billing.sync").count() == 1
    assert "longer than usual" in client.get(DONE, {**bought, "tries": 20}).content.decode()
    put(owner)
    assert "You are on Pro now." in client.get(DONE, bought).content.decode()
    topped_up = {"pack": pack.pk, "session": "cs_2"}
    assert "Being confirmed" in client.get(DONE, topped_up).content.decode()
    with scope(owner):
        credits.grant(owner.pk, 5000, kind="top_up", reference="checkout:cs_2")
    assert "5,000 credits are yours." in client.get(DONE, topped_up).content.decode()


NOWHERE = "01a20000-0000-7000-8000-000000000000"


@pytest.mark.parametrize("named", [{"plan": "x"}, {"pack": "x"}, {"pack": NOWHERE}], ids=str)
def test_a_return_from_nowhere_is_not_found(client, owner, named):
    client.force_login(owner)
    assert client.get(DONE, named).status_code == 404
