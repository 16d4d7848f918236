"""What staff do to somebody's credits: given, taken or set, with a reason and an audit row."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from billing import credits
from billing.models import CreditBalance, CreditChange

MOST = 10**12  # credits of one person


class CannotAdjust(ValueError):
    """Its text says why, and what can be done."""


def adjust(
    owner: User, amount: int, *, reason: str, actor: User | None = None, reference: str = ""
) -> bool:
    """Give credits, or take them where `amount` is negative. What running answers hold stays held.

    With a `reference` at most once; False: it was done before. Raises CannotAdjust.
    """
    # Nobody reserves or settles until the commit.
    before = CreditBalance.objects.select_for_update().get(owner_id=owner.pk).balance
    changes = CreditChange.objects.filter(owner_id=owner.pk, reference=reference)
    if reference and changes.exists():
        return False
    _check(reason, before + amount)
    credits.grant(
        owner.pk, amount, reason=reason, reference=reference, actor_id=actor.pk if actor else None
    )
    _note(owner, actor, reason, before, before + amount)
    return True


def set_balance(owner: User, wanted: int, *, reason: str, actor: User | None = None) -> int:
    """Bring the balance to `wanted` by one change of the difference; returns what it was."""
    _check(reason, wanted)
    before = credits.set_balance(
        owner.pk, wanted, reason=reason, actor_id=actor.pk if actor else None
    )
    if before != wanted:
        _note(owner, actor, reason, before, wanted)
    return before


def _check(reason: str, balance: int) -> None:
    if not reason.strip():
        raise CannotAdjust(_("Give a reason: it stands in the ledger."))
    if balance < 0:
        raise CannotAdjust(_("A balance cannot fall below 0. Take fewer credits."))
    if balance > MOST:
        raise CannotAdjust(_("A balance holds %s credits at most.") % f"{MOST:,}")


def _note(owner: User, actor: User | None, reason: str, before: int, after: int) -> None:
    told = {"balance": [before, after], "reason": reason}
    audit.record("credits.adjust", actor=actor, owner_id=owner.pk, resource=owner, metadata=told)
