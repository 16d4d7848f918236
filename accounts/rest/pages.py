"""Lists in pages cut by the last row seen: nothing is skipped or repeated while rows change."""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

DEFAULT_LIMIT = 50
MAX_LIMIT = 200


class CursorPages(BasePagination):
    """Ordered by one of the view's `orderings` (the first unless asked), then by id, same way.

    A cursor is signed, so it can be trusted to hold values the database accepts.
    """

    def paginate_queryset(
        self, queryset: QuerySet[Any], request: Request, view: Any = None
    ) -> list[Any]:
        self.request = request
        self.ordering = _chosen_ordering(request, view)
        self.cursor = _read_cursor(request, self.ordering)
        limit = _read_limit(request)
        rows = list(self._rows(queryset)[: limit + 1])
        self.has_more, self.page = len(rows) > limit, rows[:limit]
        if self._backwards:
            self.page.reverse()
        return self.page

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next": self._next(), "previous": self._previous()})

    @property
    def _backwards(self) -> bool:
        return bool(self.cursor and self.cursor["back"])

    def _rows(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        name = self.ordering.lstrip("-")
        falling = self.ordering.startswith("-") != self._backwards
        sign, side = ("-", "lt") if falling else ("", "gt")
        rows = queryset.order_by(f"{sign}{name}", f"{sign}pk")
        if self.cursor is None:
            return rows
        value, pk = self.cursor["value"], self.cursor["pk"]
        beyond = Q(**{f"{name}__{side}": value}) | Q(**{f"pk__{side}": pk})
        return rows.filter(Q(**{f"{name}__{side}e": value}) & beyond)

    def _next(self) -> str | None:
        there_is = self._backwards or self.has_more
        return self._link(self.page[-1], back=False) if there_is and self.page else None

    def _previous(self) -> str | None:
        there_is = self.has_more if self._backwards else self.cursor is not None
        return self._link(self.page[0], back=True) if there_is and self.page else None

    def _link(self, row: Model, *, back: bool) -> str:
        field = row._meta.get_field(self.ordering.lstrip("-"))
        cursor = {
            "order": self.ordering,
            "back": back,
            "value": field.value_to_string(row),  # type: ignore[union-attr]
            "pk": str(row.pk),
        }
        url = self.request.build_absolute_uri()
        return replace_query_param(url, "cursor", signing.dumps(cursor, salt="cursor"))

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["results", "next", "previous"],
            "properties": {"results": schema, "next": link, "previous": link},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        number = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
        choices = {"type": "string", "enum": list(view.orderings), "default": view.orderings[0]}
        wanted = {
            "limit": (number, "Rows on a page."),
            "cursor": ({"type": "string"}, "Where to go on; take it from `next` or `previous`."),
            "ordering": (choices, "What the rows are sorted by; `-` means falling."),
        }
        if len(view.orderings) == 1:
            del wanted["ordering"]
        return [
            {"name": name, "in": "query", "required": False, "description": text, "schema": schema}
            for name, (schema, text) in wanted.items()
        ]


def _read_limit(request: Request) -> int:
    given = request.query_params.get("limit", str(DEFAULT_LIMIT))
    limit = int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 0
    if not 1 <= limit <= MAX_LIMIT:
        raise ValidationError({"limit": [_("A number from 1 to %s.") % MAX_LIMIT]})
    return limit


def _chosen_ordering(request: Request, view: Any) -> str:
    chosen = request.query_params.get("ordering", view.orderings[0])
    if chosen not in view.orderings:
        raise ValidationError({"ordering": [_("One of %s.") % ", ".join(view.orderings)]})
    return chosen


def _read_cursor(request: Request, ordering: str) -> dict[str, Any] | None:
    if "cursor" not in request.query_params:
        return None
    try:
        cursor = signing.loads(request.query_params["cursor"], salt="cursor")
    except signing.BadSignature:
        cursor = {}
    if cursor.get("order") != ordering:
        raise ValidationError({"cursor": [_("Not a cursor of this list in this order.")]})
    return cursor
