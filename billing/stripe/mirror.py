"""dj-stripe's rows: what Stripe holds of our customers, to read without asking."""

from __future__ import annotations

from collections.abc import Sequence

import stripe
from django.conf import settings
from djstripe import models
from djstripe.models import StripeModel

from accounts.tenancy import system
from billing.stripe.reading import Reading


def keep(reading: Reading) -> None:
    """Write what is new in it; objects it names and that are missing are asked for."""
    with system():
        _keep(models.Subscription, reading.subscriptions)
        _keep(models.Invoice, reading.invoices)


def _keep(model: type[StripeModel], read: Sequence[stripe.StripeObject]) -> None:
    rows = model.objects.filter(id__in=[one["id"] for one in read])
    known = dict(rows.values_list("id", "stripe_data"))
    for one in read:
        if known.get(one["id"]) != one.to_dict(for_json=True):
            model.sync_from_stripe_data(one, api_key=settings.STRIPE_SECRET_KEY)


def forget(customer_id: str) -> None:
    """Nothing of a person who is gone; what Stripe must keep stays at Stripe. Inside system()."""
    for model in (models.Invoice, models.Subscription):
        model.objects.filter(customer_id=customer_id).delete()
    models.Customer.objects.filter(id=customer_id).delete()
