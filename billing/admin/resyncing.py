"""Asking Stripe anew from the staff site, and saying what that changed."""

from __future__ import annotations

from typing import Any

from accounts import audit
from accounts.models import User
from accounts.tenancy import system
from billing.admin.noting import differences, told
from billing.models import CreditBalance, Subscription
from billing.stripe import syncing

ALWAYS_NEW = {"synced_at"}


def resync(subscription: Subscription, actor: User) -> dict[str, Any]:
    """{what: [before, after]}. Outside any transaction: Stripe may take seconds. Raises
    StripeRefused."""
    before = _standing(subscription)
    syncing.sync(subscription)
    after = _standing(subscription)
    changed = differences(before, after)
    with system():
        audit.record(
            "subscription.resync",
            actor=actor,
            owner_id=subscription.user_id,
            resource=subscription,
            metadata=changed,
        )
    return changed


def _standing(subscription: Subscription) -> dict[str, Any]:
    with system():
        row = Subscription.objects.select_related("plan", "next_plan").get(pk=subscription.pk)
        balance = CreditBalance.objects.get(owner_id=row.user_id).balance
    named = {"plan": str(row.plan), "next_plan": row.next_plan and str(row.next_plan)}
    kept = {name: value for name, value in told(row).items() if name not in ALWAYS_NEW}
    return {**kept, **named, "credits": balance}
