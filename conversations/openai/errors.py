"""Errors as OpenAI words them, so that its clients raise what they raise for OpenAI's own."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.response import Response

from accounts.rest.problems import Problem, problem_of
from providers.errors import ProviderError
from providers.refusals import KINDS

BASE = "/api/openai/"
# Ours → theirs, where a client acts on it.
CODES = {
    "invalid_key": "invalid_api_key",
    "not_authenticated": "invalid_api_key",
    "rate_limited": "rate_limit_exceeded",
    "quota_exceeded": "insufficient_quota",
}
TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
# Clients try a 409, a 429 and a 503 again by themselves. These stay until a person acts.
LASTING = {
    *("chatbot_inactive", "insufficient_quota"),
    *("no_key", "key_refused", "unknown_model", "max_tokens", "refused"),
    *(kind for kind, (_sentence, permanent) in KINDS.items() if permanent),
}


class OpenAIErrorSerializer(serializers.Serializer):
    message = serializers.CharField()
    type = serializers.CharField()
    param = serializers.CharField(allow_null=True, help_text="The field that is not right.")
    code = serializers.CharField(allow_null=True)


class OpenAIFailureSerializer(serializers.Serializer):
    """`code` is stable; `message` is for people."""

    error = OpenAIErrorSerializer()


class AsOpenAI:
    """For views: problems are told in OpenAI's words, in the answer and in the schema."""

    failures_as = (OpenAIFailureSerializer, "application/json")
    schema_tags = ("openai",)

    def get_exception_handler(self) -> Any:
        return failure_response


def no_such_model() -> Problem:
    """The same for a name that nobody has and for one that is somebody else's."""
    detail = _("There is no model of this name here. GET models/ lists those this key may use.")
    return Problem(404, "model_not_found", detail, param="model")


def body(status: int, code: str, message: str, *, param: str | None = None) -> dict[str, Any]:
    code = CODES.get(code, code)
    kind = TYPES.get(status, "invalid_request_error" if status < 500 else "server_error")
    if code == "insufficient_quota":
        kind = code
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def failure_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's exception handler; None (a bug of ours) becomes the plain 500."""
    problem = problem_of(error)
    if problem is None:
        return None
    # OpenAI has no 402: what is used up is asked for too often.
    status = 429 if problem.status_code == 402 else problem.status_code
    message, param = _told(problem)
    told = body(status, problem.code, message, param=param)
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if seconds := problem.members.get("retry_after"):
        headers["Retry-After"] = str(seconds)
    if told["error"]["code"] in LASTING or (isinstance(error, ProviderError) and error.permanent):
        headers["X-Should-Retry"] = "false"
    return Response(told, status=status, headers=headers)


def _told(problem: Problem) -> tuple[str, str | None]:
    """The message and the field it is about: OpenAI's errors are about one."""
    param: str | None = problem.members.get("param")
    for field, texts in problem.members.get("errors", {}).items():
        param = re.sub(r"\.(\d+)", r"[\1]", field.removesuffix(".non_field_errors"))
        return f"{param}: {texts[0]}", param
    return str(problem.detail), param
