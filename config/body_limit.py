"""Refusing bodies that are too large while they arrive: Django would store them on disk first."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.urls import Resolver404, resolve

from accounts import keys
from accounts.connections import in_thread
from config.errors import told_to_programs

ENVELOPE = 1024 * 1024  # a form's boundaries and fields around one file
# The doors through which files come; at all others a body is as small as a stranger's.
TAKE_FILES = {
    *("documents:upload", "api-documents-list", "api-conversation-attachments"),
    *("conversations:attach", "conversations:begin-attach"),
}
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]


class TooLarge(Exception):
    """More bytes came than this request may have."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit


def limit_bodies(application: Application) -> Application:
    """Declared or chunked, a body ends at its limit: a few megabytes, or a whole file for somebody
    we know at a door that takes files. Only a body beyond the small limit costs the question.

    The page's plain form sends many files at once, so for it the limit is per request, not a
    promise: the drop zone sends them one by one.
    """

    async def limited(scope: Message, receive: Receive, send: Send) -> None:
        limit = settings.MAX_BODY_SIZE
        seen = 0

        async def check(size: int) -> None:
            nonlocal limit
            if size > limit:
                limit = await in_thread(_largest, scope)
            if size > limit:
                raise TooLarge(limit)

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            await check(seen)
            return message

        try:
            await check(_declared(scope))
            await application(scope, counted, send)
        except TooLarge as refused:
            await _refuse(send, scope["path"], refused.limit)

    return limited


def _largest(scope: Message) -> int:
    return (
        settings.MAX_FILE_SIZE + ENVELOPE
        if _takes_files(scope) and _is_known(scope)
        else settings.MAX_BODY_SIZE
    )


def _takes_files(scope: Message) -> bool:
    try:
        return resolve(scope["path"]).view_name in TAKE_FILES
    except Resolver404:
        return False


def _is_known(scope: Message) -> bool:
    """Has the sender a key or a session of ours? What they may do is asked later."""
    headers = dict(scope["headers"])
    kind, _, secret = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    if kind.lower() == "bearer":
        return keys.find(secret.strip()) is not None
    try:
        cookies = SimpleCookie(headers.get(b"cookie", b"").decode("latin-1"))
    except CookieError:
        return False
    session = cookies.get(settings.SESSION_COOKIE_NAME)
    store = import_module(settings.SESSION_ENGINE).SessionStore
    return session is not None and SESSION_KEY in store(session.value)


def _declared(scope: Message) -> int:
    declared = dict(scope["headers"]).get(b"content-length", b"0")
    return int(declared) if declared.isdigit() else 0


async def _refuse(send: Send, path: str, limit: int) -> None:
    detail = f"This request may have {limit // 2**20} MB."
    told, kind = told_to_programs(path, 413, "too_large", detail)
    body = json.dumps(told).encode()
    headers = [
        (b"content-type", kind.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
