import asyncio
import dataclasses
import subprocess
import sys

import pytest

from providers.account import Account
from providers.base import ChatMessage, Finished, TextDelta, Usage
from providers.errors import ProviderError
from providers.gemini.chat import GeminiChatModel
from providers.retries import Patience
from providers.tests.asking import ask, events_of, text_of
from providers.tests.vendors import chat_model
from providers.tests.wire.gemini import delta, problem, reason_of, retry_in
from providers.tests.wire_server import refuse, stream

ONCE = Patience(first_token=10, idle=10, total=20, retries=0)


def model(server, patience=ONCE):
    return chat_model("gemini", server, patience, model="gemini-3.8-flash")


def told_by(server, *behaviours, patience=ONCE):
    server.behaviours += behaviours
    with pytest.raises(ProviderError) as told:
        events_of(model(server, patience), ask("Hi"))
    return told.value


def test_an_answer_streams_with_the_provider_s_own_count(server):
    assert events_of(model(server), ask("Hi")) == [
        TextDelta("Hello"),
        TextDelta(" you"),
        Finished("stop", Usage(11, 2, exact=True)),
    ]


def test_the_request_says_what_the_protocol_needs(server):
    spoken = (
        ChatMessage("system", "Answer briefly."),
        ChatMessage("assistant", "An answer whose question is forgotten."),
        ChatMessage("user", "Who?"),
        ChatMessage("assistant", "She."),
        ChatMessage("user", "When?"),
    )
    events_of(model(server), dataclasses.replace(ask("When?", max_tokens=64), messages=spoken))
    (path, key, body), (headers,) = server.requests[0], server.headers
    assert path == "/v1/models/gemini-3.8-flash:streamGenerateContent?alt=sse"
    assert (key, headers["X-Server-Timeout"]) == ("key", "20")
    assert body == {
        "systemInstruction": {"parts": [{"text": "Answer briefly."}]},
        "contents": [
            {"role": "user", "parts": [{"text": "Who?"}]},
            {"role": "model", "parts": [{"text": "She."}]},
            {"role": "user", "parts": [{"text": "When?"}]},
        ],
        "generationConfig": {"temperature": 0.2, "maxOutputTokens": 64},
    }


def test_thoughts_are_counted_but_not_said(server):
    thinking = delta("Let me think.")
    thinking["candidates"][0]["content"]["parts"][0]["thought"] = True
    counts = {"promptTokenCount": 5, "candidatesTokenCount": 1, "thoughtsTokenCount": 40}
    server.behaviours.append(stream(thinking, delta("Yes.", "STOP", usageMetadata=counts)))
    events = events_of(model(server), ask("Hi"))
    assert events == [TextDelta("Yes."), Finished("stop", Usage(5, 41, exact=True))]


def test_a_key_that_google_calls_invalid_is_refused_although_it_says_400(server):
    details = reason_of("API_KEY_INVALID")
    told = told_by(server, refuse(400, problem(400, "INVALID_ARGUMENT", details)))
    assert (told.code, told.permanent) == ("key_refused", True)
    assert told.message == "The model provider refused our key. Check GEMINI_API_KEY."


@pytest.mark.parametrize("word", ["OTHER", "MALFORMED_RESPONSE", "CONTINUATION"])
def test_an_end_that_is_none_is_a_failure(server, word):
    told = told_by(server, stream(delta("Half"), delta(None, word)))
    assert (told.code, told.permanent) == ("stopped_early", False)
    assert word in told.message


@pytest.mark.parametrize(("said", "wait"), [("7s", 7), ("2.5s", 2.5), ("300s", 60), ("soon", None)])
def test_the_wait_google_asks_for_is_read_from_the_error(server, said, wait):
    told = told_by(server, refuse(429, problem(429, "RESOURCE_EXHAUSTED", retry_in(said))))
    assert (told.code, told.retry_after) == ("rate_limited", wait)


def test_the_client_does_not_retry_by_itself(server):
    told_by(server, *[refuse(503, problem(503, "UNAVAILABLE"))] * 9)
    assert len(server.requests) == 1


def test_a_server_that_is_not_there_is_told():
    gone = GeminiChatModel("m", Account("gemini", "key", "http://127.0.0.1:9"), ONCE)
    with pytest.raises(ProviderError, match="cannot be reached"):
        events_of(gone, ask("Hi"))


def test_google_s_client_is_not_loaded_before_it_is_used():
    code = (
        "import sys, providers.registry, providers.gemini.chat, providers.gemini.embeddings\n"
        "sys.exit('google.genai' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_connections_are_reused(server):
    chat = model(server)

    async def twice():
        for _ in range(2):
            assert [event async for event in chat.stream(ask("Hi"))]

    asyncio.run(twice())
    assert (len(server.requests), len(server.connections)) == (2, 1)


def test_other_line_ends_inside_a_text_do_not_cut_it(server):
    text = "one\u2028two"
    line = (
        f'data: {{"candidates":[{{"content":{{"parts":[{{"text":"{text}"}}]}},'
        '"finishReason":"STOP"}]}\r\n\r\n'
    )
    server.behaviours.append(stream(line.encode()))
    assert text_of(events_of(model(server), ask("Hi"))) == text
