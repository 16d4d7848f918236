"""Our server's objects are what stripe-python says that Stripe's are."""

from __future__ import annotations

from collections import Counter

import pytest
import stripe

from billing.stripe import changing, portal
from tests.stripe_server.published import faults

TYPES = {
    "checkout.session": stripe.checkout.Session,
    "customer": stripe.Customer,
    "invoice": stripe.Invoice,
    "line_item": stripe.InvoiceLineItem,
    "price": stripe.Price,
    "product": stripe.Product,
    "subscription": stripe.Subscription,
    "subscription_item": stripe.SubscriptionItem,
    "billing_portal.session": stripe.billing_portal.Session,
}


@pytest.mark.django_db
def test_every_object_of_a_life_has_its_published_fields_and_no_other(payer):
    payer.top_up()
    payer.subscribe("pro")
    portal.open_portal(payer.user, return_url="https://chat.example.com/")
    payer.book.declined.add(payer.customer)
    payer.book.advance(31 * 86_400)
    payer.book.declined.clear()
    payer.book.advance(3 * 86_400)
    payer.change("enterprise")
    changing.cancel(payer.user)
    payer.book.advance(31 * 86_400)
    made = [one for one in payer.book.objects.values() if one["object"] != "event"]
    assert [fault for one in made for fault in faults(one, TYPES[one["object"]], one["id"])] == []
    assert Counter(one["object"] for one in made).keys() == TYPES.keys()


def test_events_have_their_published_fields(stripe_server):
    stripe_server.book.emit("invoice.paid", {"id": "in_1"})
    [event] = stripe_server.book.events
    assert list(faults(event, stripe.Event)) == []


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"cancelled_at": None}, [".cancelled_at is unknown"]),
        ({"currency": None}, [".currency: None is no str"]),
        ({"status": "running"}, [".status: 'running'"]),
        ({"cancel_at_period_end": 1}, [".cancel_at_period_end: 1 is no bool"]),
        ({"billing_mode": {"type": "new"}}, [".billing_mode.type: 'new'"]),
    ],
)
def test_the_comparison_finds_what_is_wrong(stripe_server, changed, found):
    from tests.stripe_server import billing, pages

    book = stripe_server.book
    price = book.objects[pages.product(book, "pro", 2000)]
    customer = book.add({"object": "customer"})
    right = billing.subscribe(book, customer["id"], price, {}, 0)
    assert list(faults(right, stripe.Subscription)) == []
    assert list(faults(right | changed, stripe.Subscription)) == found


def test_the_comparison_finds_what_is_missing():
    assert ".currency is missing" in list(faults({"object": "price"}, stripe.Price))
