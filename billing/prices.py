"""What a use of a model is charged: the rule in force, its arithmetic, and its snapshot in a row.

A rule that was closed or added counts in every process within half a minute; what is held by then
is settled by the rule it was held by.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, fields
from decimal import ROUND_CEILING, Decimal
from typing import Any
from uuid import UUID

from django.apps import apps as current_apps
from django.apps.registry import Apps
from django.utils import timezone

from billing.models import PriceRule, RequestType
from providers.base import Usage

REMEMBERED_SECONDS = 30


@dataclass(frozen=True)
class Price:
    """Credits per request and per 1,000 tokens; money per million tokens of each direction."""

    rule: UUID | None = None
    currency: str = "usd"
    credits_request: int = 0
    credits_input: Decimal = Decimal(0)
    credits_output: Decimal = Decimal(0)
    cost_input: Decimal = Decimal(0)
    cost_output: Decimal = Decimal(0)
    own_key: bool = False  # its owner pays the vendor, and us nothing

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Price:
        known = {each.name for each in fields(cls)}
        values = {name: value for name, value in kept.items() if name in known}
        for name in ("credits_input", "credits_output", "cost_input", "cost_output"):
            values[name] = Decimal(values.get(name, 0))
        return cls(**values)

    def as_json(self) -> dict[str, Any]:
        if self.own_key:
            return {"own_key": True}
        return {each.name: _plain(getattr(self, each.name)) for each in fields(self)[:-1]}

    def credits(self, tokens_input: int, tokens_output: int) -> int:
        """What that many tokens of one request are charged; begun credits count whole."""
        tokens = tokens_input * self.credits_input + tokens_output * self.credits_output
        return self.credits_request + int((tokens / 1000).to_integral_value(ROUND_CEILING))

    def cost(self, usage: Usage) -> Decimal:
        """What the vendor is paid for it, in `currency`."""
        paid = usage.tokens_input * self.cost_input + usage.tokens_output * self.cost_output
        return paid / 1_000_000

    def snapshot(self, usage: Usage) -> dict[str, Any]:
        """As it stands in a usage row: by which rule, in which currency, at what cost."""
        if self.own_key:
            return {"own_key": True}
        return {**self.as_json(), "cost": str(self.cost(usage).normalize()), "exact": usage.exact}


FREE = Price()
OWN_KEY = Price(own_key=True)
_rules: tuple[float, list[PriceRule]] = (0.0, [])


def price_of(kind: RequestType, model: str, *, own_key: bool = False) -> Price:
    """By the open rule whose model fits closest; free where none fits."""
    if own_key:
        return OWN_KEY
    fitting = [rule for rule in _open_rules() if rule.kind == kind and _fits(rule.model, model)]
    if not fitting:
        return FREE
    rule = max(fitting, key=lambda rule: len(rule.model))
    values = {each.name: getattr(rule, each.name) for each in fields(Price)[1:-1]}
    return Price(rule=rule.pk, **values)


def forget() -> None:
    """Read the rules anew at the next use."""
    global _rules
    _rules = (0.0, [])


def change_price(rule: PriceRule) -> PriceRule:
    """Put a new rule into force in place of the open one of its model and kind. In system()."""
    now = timezone.now()
    same = PriceRule.objects.filter(model=rule.model, kind=rule.kind, valid_until__isnull=True)
    same.update(valid_until=now)
    rule.valid_from = now
    rule.save(force_insert=True)
    forget()
    return rule


def ensure_prices(apps: Apps = current_apps, **_: object) -> None:
    """An answer costs one credit until staff say otherwise."""
    if "pricerule" not in apps.all_models["billing"]:
        return  # migrated back to where there is no table
    if not PriceRule.objects.filter(kind=RequestType.RAG).exists():
        PriceRule.objects.create(kind=RequestType.RAG, credits_request=1)


def _open_rules() -> list[PriceRule]:
    global _rules
    read_at, rules = _rules
    if not rules or time.monotonic() - read_at > REMEMBERED_SECONDS:
        rules = list(PriceRule.objects.filter(valid_until__isnull=True))
        _rules = (time.monotonic(), rules)
    return rules


def _fits(pattern: str, model: str) -> bool:
    return pattern in ("", model) or (pattern.endswith("/") and model.startswith(pattern))


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal | UUID) else value
