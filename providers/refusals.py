"""What providers refuse, in sentences with a way out; vendors say which kind a refusal is."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from providers.account import Account
from providers.errors import ProviderError

LONGEST_WAIT = 60.0  # a Retry-After beyond our budget is as good as none
# Kind → sentence, whether trying again is useless.
KINDS = {
    "no_model": ("The model provider does not know this model. Choose another.", True),
    "not_a_provider": (
        "There is no model server at this address. Check the whole address, its path too.",
        True,
    ),
    "no_quota": ("The account at the model provider has no credit left.", True),
    "rate_limited": ("The model provider is busy. Try again in a minute.", False),
    "too_long": ("The conversation is too long for this model. Start a new one.", True),
    "content_filter": ("The model provider declined to answer this. Put it differently.", True),
    "redirected": ("The model provider's address leads elsewhere. Correct the address.", True),
    "timeout": ("The model provider did not answer in time. Try again.", False),
    "unreachable": ("The model provider cannot be reached. Try again later.", False),
    "stream_cut": ("The model's answer broke off before it was complete. Try again.", False),
    "bad_answer": ("The model provider sent an answer we cannot read.", False),
    "bad_vectors": ("The model provider sent vectors we cannot read.", False),
    "bad_scores": ("The model provider sent a ranking we cannot read.", False),
}
# What a status means when the body does not say more.
BY_STATUS = {404: "no_model", 413: "too_long", 429: "rate_limited"}


def told(kind: str, retry_after: float | None = None) -> ProviderError:
    message, permanent = KINDS[kind]
    return ProviderError(message, code=kind, permanent=permanent, retry_after=retry_after)


def of_status(status: int, account: Account, retry_after: float | None = None) -> ProviderError:
    """The refusal an HTTP status stands for."""
    if status in (401, 403):
        return key_refused(account)
    if kind := BY_STATUS.get(status):
        return told(kind, retry_after)
    if 300 <= status < 400:
        return told("redirected")
    if status >= 500 or status in (408, 409):
        message = f"The model provider has a problem (status {status}). Try again later."
        return ProviderError(
            message, code="provider_down", permanent=False, retry_after=retry_after
        )
    message = f"The model provider refused the request (status {status})."
    return ProviderError(message, code="refused", permanent=True)


def key_refused(account: Account) -> ProviderError:
    if account.guarded:
        message = "The model provider refused your key. Check it in your settings."
    else:
        name = f"{account.provider.upper()}_API_KEY"
        message = f"The model provider refused our key. Check {name}."
    return ProviderError(message, code="key_refused", permanent=True)


def seconds(retry_after: str | None) -> float | None:
    """A Retry-After header, as seconds or as a date; None without one we can read."""
    if not retry_after:
        return None
    try:
        wait = float(retry_after)
    except ValueError:
        try:
            wait = (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds()
        except (TypeError, ValueError):
            return None
    return min(max(wait, 0.0), LONGEST_WAIT)
