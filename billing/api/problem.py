"""How refusals of billing are told to programs."""

from __future__ import annotations

from accounts.rest.problems import Problem, problem_for
from billing.refusals import QuotaExceeded
from billing.stripe.errors import StripeRefused

# Where the request is not to blame. All else is a 409 with the code of the refusal.
UNAVAILABLE = {
    "not_configured": "stripe_not_configured",
    "stripe_unavailable": "stripe_unreachable",
    "stripe_error": "stripe_error",
}
AGAIN_SECONDS = 30


@problem_for(QuotaExceeded)
def quota_exceeded(error: QuotaExceeded) -> Problem:
    return Problem(
        402,
        "quota_exceeded",
        error.detail,
        limit=error.limit,
        value=error.value,
        left=error.left,
        resets_at=error.resets_at,
    )


@problem_for(StripeRefused)
def stripe_refused(error: StripeRefused) -> Problem:
    if error.code not in UNAVAILABLE:
        return Problem(409, error.code, error.message)
    again = {"retry_after": AGAIN_SECONDS} if error.is_temporary else {}
    return Problem(503, UNAVAILABLE[error.code], error.message, **again)
