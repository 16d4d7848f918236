"""Plans, credits, and what was used."""

from billing.models.ledger import (
    CreditBalance,
    CreditChange,
    CreditChangeQuerySet,
    Reservation,
    VisitorSpending,
)
from billing.models.plan import CreditPack, Plan, PriceRule
from billing.models.subscription import Subscription
from billing.models.usage import DailyUsage, RequestType, UsageAlert, UsageRecord

__all__ = [
    "CreditBalance",
    "CreditChange",
    "CreditChangeQuerySet",
    "CreditPack",
    "DailyUsage",
    "Plan",
    "PriceRule",
    "RequestType",
    "Reservation",
    "Subscription",
    "UsageAlert",
    "UsageRecord",
    "VisitorSpending",
]
