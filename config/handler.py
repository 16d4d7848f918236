"""Django behind ASGI, each request in one thread from the first middleware to the view's end.

All our middleware and views are synchronous. Django's own handler changes threads at each of
them, some twenty times a request, and makes a new thread and database wrapper for every request.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from asgiref.sync import sync_to_async
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, ASGIRequest, get_script_prefix
from django.core.signals import request_started
from django.http import HttpResponseBase
from django.urls import set_script_prefix

from accounts.connections import give_back
from config.body_limit import Message, Receive, Send

# Most wait for a model by then: config.admission lets a few at a time compute.
_threads = ThreadPoolExecutor(max_workers=500, thread_name_prefix="request")


class Handler(ASGIHandler):
    def __init__(self) -> None:
        super().__init__()
        self._in_thread = sync_to_async(self._respond, thread_sensitive=False, executor=_threads)

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def handle(self, scope: Message, receive: Receive, send: Send) -> None:
        with suppress(RequestAborted):
            body = await self.read_body(receive)
            with body:
                set_script_prefix(get_script_prefix(scope))
                request, refusal = self.create_request(scope, body)
                answering = self._answer(request, refusal, send)
                await _unless_gone(answering, self.listen_for_disconnect(receive))

    async def _answer(
        self, request: ASGIRequest, refusal: HttpResponseBase | None, send: Send
    ) -> None:
        response = refusal or await self.run_get_response(request)
        await self.send_response(response, send)
        if response.streaming:
            # Not asgiref's own way, which starts a thread for every request that asks it.
            await asyncio.get_running_loop().run_in_executor(_threads, response.close)

    async def get_response_async(self, request: ASGIRequest) -> HttpResponseBase:
        return await self._in_thread(request)

    def _respond(self, request: ASGIRequest) -> HttpResponseBase:
        request_started.send(sender=self.__class__, scope=request.scope)
        try:
            response = self.get_response(request)
            if not response.streaming:
                response.close()  # its content stays
            return response
        finally:
            give_back()


async def _unless_gone(answering, leaving) -> None:
    """Until the answer is out, or its client has left: then whatever still runs is cancelled."""
    tasks = [asyncio.create_task(leaving), asyncio.create_task(answering)]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        if not task.done():
            task.cancel()
        with suppress(RequestAborted, asyncio.CancelledError):
            await task
