"""`Idempotency-Key` on requests that create or charge: a repetition gets the first answer."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import idempotency
from accounts.idempotency import IdempotencyKey, Mismatch, Running
from accounts.rest.problems import Problem, problem_for
from accounts.sealing import Unreadable
from accounts.tenancy import scope

HEADER = "Idempotency-Key"
KEY = re.compile(r"[\x21-\x7e]{1,255}")
Method = TypeVar("Method", bound=Callable[..., Any])


@dataclass(frozen=True)
class Claim:
    """A request's claim to be the first with its key; without a key it claims nothing."""

    owner_id: UUID
    key: str = ""
    request_hash: str = ""

    @classmethod
    def of(cls, request: Request) -> Claim:
        if HEADER not in request.headers:
            return cls(request.user.pk)
        return cls(request.user.pk, _key(request), fingerprint(request))

    def earlier(self) -> IdempotencyKey | None:
        """What the first request left. None: nothing, and nobody else gets here meanwhile."""
        if not self.key:
            return None
        return idempotency.find_earlier(self.owner_id, self.key, self.request_hash)

    def remember(
        self, *, answer: tuple[int, str] | None = None, object_id: UUID | None = None
    ) -> None:
        if self.key:
            idempotency.remember(
                self.owner_id, self.key, self.request_hash, answer=answer, object_id=object_id
            )


def idempotent(method: Method) -> Method:
    """Let a view's method take the key. What it refuses is not kept: it may be tried again.

    It runs in a transaction, so it waits for nobody outside: what does is done before, after
    `replay_of`.
    """

    @wraps(method)
    def once(view: Any, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        claim = Claim.of(request)
        if not claim.key:
            return method(view, request, *args, **kwargs)
        with scope(request.user):
            if first := claim.earlier():
                return _replay(first)
            response: Response = method(view, request, *args, **kwargs)
            if response.status_code < 300:
                body = JSONRenderer().render(response.data).decode()
                claim.remember(answer=(response.status_code, body))
            return response

    return takes_key(once)  # type: ignore[return-value]


def replay_of(request: Request) -> HttpResponseBase | None:
    """The first request's answer, looked up in a transaction of its own. None: there is none, yet.

    For views that ask a stranger's server: two at once may both ask, one of them does the work.
    """
    claim = Claim.of(request)
    if not claim.key:
        return None
    with scope(request.user):
        first = claim.earlier()
    return _replay(first) if first else None


def takes_key(method: Method) -> Method:
    """Say in the schema that the method takes the key: it makes a Claim itself."""
    method.takes_key = True  # type: ignore[attr-defined]
    return method


def mark_as_replayed(response: HttpResponseBase) -> HttpResponseBase:
    response["Idempotency-Replayed"] = "true"
    return response


def fingerprint(request: Request) -> str:
    """Of caller, method, address and body. One key never gets what another was answered."""
    caller = str(request.auth.pk) if request.auth else ""
    said = [caller, request.method, request.get_full_path(), _plain(request.data)]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _plain(body: Any) -> Any:
    """A form as lists of its values, a file as its name and the digest of its content."""
    if not isinstance(body, QueryDict):
        return body
    return {
        name: [value if isinstance(value, str) else _digest(value) for value in values]
        for name, values in body.lists()
    }


def _digest(file: Any) -> list[str]:
    digest = hashlib.sha256()
    for block in file.chunks():
        digest.update(block)
    file.seek(0)
    return [file.name, digest.hexdigest()]


def _key(request: Request) -> str:
    key: str = request.headers[HEADER]
    if not KEY.fullmatch(key):
        detail = _("Idempotency-Key: 1 to 255 visible ASCII characters, without spaces.")
        raise Problem(400, "invalid", detail, errors={HEADER: [detail]})
    return key


def _replay(first: IdempotencyKey) -> HttpResponseBase:
    try:
        body = first.body
    except Unreadable as error:
        detail = _("This request was done, but its answer can no longer be read.")
        raise Problem(409, "idempotency_unreadable", detail) from error
    response = HttpResponse(body, status=first.response_status, content_type="application/json")
    return mark_as_replayed(response)


@problem_for(Running)
def running(error: Running) -> Problem:
    detail = _("The first request with this Idempotency-Key is still at work. Ask again shortly.")
    return Problem(409, "idempotency_running", detail, retry_after=1)


@problem_for(Mismatch)
def mismatch(error: Mismatch) -> Problem:
    detail = _("This Idempotency-Key was sent with another request. Use a new one.")
    return Problem(422, "idempotency_mismatch", detail)
