"""Whom Stripe knows a person as. One customer each, made by us and never looked up by address."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from accounts.tenancy import scope
from billing.models import Subscription
from billing.stripe.connection import asking


def subscription_of(user: User) -> Subscription:
    with scope(user):
        return Subscription.objects.select_related("plan", "user").get(user_id=user.pk)


def customer_of(user: User) -> str:
    """The id at Stripe, made when it is first needed. Raises StripeRefused."""
    known = subscription_of(user).stripe_customer_id
    if known:
        return known
    # Two requests at once, or one whose answer was lost: the key gives both the same customer.
    once: Any = {"idempotency_key": f"customer:{user.pk}:{user.email}"}
    told: Any = {
        "email": user.email,
        "name": user.get_full_name(),
        "metadata": {"user": str(user.pk)},
    }
    with asking() as api:
        made = api.v1.customers.create(told, once)
    with scope(user):
        rows = Subscription.objects.filter(user_id=user.pk)
        rows.filter(stripe_customer_id__isnull=True).update(stripe_customer_id=made.id)
        return rows.values_list("stripe_customer_id", flat=True).get() or made.id
