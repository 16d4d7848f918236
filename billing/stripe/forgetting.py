"""What is not kept: events once they are old, and a person's payments once the person is gone."""

from __future__ import annotations

import datetime as dt

from django.dispatch import receiver
from django.utils import timezone
from djstripe.models import Event, WebhookEventTrigger

from accounts.closing import erasing
from accounts.models import User
from accounts.tenancy import system
from billing.models import Subscription
from billing.stripe import mirror

EVENTS_KEPT = dt.timedelta(days=30)  # Stripe repeats what failed for three


def forget_old_events() -> None:
    before = timezone.now() - EVENTS_KEPT
    with system():
        WebhookEventTrigger.objects.filter(created__lt=before).delete()
        Event.objects.filter(djstripe_created__lt=before).delete()


@receiver(erasing)
def forget_payments(user: User, **_: object) -> None:
    customer = Subscription.objects.filter(user_id=user.pk).values_list(
        "stripe_customer_id", flat=True
    )
    for customer_id in filter(None, customer):
        mirror.forget(customer_id)
