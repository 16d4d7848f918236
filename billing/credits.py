"""Credits: reserve the most an answer can cost, settle what it did cost; grants and periods.

Both happen exactly once, and the balance is the sum of the ledger by a trigger. Call these inside
the scope of who pays, or in system().
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from psycopg.types.json import Jsonb
from uuid_utils.compat import uuid7

from accounts import rows
from accounts.models import User
from billing.charges import Charge
from billing.models import CreditBalance, CreditChange, Reservation, Subscription
from billing.refused import refusal

HOLD = dt.timedelta(minutes=10)
RESERVE = "SELECT billing_reserve(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
HOLD_TOKENS = "SELECT billing_hold_tokens(%s, %s)"
SETTLE = "SELECT billing_settle(%s, %s, %s, %s)"


def reserve(owner_id: UUID, charge: Charge) -> UUID:
    """Hold it for ten minutes at most; raises QuotaExceeded when something is in the way."""
    reservation = uuid7()
    given = [owner_id, reservation, uuid7(), charge.credits, charge.tokens]
    given += [Jsonb(charge.price.as_json()), charge.reason, HOLD, charge.chatbot_id, charge.cap]
    found = rows.first(RESERVE, given)
    if found and found[0]:
        raise refusal(found[0], owner_id, charge)
    return reservation


def hold_tokens(reservation: UUID, wanted: int) -> int:
    """Hold up to `wanted` of the day's tokens in all; returns how many are held then."""
    found = rows.first(HOLD_TOKENS, [reservation, wanted])
    return (found and found[0]) or 0


def settle(reservation: UUID | None, actual: int, *, reason: str = "") -> bool:
    """Turn a hold into its real cost, giving back the rest. False when it was settled before."""
    found = rows.first(SETTLE, [reservation, actual, uuid7(), reason])
    return bool(found and found[0])


def settle_expired(limit: int = 500) -> int:
    """Give back whole holds whose process died. Call it inside system()."""
    expired = Reservation.objects.filter(
        state=Reservation.State.HELD, expires_at__lte=timezone.now()
    ).values_list("pk", flat=True)[:limit]
    return sum(settle(pk, 0, reason="expired") for pk in list(expired))


def balance_of(user: User) -> CreditBalance:
    return CreditBalance.objects.get(owner_id=user.pk)


def grant(
    owner_id: UUID,
    amount: int,
    *,
    kind: str = CreditChange.Kind.GRANT,
    reason: str = "",
    reference: str = "",
    actor_id: UUID | None = None,
) -> bool:
    """Add credits, or take them away; with a `reference` at most once. False: it was done before.

    Raises IntegrityError when the balance would fall below zero.
    """
    change = CreditChange(
        owner_id=owner_id,
        amount=amount,
        kind=kind,
        reason=reason,
        reference=reference,
        actor_id=actor_id,
    )
    held = CreditBalance.objects.select_for_update().filter(owner_id=owner_id).exists()
    if not held or (reference and _was_granted(owner_id, reference)):
        return False
    change.save(force_insert=True)
    return True


def _was_granted(owner_id: UUID, reference: str) -> bool:
    return CreditChange.objects.filter(owner_id=owner_id, reference=reference).exists()


def renew(subscription: Subscription, start: dt.datetime, end: dt.datetime) -> bool:
    """Begin a period: what is left of the last one's credits expires, the plan's are granted.

    Credits bought or granted besides stay. Once for a start and a plan, unless another plan was
    taken in between. Locks the subscription.
    """
    held = Subscription.objects.select_for_update(of=["self"]).select_related("plan")
    current = held.get(pk=subscription.pk)
    reference = f"period:{start.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S}:{current.plan.name}"
    balance = CreditBalance.objects.select_for_update().get(owner_id=current.user_id)
    is_same_period = current.current_period_start == start
    earlier = CreditChange.objects.filter(
        Q(reference=reference) | Q(reference__startswith=f"{reference}#"), owner_id=current.user_id
    )
    if times := earlier.count():
        if not is_same_period or _latest_period(current) in set(earlier.values_list("pk")):
            return False
        reference += f"#{times + 1}"
    left = min(balance.balance, max(0, current.credits_limit - balance.used))
    if left:
        grant(current.user_id, -left, kind=CreditChange.Kind.EXPIRE, reason="period ended")
    _begin(current, start, end, used=balance.used if is_same_period else 0)
    amount = max(0, current.credits_limit - (balance.used if is_same_period else 0))
    grant(current.user_id, amount, reason=f"{current.plan.name} plan", reference=reference)
    _copy(current, subscription)
    return True


def _latest_period(current: Subscription) -> tuple[UUID] | None:
    """The grant that the present credits of the period are of."""
    grants = CreditChange.objects.filter(
        owner_id=current.user_id, reference__startswith="period:"
    ).order_by("-created_at", "-pk")
    return grants.values_list("pk").first()


def _begin(current: Subscription, start: dt.datetime, end: dt.datetime, *, used: int) -> None:
    current.current_period_start, current.current_period_end = start, end
    current.credits_limit = current.plan.credits_monthly
    changed = ["current_period_start", "current_period_end", "credits_limit", "updated_at"]
    current.save(update_fields=changed)
    CreditBalance.objects.filter(owner_id=current.user_id).update(used=used)


def _copy(current: Subscription, shown: Subscription) -> None:
    names: tuple[Any, ...] = ("current_period_start", "current_period_end", "credits_limit")
    for name in names:
        setattr(shown, name, getattr(current, name))
