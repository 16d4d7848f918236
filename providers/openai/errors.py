"""What the official client raises, in our words."""

import logging
import re

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
    "content_filter": "content_filter",
    "content_policy_violation": "content_filter",
    "model_not_found": "no_model",
}
# Other servers say it in the message alone: vLLM, llama.cpp.
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


def _refusal(error: openai.APIStatusError, account: Account) -> ProviderError:
    kind = CODES.get(str(error.code))
    if error.status_code == 400 and TOO_LONG.search(error.message):
        kind = "too_long"
    if kind:
        return told(kind)
    retry_after = refusals.seconds(error.response.headers.get("retry-after"))
    return refusals.of_status(error.status_code, account, retry_after)
