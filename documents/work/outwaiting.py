"""A call that hangs holds no worker whose documents were cancelled, deleted or taken over."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, wait
from contextvars import copy_context
from threading import Thread
from typing import TypeVar

import structlog
from django.db import DatabaseError

from accounts.tenancy import scope
from documents.models import Document
from documents.work.lease import Lease, LeaseLost

log = structlog.get_logger(__name__)
Answer = TypeVar("Answer")
SECONDS_BETWEEN_LOOKS = 1.0


def outwait(held: Lease, call: Callable[[], Answer]) -> Answer:
    """The answer of a call that may hang, a provider's say.

    It runs in a thread of its own and is left behind there once none of the documents claimed
    with this lease is held any more: LeaseLost. A call that computes rather than waits asks
    `held.check` now and then, or it would go on for nobody. It must not use the database, whose
    connection in that thread would be another one.
    """
    answer: Future[Answer] = Future()
    thread = Thread(target=copy_context().run, args=[_settle, answer, call], daemon=True)
    thread.start()
    while not wait([answer], timeout=SECONDS_BETWEEN_LOOKS).done:
        _check(held)
    return answer.result()


def _settle(answer: Future[Answer], call: Callable[[], Answer]) -> None:
    try:
        answer.set_result(call())
    except BaseException as error:  # noqa: BLE001  (raised where the answer is awaited)
        answer.set_exception(error)


def _check(held: Lease) -> None:
    try:
        with scope(held.owner_id):
            rows = Document.objects.filter(owner_id=held.owner_id, lease_token=held.token)
            is_held = rows.exists()
    except DatabaseError as error:  # it may be back before the call is over
        log.warning("lease_not_checked", reason=str(error))
        return
    if not is_held:
        held.is_lost = True
        raise LeaseLost
