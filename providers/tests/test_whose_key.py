"""Which server sees which key: a person's and the platform's never meet."""

import threading

import pytest

from outbound import permits
from providers import registry
from providers.account import Account
from providers.errors import ProviderError
from providers.registry import ProviderSettings
from providers.tests import vendors
from providers.tests.asking import ask, events_of, text_of
from providers.tests.wire_server import WireServer, refuse

VENDORS = pytest.mark.parametrize("vendor", vendors.VENDORS)


@pytest.fixture
def theirs():
    """The person's server; `server` is the platform's."""
    with WireServer() as server:
        threading.Thread(target=server.serve_forever, args=[0.005], daemon=True).start()
        yield server
        server.over.set()
        server.shutdown()


@pytest.fixture
def permitted():
    """The operator permits addresses of this machine, as for a model server in the office."""
    before = permits.current()
    permits.configure(["127.0.0.1"])
    yield
    permits._current = before


@pytest.fixture
def platform(server):
    settings = ProviderSettings(
        openai_api_key="platform-key", openai_base_url=server.base_url,
        gemini_api_key="platform-key", gemini_base_url=server.url,
    )  # fmt: skip
    registry.configure(settings)
    return settings


def own(vendor, server):
    return {vendor: vendors.account(vendor, server, "their-key", guarded=True)}


def keys_seen(server):
    return {key.removeprefix("Bearer ") for _, key, _ in server.requests}


@VENDORS
def test_the_platform_s_key_goes_to_the_platform_s_server(vendor, platform, server, theirs):
    assert text_of(events_of(registry.chat_model(f"{vendor}/m"), ask("Hi"))) == "Hello you"
    assert keys_seen(server) == {"platform-key"}
    assert theirs.requests == []


@VENDORS
@pytest.mark.usefixtures("permitted")
def test_a_person_s_key_goes_to_their_server_alone(vendor, platform, server, theirs):
    model = registry.chat_model(f"{vendor}/m", own(vendor, theirs))
    assert text_of(events_of(model, ask("Hi"))) == "Hello you"
    assert registry.check(own(vendor, theirs)[vendor])
    assert keys_seen(theirs) == {"their-key"}
    assert server.requests == []


@VENDORS
def test_a_person_s_address_inside_our_network_is_not_reached(vendor, platform, theirs):
    with pytest.raises(ProviderError) as told:
        events_of(registry.chat_model(f"{vendor}/m", own(vendor, theirs)), ask("Hi"))
    assert (told.value.code, told.value.permanent) == ("address_refused", True)
    with pytest.raises(ProviderError) as told:
        registry.check(own(vendor, theirs)[vendor])
    assert told.value.code == "address_refused"
    assert theirs.requests == []


@VENDORS
def test_no_redirect_carries_a_key_elsewhere(vendor, platform, server, theirs):
    server.behaviours.append(refuse(307, b"", location=f"{theirs.url}/v1/chat/completions"))
    with pytest.raises(ProviderError) as told:
        events_of(registry.chat_model(f"{vendor}/m"), ask("Hi"))
    assert told.value.code == "redirected"
    assert theirs.requests == []


@pytest.mark.usefixtures("permitted")
def test_what_the_environment_says_stays_with_the_platform(monkeypatch, platform, server, theirs):
    monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
    monkeypatch.setenv("OPENAI_ORG_ID", "platform-org")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "platform-project")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Secret: platform-secret")
    events_of(registry.chat_model("openai/m", own("openai", theirs)), ask("Hi"))
    events_of(registry.chat_model("openai/m"), ask("Hi"))
    assert "platform" not in str(theirs.headers[0])
    assert "platform-secret" in str(server.headers[0])


@VENDORS
def test_without_an_address_a_person_s_key_goes_to_the_vendor(vendor, platform, monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", "http://platform.invalid/v1")
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", "http://platform.invalid")
    account = Account(vendor, "their-key", guarded=True)
    clients = registry.chat_model(f"{vendor}/m", {vendor: account})._clients
    if vendor == "openai":
        assert str(clients.synchronous.base_url) == "https://api.openai.com/v1/"
    else:
        options = clients.synchronous._api_client._http_options
        assert options.base_url == "https://generativelanguage.googleapis.com"


@VENDORS
@pytest.mark.usefixtures("permitted")
def test_embeddings_of_the_platform_are_not_asked_of_another_server(
    vendor, platform, server, theirs
):
    settings = ProviderSettings(**{**vars(platform), "embedding_model": f"{vendor}/m"})
    registry.configure(settings)
    registry.embedder(own(vendor, theirs)).embed_query("a")
    assert (keys_seen(server), theirs.requests) == ({"platform-key"}, [])
    assert registry.describe(own(vendor, theirs)).embedding.source == "platform"


@VENDORS
@pytest.mark.usefixtures("permitted")
def test_a_person_s_key_at_the_same_server_pays_for_their_embeddings(vendor, platform, server):
    settings = ProviderSettings(**{**vars(platform), "embedding_model": f"{vendor}/m"})
    registry.configure(settings)
    registry.embedder(own(vendor, server)).embed_query("a")
    assert keys_seen(server) == {"their-key"}
    assert registry.describe(own(vendor, server)).embedding.source == "own"


def test_a_key_is_not_shown_where_an_account_is():
    assert "secret" not in repr(Account("openai", "secret"))


@pytest.mark.usefixtures("permitted")
def test_a_person_s_server_cannot_send_what_grows_on_unpacking(theirs):
    theirs.behaviours.append(refuse(200, b"\x1f\x8b", content_encoding="gzip"))
    with pytest.raises(ProviderError) as told:
        registry.check(own("openai", theirs)["openai"])
    assert told.value.code == "stream_cut"
    assert theirs.headers[0]["Accept-Encoding"] == "identity"
