"""Stripe's page for cards, addresses and invoices, opened for one person."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from billing.stripe.connection import asking
from billing.stripe.customers import subscription_of
from billing.stripe.errors import StripeRefused


def open_portal(user: User, *, return_url: str) -> str:
    """Its address, good for some minutes. Raises StripeRefused."""
    customer = subscription_of(user).stripe_customer_id
    with asking() as api:
        if not customer:
            raise StripeRefused("not_subscribed", _("You have not bought anything here yet."))
        wanted: Any = {"customer": customer, "return_url": return_url}
        return api.v1.billing_portal.sessions.create(wanted).url
