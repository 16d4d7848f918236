"""The plans as anybody may see them, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from billing import stripe
from billing.included import included, number
from billing.models import Plan


@dataclass(frozen=True)
class Priced:
    plan: Plan

    @property
    def is_sold(self) -> bool:
        """Whether it can be bought here; else staff give it."""
        return stripe.is_configured() and bool(self.plan.stripe_price_id)

    @property
    def included(self) -> list[str]:
        return included(self.plan)


@dataclass(frozen=True)
class Row:
    """One limit or feature: a text for each plan; True and False are a tick and its absence."""

    label: str
    cells: list[str | bool]


def on_offer() -> list[Priced]:
    plans: QuerySet[Plan] = Plan.objects.filter(is_active=True)
    return [Priced(plan) for plan in plans]


def compared(offered: list[Priced]) -> list[Row]:
    """Every limit of every plan; it stands nowhere else."""
    plans = [each.plan for each in offered]
    return [*_limits(plans), *_features(plans)]


def _limits(plans: list[Plan]) -> list[Row]:
    labels = {
        "credits_monthly": _("Credits a month"),
        "token_limit_daily": _("Tokens a day"),
        "document_limit": _("Documents"),
        "storage_limit": _("Storage"),
        "attachment_limit": _("Files in one conversation"),
        "session_limit": _("Conversations answered at once"),
        "member_limit": _("Other people in your projects"),
    }
    return [
        Row(label, [_amount(name, getattr(plan, name)) for plan in plans])
        for name, label in labels.items()
    ]


def _amount(name: str, limit: int | None) -> str:
    if limit is None:
        return _("no limit")
    return filesizeformat(limit) if name == "storage_limit" else number(limit)


def _features(plans: list[Plan]) -> list[Row]:
    def has(name: str) -> list[str | bool]:
        return [bool(plan.features.get(name, True)) for plan in plans]

    return [
        Row(_("Models"), [_models(plan.features.get("models")) for plan in plans]),
        Row(_("API and keys"), has("api")),
        Row(_("Workflows"), has("workflows")),
        Row(_("Widget without our name"), [not shown for shown in has("widget_branding")]),
    ]


def _models(names: Any) -> str:
    return _("all") if names is None else ", ".join(names) or _("offline reader")
