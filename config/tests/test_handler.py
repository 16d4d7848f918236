"""A request stays in one thread, whatever middleware it passes."""

import threading

import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from django.http import StreamingHttpResponse

from config.handler import Handler

SEEN: list[threading.Thread] = []


def noting(get_response):
    def middleware(request):
        SEEN.append(threading.current_thread())
        response = get_response(request)
        SEEN.append(threading.current_thread())
        return response

    return middleware


def streaming(get_response):
    class Noting(StreamingHttpResponse):
        def close(self):
            SEEN.append(threading.current_thread())
            super().close()

    async def parts():
        yield b"streamed"

    return lambda request: Noting(parts())


@pytest.fixture
def noted(settings):
    here = f"{__name__}.noting"
    settings.MIDDLEWARE = [here, *settings.MIDDLEWARE, here]
    SEEN.clear()
    return SEEN


async def answers(path):
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
    }
    communicator = ApplicationCommunicator(Handler(), scope)
    await communicator.send_input({"type": "http.request", "body": b""})
    start, body = await communicator.receive_output(), await communicator.receive_output()
    await communicator.wait()
    return start["status"], body["body"]


def test_one_thread_carries_a_request_through_all_middleware(noted):
    assert async_to_sync(answers)("/health/live") == (200, b'{"status": "ok"}')
    assert len(noted) == 4
    assert len(set(noted)) == 1
    assert noted[0].name.startswith("request_")


def test_no_thread_is_started_to_close_a_stream(settings):
    settings.MIDDLEWARE = [f"{__name__}.streaming"]
    SEEN.clear()
    assert async_to_sync(answers)("/health/live") == (200, b"streamed")
    assert [thread.name.partition("_")[0] for thread in SEEN] == ["request"]
