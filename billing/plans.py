"""The plans that always exist. Prices and limits are then the staff's to change."""

from __future__ import annotations

from typing import Any

from django.apps import apps as current_apps
from django.apps.registry import Apps

from accounts import audit
from accounts.models import User
from billing import credits
from billing.models import Plan, Subscription

GIB = 2**30
PLANS: dict[str, dict[str, Any]] = {
    "free": {
        "description": "For trying KyroChat with your own documents.",
        "token_limit_daily": 10_000_000,
        "document_limit": 1_000,
        "attachment_limit": 20,
        "storage_limit": 2 * GIB,
        "session_limit": 1_000,
        "member_limit": 1,
        "credits_monthly": 10_000,
    },
    "pro": {
        "description": "For people who work with their documents every day.",
        "price_monthly": 20,
        "token_limit_daily": 50_000_000,
        "document_limit": 20_000,
        "attachment_limit": 100,
        "storage_limit": 50 * GIB,
        "session_limit": 2_000,
        "member_limit": 10,
        "credits_monthly": 100_000,
    },
    "enterprise": {
        "description": "For organisations. No limits but the machine's.",
        "price_monthly": 200,
        "credits_monthly": 1_000_000,
    },
}


def ensure_plans(apps: Apps = current_apps, **_: object) -> None:
    """Add missing plans after each migration; existing ones keep what staff made of them."""
    if "plan" not in apps.all_models["billing"]:
        return  # migrated back to where there is no table
    for name, values in PLANS.items():
        Plan.objects.get_or_create(name=name, defaults=values)


def set_plan(
    subscription: Subscription, plan: Plan, *, actor: User | None = None, reason: str = ""
) -> bool:
    """Put a person on another plan at once, whoever says so: staff, a command, Stripe.

    A trigger carries it to User.tier, and the period's credits become the new plan's, less what
    was used. Nothing is deleted that the new plan has no room for. False: they are on it already.
    Call it inside system().
    """
    held = Subscription.objects.select_for_update(of=("self",)).select_related("plan", "user")
    current = held.get(pk=subscription.pk)
    before, subscription.plan = current.plan, plan
    if before == plan:
        return False
    current.plan = plan
    current.save(update_fields=["plan", "updated_at"])
    if current.current_period_start and current.current_period_end:
        credits.renew(current, current.current_period_start, current.current_period_end)
        subscription.credits_limit = current.credits_limit
    audit.record(
        "subscription.plan",
        actor=actor,
        owner_id=current.user_id,
        resource=current,
        metadata={"from": before.name, "to": plan.name, "reason": reason},
    )
    return True
