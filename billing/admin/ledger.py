"""Credits to read: balances, every change of them, what is held, what visitors spent."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.staff_lists import ReadOnlyAdmin, SeeAlso, link, link_by_id
from billing.admin.columns import chatbot, number
from billing.models import CreditBalance, CreditChange, Reservation, VisitorSpending


@admin.register(CreditBalance)
class CreditBalanceAdmin(ReadOnlyAdmin):
    person = link("owner")
    left, used_now = number("balance"), number("used")
    held = number("tokens_held")
    list_display = ["left", "person", "used_now", "running", "held", "updated_at"]
    list_filter = ["updated_at"]
    list_select_related = ["owner"]
    search_fields = ["owner__email"]
    ids = ["owner"]
    fields = ["owner", "balance", "ledger", "used", "running", "tokens_held", "updated_at"]
    readonly_fields = ["ledger"]
    see_also = [
        SeeAlso("billing.CreditChange", "owner"),
        SeeAlso("billing.Reservation", "owner"),
        SeeAlso("billing.Subscription", "user"),
    ]

    @admin.display(description=gettext_lazy("sum of the ledger"))
    def ledger(self, balance: CreditBalance) -> str:
        """Equal by a trigger; `manage.py check_ledger` compares everybody's."""
        changes = CreditChange.objects.filter(owner_id=balance.pk)
        total = changes.aggregate(total=Sum("amount"))["total"] or 0
        text = _("%s, equal") if total == balance.balance else _("%s: differs from the balance")
        return text % f"{total:,}"


@admin.register(CreditChange)
class CreditChangeAdmin(ReadOnlyAdmin):
    person = link("owner")
    actor = link_by_id("actor_id")
    change = number("amount")
    list_display = ["created_at", "person", "kind", "change", "reason", "reference", "actor"]
    list_filter = ["kind", "created_at"]
    list_select_related = ["owner"]
    search_fields = ["reason", "reference"]
    ids = ["id", "owner", "reservation"]


@admin.register(Reservation)
class ReservationAdmin(ReadOnlyAdmin):
    person = link("owner")
    chatbot = chatbot
    list_display = ["created_at", "person", "maximum", "actual", "tokens", "state", "expires_at"]
    list_filter = ["state", "created_at", "expires_at"]
    list_select_related = ["owner"]
    ids = ["id", "owner"]
    fields = [
        *("id", "owner", "state", "maximum", "actual", "tokens", "price", "chatbot", "day"),
        *("expires_at", "created_at", "updated_at"),
    ]
    readonly_fields = ["chatbot"]
    see_also = [SeeAlso("billing.CreditChange", "reservation")]


@admin.register(VisitorSpending)
class VisitorSpendingAdmin(ReadOnlyAdmin):
    person = link("owner")
    chatbot = chatbot
    list_display = ["date", "chatbot", "person", "credits"]
    list_filter = ["date"]
    list_select_related = ["owner"]
    ordering = ["-date", "-pk"]
    ids = ["owner", "chatbot_id"]
    fields = ["owner", "chatbot", "date", "credits"]
    readonly_fields = ["chatbot"]
