"""Where a person stands: what their plan allows, how much of it is used, when it is whole again."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts import rows
from accounts.models import User
from billing import members
from billing.models import CreditBalance, Plan, Subscription, VisitorSpending

# A day is the person's own, see the migration that makes billing_today.
TODAY = """
    SELECT today.day, today.resets_at,
           coalesce(daily.tokens_used, 0), coalesce(daily.messages_sent, 0),
           coalesce(daily.conversations_created, 0), coalesce(daily.documents_uploaded, 0)
    FROM (SELECT %s::uuid AS person) asked CROSS JOIN billing_today(person) today
    LEFT JOIN billing_dailyusage daily ON daily.user_id = person AND daily.date = today.day
"""


@dataclass(frozen=True)
class Today:
    date: dt.date
    resets_at: dt.datetime
    tokens_used: int
    messages_sent: int
    conversations_created: int
    documents_uploaded: int


@dataclass(frozen=True)
class Allowance:
    """One limit: `allowed` of None means that there is none."""

    limit: str
    label: str
    used: int
    allowed: int | None
    resets_at: dt.datetime | None = None
    frees: str = ""  # what makes room, where no time does
    in_bytes: bool = False

    @property
    def left(self) -> int | None:
        return None if self.allowed is None else max(0, self.allowed - self.used)

    @property
    def is_full(self) -> bool:
        return self.allowed is not None and self.used >= self.allowed

    @property
    def is_nearly_full(self) -> bool:
        return self.allowed is not None and self.used * 100 >= self.allowed * 80


def subscription_of(user: User) -> Subscription:
    """With its plan and the balance of its person."""
    return Subscription.objects.select_related("plan", "next_plan", "user__credit_balance").get(
        user=user
    )


def today_of(user: User) -> Today:
    found = rows.first(TODAY, [user.pk])
    return Today(*found)  # type: ignore[misc]


def allowances(held: Subscription, today: Today) -> list[Allowance]:
    """Every limit of the plan."""
    library = held.user.documents.aggregate(count=Count("pk"), size=Coalesce(Sum("file_size"), 0))
    return [*renewed(held, today), *of_library(held.plan, **library), *of_people(held)]


def renewed(held: Subscription, today: Today) -> list[Allowance]:
    """What time gives back."""
    ends = held.current_period_end
    # The period's are spent first; what goes beyond them was bought or granted.
    used = min(held.user.credit_balance.used, held.credits_limit)
    tokens, allowed = today.tokens_used, held.plan.token_limit_daily
    return [
        Allowance("credits", _("Credits of this period"), used, held.credits_limit, ends),
        Allowance("token_limit_daily", _("Tokens today"), tokens, allowed, today.resets_at),
    ]


def of_library(plan: Plan, count: int, size: int) -> list[Allowance]:
    frees = _("Deleting documents makes room.")
    documents, storage = plan.document_limit, plan.storage_limit
    return [
        Allowance("document_limit", _("Documents"), count, documents, frees=frees),
        Allowance("storage_limit", _("Storage"), size, storage, frees=frees, in_bytes=True),
    ]


def of_people(held: Subscription) -> list[Allowance]:
    people, running = members.addresses_of(held.user), held.user.credit_balance.running
    return [
        Allowance(
            "member_limit",
            _("People in your projects"),
            len(people),
            held.plan.member_limit,
            frees=_("Open invitations count."),
        ),
        Allowance(
            "session_limit",
            _("Chats answered at once"),
            running,
            held.plan.session_limit,
            frees=_("Free again as soon as an answer is done."),
        ),
    ]


def besides(held: Subscription, balance: CreditBalance) -> int:
    """Credits bought or granted on top of the period's."""
    return max(0, balance.balance - max(0, held.credits_limit - balance.used))


def spent_by_others(owner: User, chatbot_id: UUID) -> int:
    """Today, of the cap of a chatbot; without a cap nobody counts."""
    spending = VisitorSpending.objects.filter(owner=owner, chatbot_id=chatbot_id)
    row = spending.filter(date=today_of(owner).date).first()
    return row.credits if row else 0
