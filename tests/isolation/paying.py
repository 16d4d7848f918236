"""Payments, for tests that knock at every door: Stripe knows each customer who is named to it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from functools import cache
from uuid import UUID

import pytest
from djstripe.models import Customer, Invoice

from accounts.models import User
from accounts.tenancy import scope, system
from billing.models import CreditPack, Plan, Subscription
from tests.stripe_server import StripeServer, billing, pages, shapes
from tests.stripe_server.shapes import Shape

PACK = UUID("01a20000-0000-7000-8000-00000000c0de")
LONG_AGO = datetime(2026, 1, 31, tzinfo=UTC)


class EverybodysStripe(StripeServer):
    """Whoever is asked about for the first time is on the plan pro from then on."""

    def __init__(self) -> None:
        super().__init__()
        self.plan = pages.product(self.book, "Pro", 2000)
        self.pack = pages.product(self.book, "Credits", 500, recurring=False)

    def answer(self, method: str, path: str, given: Shape, once: str) -> Shape:
        if (customer := given.get("customer")) and customer not in self.book.objects:
            made = shapes.customer({}) | {"id": customer, "livemode": False, "created": 0}
            self.book.objects[customer] = made
            billing.subscribe(self.book, customer, self.book.get(self.plan, "price"), {}, 0)
        return super().answer(method, path, given, once)


@cache
def running_stripe() -> EverybodysStripe:
    server = EverybodysStripe()
    threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
    return server


@pytest.fixture
def selling(settings) -> EverybodysStripe:
    """Payments are set up, and what `put_on_sale` wrote can be bought."""
    settings.STRIPE_SECRET_KEY = "sk_test_" + "0" * 24
    settings.STRIPE_WEBHOOK_SECRET = "whsec_of_the_tests"
    settings.STRIPE_API_HOST = running_stripe().url
    return running_stripe()


def put_on_sale() -> None:
    """Call it inside system()."""
    Plan.objects.filter(name="pro").update(stripe_price_id=running_stripe().plan)
    price = {"price": 5, "stripe_price_id": running_stripe().pack}
    CreditPack.objects.create(id=PACK, name="Doors", credits=5000, **price)


def take_off_sale() -> None:
    """Call it inside system()."""
    Plan.objects.filter(name="pro").update(stripe_price_id=None)
    CreditPack.objects.filter(pk=PACK).delete()


def invoice_of(user: User, word: str) -> str:
    """The id of one that the person paid, whom Stripe knows from now on."""
    customer, invoice = f"cus_{user.pk.hex}", f"in_{user.pk.hex}"
    with scope(user):
        Subscription.objects.filter(user=user).update(stripe_customer_id=customer)
    told = {"id": invoice, "number": f"{word}-1", "created": 0, "currency": "usd", "total": 2000}
    with system():
        Customer.objects.bulk_create([Customer(id=customer)])
        row = Invoice(id=invoice, created=LONG_AGO, stripe_data={**told, "status": "paid"})
        row.customer_id = customer
        Invoice.objects.bulk_create([row])
    return invoice
