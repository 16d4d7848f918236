"""Tools as OpenAI's and Gemini's protocols offer them, ask for them and are answered."""

import dataclasses

import pytest

from providers.base import ChatMessage, Finished, TextDelta, Tool, ToolCalled, Usage
from providers.errors import ProviderError
from providers.retries import Patience
from providers.tests.asking import ask, events_of, text_of
from providers.tests.vendors import chat_model
from providers.tests.wire import gemini, openai
from providers.tests.wire_server import refuse, stream

ONCE = Patience(first_token=10, idle=10, total=20, retries=0)
SCHEMA = {
    "type": "object",
    "properties": {"expression": {"type": "string"}},
    "required": ["expression"],
}
CALCULATOR = Tool("calculator", "Computes.", SCHEMA)
SUM = {"expression": "1+2"}


def asked(*more, tools=(CALCULATOR,)):
    request = ask("What is 1+2?")
    return dataclasses.replace(request, messages=(*request.messages, *more), tools=tools)


def calls_of(model, request):
    return [event for event in events_of(model, request) if isinstance(event, ToolCalled)]


def pieces(*calls, reason="tool_calls"):
    """Chunks of OpenAI's protocol, each with one piece of a call, and the end."""
    chunks = [{"choices": [{"delta": {"tool_calls": [call]}}]} for call in calls]
    return stream(*chunks, openai.delta(None, reason), openai.USAGE, openai.DONE)


def piece(index, arguments, **named):
    function = {"arguments": arguments, **({"name": named.pop("name")} if "name" in named else {})}
    return {"index": index, "function": function, **named}


def parts(*parts, reason="STOP"):
    content = {"role": "model", "parts": list(parts)}
    return {"candidates": [{"content": content, "finishReason": reason}],
            "usageMetadata": gemini.COUNTS}  # fmt: skip


def test_openai_is_offered_tools_as_functions(server):
    events_of(chat_model("openai", server, ONCE), asked())
    function = {"name": "calculator", "description": "Computes.", "parameters": SCHEMA}
    assert server.requests[0][2]["tools"] == [{"type": "function", "function": function}]


def test_calls_that_come_in_pieces_are_put_together_by_their_place(server):
    server.behaviours.append(
        pieces(
            piece(0, "", id="a", name="calculator"),
            piece(1, '{"expression"', id="b", name="calculator"),
            piece(0, '{"expression": "1'),
            piece(1, ': "7"}'),
            piece(0, '+2"}'),
        )
    )
    *calls, end = events_of(chat_model("openai", server, ONCE), asked())
    told = [(call.id, call.name, call.arguments) for call in calls]
    assert told == [("a", "calculator", SUM), ("b", "calculator", {"expression": "7"})]
    assert end == Finished("tool_calls", Usage(11, 2, exact=True))


def test_calls_that_share_a_place_are_told_apart_by_name_and_id(server):
    server.behaviours.append(
        pieces(
            piece(0, '{"expression": "1"}', id="a", name="calculator"),
            piece(0, '{"expression": "2"}', id="b", name="calculator"),
        )
    )
    calls = calls_of(chat_model("openai", server, ONCE), asked())
    assert [call.arguments for call in calls] == [{"expression": "1"}, {"expression": "2"}]


def test_an_id_that_changes_with_every_piece_does_not_cut_a_call(server):
    server.behaviours.append(
        pieces(
            piece(0, '{"expression":', id="a", name="calculator"),
            piece(0, ' "1+2"}', id="b"),
        )
    )
    [call] = calls_of(chat_model("openai", server, ONCE), asked())
    assert (call.id, call.arguments) == ("a", SUM)


@pytest.mark.parametrize("written", ['{"expression": "1', '["1+2"]', "[" * 5_000, '"1+2"'])
def test_arguments_that_are_no_object_are_told_as_none_and_said_back_as_empty(server, written):
    server.behaviours.append(pieces(piece(0, written, id="a", name="calculator")))
    [call] = calls_of(chat_model("openai", server, ONCE), asked())
    assert call.arguments is None
    assert call.said["function"] == {"name": "calculator", "arguments": "{}"}


def test_calls_of_an_answer_that_is_cut_are_none(server):
    chunk = {"choices": [{"delta": {"tool_calls": [piece(0, "{}", id="a", name="calculator")]}}]}
    server.behaviours.append(stream(chunk, cut=True))
    with pytest.raises(ProviderError) as told:
        events_of(chat_model("openai", server, ONCE), asked())
    assert told.value.code == "stream_cut"


def test_openai_is_told_results_by_the_id_of_their_call(server):
    signed = {"extra_content": {"google": {"thought_signature": "s1"}}}
    server.behaviours.append(pieces(piece(0, '{"expression": "1+2"}', id="a", name="calculator",
                                          **signed)))  # fmt: skip
    model = chat_model("openai", server, ONCE)
    [call] = calls_of(model, asked())
    told = (ChatMessage("assistant", "", (call,)), ChatMessage("tool", "3", answers=call))
    events_of(model, asked(*told))
    function = {"name": "calculator", "arguments": '{"expression": "1+2"}'}
    assert server.requests[1][2]["messages"][1:] == [
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [{"id": "a", "type": "function", "function": function, **signed}],
        },
        {"role": "tool", "content": "3", "tool_call_id": "a"},
    ]


@pytest.mark.parametrize(
    "refusal",
    [
        refuse(400, openai.problem(message="registry.ollama.ai/m does not support tools")),
        refuse(400, openai.problem(message='"auto" tool choice requires more')),
        refuse(422, openai.problem("unsupported_parameter", param="tools")),
    ],
    ids=["Ollama", "vLLM", "named"],
)
def test_a_server_that_refuses_tools_is_asked_without_from_then_on(server, refusal):
    server.behaviours.append(refusal)
    model = chat_model("openai", server, ONCE)
    assert model.calls_tools is True
    assert text_of(events_of(model, asked())) == "Hello you"
    assert model.calls_tools is False
    events_of(model, asked())
    assert ["tools" in body for _, _, body in server.requests] == [True, False, False]


def test_a_refusal_that_speaks_of_tools_by_chance_takes_none_away(server):
    server.behaviours.append(refuse(400, openai.problem(message="bad: which tools do we own?")))
    model = chat_model("openai", server, ONCE)
    with pytest.raises(ProviderError):
        events_of(model, asked(tools=()))
    assert model.calls_tools is True


def test_gemini_is_offered_tools_as_declarations(server):
    events_of(chat_model("gemini", server, ONCE), asked())
    declared = {"name": "calculator", "description": "Computes.", "parameters": SCHEMA}
    assert server.requests[0][2]["tools"] == [{"functionDeclarations": [declared]}]


def test_gemini_is_told_its_calls_back_as_they_came_signatures_too(server):
    first = {"functionCall": {"id": "x", "name": "calculator", "args": SUM},
             "thoughtSignature": "c2ln"}  # fmt: skip
    second = {"functionCall": {"name": "calculator", "args": {"expression": "7"}}}
    server.behaviours.append(stream(parts(first, second)))
    model = chat_model("gemini", server, ONCE)
    calls = calls_of(model, asked())
    told = [(call.id, call.arguments) for call in calls]
    assert told == [("x", SUM), ("call-2", {"expression": "7"})]
    results = [ChatMessage("tool", told, answers=call)
               for told, call in zip("37", calls, strict=True)]  # fmt: skip
    events_of(model, asked(ChatMessage("assistant", "", tuple(calls)), *results))
    answered = [
        {"functionResponse": {"id": "x", "name": "calculator", "response": {"result": "3"}}},
        {"functionResponse": {"name": "calculator", "response": {"result": "7"}}},
    ]
    assert server.requests[1][2]["contents"][1:] == [
        {"role": "model", "parts": [first, second]},
        {"role": "user", "parts": answered},
    ]


def test_a_gemini_call_whose_arguments_are_no_object_has_none(server):
    odd = {"functionCall": {"name": "calculator", "args": "1+2"}}
    server.behaviours.append(stream(parts(odd)))
    [call] = calls_of(chat_model("gemini", server, ONCE), asked())
    assert call.arguments is None


def test_a_gemini_model_without_function_calling_is_asked_without_from_then_on(server):
    message = "Function calling is not enabled for models/gemma-3-27b-it"
    server.behaviours.append(refuse(400, gemini.problem(400, "INVALID_ARGUMENT", message=message)))
    model = chat_model("gemini", server, ONCE)
    assert text_of(events_of(model, asked())) == "Hello you"
    assert model.calls_tools is False
    events_of(model, asked())
    assert ["tools" in body for _, _, body in server.requests] == [True, False, False]


@pytest.mark.parametrize("vendor", ["gemini", "openai"])
def test_a_call_of_what_was_not_offered_is_dropped(server, vendor):
    call = {
        "openai": pieces(piece(0, "{}", id="a", name="calculator"), reason="stop"),
        "gemini": stream(parts({"functionCall": {"name": "calculator", "args": SUM}})),
    }[vendor]
    server.behaviours.append(call)
    with pytest.raises(ProviderError) as told:
        events_of(chat_model(vendor, server, ONCE), asked(tools=()))
    assert told.value.code == "no_text"


def test_silence_is_an_answer_where_tools_are_offered(server):
    server.behaviours.append(stream(openai.delta(None, "stop"), openai.USAGE, openai.DONE))
    [end] = events_of(chat_model("openai", server, ONCE), asked())
    assert end == Finished("stop", Usage(11, 2, exact=True))


def test_text_that_looks_like_a_call_is_text(server):
    smuggled = '<tool_call>{"name": "calculator", "arguments": {}}</tool_call>'
    server.behaviours.append(stream(openai.delta(smuggled, "stop"), openai.USAGE, openai.DONE))
    first, _ = events_of(chat_model("openai", server, ONCE), asked())
    assert first == TextDelta(smuggled)
