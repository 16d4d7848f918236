"""What Stripe says of one customer: the only thing that changes anything here."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import stripe

from accounts import rows
from billing.stripe.connection import asking

PAGE = 100


@dataclass(frozen=True)
class Reading:
    began_at: dt.datetime
    """By the database's clock; what is read later is at least as new."""
    customer_id: str
    subscriptions: list[stripe.Subscription]
    paid_sessions: list[stripe.checkout.Session]
    invoices: list[stripe.Invoice]

    @property
    def had_trial(self) -> bool:
        return any(one.trial_start for one in self.subscriptions)


def read(customer_id: str) -> Reading:
    """Raises StripeRefused. No transaction may be open."""
    began = rows.first("SELECT clock_timestamp()", [])
    whose: Any = {"customer": customer_id, "limit": PAGE}
    every: Any = {**whose, "status": "all", "expand": ["data.latest_invoice"]}
    complete: Any = {**whose, "status": "complete"}
    with asking() as api:
        return Reading(
            began_at=began[0],  # type: ignore[index]
            customer_id=customer_id,
            subscriptions=list(api.v1.subscriptions.list(every).auto_paging_iter()),
            paid_sessions=[
                session
                for session in api.v1.checkout.sessions.list(complete).auto_paging_iter()
                if session.payment_status == "paid"
            ],
            invoices=list(api.v1.invoices.list(whose).auto_paging_iter()),
        )
