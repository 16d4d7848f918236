"""What staff do to somebody's credits: given, taken or set, with a reason and an audit row.

What is taken comes off the period's credits first, so that bought ones do not end in their place.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from billing import credits
from billing.models import CreditBalance, CreditChange, Subscription

MOST = 10**12  # credits of one person


class CannotAdjust(ValueError):
    """Its text says why, and what can be done."""


def adjust(
    owner: User, amount: int, *, reason: str, actor: User | None = None, reference: str = ""
) -> bool:
    """Give credits, or take them where `amount` is negative. What running answers hold stays held.

    With a `reference` at most once; False: it was done before. Raises CannotAdjust.
    """
    subscription, held = _held(owner)
    changes = CreditChange.objects.filter(owner_id=owner.pk, reference=reference)
    if reference and changes.exists():
        return False
    after = held.balance + amount
    _check(reason, after)
    who = actor.pk if actor else None
    credits.grant(owner.pk, amount, reason=reason, reference=reference, actor_id=who)
    if amount < 0:
        _shorten_period(subscription, held, -amount)
    told = {"balance": [held.balance, after], "reason": reason}
    audit.record("credits.adjust", actor=actor, owner_id=owner.pk, resource=owner, metadata=told)
    return True


def set_balance(owner: User, wanted: int, *, reason: str, actor: User | None = None) -> int:
    """Bring the balance to `wanted` by one change of the difference; returns what it was."""
    _check(reason, wanted)
    before = _held(owner)[1].balance
    if before != wanted:
        adjust(owner, wanted - before, reason=reason, actor=actor)
    return before


def _held(owner: User) -> tuple[Subscription, CreditBalance]:
    """Nobody reserves, settles or renews until the commit."""
    subscription = Subscription.objects.select_for_update().get(user_id=owner.pk)
    return subscription, CreditBalance.objects.select_for_update().get(owner_id=owner.pk)


def _shorten_period(subscription: Subscription, held: CreditBalance, taken: int) -> None:
    left = min(held.balance, max(0, subscription.credits_limit - held.used))
    subscription.credits_limit -= min(taken, left)
    subscription.save(update_fields=["credits_limit", "updated_at"])


def _check(reason: str, balance: int) -> None:
    if not reason.strip():
        raise CannotAdjust(_("Give a reason: it stands in the ledger."))
    if balance < 0:
        raise CannotAdjust(_("A balance cannot fall below 0. Take fewer credits."))
    if balance > MOST:
        raise CannotAdjust(_("A balance holds %s credits at most.") % f"{MOST:,}")
