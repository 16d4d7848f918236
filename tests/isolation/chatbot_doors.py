"""The policies of chatbots' tabs, versions, previews and insights: pages and API."""

from __future__ import annotations

from typing import Any

from tests.isolation.doors import QUESTION, Door, always, chatbot, slug
from tests.isolation.world import World


def version(world: World) -> list[Any]:
    return [world.chatbot, 1]


def version_page(world: World) -> list[Any]:
    return [world.slug, 1]


NOTE = always({"note": "Taken"})
CHATBOT_API = [
    Door(
        "api-chatbots-publish", "POST", "chatbots:write", path=chatbot, body=always({"note": "N"})
    ),
    Door("api-chatbots-versions", "GET", "chatbots:read", path=chatbot),
    Door("api-chatbots-version", "GET", "chatbots:read", path=version),
    Door(
        "api-chatbots-version",
        "GET",
        "chatbots:read",
        path=version,
        query=always({"against": "draft"}),
    ),
    Door("api-chatbots-restore", "POST", "chatbots:write", path=version),
]
BEHAVIOUR = {"model": "", "temperature": "0.1", "max_tokens": "9", "system_prompt": "Taken"}
CHATBOT_PAGES = [
    Door("chatbots:behaviour", "GET", path=slug),
    Door("chatbots:behaviour", "POST", path=slug, body=always(BEHAVIOUR)),
    Door("chatbots:look", "GET", path=slug),
    Door("chatbots:look", "POST", path=slug, body=always({"accent": "red"})),
    Door("chatbots:share", "GET", path=slug),
    Door("chatbots:share", "POST", path=slug, body=always({"is_active": ""})),
    Door("chatbots:publish", "POST", path=slug, body=always({"note": "Taken"})),
    Door("chatbots:versions", "GET", path=slug),
    Door("chatbots:version", "GET", path=version_page),
    Door("chatbots:version", "GET", path=version_page, query=always({"against": "draft"})),
    Door("chatbots:restore", "GET", path=version_page),
    Door("chatbots:restore", "POST", path=version_page),
    Door("chatbot:preview", "GET", path=slug),
    Door("chatbot:preview-send", "POST", path=slug, body=QUESTION),
    Door("chatbot:preview-clear", "POST", path=slug),
    Door("chatbot:insights", "GET", path=slug),
]
