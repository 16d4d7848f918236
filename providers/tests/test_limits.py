"""What a provider's server may not do: send without end, or wait without end."""

import httpx2
import pytest

from providers import base, limits
from providers.errors import ProviderError
from providers.fake import FakeChatModel
from providers.retries import Patience
from providers.tests import vendors
from providers.tests.asking import ask, events_of, text_of
from providers.tests.misbehaviours import HALF
from providers.tests.wire_server import stream

ONCE = Patience(retries=0)
VENDORS = pytest.mark.parametrize("vendor", vendors.VENDORS)


@VENDORS
def test_a_response_larger_than_any_answer_is_not_read_on(vendor, server, monkeypatch):
    monkeypatch.setattr(limits, "MOST_BYTES", 2_000)
    with pytest.raises(ProviderError) as told:
        vendors.embedder(vendor, server, ONCE).embed_query("a")
    assert told.value.code == "stream_cut"


@VENDORS
def test_a_stream_larger_than_any_answer_is_not_read_on(vendor, server, monkeypatch):
    monkeypatch.setattr(limits, "MOST_BYTES", 2_000)
    server.behaviours.append(stream(*[HALF[vendor]] * 100))
    with pytest.raises(ProviderError) as told:
        events_of(vendors.chat_model(vendor, server, ONCE), ask("Hi"))
    assert told.value.code == "stream_cut"


def test_a_model_that_knows_no_limit_is_stopped(monkeypatch):
    monkeypatch.setattr(base, "LONGEST_ANSWER", 10)
    model = FakeChatModel()
    model.enqueue(["ten of us."], ["eleven", " of us"])
    assert text_of(events_of(model, ask("Hi"))) == "ten of us."
    with pytest.raises(ProviderError) as told:
        events_of(model, ask("Hi"))
    assert (told.value.code, told.value.permanent) == ("endless_answer", True)


def test_connecting_has_a_shorter_limit_than_waiting_for_words():
    request = httpx2.Request("GET", "http://127.0.0.1/")
    (limit,) = limits.hooks(Patience(first_token=30, idle=20), compressed=True)["request"]
    limit(request)
    assert request.extensions["timeout"]["connect"] == 5
    assert request.extensions["timeout"]["read"] == pytest.approx(33)
