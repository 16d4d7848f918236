"""Credits: reserve the most an answer can cost, settle what it did cost. Both exactly once.

Chats cost nothing yet (price 0), so a reservation never fails; the calls and the rows are here so
that prices change numbers and not code.
"""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from billing.models import CreditChange, Reservation

HOLD = dt.timedelta(minutes=10)


def reserve(owner_id: UUID, maximum: int, *, reason: str = "") -> Reservation:
    """Hold `maximum` credits of the owner for ten minutes at most."""
    with transaction.atomic():
        reservation = Reservation.objects.create(
            owner_id=owner_id, maximum=maximum, expires_at=timezone.now() + HOLD
        )
        _change(reservation, -maximum, CreditChange.Kind.RESERVE, reason)
    return reservation


def settle(reservation_id: UUID, actual: int, *, reason: str = "") -> bool:
    """Turn a hold into its real cost, giving back the rest. False when it was settled before."""
    with transaction.atomic():
        held = Reservation.objects.select_for_update().filter(
            pk=reservation_id, state=Reservation.State.HELD
        )
        reservation = held.first()
        if reservation is None:
            return False
        reservation.actual = min(actual, reservation.maximum)
        reservation.state = Reservation.State.SETTLED
        reservation.save(update_fields=["actual", "state", "updated_at"])
        rest = reservation.maximum - reservation.actual
        _change(reservation, rest, CreditChange.Kind.SETTLE, reason)
    return True


def settle_expired(limit: int = 500) -> int:
    """Give back whole holds whose process died. Call it inside system()."""
    expired = Reservation.objects.filter(
        state=Reservation.State.HELD, expires_at__lte=timezone.now()
    ).values_list("pk", flat=True)[:limit]
    return sum(settle(pk, 0, reason="expired") for pk in list(expired))


def _change(reservation: Reservation, amount: int, kind: str, reason: str) -> None:
    CreditChange.objects.create(
        owner_id=reservation.owner_id,
        amount=amount,
        kind=kind,
        reservation=reservation,
        reason=reason,
    )
