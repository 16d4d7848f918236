"""Does the ledger add up? Balances, holds and reservations against the changes that made them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts import rows

# One statement sees one moment, so work that goes on meanwhile makes no difference appear.
BALANCES = """
    SELECT person.id, person.email, figure.name, figure.kept, figure.counted
    FROM accounts_user person
    LEFT JOIN billing_creditbalance b ON b.owner_id = person.id
    LEFT JOIN (
        SELECT owner_id, sum(amount) AS amount FROM billing_creditchange GROUP BY owner_id
    ) ledger ON ledger.owner_id = person.id
    LEFT JOIN (
        SELECT owner_id, count(*) AS running, sum(tokens) AS tokens
        FROM billing_reservation WHERE state = 'held' GROUP BY owner_id
    ) held ON held.owner_id = person.id
    CROSS JOIN LATERAL (VALUES
        ('balance', b.balance, coalesce(ledger.amount, 0)),
        ('running', b.running, coalesce(held.running, 0)),
        ('tokens held', b.tokens_held, coalesce(held.tokens, 0))
    ) figure (name, kept, counted)
    WHERE figure.kept IS DISTINCT FROM figure.counted
    ORDER BY person.email, figure.name
"""
# A hold has taken its maximum, a settled one what it cost, a released one nothing.
RESERVATIONS = """
    SELECT r.id, person.email, 'reservation ' || r.id, expected.amount, coalesce(sum(c.amount), 0)
    FROM billing_reservation r
    JOIN accounts_user person ON person.id = r.owner_id
    LEFT JOIN billing_creditchange c ON c.reservation_id = r.id
    CROSS JOIN LATERAL (SELECT CASE r.state
        WHEN 'held' THEN -r.maximum WHEN 'settled' THEN -r.actual ELSE 0 END) expected (amount)
    GROUP BY r.id, person.email, expected.amount
    HAVING coalesce(sum(c.amount), 0) IS DISTINCT FROM expected.amount
    ORDER BY person.email, r.id
"""


@dataclass(frozen=True)
class Difference:
    about: UUID
    email: str
    name: str
    kept: int | None  # in the row itself; None: there is no row
    counted: int  # from what it should be the sum of

    def __str__(self) -> str:
        kept: Any = "nothing" if self.kept is None else f"{self.kept:,}"
        return f"{self.email}: {self.name} is {kept}, the rows say {self.counted:,}"


def differences() -> list[Difference]:
    """Everything that does not add up, of everybody. Call it inside system()."""
    found = [*rows.every(BALANCES, []), *rows.every(RESERVATIONS, [])]
    return [
        Difference(about, email, name, kept, int(counted))
        for about, email, name, kept, counted in found
    ]
