import asyncio

import pytest

from providers.account import Account
from providers.base import Finished, TextDelta, Usage
from providers.errors import ProviderError
from providers.openai.chat import OpenAIChatModel
from providers.retries import Patience
from providers.tests.asking import ask, events_of, text_of
from providers.tests.wire_server import delta, endless, hang, refuse, stream

ONCE = Patience(first_token=0.5, idle=0.5, total=5, retries=0)


def model(server, patience=ONCE):
    return OpenAIChatModel("m", Account("openai", "key", server.base_url), patience)


def failure(server, behaviour):
    server.behaviours.append(behaviour)
    with pytest.raises(ProviderError) as told:
        events_of(model(server), ask("Hi"))
    return told.value


def test_an_answer_streams_with_the_provider_s_own_count(server):
    assert events_of(model(server), ask("Hi", max_tokens=64)) == [
        TextDelta("Hello"),
        TextDelta(" you"),
        Finished("stop", Usage(11, 2, exact=True)),
    ]


def test_the_request_says_what_the_protocol_needs(server):
    events_of(model(server), ask("Hi", max_tokens=64))
    assert server.requests == [
        (
            "/v1/chat/completions",
            "Bearer key",
            {
                "model": "m",
                "messages": [{"role": "user", "content": "Hi"}],
                "temperature": 0.2,
                "max_tokens": 64,
                "stream": True,
                "stream_options": {"include_usage": True},
            },
        )
    ]


def test_a_provider_that_does_not_count_is_estimated(server):
    server.behaviours.append(stream(delta("Hello"), delta(None, "length")))
    events = events_of(model(server), ask("Hi"))
    assert events[-1] == Finished("length", Usage(1, 1, exact=False))


@pytest.mark.parametrize(
    ("behaviour", "code", "permanent"),
    [
        (refuse(401), "key_refused", True),
        (refuse(403), "key_refused", True),
        (refuse(404), "no_model", True),
        (refuse(400), "refused", True),
        (refuse(400, "context_length_exceeded"), "too_long", True),
        (refuse(429, "insufficient_quota"), "no_quota", True),
        (refuse(429), "rate_limited", False),
        (refuse(500), "provider_down", False),
        (refuse(503), "provider_down", False),
        (hang, "first_token_timeout", False),
        (stream(delta("Half"), cut=True), "stream_cut", False),
        (stream(delta("No reason")), "stream_cut", False),
        (stream({"error": {"message": "overloaded"}}), "provider_down", False),
        (stream({"nonsense": 1}), "bad_answer", False),
    ],
)
def test_every_refusal_has_its_code(server, behaviour, code, permanent):
    told = failure(server, behaviour)
    assert (told.code, told.permanent) == (code, permanent)
    assert told.message.endswith(".")


def test_the_seconds_of_retry_after_are_read(server):
    assert failure(server, refuse(429, retry_after=7)).retry_after == 7
    past = failure(server, refuse(429, retry_after="Wed, 21 Oct 2020 07:28:00 GMT"))
    assert past.retry_after == 0
    assert failure(server, refuse(429, retry_after="soon")).retry_after is None


def test_a_server_error_before_the_first_token_is_tried_again(server):
    server.behaviours += [refuse(500), refuse(429, retry_after=0)]
    patient = model(server, Patience(pause=0.01))
    assert text_of(events_of(patient, ask("Hi"))) == "Hello you"
    assert len(server.requests) == 3


def test_a_server_that_is_not_there_is_told():
    gone = OpenAIChatModel("m", Account("openai", "", "http://127.0.0.1:9/v1"), ONCE)
    with pytest.raises(ProviderError, match="cannot be reached"):
        events_of(gone, ask("Hi"))


def test_stopping_the_answer_hangs_up_at_the_provider(server):
    async def stop_after_the_first():
        stream = model(server).stream(ask("Hi"))
        await anext(stream)
        await stream.aclose()

    server.behaviours.append(endless)
    asyncio.run(stop_after_the_first())
    assert server.gone.wait(2)


def test_connections_are_reused(server):
    chat = model(server)

    async def twice():
        for _ in range(2):
            assert [event async for event in chat.stream(ask("Hi"))]
        return chat._clients.asynchronous is chat._clients.asynchronous

    assert asyncio.run(twice())
