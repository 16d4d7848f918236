"""dj-stripe's rows: what Stripe holds of our customers, to read without asking."""

from __future__ import annotations

from django.conf import settings
from djstripe import models

from accounts.tenancy import system
from billing.stripe.reading import Reading


def keep(reading: Reading) -> None:
    """Write what was read; objects it names and that are missing are asked for."""
    key = settings.STRIPE_SECRET_KEY
    with system():
        for one in reading.subscriptions:
            models.Subscription.sync_from_stripe_data(one, api_key=key)
        for invoice in reading.invoices:
            models.Invoice.sync_from_stripe_data(invoice, api_key=key)


def forget(customer_id: str) -> None:
    """Nothing of a person who is gone; what Stripe must keep stays at Stripe. Inside system()."""
    for model in (models.Invoice, models.Subscription):
        model.objects.filter(customer_id=customer_id).delete()
    models.Customer.objects.filter(id=customer_id).delete()
