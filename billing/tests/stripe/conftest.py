"""A person, their Stripe on loopback, and the way between the two."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.tenancy import scope, system
from billing.models import CreditBalance, CreditPack, Plan, Subscription
from billing.stripe import changing, checkout, connection, endpoint, owed
from tests.stripe_server import StripeServer, events, pages

SECRET = "whsec_of_the_tests"
URLS = {"success_url": "https://chat.example.com/done", "cancel_url": "https://chat.example.com/"}


@pytest.fixture(scope="session")
def running_stripe() -> Iterator[StripeServer]:
    with StripeServer().running() as server:
        yield server


@pytest.fixture
def stripe_server(running_stripe: StripeServer, settings) -> Iterator[StripeServer]:
    """As new, and where our settings point."""
    running_stripe.forget()
    settings.STRIPE_SECRET_KEY = "sk_test_" + "0" * 24
    settings.STRIPE_WEBHOOK_SECRET = SECRET
    settings.STRIPE_API_HOST = running_stripe.url
    connection.bind_mirror()
    yield running_stripe
    settings.STRIPE_API_HOST = connection.API
    connection.bind_mirror()


def post_event(event: dict, *, secret: str = SECRET, age: int = 0, body: bytes = b"", **headers):
    """To dj-stripe's view, signed as Stripe signs; `body` is what arrives in its place."""
    signed = events.body_of(event)
    sent = {"Stripe-Signature": events.signature(signed, secret, age=age), **headers}
    url = reverse("stripe-webhook", args=[endpoint.ENDPOINT])
    kind = "application/json"
    return Client().post(url, body or signed, content_type=kind, headers=sent)


class Payer:
    """One person at both ends: what they do here and there, and how they stand then."""

    def __init__(self, user: User, server: StripeServer) -> None:
        self.user, self.server, self.book = user, server, server.book
        self.heard = 0

    def subscribe(self, plan: str) -> None:
        url = checkout.begin_subscription(self.user, Plan.objects.get(name=plan), **URLS)
        self.server.press(url, "pay")
        self.hear()

    def top_up(self) -> None:
        with scope(self.user):
            pack = CreditPack.objects.get()
        self.server.press(checkout.begin_top_up(self.user, pack, **URLS), "pay")
        self.hear()

    def change(self, plan: str) -> None:
        changing.change_plan(self.user, Plan.objects.get(name=plan))
        self.hear()

    def hear(self, order: Callable[[list], list] = list) -> list[int]:
        """Every event that is new is told to us, and what it makes us owe is done."""
        news, self.heard = self.book.events[self.heard :], len(self.book.events)
        statuses = [post_event(event).status_code for event in order(news)]
        owed.work_off()
        return statuses

    def days_pass(self, days: float) -> None:
        self.book.advance(int(days * 86_400))
        self.hear()

    @property
    def customer(self) -> str:
        return self.row.stripe_customer_id or ""

    @property
    def row(self) -> Subscription:
        with scope(self.user):
            return Subscription.objects.select_related("plan", "next_plan").get(user=self.user)

    @property
    def standing(self) -> tuple[str, str, int]:
        """Plan, status, credits."""
        with scope(self.user):
            balance = CreditBalance.objects.get(owner_id=self.user.pk).balance
        return self.row.plan.name, self.row.status, balance


@pytest.fixture
def sold(db: None, stripe_server: StripeServer) -> None:
    """Two plans and a pack have prices at Stripe."""
    with system():
        for name, amount in (("pro", 2000), ("enterprise", 20000)):
            price = pages.product(stripe_server.book, name, amount)
            Plan.objects.filter(name=name).update(stripe_price_id=price)
        price = pages.product(stripe_server.book, "Credits", 500, recurring=False)
        CreditPack.objects.all().delete()
        pack = {"credits": 5000, "price": 5, "stripe_price_id": price}
        CreditPack.objects.create(name="5,000 credits", **pack)


@pytest.fixture
def payer(sold: None, owner: User, stripe_server: StripeServer) -> Payer:
    return Payer(owner, stripe_server)
