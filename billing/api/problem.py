"""How refusals of billing are told to programs."""

from __future__ import annotations

from accounts.rest.problems import Problem, problem_for
from billing.refusals import QuotaExceeded


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
