"""What of the day's tokens an answer may take: held before the model is asked, never overdrawn."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _

from accounts.connections import in_thread
from accounts.tenancy import scope
from billing import credits
from conversations.turns import Turn
from providers.base import ChatRequest
from providers.errors import ProviderError

SHORTEST = 20  # tokens of an answer that says anything


async def within(turn: Turn, request: ChatRequest) -> ChatRequest:
    """The request, with an answer no longer than the rest of the day allows; raises ProviderError
    when that is too little to answer at all."""
    sent = request.tokens
    held = turn.tokens_held
    if held < sent + request.max_tokens:
        held = await in_thread(_hold, turn, sent + request.max_tokens)
    if held < sent + min(SHORTEST, request.max_tokens):
        raise ProviderError(used_up(), code="quota_exceeded", permanent=False)
    return replace(request, max_tokens=min(request.max_tokens, held - sent))


def used_up() -> str:
    return _("What is left of today's tokens is too little to answer this. Ask again tomorrow.")


def _hold(turn: Turn, wanted: int) -> int:
    if turn.reservation_id is None:
        return wanted
    with scope(turn.owner_id):
        return credits.hold_tokens(turn.reservation_id, wanted)
