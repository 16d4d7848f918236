"""What the official client raises, in our words."""

import httpx2
import openai

from providers.errors import ProviderError

LONGEST_WAIT = 60.0  # a Retry-After beyond our budget is as good as none


def translated(error: openai.OpenAIError | httpx2.HTTPError) -> ProviderError:
    if isinstance(error, openai.APIStatusError):
        return _refusal(error)
    if isinstance(error, openai.APITimeoutError | httpx2.TimeoutException):
        return _passing("The model provider did not answer in time. Try again.", "timeout")
    if isinstance(error, openai.APIConnectionError | httpx2.ConnectError):
        return _passing("The model provider cannot be reached. Try again later.", "unreachable")
    if isinstance(error, httpx2.HTTPError):
        return _passing("The model's answer broke off before it was complete.", "stream_cut")
    return _passing("The model provider sent an answer we cannot read.", "bad_answer")


def _refusal(error: openai.APIStatusError) -> ProviderError:
    status = error.status_code
    if status in (401, 403):
        return _lasting("The model provider refused our key. Check OPENAI_API_KEY.", "key_refused")
    if status == 404:
        return _lasting("The model provider does not know this model. Choose another.", "no_model")
    if status == 429 and error.code == "insufficient_quota":
        return _lasting("The account at the model provider has no credit left.", "no_quota")
    if status == 429:
        message = "The model provider is busy. Try again in a minute."
        return _passing(message, "rate_limited", _retry_after(error))
    if error.code == "context_length_exceeded":
        return _lasting("The conversation is too long for this model. Start a new one.", "too_long")
    if status >= 500 or status in (408, 409):
        message = f"The model provider has a problem (status {status}). Try again later."
        return _passing(message, "provider_down", _retry_after(error))
    return _lasting(f"The model provider refused the request (status {status}).", "refused")


def _retry_after(error: openai.APIStatusError) -> float | None:
    """Seconds; the form with a date is not worth reading for waits of a minute."""
    try:
        seconds = float(error.response.headers.get("retry-after", ""))
    except ValueError:
        return None
    return min(max(seconds, 0.0), LONGEST_WAIT)


def _passing(message: str, code: str, retry_after: float | None = None) -> ProviderError:
    return ProviderError(message, code=code, permanent=False, retry_after=retry_after)


def _lasting(message: str, code: str) -> ProviderError:
    return ProviderError(message, code=code, permanent=True)
