import asyncio
import time

import pytest

from providers.base import Finished, TextDelta, Usage
from providers.errors import ProviderError
from providers.fake import FakeChatModel
from providers.retries import Patience
from providers.tests.asking import ask, events_of, text_of

QUICK = Patience(first_token=0.2, idle=0.2, total=2, retry_budget=5, pause=0.01)


@pytest.fixture
def model():
    model = FakeChatModel()
    model.patience = QUICK
    return model


def passing(code="provider_down", retry_after=None):
    return ProviderError("Busy.", code=code, permanent=False, retry_after=retry_after)


def test_deltas_come_in_order_and_end_with_the_usage(model):
    model.enqueue(["Hello ", "you"])
    assert events_of(model, ask("Hi there")) == [
        TextDelta("Hello "),
        TextDelta("you"),
        Finished("stop", Usage(2, 2, exact=True)),
    ]


def test_a_failure_before_the_first_token_is_tried_again(model):
    model.enqueue(passing(), passing(), ["Third time"])
    assert text_of(events_of(model, ask("Hi"))) == "Third time"
    assert len(model.requests) == 3


def test_the_third_failure_is_told(model):
    model.enqueue(passing(), passing(), passing(code="last"), ["never"])
    with pytest.raises(ProviderError) as told:
        events_of(model, ask("Hi"))
    assert told.value.code == "last"
    assert len(model.requests) == 3


def test_a_permanent_failure_is_not_tried_again(model):
    model.enqueue(ProviderError("No key.", code="key_refused", permanent=True), ["never"])
    with pytest.raises(ProviderError, match="No key"):
        events_of(model, ask("Hi"))
    assert len(model.requests) == 1


def test_a_failure_after_the_first_token_is_not_tried_again(model):
    model.enqueue(["Half", passing(code="broken")], ["never"])
    with pytest.raises(ProviderError) as told:
        events_of(model, ask("Hi"))
    assert (told.value.code, len(model.requests)) == ("broken", 1)


def test_the_provider_s_wish_to_wait_is_honoured(model):
    model.enqueue(passing(retry_after=0.3), ["Now"])
    started = time.monotonic()
    assert text_of(events_of(model, ask("Hi"))) == "Now"
    assert time.monotonic() - started >= 0.3


def test_a_wait_beyond_the_budget_is_not_begun(model):
    model.enqueue(passing(retry_after=30), ["never"])
    started = time.monotonic()
    with pytest.raises(ProviderError):
        events_of(model, ask("Hi"))
    assert time.monotonic() - started < 1


def test_a_stream_without_a_finish_reason_is_a_failure(model):
    model.enqueue(["Half an answer", None])
    with pytest.raises(ProviderError) as told:
        events_of(model, ask("Hi"))
    assert told.value.code == "stream_cut"


def test_silence_in_mid_answer_ends_after_the_idle_limit(model):
    model.pause = asyncio.Event()
    model.enqueue(["One ", "two"])
    with pytest.raises(ProviderError) as told:
        events_of(model, ask("Hi"))
    assert told.value.code == "idle_timeout"
    assert told.value.message == "The model stopped in mid-answer for 0.2 s. Try again."
    assert model.closed == 1


class Silent(FakeChatModel):
    async def _stream(self, request):
        self.requests.append(request)
        await asyncio.sleep(60)
        yield TextDelta("never")


def waited_for(patience):
    """Seconds told, seconds waited and tries of a model that never begins."""
    model = Silent()
    model.patience = patience
    started = time.monotonic()
    with pytest.raises(ProviderError, match=r"^The model did not answer in \S+ s\. ") as told:
        events_of(model, ask("Hi"))
    seconds = float(told.value.message.split()[6])
    return seconds, time.monotonic() - started, len(model.requests)


def test_a_model_that_never_begins_is_given_up_after_three_tries():
    told, waited, tries = waited_for(QUICK)
    assert (told, tries) == (pytest.approx(waited, abs=0.1), 3)


def test_silence_is_not_tried_again_when_the_budget_would_cut_the_second_wait():
    told, waited, tries = waited_for(Patience(first_token=0.3, retry_budget=0.6, pause=0.01))
    assert (told, tries) == (0.3, 1)
    assert waited < 0.5


def test_an_answer_without_end_is_stopped_at_the_total_limit():
    class Endless(FakeChatModel):
        patience = Patience(total=0.3)

        async def _stream(self, request):
            while True:
                yield TextDelta("and ")
                await asyncio.sleep(0.02)

    with pytest.raises(ProviderError) as told:
        events_of(Endless(), ask("Hi"))
    assert told.value.code == "total_timeout"


def test_closing_the_answer_closes_the_provider_s_stream(model):
    async def stop_after_the_first():
        stream = model.stream(ask("Hi"))
        await anext(stream)
        await stream.aclose()

    model.enqueue(["One ", "two"])
    asyncio.run(stop_after_the_first())
    assert model.closed == 1
