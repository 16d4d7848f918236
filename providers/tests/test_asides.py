"""What a model takes beside the answer is counted, whatever comes of it."""

import asyncio

import pytest

from providers.asides import Meter, Taken, said_by
from providers.base import Finished, ToolCalled, Usage
from providers.errors import ProviderError
from providers.fake import FakeChatModel
from providers.tests.asking import ask

HELLO = ask("Hello you")
DOWN = ProviderError("No.", code="down", permanent=True)


def said(model, meter, seconds=5.0):
    async def once():
        async with asyncio.timeout(seconds):
            return await said_by(model, HELLO, "plan", meter)

    return asyncio.run(once())


def test_words_and_calls_come_whole_with_the_provider_s_count():
    model, meter = FakeChatModel(), Meter()
    usage = Usage(40, 9, exact=True)
    model.enqueue(["One ", "line.", Finished("stop", usage)])
    told = said(model, meter)
    assert (told.text, told.calls, told.model) == ("One line.", [], "fake")
    assert (meter.taken, meter.tokens) == ([Taken("plan", "fake", usage)], 49)


def test_what_is_cut_by_the_clock_is_estimated():
    model, meter = FakeChatModel(), Meter()
    model.pause = asyncio.Event()
    model.enqueue(["One ", "line."])
    with pytest.raises(TimeoutError):
        said(model, meter, seconds=0.05)
    assert meter.taken == [Taken("plan", "fake", Usage.estimated(HELLO, "One "))]


def test_what_fails_in_the_middle_is_estimated_and_before_the_first_word_takes_nothing():
    model, meter = FakeChatModel(), Meter()
    model.enqueue(DOWN, ["One ", DOWN])
    for _ in range(2):
        with pytest.raises(ProviderError):
            said(model, meter)
    assert meter.taken == [Taken("plan", "fake", Usage.estimated(HELLO, "One "))]


def test_calls_are_kept_only_where_tools_were_offered():
    model, meter = FakeChatModel(), Meter()
    model.enqueue(["Yes.", ToolCalled("1", "calculator", {})])
    assert said(model, meter).calls == []
