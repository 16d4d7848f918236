"""Refusing bodies that are too large while they arrive: Django would store them on disk first."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings

from accounts.rest import problems

ENVELOPE = 1024 * 1024  # a form's boundaries and fields around one file
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]


class TooLarge(Exception):
    """More bytes came than any request of ours may have."""


def limit_bodies(application: Application) -> Application:
    """Declared or chunked, a body may be as large as the largest file, and no larger.

    The page's plain form sends many files at once, so for it the limit is per request, not a
    promise: the drop zone sends them one by one.
    """

    async def limited(scope: Message, receive: Receive, send: Send) -> None:
        limit = settings.MAX_FILE_SIZE + ENVELOPE
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise TooLarge
            return message

        try:
            if _declared(scope) > limit:
                raise TooLarge
            await application(scope, counted, send)
        except TooLarge:
            await _refuse(send)

    return limited


def _declared(scope: Message) -> int:
    declared = dict(scope["headers"]).get(b"content-length", b"0")
    return int(declared) if declared.isdigit() else 0


async def _refuse(send: Send) -> None:
    detail = f"A request may have {settings.MAX_FILE_SIZE // 2**20} MB."
    body = json.dumps(problems.body(413, "too_large", detail)).encode()
    headers = [
        (b"content-type", problems.MEDIA_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
