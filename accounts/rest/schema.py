"""OpenAPI that tells the whole truth: the errors every operation can give, and closed bodies."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from accounts.rest.access import scope_of
from accounts.rest.problems import MEDIA_TYPE
from accounts.rest.strict import StrictSerializer

Method = TypeVar("Method", bound=Callable[..., Any])


class ProblemSerializer(serializers.Serializer):
    """Problem details (RFC 9457). `code` is stable; `detail` is for people."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    errors = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="Field → messages.",
    )


class QuotaProblemSerializer(ProblemSerializer):
    """What the plan does not allow, `code` being `quota_exceeded`."""

    limit = serializers.CharField(help_text="Which limit of the plan was met.")
    value = serializers.IntegerField(help_text="Its size.")
    left = serializers.IntegerField(help_text="What of it is left.")
    resets_at = serializers.DateTimeField(
        allow_null=True, help_text="When it is whole again; null: not by waiting."
    )


def fails_with(*statuses: int) -> Callable[[Method], Method]:
    """Declare the errors of one operation beyond those that all have."""

    def declare(method: Method) -> Method:
        method.fails_with = statuses  # type: ignore[attr-defined]
        return method

    return declare


_KEY_HEADER = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    description="Chosen by the client. The same request with the same key within 24 hours is "
    "told the first answer (with `Idempotency-Replayed: true`) and does nothing.",
)
_TAG_HEADER = OpenApiParameter(
    "ETag", str, OpenApiParameter.HEADER, description="Of what is shown.", response=[200]
)
_IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="An `ETag`: 304 while it holds."
)
_IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="An `ETag`: 412 when it holds no more."
)
_RATE_HEADERS = [
    OpenApiParameter(name, int, OpenApiParameter.HEADER, description=text, response=True)
    for name, text in (
        ("RateLimit-Limit", "Requests of this kind allowed a minute."),
        ("RateLimit-Remaining", "How many of them are left."),
        ("RateLimit-Reset", "Seconds until all of them are back."),
    )
]


class ContractSchema(AutoSchema):
    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation = super().get_operation(*args, **kwargs)
        if operation is not None:
            scope = f"Scope of the API key: `{scope_of(self.view, self.method)}`."
            told = operation.get("description", "")
            operation["description"] = f"{told}\n\n{scope}".strip()
        return operation

    def get_tags(self) -> list[str]:
        named = getattr(self.view, "schema_tags", None)
        return list(named or super().get_tags())

    def get_description(self) -> str:
        """The method's own words; a class's docstring speaks to us, not to integrators."""
        return inspect.getdoc(self._method()) or ""

    def get_override_parameters(self) -> list[OpenApiParameter]:
        own = [_KEY_HEADER] if self._takes_key() else []
        if self._is_tagged():
            own += [_TAG_HEADER, *([_IF_NONE_MATCH] if self.method == "GET" else [])]
        if self._is_conditional():
            own.append(_IF_MATCH)
        return [*_RATE_HEADERS, *own]

    def _takes_key(self) -> bool:
        return getattr(self._method(), "takes_key", False)

    def _is_tagged(self) -> bool:
        return getattr(self.view, "action", None) in getattr(self.view, "tagged_actions", ())

    def _is_conditional(self) -> bool:
        """A change of one tagged object."""
        is_change = self.method in {"PATCH", "DELETE"}
        return is_change and hasattr(self.view, "tagged_actions")

    def _method(self) -> Any:
        return getattr(self.view, getattr(self.view, "action", None) or self.method.lower(), None)

    def _get_response_bodies(self, direction: str = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        for status in self._failures():
            bodies.setdefault(str(status), self._problem(str(status), direction))
        if self._is_tagged() and self.method == "GET":
            bodies["304"] = {"description": "It is as `If-None-Match` says. No body."}
        return dict(sorted(bodies.items()))

    def _failures(self) -> set[int]:
        own = getattr(self._method(), "fails_with", ())
        parameters = self._get_parameters()
        failures = {401, 403, 429, 503, *own}
        if not hasattr(self.view, "failures_as"):
            failures.add(402)  # a plan may be without the API
        if self._takes_key():
            failures |= {400, 409, 422}
        if self._is_conditional():
            failures.add(412)
        if any(parameter["in"] == "path" for parameter in parameters):
            failures.add(404)
        if any(parameter["in"] == "query" for parameter in parameters):
            failures.add(400)
        if self._get_request_body():
            failures |= {400, 413, 415}
        return failures

    def _problem(self, status: str, direction: str) -> dict[str, Any]:
        ours = QuotaProblemSerializer if status == "402" else ProblemSerializer
        shape, kind = getattr(self.view, "failures_as", (ours, MEDIA_TYPE))
        problem = self._get_response_for_code(shape, status, [kind], direction)
        problem["description"] = HTTPStatus(int(status)).phrase
        name = f"{shape.__name__.removesuffix('Serializer')}{status}"
        # Told once, for all operations: the whole schema is half as long.
        shared = ResolvedComponent(name, ResolvedComponent.RESPONSE, problem, object=shape)
        self.registry.register_on_missing(shared)
        return shared.ref

    def _map_basic_serializer(self, serializer: Any, direction: str) -> dict[str, Any]:
        schema = super()._map_basic_serializer(serializer, direction)
        if direction == "request" and isinstance(serializer, StrictSerializer):
            schema["additionalProperties"] = False
        return schema


class KeyScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.rest.access.KeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "kyro_…"}


class BrowserScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.rest.access.BrowserAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
