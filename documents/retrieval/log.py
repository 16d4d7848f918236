"""Every search is noted behind its answer: rows wait in memory and go many in one statement.

A server calls `start`; where nobody has, as in commands, workers and tests, a row is written at
once. A failing database keeps rows waiting; what finds no room is counted in the server's log.
Only a process that is killed outright loses what waits, a second's searches at most.
"""

from __future__ import annotations

import threading
from collections import deque
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from accounts import tenancy
from accounts.connections import give_back
from accounts.models import User
from documents.models import SearchLog
from documents.retrieval.found import Passage, Search
from documents.retrieval.scopes import SearchScope

log = structlog.get_logger(__name__)
MOST_WAITING = 5_000
AT_ONCE = 500  # rows of one statement
PAUSE = 0.5  # seconds in which rows gather
MOST_CHARACTERS = 2_000

_waiting: deque[SearchLog] = deque()
_refused = 0  # rows without room
_writing = threading.Lock()
_called = threading.Event()
_ending = threading.Event()
_writer: threading.Thread | None = None


def note(scope: SearchScope, found: Search, origin: str) -> None:
    """Keep a search for its owner; costs microseconds while a writer runs."""
    global _refused
    if not settings.SEARCH_LOG_DAYS:
        return
    if len(_waiting) < MOST_WAITING:
        _waiting.append(_row(scope, found, origin))
    else:
        _refused += 1
    if _writer:
        _called.set()
    else:
        flush()


def start() -> None:
    """Write from a thread of its own from now on."""
    global _writer
    _ending.clear()
    _writer = threading.Thread(target=_write_on, name="search-log", daemon=True)
    _writer.start()


def stop(patience: float = 5.0) -> None:
    """Write what waits, and from now on at once; for a server that ends."""
    global _writer
    writer, _writer = _writer, None
    if writer:
        _ending.set()
        _called.set()
        writer.join(patience)
    flush()


def flush() -> bool:
    """Write what waits; False where the database fails and it goes on waiting."""
    global _refused
    with _writing:
        while _waiting:
            rows = [_waiting.popleft() for _ in range(min(AT_ONCE, len(_waiting)))]
            try:
                _insert(rows)
            except (OperationalError, InterfaceError) as error:
                _waiting.extendleft(reversed(rows))
                log.warning("searches_not_logged_yet", rows=len(_waiting), reason=str(error))
                return False
            except Exception:
                log.exception("searches_not_logged", rows=len(rows))
        if _refused:
            log.warning("searches_not_logged", rows=_refused, reason="Too many waited.")
            _refused = 0
    return True


def forget_old() -> int:
    """Remove what is older than is kept; call inside system()."""
    until = timezone.now() - timedelta(days=settings.SEARCH_LOG_DAYS)
    return SearchLog.objects.filter(created_at__lt=until).delete()[0]


def _write_on() -> None:
    while not _ending.is_set():
        _called.wait()
        _called.clear()
        _ending.wait(PAUSE)
        if not flush():
            _ending.wait(10 * PAUSE)
            _called.set()
        give_back()


def _insert(rows: list[SearchLog]) -> None:
    """In the scope of their owners, those whose account is erased meanwhile aside."""
    with tenancy.scope({row.owner_id for row in rows}):
        asked = User.objects.filter(pk__in={row.owner_id for row in rows})
        there = set(asked.values_list("pk", flat=True))
        SearchLog.objects.bulk_create([row for row in rows if row.owner_id in there])


def _row(scope: SearchScope, found: Search, origin: str) -> SearchLog:
    return SearchLog(
        owner_id=scope.owner_id,
        chatbot_id=scope.chatbot_id,
        origin=origin,
        query=_storable(found.query),
        scope={**_reach(scope), **found.parameters.as_json()},
        results=[_kept(passage) for passage in found.passages],
        latency_ms=round(sum(found.ms.values()), 2),
    )


def _reach(scope: SearchScope) -> dict[str, Any]:
    """Of how many documents (None: all of them), and what was asked of these."""
    count = None if scope.document_ids is None else len(scope.document_ids)
    return {"documents": count, **scope.filters.as_json()}


def _kept(passage: Passage) -> dict[str, Any]:
    """Which it was and how it was found, never its words."""
    return {
        "chunk_id": str(passage.chunk_id),
        "document_id": str(passage.document_id),
        "score": round(passage.score, 6),
        "near_rank": passage.near_rank,
        "matching_rank": passage.matching_rank,
    }


def _storable(query: str) -> str:
    """Without what PostgreSQL cannot keep in a text."""
    whole = query.replace("\0", "").encode(errors="replace").decode()
    return whole[:MOST_CHARACTERS]
