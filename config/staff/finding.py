"""Who carries this id? Every table that staff may see, asked through its indexes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Model
from django.http import HttpRequest
from django.utils.http import urlencode

from accounts.staff_lists import StaffAdmin, list_of, page_of

if TYPE_CHECKING:
    from config.staff.site import StaffSite

SHOWN = 5  # rows of each table; its list has the others
TIMES = ("created_at", "action_time", "date")


@dataclass(frozen=True)
class Row:
    text: str
    url: str
    at: Any


@dataclass(frozen=True)
class Found:
    name: str
    rows: list[Row]
    list_url: str
    has_more: bool


def find(site: StaffSite, request: HttpRequest, term: str) -> list[Found]:
    """Tables with rows of this request id, id or e-mail address, in the order of the start page."""
    found = []
    for model in (held["model"] for app in site.get_app_list(request) for held in app["models"]):
        model_admin = site.get_model_admin(model)
        if isinstance(model_admin, StaffAdmin) and model_admin.has_view_permission(request):
            found += _rows_of(model, model_admin, request, term)
    return found


def _rows_of(model: type[Model], model_admin: StaffAdmin, request: HttpRequest, term: str):
    condition = model_admin.found_by(term) or model_admin.of_request(term)
    if condition is None:
        return
    rows = list(model_admin.get_queryset(request).filter(condition)[: SHOWN + 1])
    if rows:
        yield Found(
            name=str(model._meta.verbose_name_plural),
            rows=[Row(str(row), page_of(model, row.pk), _time_of(row)) for row in rows[:SHOWN]],
            list_url=f"{list_of(model)}?{urlencode({'q': term})}",
            has_more=len(rows) > SHOWN,
        )


def _time_of(row: Model) -> Any:
    return next((getattr(row, name) for name in TIMES if hasattr(row, name)), None)
