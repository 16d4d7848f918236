"""The plans that always exist. Prices and limits are then the staff's to change."""

from __future__ import annotations

from typing import Any

from django.apps import apps as current_apps
from django.apps.registry import Apps

from billing.models import Plan, Subscription

GIB = 2**30
PLANS: dict[str, dict[str, Any]] = {
    "free": {
        "description": "For trying KyroChat with your own documents.",
        "token_limit_daily": 1_000_000,
        "document_limit": 1_000,
        "storage_limit": 2 * GIB,
        "session_limit": 20,
        "member_limit": 1,
    },
    "pro": {
        "description": "For people who work with their documents every day.",
        "price_monthly": 20,
        "token_limit_daily": 5_000_000,
        "document_limit": 20_000,
        "storage_limit": 50 * GIB,
        "session_limit": 200,
        "member_limit": 10,
        "credits_monthly": 2_000,
    },
    "enterprise": {
        "description": "For organisations. No limits but the machine's.",
        "price_monthly": 200,
        "credits_monthly": 50_000,
    },
}


def ensure_plans(apps: Apps = current_apps, **_: object) -> None:
    """Add missing plans after each migration; existing ones keep what staff made of them."""
    if "plan" not in apps.all_models["billing"]:
        return  # migrated back to where there is no table
    for name, values in PLANS.items():
        Plan.objects.get_or_create(name=name, defaults=values)


def set_plan(subscription: Subscription, plan: Plan) -> None:
    """Put a person on another plan at once; a trigger carries it to User.tier."""
    subscription.plan = plan
    subscription.credits_limit = plan.credits_monthly
    subscription.save(update_fields=["plan", "credits_limit", "updated_at"])
