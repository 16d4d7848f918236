"""What a provider's server may not do: send without end, or wait without end."""

import time

import httpx2
import pytest

from outbound import permits
from providers import base, catalog, limits, registry
from providers.errors import ProviderError
from providers.fake import FakeChatModel
from providers.retries import Patience
from providers.tests import vendors, wire
from providers.tests.asking import ask, events_of, text_of
from providers.tests.misbehaviours import HALF
from providers.tests.wire_server import refuse, stream

ONCE = Patience(retries=0)
VENDORS = pytest.mark.parametrize("vendor", vendors.VENDORS)


@VENDORS
def test_a_response_larger_than_any_answer_is_not_read_on(vendor, server, monkeypatch):
    monkeypatch.setattr(limits, "MOST_EMBEDDED", 2_000)
    with pytest.raises(ProviderError) as told:
        vendors.embedder(vendor, server, ONCE).embed_query("a")
    assert told.value.code == "stream_cut"


@VENDORS
def test_a_stream_larger_than_any_answer_is_not_read_on(vendor, server, monkeypatch):
    monkeypatch.setattr(limits, "MOST_STREAMED", 2_000)
    server.behaviours.append(stream(*[HALF[vendor]] * 100))
    with pytest.raises(ProviderError) as told:
        events_of(vendors.chat_model(vendor, server, ONCE), ask("Hi"))
    assert told.value.code == "stream_cut"


def dripping(drop, *, status=b"HTTP/1.1 200 OK\r\n"):
    """A tenth of a second between two drops, each within every limit but the one of the whole."""

    def behave(handler):
        handler.wfile.write(status)
        while not handler.server.over.wait(0.1):
            handler.wfile.write(drop)

    return behave


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@VENDORS
@pytest.mark.parametrize(
    "drip",
    [
        dripping(b"HTTP/1.1 102 Processing\r\n\r\n", status=b""),
        dripping(b"X-Drop: 1\r\n"),
        dripping(b"0", status=CHUNKED),
    ],
    ids=["answers to come", "headers", "a chunk's length"],
)
def test_a_server_that_drips_ends_with_the_whole_time(vendor, drip, server, monkeypatch):
    monkeypatch.setattr(catalog, "PATIENCE", Patience(first_token=5, idle=5, total=0.5, retries=0))
    monkeypatch.setattr(permits, "_current", permits.current())  # put back after
    permits.configure([server.url.removeprefix("http://")])
    server.behaviours.append(drip)
    started = time.monotonic()
    with pytest.raises(ProviderError) as told:
        registry.check(vendors.account(vendor, server, guarded=True))
    assert told.value.code == "timeout"
    assert time.monotonic() - started < 2


@VENDORS
@pytest.mark.parametrize("status", [200, 500])
def test_a_list_or_an_error_may_have_one_megabyte(vendor, status, server):
    server.behaviours.append(refuse(status, b'{"data": [' + b"{}," * 400_000 + b"{}]}"))
    with pytest.raises(ProviderError) as told:
        registry.check(vendors.account(vendor, server))
    assert told.value.code == "stream_cut"


@VENDORS
def test_an_error_s_body_is_short_where_an_answer_may_be_long(vendor, server):
    server.behaviours.append(refuse(500, b'{"error": "' + b"x" * 1_100_000 + b'"}'))
    with pytest.raises(ProviderError) as told:
        events_of(vendors.chat_model(vendor, server, ONCE), ask("Hi"))
    assert told.value.code == "stream_cut"


@VENDORS
def test_a_list_nests_no_deeper_than_it_can_be_read(vendor, server):
    server.behaviours.append(refuse(200, b'{"data":' + b"[" * 100_000))
    with pytest.raises(ProviderError) as told:
        registry.check(vendors.account(vendor, server))
    assert told.value.code == "bad_answer"


def test_of_a_list_two_thousand_names_are_read(server):
    names = ["x" * 201, *(f"model-{number:04}" for number in range(2_500))]
    server.behaviours.append(lambda handler: wire.openai.models(handler, names))
    found = registry.check(vendors.account("openai", server))
    assert len(found) == 1_999
    assert max(map(len, found)) < 50


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
