"""An answer's row while it is written and once it has ended: held, finished, or reaped.

Only the producer whose token stands in the row writes to it; whoever ends it settles it, once.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db.models.functions import Now
from django.utils import timezone
from psycopg.types.json import Jsonb

from accounts import credentials, rows
from accounts.tenancy import scope, select
from billing import credits
from billing.models import RequestType
from billing.usage import record_usage
from conversations import prompts, standalone
from conversations.answers import Draft, results_of
from conversations.models import Message
from conversations.signals import answer_finished
from conversations.turns import Turn
from language.searching import said_terms
from providers.asides import Taken

# What a last event does not tell, and what is long.
UNTOLD = {"search_text", "content_tsv", "context"}


def lease_end() -> rows.Sql:
    """By the database's clock, which the reaper goes by."""
    length = dt.timedelta(seconds=settings.ANSWER_LEASE_SECONDS)
    return rows.Sql("statement_timestamp() + %s", (length,))


def hold(turn: Turn, draft: Draft) -> bool:
    """Store the answer so far and keep the lease; False once stopped or taken away."""
    passages = draft.passages
    values = {"lease_until": lease_end(), **_so_far(draft)}
    held = select(turn.owner_id, *_change(turn, values, "id", "AND stop_requested_at IS NULL"))
    if held:
        draft.stored_passages = passages
    return bool(held)


def _change(
    turn: Turn, values: dict[str, Any], returned: str, unless: str = ""
) -> tuple[str, list[Any]]:
    """The statement that writes to the row while it is this producer's to write."""
    assigned, parameters = rows.assigned(Message, values)
    statement = (
        f"UPDATE conversations_message m SET {assigned}"  # noqa: S608 – names
        f" WHERE id = %s AND producer_token = %s AND status = 'streaming' {unless}"
        f" RETURNING {returned}"
    )
    return statement, [*parameters, turn.message_id, turn.producer_token]


def _so_far(draft: Draft) -> dict[str, Any]:
    """What there is of the answer; what was found is long, and written once."""
    is_stored = draft.passages is draft.stored_passages
    return {
        "content": draft.content,
        "model_used": draft.model_used,
        "citations": [citation.as_json() for citation in draft.citations],
        "tool_calls": draft.plan.steps.as_json(),
        **({} if is_stored else {"context": results_of(draft)}),
    }


def finish(
    turn: Turn, draft: Draft, status: str, *, error_code: str = "", error_message: str = ""
) -> dict[str, Any] | None:
    """Store how the answer ended and settle it, once; None when somebody else has ended it.

    Returns the message as the last event shows it.
    """
    charged = _charged(turn, draft, error_code)
    ending = {
        "status": status,
        "error_code": error_code,
        "error_message": error_message,
        "lease_until": None,
        "producer_token": None,
        **_so_far(draft),
        **_figures(draft),
        "cost": charged,
    }
    with scope(turn.owner_id):
        ended = rows.first(*_change(turn, ending, rows.columns(Message, "m", but=UNTOLD)))
        # Where its conversation was deleted meanwhile, it is paid for all the same.
        is_paid = credits.settle(turn.reservation_id, charged)
        if is_paid or ended:
            _account_for(turn, draft, charged if is_paid else 0)
        if ended is None:
            return None
        message = rows.loaded(Message, ended, but=UNTOLD)
        answer_finished.send(Message, message=message, chatbot_id=turn.chatbot_id)
        _note_key(turn, message)
        return message.as_event()


def _figures(draft: Draft) -> dict[str, Any]:
    """What belongs to an answer besides its text."""
    learnt = {
        "query": draft.query,
        "claims": [claim.as_json() for claim in draft.claims],
        "summary": draft.summary,
    }
    known = {name: value for name, value in learnt.items() if value}
    return {
        "metadata": rows.Sql("metadata || %s", (Jsonb(known),)),
        "search_text": " ".join(said_terms(draft.content[:50_000])),
        "tokens_input": draft.usage.tokens_input,
        "tokens_output": draft.usage.tokens_output,
        "processing_time_ms": draft.elapsed_ms(),
        "first_token_ms": draft.first_token_ms,
        "updated_at": timezone.now(),
    }


def _charged(turn: Turn, draft: Draft, error_code: str) -> int:
    """In credits: nothing for what our side or the provider broke off, or what never began."""
    if not draft.asked or error_code not in ("", "length"):
        return 0
    usages = [draft.usage, *(taken.usage for taken in draft.meter.taken)]
    tokens = [sum(used.tokens_input for used in usages), sum(used.tokens_output for used in usages)]
    return turn.price.credits(*tokens)


def _account_for(turn: Turn, draft: Draft, charged: int) -> None:
    record_usage(
        turn.owner_id,
        RequestType.RAG,
        draft.model_used,
        draft.usage,
        latency_ms=draft.elapsed_ms(),
        chatbot_id=turn.chatbot_id,
        conversation_id=turn.conversation_id,
        price=turn.price,
        credits_used=charged,
    )
    for taken in draft.meter.taken:
        _account_for_aside(turn, taken)


def _account_for_aside(turn: Turn, taken: Taken) -> None:
    rewriting = taken.purpose == standalone.PURPOSE
    record_usage(
        turn.owner_id,
        RequestType.CHAT if rewriting else RequestType.TOOL,
        taken.model,
        taken.usage,
        chatbot_id=turn.chatbot_id,
        conversation_id=turn.conversation_id,
        own_key=bool(turn.own_provider),
    )


def _note_key(turn: Turn, message: Message) -> None:
    """The owner's settings show what using their own key told about it."""
    ended_well = message.status == Message.Status.COMPLETE
    if turn.own_provider and (ended_well or message.error_code):
        credentials.note_use(
            turn.owner_id,
            turn.own_provider,
            code=message.error_code,
            message=message.error_message,
        )


def request_stop(message: Message) -> None:
    """Note that the person wants no more; the producer sees it within a second."""
    Message.objects.filter(pk=message.pk, status=Message.Status.STREAMING).update(
        stop_requested_at=Now()
    )


def reap(limit: int = 200) -> int:
    """End answers whose producer died: honestly incomplete. Call it inside system()."""
    dead = Message.objects.select_for_update(skip_locked=True).filter(
        status=Message.Status.STREAMING, lease_until__lt=Now()
    )[:limit]
    for message in dead:
        message.status = Message.Status.INCOMPLETE
        message.error_code = "interrupted"
        message.error_message = prompts.interrupted()
        message.lease_until = message.producer_token = None
        message.save()
        credits.settle(message.reservation_id, 0, reason="interrupted")
    return len(dead)
