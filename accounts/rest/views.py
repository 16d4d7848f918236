"""What the API's views have in common: rows of the signed-in person, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from accounts.rest.access import within_limit


class ApiView(GenericAPIView):
    """Every view's base. OPTIONS is a method like others: not allowed, and not in Allow."""

    http_method_names = ["get", "post", "patch", "delete", "head"]

    def finalize_response(
        self, request: Request, response: HttpResponseBase, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        if allowance := getattr(request, "allowance", None):
            allowance.tell(response)
        return super().finalize_response(request, response, *args, **kwargs)


class OwnRows(ApiView):
    """`area` names the key scopes; `queryset` is cut to the person's own rows in one place.

    Keys limited to a chatbot may use the `limited_methods`, and find the rows whose
    `chatbot_field` is that chatbot; those limited to a project the
    `project_methods` (the same, unless named) and rows whose `project_field` (the chatbot's) it is.
    """

    area: str
    limited_methods: tuple[str, ...] = ()
    chatbot_field = ""
    project_methods: tuple[str, ...] | None = None
    project_field = ""
    orderings: tuple[str, ...] = ("-created_at",)

    def get_queryset(self) -> QuerySet[Any]:
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows.none()
        return self.within_limit(self.reached(rows))

    def reached(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Those of the rows that the person may reach here."""
        return rows.for_user(self.request.user)

    def within_limit(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return within_limit(rows, self.request, self.chatbot_field, self.project_field)


class OwnRowsViewSet(OwnRows, GenericViewSet):
    lookup_value_converter = "uuid"


def each_or_404(rows: QuerySet[Any], ids: Iterable[UUID]) -> list[Any]:
    """The rows with these ids, in the order given; 404 as soon as one is not among `rows`."""
    wanted = list(dict.fromkeys(ids))
    found = rows.in_bulk(wanted) if wanted else {}
    if len(found) < len(wanted):
        raise Http404
    return [found[pk] for pk in wanted]
