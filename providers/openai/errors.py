"""What the official client raises, in our words."""

import logging
import re
from typing import Any

import httpx2
import openai

from outbound.errors import AddressRefused
from providers import refusals
from providers.account import Account
from providers.errors import ProviderError
from providers.refusals import told

log = logging.getLogger(__name__)
FAILURES = (openai.OpenAIError, httpx2.HTTPError, AddressRefused)
CODES = {
    "context_length_exceeded": "too_long",
    "insufficient_quota": "no_quota",
    "exceed_context_size_error": "too_long",  # llama.cpp's
    "content_filter": "content_filter",
    "content_policy_violation": "content_filter",
    "model_not_found": "no_model",
}
# vLLM says it in the message alone.
TOO_LONG = re.compile(r"maximum context length|context size|context window", re.IGNORECASE)


def translated(error: BaseException, account: Account) -> ProviderError:
    # Not the message: it may quote the request, and with it a person's documents.
    log.warning("%s refused: %s %s", account.label, type(error).__name__, _status(error))
    if refused := _address_refused(error):
        return ProviderError(refused.message, code=refused.code, permanent=True)
    if isinstance(error, openai.APIStatusError):
        return _refusal(error, account)
    if isinstance(error, openai.APITimeoutError | httpx2.TimeoutException):
        return told("timeout")
    if isinstance(error, openai.APIConnectionError) and error.__cause__:
        error = error.__cause__
    if isinstance(error, httpx2.ConnectError):
        return told("unreachable")
    return told("stream_cut" if isinstance(error, httpx2.HTTPError) else "bad_answer")


def _status(error: BaseException) -> str:
    return str(error.status_code) if isinstance(error, openai.APIStatusError) else ""


def _address_refused(error: BaseException | None) -> AddressRefused | None:
    """The client wraps what its transport raises."""
    while error:
        if isinstance(error, AddressRefused):
            return error
        error = error.__cause__
    return None


def in_stream(problem: Any) -> ProviderError:
    """An error object where a chunk of the answer should be."""
    found = problem if isinstance(problem, dict) else {"message": problem}
    log.warning(
        "OpenAI's protocol: error in the stream: %s %s", found.get("type"), found.get("code")
    )
    if kind := _kind(found.get("code"), found.get("type"), str(found.get("message"))):
        return told(kind)
    message = "The model provider reported a problem in mid-answer. Try again."
    return ProviderError(message, code="provider_down", permanent=False)


def _refusal(error: openai.APIStatusError, account: Account) -> ProviderError:
    if kind := _kind(error.code, error.type, error.message):
        return told(kind)
    retry_after = refusals.seconds(error.response.headers.get("retry-after"))
    return refusals.of_status(error.status_code, account, retry_after)


def _kind(code: object, type_: object, message: str) -> str | None:
    named = CODES.get(str(code)) or CODES.get(str(type_))
    return named or ("too_long" if TOO_LONG.search(message) else None)
