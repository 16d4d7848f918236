"""Credits: reserve the most an answer can cost, settle what it did cost. Both exactly once.

Chats cost nothing yet (price 0), so a reservation never fails; the calls and the rows are here so
that prices change numbers and not code.
"""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts import rows
from billing.models import CreditChange, Reservation

HOLD = dt.timedelta(minutes=10)
# Whoever comes second waits for the first one's commit, and then finds nothing held.
SETTLE = """
    WITH settled AS (
        UPDATE billing_reservation
        SET actual = least(%s, maximum), state = 'settled', updated_at = now()
        WHERE id = %s AND state = 'held'
        RETURNING id, owner_id, maximum - actual AS rest
    )
    INSERT INTO billing_creditchange
        (id, owner_id, amount, kind, reservation_id, reason, created_at)
    SELECT %s, owner_id, rest, 'settle', id, %s, clock_timestamp() FROM settled
    RETURNING reservation_id
"""


def reserve(owner_id: UUID, maximum: int, *, reason: str = "") -> Reservation:
    """Hold `maximum` credits of the owner for ten minutes at most."""
    reservation = Reservation(owner_id=owner_id, maximum=maximum, expires_at=timezone.now() + HOLD)
    change = CreditChange(
        owner_id=owner_id,
        amount=-maximum,
        kind=CreditChange.Kind.RESERVE,
        reservation_id=reservation.pk,
        reason=reason,
    )
    rows.insert(reservation, change)
    return reservation


def settle(reservation_id: UUID, actual: int, *, reason: str = "") -> bool:
    """Turn a hold into its real cost, giving back the rest. False when it was settled before."""
    return rows.first(SETTLE, [actual, reservation_id, uuid7(), reason]) is not None


def settle_expired(limit: int = 500) -> int:
    """Give back whole holds whose process died. Call it inside system()."""
    expired = Reservation.objects.filter(
        state=Reservation.State.HELD, expires_at__lte=timezone.now()
    ).values_list("pk", flat=True)[:limit]
    return sum(settle(pk, 0, reason="expired") for pk in list(expired))
