import asyncio

import pytest

from providers import registry
from providers.account import Account
from providers.base import Finished, TakenOver, TextDelta
from providers.errors import ProviderError
from providers.fake import FakeChatModel
from providers.fallback import WithFallback
from providers.openai.chat import OpenAIChatModel
from providers.registry import ProviderSettings
from providers.retries import Patience
from providers.tests.asking import ask, events_of

DOWN = ProviderError("Down.", code="provider_down", permanent=False)


@pytest.fixture
def chosen():
    return FakeChatModel()


@pytest.fixture
def substitute():
    model = FakeChatModel()
    model.name = "other"
    return model


@pytest.fixture
def model(chosen, substitute):
    chosen.patience = substitute.patience = Patience(retries=1, pause=0.001)
    return WithFallback(chosen, substitute)


def test_the_chosen_model_answers_as_long_as_it_can(model, substitute):
    assert [type(event) for event in events_of(model, ask("Hi"))][-1] is Finished
    assert substitute.requests == []


def test_a_failure_before_the_first_word_makes_the_other_answer_and_says_so(model, chosen):
    chosen.enqueue(DOWN, DOWN)
    events = events_of(model, ask("Hi"))
    assert events[:2] == [TakenOver("other"), TextDelta("You asked: ")]
    assert len(chosen.requests) == 2  # its retries come first


def test_a_failure_in_mid_answer_stays_one(model, chosen, substitute):
    chosen.enqueue(["Half", DOWN])
    with pytest.raises(ProviderError, match="Down"):
        events_of(model, ask("Hi"))
    assert substitute.requests == []


@pytest.mark.parametrize("code", ["too_long", "content_filter", "refused", "max_tokens"])
def test_what_is_about_the_question_is_told(code, model, chosen, substitute):
    chosen.enqueue(ProviderError("No.", code=code, permanent=True))
    with pytest.raises(ProviderError, match="No"):
        events_of(model, ask("Hi"))
    assert substitute.requests == []


@pytest.mark.parametrize("code", ["key_refused", "no_quota", "no_model", "provider_paused"])
def test_what_is_about_the_provider_is_taken_over(code, model, chosen):
    chosen.enqueue(ProviderError("No.", code=code, permanent=True))
    assert events_of(model, ask("Hi"))[0] == TakenOver("other")


def test_when_both_fail_the_chosen_model_s_reason_is_told(model, chosen, substitute):
    chosen.enqueue(DOWN, DOWN)
    other = ProviderError("Other.", code="other", permanent=True)
    substitute.enqueue(other)
    with pytest.raises(ProviderError, match="Down") as told:
        events_of(model, ask("Hi"))
    assert told.value.__cause__ is other


def test_closing_the_answer_closes_the_substitute_s_stream(model, chosen, substitute):
    async def stop_after_the_first_word():
        answer = model.stream(ask("Hi"))
        assert isinstance(await anext(answer), TakenOver)
        await anext(answer)
        await answer.aclose()
        assert substitute.closed == 1

    chosen.enqueue(DOWN, DOWN)
    substitute.enqueue(["One ", "two"])
    asyncio.run(stop_after_the_first_word())


def test_the_setting_names_the_substitute():
    registry.configure(ProviderSettings(chat_model="fake", fallback_model="extractive"))
    model = registry.chat_model()
    assert (model.name, model.substitute.name) == ("fake", "extractive")
    assert isinstance(registry.chat_model("extractive"), type(model.substitute))


def test_a_model_whose_key_is_gone_is_replaced_at_once():
    registry.configure(ProviderSettings(fallback_model="extractive"))
    assert registry.chat_model("openai/gone").name == "extractive"
    with pytest.raises(ProviderError, match="There is no chat model"):
        registry.chat_model("nonsense")


def test_nothing_steps_in_where_a_person_s_own_account_answers():
    registry.configure(ProviderSettings(fallback_model="extractive"))
    own = {"openai": Account("openai", "key", guarded=True)}
    assert isinstance(registry.chat_model("openai/m", own), OpenAIChatModel)
    assert isinstance(registry.chat_model("fake", own), WithFallback)
