"""What Google's client raises, in our words."""

import json
import logging
import re
from typing import Any

import httpx2
from google.genai.errors import APIError, UnknownApiResponseError
from pydantic import ValidationError

from outbound.errors import AddressRefused
from providers import refusals
from providers.account import Account
from providers.errors import ProviderError
from providers.refusals import LONGEST_WAIT, told

log = logging.getLogger(__name__)
UNREADABLE = (UnknownApiResponseError, json.JSONDecodeError, ValidationError, RecursionError)
FAILURES = (APIError, httpx2.HTTPError, AddressRefused, *UNREADABLE)
TOO_LONG = re.compile(r"token count .*exceeds|exceeds the maximum number of tokens")
SECONDS = re.compile(r"([\d.]+)s")


def translated(error: Exception, account: Account) -> ProviderError:
    # Not the message: it may quote the request, and with it a person's documents.
    log.warning("Gemini refused: %s %s", type(error).__name__, getattr(error, "code", ""))
    if isinstance(error, AddressRefused):
        return ProviderError(error.message, code=error.code, permanent=True)
    if isinstance(error, APIError):
        return refusal(error.code, error.details, account, error.response)
    if isinstance(error, httpx2.TimeoutException):
        return told("timeout")
    if isinstance(error, httpx2.ConnectError):
        return told("unreachable")
    return told("stream_cut" if isinstance(error, httpx2.HTTPError) else "bad_answer")


def refusal(status: int, body: Any, account: Account, response: Any = None) -> ProviderError:
    """What a status and Google's error object (google.rpc.Status) mean."""
    problem = _problem(body)
    details = [detail for detail in problem.get("details") or [] if isinstance(detail, dict)]
    if status == 400 and any(detail.get("reason") == "API_KEY_INVALID" for detail in details):
        return refusals.key_refused(account)
    if status == 400 and TOO_LONG.search(str(problem.get("message"))):
        return told("too_long")
    if status == 429 and _is_for_today(details):
        return told("no_quota")
    return refusals.of_status(status, account, _wait(details, response))


def _problem(body: Any) -> dict[str, Any]:
    """{"error": {…}}, at times in a list of one, at times bare, at times not even JSON."""
    if isinstance(body, list) and body:
        body = body[0]
    problem = body.get("error", body) if isinstance(body, dict) else {}
    return problem if isinstance(problem, dict) else {}


def _is_for_today(details: list[dict[str, Any]]) -> bool:
    """Whether a quota of the day is used up: no wait we could honour helps."""
    return any(
        "PerDay" in str(violation.get("quotaId"))
        for detail in details
        for violation in detail.get("violations") or []
    )


def _wait(details: list[dict[str, Any]], response: Any) -> float | None:
    """Google says it in the body, like {"retryDelay": "7s"}; a proxy in the header."""
    for detail in details:
        if found := SECONDS.fullmatch(str(detail.get("retryDelay"))):
            return min(float(found[1]), LONGEST_WAIT)
    headers = getattr(response, "headers", {})
    return refusals.seconds(headers.get("retry-after"))
