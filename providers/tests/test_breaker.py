import time

import pytest

from providers.account import Account
from providers.breaker import Breaker, breaker_of
from providers.errors import ProviderError
from providers.fake import FakeChatModel
from providers.retries import Patience
from providers.tests import vendors
from providers.tests.asking import ask, events_of, text_of
from providers.tests.misbehaviours import CHAT

ONCE = Patience(retries=0)
BUSY = ProviderError("Busy.", code="provider_down", permanent=False)
LASTING = ProviderError("No key.", code="key_refused", permanent=True)


@pytest.fixture
def model():
    model = FakeChatModel()
    model.patience, model.breaker = ONCE, Breaker(opens_after=3, pause=0.1)
    return model


def code_of(model):
    with pytest.raises(ProviderError) as told:
        events_of(model, ask("Hi"))
    return told.value.code


def test_after_some_failures_in_a_row_the_provider_is_left_alone(model):
    model.enqueue(BUSY, BUSY, BUSY)
    assert [code_of(model) for _ in range(4)] == ["provider_down"] * 3 + ["provider_paused"]
    assert len(model.requests) == 3


def test_the_refusal_says_what_to_do_and_may_pass(model):
    model.enqueue(BUSY, BUSY, BUSY)
    for _ in range(3):
        code_of(model)
    with pytest.raises(ProviderError) as told:
        events_of(model, ask("Hi"))
    assert "Try again in a minute." in told.value.message
    assert (told.value.permanent, 0 < told.value.retry_after <= 0.1) == (False, True)


def test_an_answer_or_a_lasting_refusal_between_failures_starts_the_count_anew(model):
    model.enqueue(BUSY, BUSY, ["Fine"], BUSY, BUSY, LASTING, BUSY, BUSY, ["Fine"])
    for _ in range(2):
        assert [code_of(model) for _ in range(2)] == ["provider_down"] * 2
        if model.replies[0] is LASTING:
            assert code_of(model) == "key_refused"
        else:
            assert text_of(events_of(model, ask("Hi"))) == "Fine"
    assert [code_of(model) for _ in range(2)] == ["provider_down"] * 2
    assert text_of(events_of(model, ask("Hi"))) == "Fine"


def test_after_the_pause_one_call_tries_and_closes_or_opens_again(model):
    model.enqueue(BUSY, BUSY, BUSY, BUSY, ["Back"])
    for _ in range(3):
        code_of(model)
    time.sleep(0.11)
    assert code_of(model) == "provider_down"  # the trial
    assert code_of(model) == "provider_paused"
    time.sleep(0.11)
    assert text_of(events_of(model, ask("Hi"))) == "Back"
    assert text_of(events_of(model, ask("Hi"))) == "You asked: Hi"


def test_while_one_tries_the_others_wait(model):
    breaker = Breaker(opens_after=1, pause=0.05)
    breaker.failed(BUSY)
    time.sleep(0.06)
    breaker.admit()
    with pytest.raises(ProviderError):
        breaker.admit()
    time.sleep(0.06)  # the one that tried never reported
    breaker.admit()


def test_a_stream_cut_in_mid_answer_counts(model):
    model.enqueue(*[["Half", BUSY]] * 3)
    assert [code_of(model) for _ in range(4)] == ["provider_down"] * 3 + ["provider_paused"]


def test_each_account_has_its_own(server):
    first, second = Account("openai", "a"), Account("openai", "b")
    assert breaker_of(first) is breaker_of(Account("openai", "a"))
    assert breaker_of(first) is not breaker_of(second)


@pytest.mark.parametrize("vendor", vendors.VENDORS)
def test_chat_and_embeddings_of_an_account_share_one(vendor, server):
    server.behaviours += [CHAT[vendor]["503"]] * 5
    chat, embedder = vendors.chat_model(vendor, server, ONCE), vendors.embedder(vendor, server)
    assert [code_of(chat) for _ in range(5)] == ["provider_down"] * 5
    started = time.monotonic()
    with pytest.raises(ProviderError) as told:
        embedder.embed_query("a reader does not wait")
    assert (told.value.code, time.monotonic() - started < 1) == ("provider_paused", True)
    assert len(server.requests) == 5


def test_documents_wait_out_the_pause(server):
    embedder = vendors.embedder("openai", server)
    embedder.breaker = Breaker(opens_after=1, pause=0.2)
    embedder.breaker.failed(BUSY)
    started = time.monotonic()
    assert embedder.embed_passages(["a"]).shape == (1, 768)
    assert time.monotonic() - started >= 0.2
