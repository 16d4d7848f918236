"""The policies of web sources: pages and API."""

from __future__ import annotations

from typing import Any

from tests.isolation.doors import Door, always
from tests.isolation.world import World

NEW = always({"url": "https://pages.example/docs/"})
FORM = always(
    {"url": "https://pages.example/docs/", "kind": "", "schedule": "daily", "page_limit": "10"}
)


def site(world: World) -> list[Any]:
    return [world.site]


def crawled(world: World) -> list[Any]:
    return [world.crawled]


WEB_API = [
    Door("api-web-sources-list", "GET", "documents:read", blind=True),
    Door(
        "api-web-sources-list",
        "GET",
        "documents:read",
        query=lambda world: {"q": world.word},
        blind=True,
    ),
    Door("api-web-sources-list", "POST", "documents:write", body=NEW, blind=True),
    Door("api-web-sources-detail", "GET", "documents:read", path=site),
    Door(
        "api-web-sources-detail",
        "PATCH",
        "documents:write",
        path=site,
        body=always({"schedule": "daily", "paused": True}),
    ),
    Door("api-web-sources-detail", "DELETE", "documents:write", path=site),
    Door("api-web-sources-run", "POST", "documents:write", path=site),
    Door("api-web-sources-cancel", "POST", "documents:write", path=crawled),
    Door("api-web-sources-pages", "GET", "documents:read", path=site),
    Door(
        "api-web-sources-pages",
        "GET",
        "documents:read",
        path=site,
        query=lambda world: {"q": world.word, "state": "kept"},
    ),
]
WEB_PAGES = [
    Door("documents:sources", "GET", blind=True),
    Door("documents:source_add", "GET", blind=True),
    Door("documents:source_add", "POST", body=FORM, blind=True),
    Door("documents:source", "GET", path=site),
    Door("documents:source_state", "GET", path=crawled),
    Door("documents:source_edit", "GET", path=site),
    Door(
        "documents:source_edit",
        "POST",
        path=site,
        body=always({"schedule": "weekly", "page_limit": "7"}),
    ),
    Door("documents:source_run", "POST", path=site),
    Door("documents:source_cancel", "POST", path=crawled),
    Door("documents:source_pause", "POST", path=site),
    Door("documents:source_resume", "POST", path=site),
    Door("documents:source_delete", "GET", path=site),
    Door("documents:source_delete", "POST", path=site, body=always({"documents": "delete"})),
    Door("documents:source_delete_removed", "GET", path=site),
    Door("documents:source_delete_removed", "POST", path=site),
    Door("documents:refresh", "POST", path=lambda world: [world.fetched]),
]
