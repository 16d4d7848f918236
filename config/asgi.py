"""ASGI entry point: Django, plus a lifespan that lets running answers finish before the stop."""

import os

import django
from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.core.signals import request_started
from django.db import close_old_connections, reset_queries

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)

from config.body_limit import limit_bodies  # noqa: E402  (these need the app registry)
from conversations import producers  # noqa: E402

# Every request runs in a thread of its own with a fresh connection from the pool: there is nothing
# to close or forget before it, and looking takes another change of thread.
request_started.disconnect(close_old_connections)
request_started.disconnect(reset_queries)


class Handler(ASGIHandler):
    """Runs a request in one thread from the first middleware to the view.

    All of ours are synchronous; Django's own handler would change threads at each of them, some
    twenty times a request.
    """

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def get_response_async(self, request):
        return await sync_to_async(self.get_response, thread_sensitive=True)(request)


django_application = limit_bodies(Handler())


async def application(scope, receive, send):
    if scope["type"] != "lifespan":
        return await django_application(scope, receive, send)
    while True:
        message = await receive()
        if message["type"] == "lifespan.shutdown":
            await producers.drain()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return None
