"""Database work from async code: in a thread, its connection given back to the pool at once.

A handful of slow model calls holding connections would starve everybody else, so nothing async
keeps one across an await.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import ParamSpec, TypeVar

from django.db import connection

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

# More threads than pooled connections: most of the time they wait for an embedder.
_threads = ThreadPoolExecutor(max_workers=32, thread_name_prefix="database")


def give_back() -> None:
    """Before waiting for something slow: the next query takes a connection again.

    Raises inside a transaction, which would hold its connection and its locks all the while.
    """
    if not connection.in_atomic_block:
        connection.close()
    # The tests' own transaction is told apart as atomic(durable=True) does it.
    elif not getattr(connection.atomic_blocks[-1], "_from_testcase", False):
        raise RuntimeError("Nothing slow is waited for inside a transaction.")


async def in_thread(
    function: Callable[Parameters, Result], *args: Parameters.args, **kwargs: Parameters.kwargs
) -> Result:
    def work() -> Result:
        try:
            return function(*args, **kwargs)
        finally:
            give_back()

    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_threads, copy_context().run, work)
