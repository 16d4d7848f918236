"""Fetching one page or file for a person: guarded, bounded in size and time."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import Message
from io import BytesIO
from urllib.parse import unquote

import httpx2

from outbound import failures, identity
from outbound.addresses import AddressRefused, check_url
from outbound.deadline import Deadline
from outbound.errors import FetchError
from outbound.transport import OPEN_INTERNET, Guard, GuardedTransport

__all__ = ["AddressRefused", "Answer", "FetchError", "Fetched", "Fetcher", "fetch"]

MAX_REDIRECTS = 3
OUR_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/pdf;q=0.9,*/*;q=0.8",
    "Accept-Encoding": "gzip",
}
ENCODINGS = {"", "identity", "gzip", "x-gzip", "deflate"}  # one at a time: nested ones are bombs
LOGIN = re.compile(r"/(login|log-in|signin|sign-in|sso)(/|\.|$)", re.IGNORECASE)


@dataclass(frozen=True)
class Answer:
    """The head of an answer: where a redirect leads (else empty) and what the content claims."""

    url: str
    status: int
    target: str
    content_type: str


# Told of every answer before it is followed or read; what it raises ends the fetch.
Heed = Callable[[Answer], None]


@dataclass(frozen=True)
class Fetched:
    """`url` is where the redirects ended. A 304 (asked by headers) has no content.

    content_type and charset are what the server claims, filename what it proposes or the last
    part of the address, robots_tag what X-Robots-Tag asks; each may be empty.
    """

    url: str
    status: int
    content_type: str
    charset: str
    filename: str
    content: bytes
    etag: str
    last_modified: str
    robots_tag: str = ""


def fetch(
    url: str,
    *,
    max_bytes: int,
    headers: Mapping[str, str] | None = None,
    waiting: Callable[[], None] | None = None,
    heed: Heed | None = None,
) -> Fetched:
    """The page at `url`. Raises FetchError. `waiting` is called about once a second."""
    fetcher = Fetcher(heed=heed)
    return fetcher.fetch(url, max_bytes=max_bytes, headers=headers, waiting=waiting)


@dataclass(frozen=True)
class Fetcher:
    """Seconds until a connection stands, until the next byte comes, and for everything."""

    guard: Guard = OPEN_INTERNET
    connect: float = 5
    idle: float = 20
    total: float = 60
    heed: Heed | None = None

    def fetch(
        self,
        url: str,
        *,
        max_bytes: int,
        headers: Mapping[str, str] | None = None,
        waiting: Callable[[], None] | None = None,
    ) -> Fetched:
        with failures.told(url):
            return _Fetch(self, max_bytes, waiting).run(url, dict(headers or {}))


class _Fetch:
    def __init__(
        self, fetcher: Fetcher, max_bytes: int, waiting: Callable[[], None] | None
    ) -> None:
        self._fetcher, self._max_bytes = fetcher, max_bytes
        self._deadline = Deadline(fetcher.total)
        self._waiting, self._waited_at = waiting, time.monotonic()

    def run(self, written: str, headers: dict[str, str]) -> Fetched:
        start = here = check_url(written, self._fetcher.guard.allowed)
        for _ in range(MAX_REDIRECTS + 1):
            fetched, target = self._visit(here, start, headers)
            if fetched:
                return fetched
            if _origin(target) != _origin(here):
                headers = {}  # meant for the first server alone
            here = target
        raise failures.too_many_redirects(httpx2.URL(here).host)

    def _visit(self, url: str, start: str, headers: dict[str, str]) -> tuple[Fetched | None, str]:
        """What is there, or where it has gone. Nothing is kept from one visit to the next."""
        with (
            failures.told(url),
            self._client() as client,
            client.stream("GET", url, headers={**headers, **_ours()}) as response,
        ):
            target = self._target(response) if response.has_redirect_location else ""
            if self._fetcher.heed:
                self._fetcher.heed(_head(response, target))
            return (None, target) if target else (self._read(response, start), "")

    def _client(self) -> httpx2.Client:
        fetcher = self._fetcher
        return httpx2.Client(
            transport=GuardedTransport(fetcher.guard, self._deadline),
            timeout=httpx2.Timeout(fetcher.idle, connect=fetcher.connect),
            trust_env=False,
        )

    def _target(self, response: httpx2.Response) -> str:
        target = str(response.url.join(response.headers["Location"]))
        try:
            target = check_url(target, self._fetcher.guard.allowed)
        except AddressRefused as error:
            raise failures.of_target(error) from error
        if response.url.scheme == "https" and not target.startswith("https:"):
            raise failures.downgraded(httpx2.URL(target).host)
        return target

    def _read(self, response: httpx2.Response, start: str) -> Fetched:
        host = response.url.host
        if response.status_code not in {200, 203, 304}:
            raise failures.of_status(host, response)
        if LOGIN.search(response.url.path) and not LOGIN.search(httpx2.URL(start).path):
            raise failures.needs_login(host)
        if response.headers.get("Content-Encoding", "").strip().lower() not in ENCODINGS:
            raise failures.unknown_encoding(host)
        return Fetched(
            url=str(response.url),
            status=response.status_code,
            content_type=_content_type(response),
            charset=_header("Content-Type", response).get_content_charset() or "",
            filename=_filename(response),
            content=self._content(response),
            etag=response.headers.get("ETag", ""),
            last_modified=response.headers.get("Last-Modified", ""),
            robots_tag=response.headers.get("X-Robots-Tag", ""),
        )

    def _content(self, response: httpx2.Response) -> bytes:
        """Counts both what comes over the wire and what it unpacks to."""
        announced = response.headers.get("Content-Length", "")
        if announced.isdecimal() and int(announced[:19]) > self._max_bytes:
            raise failures.too_large(self._max_bytes)
        content = BytesIO()
        for block in response.iter_bytes():
            content.write(block)
            if max(content.tell(), response.num_bytes_downloaded) > self._max_bytes:
                raise failures.too_large(self._max_bytes)
            self._wait()
        return content.getvalue()

    def _wait(self) -> None:
        if self._waiting and time.monotonic() - self._waited_at >= 1:
            self._waiting()
            self._waited_at = time.monotonic()


def _ours() -> dict[str, str]:
    return {"User-Agent": identity.user_agent(), **OUR_HEADERS}


def _head(response: httpx2.Response, target: str) -> Answer:
    return Answer(str(response.url), response.status_code, target, _content_type(response))


def _content_type(response: httpx2.Response) -> str:
    kind = _header("Content-Type", response)
    return kind.get_content_type() if kind["Content-Type"] else ""


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = httpx2.URL(url)
    return parts.scheme, parts.host, parts.port


def _header(name: str, response: httpx2.Response) -> Message:
    message = Message()
    if value := response.headers.get(name):
        message[name] = value
    return message


def _filename(response: httpx2.Response) -> str:
    proposed = _header("Content-Disposition", response).get_filename()
    return proposed or unquote(response.url.path.rpartition("/")[2])
