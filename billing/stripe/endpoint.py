"""The address that Stripe's events come to, made of the environment.

dj-stripe keeps it as a row: its secret and how events are proved. What the row says is brought back
to what the settings say before each use, so nobody loosens it by changing the row.
"""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.urls import reverse

from accounts.tenancy import system

# The same in every installation: the address is no secret, the signature is the proof.
ENDPOINT = UUID("6b79726f-6368-4174-8000-737472697065")
TOLERANCE = 300  # seconds that an event may have been on its way
MOST_TOLERANCE = 300
# What can change a plan, credits or an invoice. The object is read anew in any case.
EVENTS = [
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "customer.subscription.created",
    "customer.subscription.updated",
    "customer.subscription.deleted",
    "customer.subscription.paused",
    "customer.subscription.resumed",
    "invoice.created",
    "invoice.finalized",
    "invoice.updated",
    "invoice.paid",
    "invoice.payment_failed",
    "invoice.payment_action_required",
    "invoice.marked_uncollectible",
    "invoice.voided",
]


def webhook_url() -> str:
    return settings.BASE_URL + reverse("stripe-webhook", args=[ENDPOINT])


def ensure_endpoint() -> None:
    """Call it inside system()."""
    from djstripe.models import WebhookEndpoint

    wanted = {
        "secret": settings.STRIPE_WEBHOOK_SECRET,
        "url": webhook_url(),
        "livemode": settings.STRIPE_LIVE_MODE,
        "status": "enabled",
        "enabled_events": EVENTS,
        "djstripe_tolerance": TOLERANCE,
        "djstripe_validation_method": "verify_signature",
    }
    found = WebhookEndpoint.objects.filter(djstripe_uuid=ENDPOINT).first()
    if found is None or any(getattr(found, name) != value for name, value in wanted.items()):
        WebhookEndpoint.objects.update_or_create(
            djstripe_uuid=ENDPOINT, defaults={**wanted, "id": f"we_{ENDPOINT.hex}"}
        )


def ensure_after_migrating(**_: object) -> None:
    from django.db import connection

    if "djstripe_webhookendpoint" not in connection.introspection.table_names():
        return  # migrated back to where there is no table
    if settings.STRIPE_WEBHOOK_SECRET:
        with system():
            ensure_endpoint()
