"""Entity tags: what has not changed is not sent again, what has changed is not overwritten blindly.

A tag is the digest of the answer itself, so it is right whatever wrote the row.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import get_list_or_404
from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.problems import Problem
from accounts.rest.views import OwnRowsViewSet


def tag_of(shown: Any) -> str:
    return f'"{hashlib.sha256(JSONRenderer().render(shown)).hexdigest()[:40]}"'


def not_modified(request: Request, tag: str) -> Response | None:
    """304 without a body when the caller has what the tag stands for."""
    known = [known.removeprefix("W/") for known in parse_etags(_header(request, "If-None-Match"))]
    if request.method in {"GET", "HEAD"} and ("*" in known or tag in known):
        return Response(status=304, headers={"ETag": tag})
    return None


class TaggedRows(OwnRowsViewSet):
    """Single objects carry an `ETag`; changes and deletions honour `If-Match`.

    An action that knows a cheaper tag than the digest of its answer sets it itself.
    """

    tagged_actions: tuple[str, ...] = ("retrieve", "partial_update")

    def get_object(self) -> Any:
        wanted = _header(self.request, "If-Match")
        if not wanted or self.request.method not in {"PATCH", "DELETE"}:
            return super().get_object()
        rows = self.get_queryset().order_by().select_for_update(of=("self",))
        get_list_or_404(rows.values_list("pk"), pk=self.kwargs["pk"])  # nobody changes it now
        row = super().get_object()
        if wanted.strip() != "*" and self._tag(row) not in parse_etags(wanted):
            detail = _("This has changed since you read it. Read it again, then decide.")
            raise Problem(412, "precondition_failed", detail)
        return row

    def _tag(self, row: Any) -> str:
        return tag_of(self.get_serializer(row).data)

    def finalize_response(
        self, request: Request, response: HttpResponseBase, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        is_ours = self.action in self.tagged_actions and response.status_code == 200
        if is_ours and "ETag" not in response.headers and isinstance(response, Response):
            tag = response["ETag"] = tag_of(response.data)
            response = not_modified(request, tag) or response
        return super().finalize_response(request, response, *args, **kwargs)


def _header(request: Request, name: str) -> str:
    return request.headers.get(name, "")
