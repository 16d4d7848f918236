"""Chromium for tests. What a page must never do (complain in the console, lose a request, call
another host) fails the test that looked at it, unless the test allowed it beforehand."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from config.embedded.browser import found
from tests.web import Web

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response

Open = Callable[..., "Page"]
PATIENCE = 60_000  # milliseconds: a busy machine is no fault of the page


@pytest.fixture(scope="module")
def chromium(django_db_setup: None) -> Iterator[Browser]:
    """Playwright's loop stays in this thread between two calls, so Django must be told that the
    queries of the test beside it are meant."""
    from playwright.sync_api import expect, sync_playwright

    arguments = ["--disable-gpu", "--disable-background-networking"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        expect.set_options(timeout=PATIENCE)
        browser = playwright.chromium.launch(executable_path=found(), args=arguments)
        yield browser
        browser.close()


@dataclass
class Watch:
    """What the pages of one test did wrong."""

    origin: str
    allowed: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def page(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self._complain(f"exception: {error}"))
        page.on("request", self._request)
        page.on("requestfailed", self._failed)
        page.on("response", self._response)

    def _complain(self, text: str) -> None:
        if not any(part in text for part in self.allowed):
            self.complaints.append(text)

    def _console(self, message: ConsoleMessage) -> None:
        # a failed load is judged by its response or its failure, which name the address
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self._complain(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob"} and not request.url.startswith(self.origin + "/"):
            self.complaints.append(f"another host: {request.url}")

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # left by the page itself
            self._complain(f"{request.failure} {request.method} {urlsplit(request.url).path}")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            path = urlsplit(response.url).path
            self._complain(f"{response.status} {response.request.method} {path}")


@pytest.fixture
def watch(web: Web) -> Iterator[Watch]:
    watching = Watch(web.url)
    yield watching
    assert watching.complaints == []


@pytest.fixture
def open_page(chromium: Browser, web: Web, watch: Watch) -> Iterator[Open]:
    """A new browser profile at a path of the site, as this person or as nobody."""
    contexts = []

    def open_at(path: str, user: User | None = None, **options: Any) -> Page:
        script = options.pop("script", True)
        size = {"width": options.pop("width", 1280), "height": options.pop("height", 800)}
        context = chromium.new_context(
            base_url=web.url, java_script_enabled=script, viewport=size, **options
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        if user:
            context.add_cookies([session_cookie(user, web.url)])
        context.on("page", watch.page)
        page = context.new_page()
        page.goto(path)
        return page

    yield open_at
    for context in contexts:
        context.close()


def session_cookie(user: User, url: str) -> dict[str, str]:
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": url}
