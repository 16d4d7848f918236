"""What a request may bring, and that every answer is JSON whatever it says it accepts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, BinaryIO

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import JSONParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from accounts.rest.problems import too_large


class LimitedJSONParser(JSONParser):
    """JSON of a bounded size and depth, as UTF-8 that PostgreSQL can store."""

    def parse(
        self,
        stream: BinaryIO,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise too_large()
        try:
            parsed = json.loads(raw.decode(), parse_constant=_refuse)
            json.dumps(parsed, ensure_ascii=False).encode()  # half a surrogate pair fails here
        except (ValueError, RecursionError) as error:
            raise ParseError(_reason(error)) from error
        return parsed


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"The body is not valid JSON. See line {error.lineno}, column {error.colno}."
    return "The body is not valid JSON in UTF-8, or it nests too deep."


def _refuse(constant: str) -> None:
    raise ValueError(constant)


class AlwaysJSON(BaseContentNegotiation):
    """`Accept` and `?format=` choose nothing: an event stream's client gets its errors as JSON."""

    def select_parser(self, request: Request, parsers: list[Any]) -> Any:
        kind = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == kind), None)

    def select_renderer(
        self, request: Request, renderers: list[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type or ""
