"""A body beyond its limit ends with 413 before it has filled the disk."""

import json
from dataclasses import dataclass

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings as site
from django.test import Client

from accounts import keys
from accounts.tenancy import scope
from config.body_limit import ENVELOPE, limit_bodies

SMALL = 100
LARGE = 1000 + ENVELOPE
UPLOAD = "/api/v1/documents/"

# The question who sends is asked in another thread, with a connection of its own.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def small_limits(settings):
    settings.MAX_BODY_SIZE = SMALL
    settings.MAX_FILE_SIZE = LARGE - ENVELOPE


@dataclass
class Exchange:
    """What the application was given, what was sent back, how many blocks were taken."""

    given: int = 0
    status: int = 0
    body: bytes = b""
    taken: int = 0


def exchange(blocks: list[bytes], headers=(), path: str = "/") -> Exchange:
    result, waiting = Exchange(), list(blocks)

    async def application(scope, receive, send):
        more = True
        while more:
            message = await receive()
            result.given += len(message["body"])
            more = message["more_body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive():
        result.taken += 1
        body = waiting.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(waiting)}

    async def send(message):
        result.status = message.get("status", result.status)
        result.body += message.get("body", b"")

    scope = {"type": "http", "path": path, "headers": list(headers)}
    async_to_sync(limit_bodies(application))(scope, receive, send)
    return result


def declared(size: int) -> tuple[bytes, bytes]:
    return (b"content-length", str(size).encode())


@pytest.fixture
def key(owner) -> tuple[bytes, bytes]:
    with scope(owner):
        return (b"authorization", f"Bearer {keys.issue(owner, 'test')[1]}".encode())


@pytest.fixture
def cookie(owner) -> tuple[bytes, bytes]:
    browser = Client()
    browser.force_login(owner)
    name = site.SESSION_COOKIE_NAME
    return (b"cookie", f"theme=dark; {name}={browser.cookies[name].value}".encode())


def test_a_body_at_the_small_limit_passes_anywhere():
    assert exchange([b"x" * (SMALL - 1), b"x"]) == Exchange(SMALL, 200, b"", 2)


def test_a_chunked_body_is_cut_at_the_limit():
    done = exchange([b"x" * SMALL, b"x", b"x", b"x"], path=UPLOAD)
    assert (done.given, done.status, done.taken) == (SMALL, 413, 2)
    assert json.loads(done.body)["code"] == "too_large"


def test_a_strangers_file_is_refused_unread():
    done = exchange([b"x"], [declared(SMALL + 1)], UPLOAD)
    assert (done.given, done.status, done.taken) == (0, 413, 0)


@pytest.mark.parametrize(
    "header",
    [
        (b"authorization", b"Bearer kyro_made_up"),
        (b"cookie", b"sessionid=madeupmadeupmadeupmadeupmadeup12"),
        (b"cookie", b"\xff=;;\x00"),
    ],
)
def test_a_made_up_sign_in_is_a_strangers(header):
    assert exchange([b"x"], [declared(SMALL + 1), header], UPLOAD).status == 413


def test_a_known_key_sends_a_whole_file_and_no_more(key):
    assert exchange([b"x" * LARGE], [declared(LARGE), key], UPLOAD).given == LARGE
    assert exchange([b"x" * LARGE, b"x"], [key], UPLOAD).status == 413
    assert exchange([b"x"], [declared(LARGE + 1), key], UPLOAD).taken == 0


def test_a_signed_in_browser_sends_a_whole_file(cookie):
    assert exchange([b"x" * LARGE], [cookie], "/documents/upload/").given == LARGE


@pytest.mark.parametrize("path", ["/api/v1/chatbots/", "/accounts/login/", "/nowhere/"])
def test_other_doors_stay_small_for_everybody(key, cookie, path):
    assert exchange([b"x" * SMALL, b"x"], [key, cookie], path).status == 413


@pytest.mark.parametrize("length", [b"", b"-5", b"many"])
def test_a_length_that_is_none_is_left_to_the_server(length):
    assert exchange([b"x"], [(b"content-length", length)]).given == 1
