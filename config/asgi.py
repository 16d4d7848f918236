"""ASGI entry point: Django, plus a lifespan that lets running answers finish before the stop."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django_application = get_asgi_application()

from config.body_limit import limit_bodies  # noqa: E402  (these need the app registry)
from conversations import producers  # noqa: E402

limited_application = limit_bodies(django_application)


async def application(scope, receive, send):
    if scope["type"] != "lifespan":
        return await limited_application(scope, receive, send)
    while True:
        message = await receive()
        if message["type"] == "lifespan.shutdown":
            await producers.drain()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return None
