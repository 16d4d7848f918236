import asyncio

import pytest

from providers.account import Account
from providers.base import Finished, Usage
from providers.errors import ProviderError
from providers.openai.chat import OpenAIChatModel
from providers.retries import Patience
from providers.tests.asking import ask, events_of, text_of
from providers.tests.vendors import chat_model
from providers.tests.wire.openai import DONE, delta, problem
from providers.tests.wire_server import refuse, stream

ONCE = Patience(first_token=10, idle=10, total=20, retries=0)


def model(server, patience=ONCE):
    return chat_model("openai", server, patience)


def bodies(server):
    return [body for _, _, body in server.requests]


def test_an_answer_streams_with_the_provider_s_own_count(server):
    *said, finished = events_of(model(server), ask("Hi", max_tokens=64))
    assert text_of([*said, finished]) == "Hello you"  # in as many pieces as it was read in
    assert finished == Finished("stop", Usage(11, 2, exact=True))


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


def test_a_model_that_refuses_max_tokens_and_temperature_is_asked_its_way_from_then_on(server):
    server.behaviours += [
        refuse(400, problem("unsupported_parameter", param="max_tokens")),
        refuse(400, problem("unsupported_value", param="temperature")),
    ]
    newer = model(server)
    assert text_of(events_of(newer, ask("Hi", max_tokens=64))) == "Hello you"
    events_of(newer, ask("Again", max_tokens=64))
    assert [body.get("max_tokens") for body in bodies(server)] == [64, None, None, None]
    assert [body.get("max_completion_tokens") for body in bodies(server)] == [None, 64, 64, 64]
    assert [body.get("temperature") for body in bodies(server)] == [0.2, 0.2, None, None]


def test_a_server_that_names_the_parameter_in_words_alone_is_understood(server):
    server.behaviours.append(refuse(422, problem(message="extra field stream_options")))
    assert text_of(events_of(model(server), ask("Hi"))) == "Hello you"
    assert "stream_options" not in bodies(server)[1]


def test_a_refusal_of_the_same_parameter_again_is_told(server):
    server.behaviours += [refuse(400, problem(param="temperature"))] * 2
    with pytest.raises(ProviderError) as told:
        events_of(model(server), ask("Hi"))
    assert (told.value.code, len(server.requests)) == ("refused", 2)


def test_other_line_ends_inside_a_text_do_not_cut_it(server):
    text = "one\u2028two\x85three"
    line = (
        f'data: {{"choices":[{{"delta":{{"content":"{text}"}},"finish_reason":"stop"}}]}}\r\n\r\n'
    )
    server.behaviours.append(stream(line.encode(), DONE))
    assert text_of(events_of(model(server), ask("Hi"))) == text


def test_a_letter_split_between_two_packets_is_whole(server):
    line = 'data: {"choices":[{"delta":{"content":"สวัสดี"},"finish_reason":"stop"}]}\n\n'.encode()
    server.behaviours.append(stream(*(line[place : place + 1] for place in range(len(line)))))
    assert text_of(events_of(model(server), ask("Hi"))) == "สวัสดี"


def test_a_chunk_without_choices_or_text_says_nothing(server):
    server.behaviours.append(
        stream({"choices": []}, {"choices": [{"delta": None}]}, delta("Yes", "stop"), DONE)
    )
    assert text_of(events_of(model(server), ask("Hi"))) == "Yes"


@pytest.mark.parametrize(
    "behaviour",
    [
        stream({"error": {"code": 400, "type": "exceed_context_size_error", "message": "no"}}),
        refuse(400, {"object": "error", "message": "maximum context length is 4096", "code": 400}),
    ],
    ids=["llama.cpp", "vLLM"],
)
def test_a_conversation_too_long_is_told_whatever_the_server_s_words(server, behaviour):
    server.behaviours.append(behaviour)
    with pytest.raises(ProviderError) as told:
        events_of(model(server), ask("Hi"))
    assert (told.value.code, told.value.permanent) == ("too_long", True)


def test_an_error_that_is_only_a_sentence_may_pass(server):
    server.behaviours.append(stream({"error": "out of memory"}))
    with pytest.raises(ProviderError) as told:
        events_of(model(server), ask("Hi"))
    assert (told.value.code, told.value.permanent) == ("provider_down", False)


def test_a_server_error_before_the_first_token_is_tried_again(server):
    server.behaviours += [refuse(500, problem()), refuse(429, problem(), retry_after=0)]
    patient = model(server, Patience(pause=0.01))
    assert text_of(events_of(patient, ask("Hi"))) == "Hello you"
    assert len(server.requests) == 3


def test_a_server_that_is_not_there_is_told():
    gone = OpenAIChatModel("m", Account("openai", "", "http://127.0.0.1:9/v1"), ONCE)
    with pytest.raises(ProviderError, match="cannot be reached"):
        events_of(gone, ask("Hi"))


def test_connections_are_reused(server):
    chat = model(server)

    async def twice():
        for _ in range(2):
            assert [event async for event in chat.stream(ask("Hi"))]

    asyncio.run(twice())
    assert len(server.requests) == 2
    assert len(server.connections) == 1
