"""Settings → Credits: every change of the balance, newest first."""

from __future__ import annotations

from itertools import accumulate
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.models import User
from billing import standing
from billing.models import CreditChange

PER_PAGE = 50
LABELS = {
    "grant": gettext_lazy("Granted"),
    "reserve": gettext_lazy("Held"),
    "settle": gettext_lazy("Given back"),
    "refund": gettext_lazy("Refunded"),
    "expire": gettext_lazy("Expired"),
    "top_up": gettext_lazy("Bought"),
}


@login_required
@require_GET
def ledger(request: HttpRequest) -> HttpResponse:
    user = request.user
    held = standing.subscription_of(user)
    before = _before(user, request.GET["before"]) if "before" in request.GET else None
    with timezone.override(user.timezone):
        balance = held.user.credit_balance
        changes, has_older = page_of(user, before)
        context = {
            "held": held,
            "balance": balance,
            "besides": standing.besides(held, balance),
            "changes": changes,
            "oldest": changes[-1] if has_older else None,
            "is_first": before is None,
        }
        return render(request, "billing/credits.html", context)


def page_of(user: User, before: CreditChange | None) -> tuple[list[CreditChange], bool]:
    """The changes older than one, each with the balance `after` it; whether there are more."""
    # Where an answer cost what it had held, nothing was given back.
    older = upto(CreditChange.objects.for_user(user).exclude(amount=0), before)
    rows = list(older.order_by("-created_at", "-pk")[: PER_PAGE + 1])
    changes = rows[:PER_PAGE]
    total = older.aggregate(total=Sum("amount"))["total"] or 0
    amounts = [-change.amount for change in changes[:-1]]
    for change, after in zip(changes, accumulate(amounts, initial=total), strict=False):
        is_taken = change.kind == CreditChange.Kind.GRANT and change.amount < 0
        label = gettext_lazy("Taken") if is_taken else LABELS[change.kind]
        change.after, change.label = after, label  # type: ignore[attr-defined]
    return changes, len(rows) > PER_PAGE


def upto(changes: QuerySet[CreditChange], before: CreditChange | None) -> QuerySet[CreditChange]:
    if before is None:
        return changes
    same_moment = Q(created_at=before.created_at, pk__lt=before.pk)
    return changes.filter(Q(created_at__lt=before.created_at) | same_moment)


def _before(user: User, pk: str) -> CreditChange:
    try:
        return get_object_or_404(CreditChange.objects.for_user(user), pk=UUID(pk))
    except ValueError as error:
        raise Http404 from error
