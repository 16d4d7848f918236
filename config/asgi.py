"""ASGI entry point: Django, plus a lifespan that lets running answers finish before the stop."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)

from django.conf import settings  # noqa: E402  (these need the app registry)

from accounts.connections import in_thread  # noqa: E402
from config.admission import take_turns  # noqa: E402
from config.body_limit import limit_bodies  # noqa: E402
from config.handler import Handler  # noqa: E402
from conversations import producers  # noqa: E402
from documents.retrieval import log as search_log  # noqa: E402

# The loop, which carries every open answer, gives the interpreter's lock away at each system call.
# It must not wait the usual 5 ms until a request's thread hands it back.
sys.setswitchinterval(0.0005)
limited_application = limit_bodies(take_turns(Handler(), settings.REQUESTS_AT_ONCE))


async def answer_live(send):
    """`GET /health/live` from the loop itself: every thread may be busy, the process is up."""
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b'{"status": "ok"}'})


async def application(scope, receive, send):
    if scope["type"] == "http" and (scope["method"], scope["path"]) == ("GET", "/health/live"):
        return await answer_live(send)
    if scope["type"] != "lifespan":
        return await limited_application(scope, receive, send)
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            search_log.start()
        else:
            await producers.drain()
            await in_thread(search_log.stop)
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return None
