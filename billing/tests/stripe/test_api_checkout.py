"""Buying through the API: the way to Stripe's page, and nobody else's name on it."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.tenancy import scope, system
from billing.models import CreditPack, Plan, Subscription
from billing.stripe import checkout, syncing
from billing.tests.stripe.conftest import URLS
from tests.stripe_server.pages import product

pytestmark = pytest.mark.django_db
CHECKOUT, PORTAL = "/api/v1/subscription/checkout/", "/api/v1/subscription/portal/"
SUBSCRIPTION = "/api/v1/subscription/"


def plan(name: str = "pro") -> dict[str, str]:
    return {"plan": str(Plan.objects.get(name=name).pk)}


def sessions(server: Any) -> list[dict[str, Any]]:
    return list(server.book.every("checkout.session"))


def subscribe(payer: Any, name: str = "pro") -> None:
    """Without the events that tell of it, which others test."""
    url = checkout.begin_subscription(payer.user, Plan.objects.get(name=name), **URLS)
    payer.server.press(url, "pay")
    syncing.update(payer.row)


def refused(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def test_a_plan_is_bought_on_the_page_that_the_answer_leads_to(api, payer):
    begun = api.post(CHECKOUT, plan())
    assert (begun.status_code, list(begun.json())) == (201, ["url"])
    before = api.get(SUBSCRIPTION).json()
    payer.server.press(begun.json()["url"], "pay")
    syncing.update(payer.row)
    after = api.get(SUBSCRIPTION).json()
    assert [told["plan"]["name"] for told in (before, after)] == ["free", "pro"]
    assert (after["balance"], after["credits_limit"], after["stripe"]) == (100_000, 100_000, True)
    assert [name for name in after if "id" in name and name != "id"] == []


def test_a_pack_is_bought_and_its_credits_are_in_the_ledger(api, payer):
    url = api.post(CHECKOUT, {"pack": str(CreditPack.objects.get().pk)}).json()["url"]
    payer.server.press(url, "pay")
    syncing.update(payer.row)
    told = api.get("/api/v1/credits/", {"kind": "top_up"}).json()
    [session] = sessions(payer.server)
    [bought] = told["results"]
    assert (told["balance"], bought["amount"]) == (15_000, 5_000)
    assert bought["reference"] == f"checkout:{session['id']}"


def test_stripes_page_leads_back_to_this_site(api, payer, settings):
    api.post(CHECKOUT, plan())
    asked = {"success_url": "/chat/?paid=1", "cancel_url": f"{settings.BASE_URL}/pricing/"}
    assert api.post(CHECKOUT, {**plan(), **asked}).status_code == 201
    mine, default = sessions(payer.server)
    assert mine["success_url"] == f"{settings.BASE_URL}/chat/?paid=1"
    assert mine["cancel_url"] == f"{settings.BASE_URL}/pricing/"
    assert default["success_url"].startswith(f"{settings.BASE_URL}/settings/")


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "https:evil.example",
     "http://localhost@evil.example/", "http://localhost:1/", "http://[", ""],
    ids=str,
)  # fmt: skip
def test_it_leads_to_no_other_site(api, payer, elsewhere):
    for field in ("success_url", "cancel_url"):
        assert refused(api.post(CHECKOUT, {**plan(), field: elsewhere})) == (400, "invalid")
    assert refused(api.post(PORTAL, {"return_url": elsewhere})) == (400, "invalid")
    assert payer.server.requests == []


def test_what_is_not_for_sale_is_refused_with_a_sentence(api, payer):
    with system():
        Plan.objects.filter(name="enterprise").update(stripe_price_id=None)
    for name in ("free", "enterprise"):
        told = api.post(CHECKOUT, plan(name))
        assert refused(told) == (409, "not_for_sale")
        assert told.json()["detail"] == "This plan cannot be bought here."
    with system():
        Plan.objects.filter(name="pro").update(is_active=False)
        CreditPack.objects.update(is_active=False)
    for body in (plan(), {"pack": str(CreditPack.objects.get().pk)}):
        told = api.post(CHECKOUT, body)
        assert told.json()["errors"] == {next(iter(body)): ["There is none of this id on offer."]}
    assert payer.server.requests == []


def test_it_is_one_thing_that_is_bought(api, payer):
    pack = {"pack": str(CreditPack.objects.get().pk)}
    for body in ({}, {**plan(), **pack}, {"plan": "pro"}, {"plan": None}, {"pack": plan()["plan"]}):
        assert refused(api.post(CHECKOUT, body)) == (400, "invalid")
    assert payer.server.requests == []


@pytest.mark.parametrize(
    "name",
    ["customer", "customer_id", "email", "user", "price", "price_id", "subscription", "quantity",
     "credits", "client_reference_id", "metadata"],
)  # fmt: skip
def test_nobody_is_named_by_a_request(api, payer, outsider, name):
    """Neither whom it is for nor what it costs: such fields are refused, in queries passed over."""
    with scope(outsider):
        Subscription.objects.update(stripe_customer_id="cus_of_the_outsider")
    told = api.post(CHECKOUT, {**plan(), name: "cus_of_the_outsider"})
    assert told.json()["errors"] == {name: ["There is no such field."]}
    for url in (PORTAL, SUBSCRIPTION):
        method = api.post if url == PORTAL else api.patch
        assert refused(method(url, {name: "cus_of_the_outsider"})) == (400, "invalid")
    assert payer.server.requests == []
    assert api.post(f"{CHECKOUT}?{name}=cus_of_the_outsider", plan()).status_code == 201
    [session] = sessions(payer.server)
    assert session["customer"] == payer.customer
    assert session["client_reference_id"] == str(payer.user.pk)


def test_the_same_request_twice_is_one_page(api, payer):
    first, again = (
        api.post(CHECKOUT, plan(), headers={"Idempotency-Key": "once"}) for _ in range(2)
    )
    assert (again.status_code, again.json()) == (201, first.json())
    assert again["Idempotency-Replayed"] == "true"
    assert len(sessions(payer.server)) == 1
    other = api.post(CHECKOUT, plan("enterprise"), headers={"Idempotency-Key": "once"})
    assert refused(other) == (422, "idempotency_mismatch")


def test_stripe_out_of_reach_is_503_and_may_be_tried_again(api, payer):
    payer.server.is_down = True
    told = api.post(CHECKOUT, plan(), headers={"Idempotency-Key": "once"})
    assert (refused(told), told["Retry-After"]) == ((503, "stripe_unreachable"), "30")
    payer.server.is_down = False
    assert api.post(CHECKOUT, plan(), headers={"Idempotency-Key": "once"}).status_code == 201


def test_a_second_plan_is_not_sold(api, payer):
    subscribe(payer)
    assert refused(api.post(CHECKOUT, plan("enterprise"))) == (409, "already_subscribed")


def test_a_price_that_stripe_does_not_know_is_nobodys_500(api, payer):
    with system():
        Plan.objects.filter(name="pro").update(stripe_price_id="price_gone")
    assert refused(api.post(CHECKOUT, plan())) == (503, "stripe_error")


def test_the_portal_is_for_those_who_have_bought_something(api, payer, settings):
    assert refused(api.post(PORTAL, {})) == (409, "not_subscribed")
    subscribe(payer)
    opened = api.post(PORTAL, {"return_url": "/settings/"})
    assert opened.status_code == 201
    assert opened.json()["url"].startswith(f"{payer.server.url}/portal/")
    [session] = payer.book.every("billing_portal.session")
    assert session["customer"] == payer.customer
    assert session["return_url"] == f"{settings.BASE_URL}/settings/"


def test_a_plans_price_is_that_of_our_row_when_it_begins(api, payer):
    dearer = product(payer.book, "pro", 9900)
    with system():
        Plan.objects.filter(name="pro").update(stripe_price_id=dearer)
    api.post(CHECKOUT, plan())
    [session] = sessions(payer.server)
    assert session["amount_total"] == 9900
