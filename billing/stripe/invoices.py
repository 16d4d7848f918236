"""A person's invoices, as Stripe wrote them; read from the mirror, so Stripe may be down."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from billing.models import Subscription

WITHOUT_CENTS = {
    *("bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf"),
    *("ugx", "vnd", "vuv", "xaf", "xof", "xpf"),
}


@dataclass(frozen=True)
class PaidInvoice:
    id: str
    number: str
    created_at: dt.datetime
    total: Decimal
    currency: str
    status: str  # open, paid, uncollectible or void; drafts are not shown
    hosted_url: str
    pdf_url: str


def invoices_of(user: User, limit: int = 100) -> list[PaidInvoice]:
    """The newest first. Call it inside the person's scope."""
    newest = rows_of(user).order_by("-created", "-djstripe_id")
    return [as_invoice(row) for row in newest.values_list("stripe_data", flat=True)[:limit]]


def rows_of(user: User) -> QuerySet[Any]:
    """dj-stripe's, to be filtered and paged. Call it inside the person's scope."""
    from djstripe.models import Invoice

    whose = Subscription.objects.filter(user_id=user.pk, stripe_customer_id__isnull=False)
    customer = whose.values_list("stripe_customer_id", flat=True).first()
    found: QuerySet[Any] = Invoice.objects.filter(customer_id=customer)
    return found.exclude(stripe_data__status="draft") if customer else found.none()


def as_invoice(row: dict[str, Any]) -> PaidInvoice:
    currency = row["currency"]
    return PaidInvoice(
        id=row["id"],
        number=row.get("number") or "",
        created_at=dt.datetime.fromtimestamp(row["created"], dt.UTC),
        total=Decimal(row["total"]) / (1 if currency in WITHOUT_CENTS else 100),
        currency=currency,
        status=row.get("status") or "",
        hosted_url=row.get("hosted_invoice_url") or "",
        pdf_url=row.get("invoice_pdf") or "",
    )
