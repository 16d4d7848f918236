"""Columns that several lists show: large numbers, and the chatbot, whose room is not imported."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import admin
from django.db.models import Model
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.staff_lists import StaffAdmin, page_of


@admin.display(description=_("chatbot"), empty_value="–")
def chatbot(self: StaffAdmin, row: Model) -> str | None:
    """Its page, which may be gone; the tail of its id, since heads are times."""
    known = {model._meta.label: model for model in self.admin_site._registry}
    pk = row.chatbot_id
    if pk is None or "chatbots.Chatbot" not in known:
        return None
    page = page_of(known["chatbots.Chatbot"], pk)
    return format_html('<a href="{}" title="{}"><code>…{}</code></a>', page, pk, str(pk)[-12:])


def number(column: str, description: object = None) -> Callable:
    """With its thousands told apart."""

    @admin.display(description=description or column.replace("_", " "), ordering=column)
    def shown(self: StaffAdmin, row: Model) -> str | None:
        value = getattr(row, column)
        return None if value is None else f"{value:,}"

    return shown
