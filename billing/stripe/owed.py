"""Asking Stripe how somebody stands is work that is owed, a row of the outbox at a time."""

from __future__ import annotations

import datetime as dt

import structlog
from django.db.models import Q
from django.utils import timezone

from accounts import delivery
from accounts.models import PendingTask
from accounts.tenancy import system
from billing.models import Subscription
from billing.stripe import is_configured, syncing

log = structlog.get_logger(__name__)
KIND = "billing.sync"
PATIENCE = dt.timedelta(minutes=5)  # for one try
LONGEST_PAUSE = dt.timedelta(hours=1)
IDLE = dt.timedelta(days=1)  # between two looks at customers who pay for no plan


def owe(subscription: Subscription) -> None:
    delivery.owe(KIND, subscription.pk, subscription.user_id)


def owe_for_customer(customer: object) -> None:
    """Call it inside system(). A customer nobody here has changes nothing."""
    known = isinstance(customer, str) and customer
    for subscription in Subscription.objects.filter(stripe_customer_id=customer) if known else []:
        owe(subscription)


def owe_all() -> int:
    """Whatever events were lost: everybody who pays each hour, former customers once a day."""
    if not is_configured():
        return 0
    idle = Q(synced_at__isnull=True) | Q(synced_at__lt=timezone.now() - IDLE)
    with system():
        customers = Subscription.objects.filter(stripe_customer_id__isnull=False)
        due = list(customers.filter(Q(stripe_subscription_id__isnull=False) | idle))
        PendingTask.objects.bulk_create(  # no message each: whoever sweeps hands them out
            [PendingTask(kind=KIND, object_id=one.pk, owner_id=one.user_id) for one in due],
            update_conflicts=True,
            unique_fields=["kind", "object_id"],
            update_fields=["due_at"],
        )
    return len(due)


def work_off() -> None:
    while is_configured() and (task := _take()):
        try:
            syncing.sync(Subscription(pk=task.object_id))
        except Exception as error:
            _failed(task, error)
            raise
        _done(task)


def _take() -> PendingTask | None:
    with system():
        due = PendingTask.objects.due().filter(kind=KIND).select_for_update(skip_locked=True)
        task = due.first()
        if task:
            task.attempts, task.due_at = task.attempts + 1, timezone.now() + PATIENCE
            task.save(update_fields=["attempts", "due_at"])
        return task


def _done(task: PendingTask) -> None:
    with system():  # what came meanwhile is owed still: it has moved due_at
        PendingTask.objects.filter(pk=task.pk, due_at=task.due_at).delete()


def _failed(task: PendingTask, error: Exception) -> None:
    pause = min(LONGEST_PAUSE, dt.timedelta(seconds=15 * 2 ** min(task.attempts, 10)))
    with system():
        PendingTask.objects.filter(pk=task.pk).update(
            due_at=timezone.now() + pause, last_error=str(error)[:500]
        )
