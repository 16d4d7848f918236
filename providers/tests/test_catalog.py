import time

import pytest

from providers import catalog, registry
from providers.account import Account
from providers.catalog import Listed
from providers.errors import ProviderError
from providers.registry import ProviderSettings
from providers.tests import vendors
from providers.tests.vendors import account
from providers.tests.wire import gemini, openai
from providers.tests.wire_server import hang, refuse


@pytest.fixture(autouse=True)
def _nothing_known():
    catalog.forget()


def names(vendor, server):
    found = registry.chat_models({vendor: account(vendor, server, guarded=False)})
    return [choice.name for choice in found if choice.provider == vendor]


def wait_for(condition):
    ends = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.01)


def test_gemini_s_list_is_filtered_by_what_each_model_can_do(server):
    assert catalog.ask(account("gemini", server)) == Listed(
        chat=("gemini-3.8-flash", "gemini-3.5-flash-lite"), embedding=("gemini-embedding-001",)
    )


def test_openai_s_list_is_filtered_by_name(server):
    server.behaviours.append(
        lambda handler: openai.models(
            handler,
            [
                "llama3.2:1b",
                "nomic-embed-text:latest",
                "bge-m3",
                "Qwen/Qwen3-8B",
                "BAAI/bge-reranker-base",
            ],
        )
    )
    assert catalog.ask(account("openai", server)) == Listed(
        chat=("Qwen/Qwen3-8B", "llama3.2:1b"),
        embedding=("bge-m3", "nomic-embed-text:latest"),
        reranking=("BAAI/bge-reranker-base",),
    )


def test_of_openai_s_own_only_the_families_that_chat_are_offered():
    from providers.openai.models import _chats

    listed = [
        "gpt-4.1-mini", "gpt-4.1-2025-04-14", "o4-mini", "gpt-5-pro", "gpt-4o-realtime",
        "whisper-1", "davinci-002", "gpt-image-1", "chatgpt-latest",
    ]  # fmt: skip
    offered = [name for name in listed if _chats(name, Account("openai", "key"))]
    assert offered == ["gpt-4.1-mini", "o4-mini", "chatgpt-latest"]


@pytest.mark.parametrize("vendor", vendors.VENDORS)
def test_a_list_is_asked_for_in_the_background_and_then_kept(vendor, server):
    registry.configure(ProviderSettings())
    assert names(vendor, server) == []  # an unknown server, whose models we cannot guess
    wait_for(lambda: names(vendor, server))
    assert names(vendor, server)[0] in {"gemini/gemini-3.8-flash", "openai/gpt-4.1-2025-04-14"}
    assert len(server.requests) == 1


def test_nobody_waits_for_a_provider_that_hangs(server):
    server.behaviours.append(hang)
    registry.configure(ProviderSettings())
    started = time.monotonic()
    assert names("openai", server) == []
    assert time.monotonic() - started < 0.5


def test_a_failure_is_not_repeated_at_every_look(server, caplog):
    server.behaviours += [refuse(500, {})] * 9
    registry.configure(ProviderSettings())
    names("openai", server)
    wait_for(lambda: "No list of models" in caplog.text)
    names("openai", server)
    assert len(server.requests) == 1


def test_an_old_list_is_served_while_the_new_one_comes(server, monkeypatch):
    monkeypatch.setattr(catalog, "FRESH_SECONDS", 0)
    catalog.ask(account("gemini", server))
    server.behaviours.append(lambda handler: gemini.models(handler, ["gemini-4-flash"]))
    assert catalog.listed(account("gemini", server)).chat[0] == "gemini-3.8-flash"
    wait_for(lambda: catalog.listed(account("gemini", server)).chat == ("gemini-4-flash",))


def test_what_the_operator_names_is_offered_and_nothing_else(server):
    registry.configure(
        ProviderSettings(openai_base_url=server.base_url, openai_chat_models=("mine",))
    )
    assert [choice.name for choice in registry.chat_models()] == ["openai/mine", "extractive"]
    assert server.requests == []
    with pytest.raises(ProviderError) as told:
        registry.chat_model("openai/gpt-expensive")
    assert told.value.code == "unknown_model"


@pytest.mark.parametrize("vendor", vendors.VENDORS)
def test_checking_an_account_lists_its_models(vendor, server):
    found = registry.check(account(vendor, server))
    assert {"gemini": "gemini/gemini-embedding-001", "openai": "openai/o4-mini"}[vendor] in found
    assert server.requests[0][1].endswith("key")


@pytest.mark.parametrize(
    ("vendor", "behaviour"),
    [
        ("openai", refuse(401, openai.problem("invalid_api_key"))),
        ("gemini", refuse(400, gemini.problem(400, "X", gemini.reason_of("API_KEY_INVALID")))),
    ],
)
def test_checking_a_wrong_key_says_so(vendor, behaviour, server):
    server.behaviours.append(behaviour)
    own = Account(vendor, "key", account(vendor, server).base_url)
    with pytest.raises(ProviderError) as told:
        registry.check(own)
    assert (told.value.code, len(server.requests)) == ("key_refused", 1)


@pytest.mark.parametrize("content", [{}, {"data": []}, {"object": "list", "data": []}])
@pytest.mark.parametrize("vendor", vendors.VENDORS)
def test_an_account_without_models_is_no_success(vendor, content, server):
    server.behaviours.append(refuse(200, content))
    with pytest.raises(ProviderError) as told:
        registry.check(account(vendor, server))
    assert told.value.code in {"no_models", "bad_answer"}


@pytest.mark.parametrize("body", [b"<h1>Not here</h1>", {}])
@pytest.mark.parametrize("vendor", vendors.VENDORS)
def test_an_address_without_a_list_of_models_is_no_model_server(vendor, body, server):
    server.behaviours.append(refuse(404, body))
    with pytest.raises(ProviderError) as told:
        registry.check(account(vendor, server))
    assert (told.value.code, told.value.permanent) == ("not_a_provider", True)
    assert told.value.message.startswith("There is no model server at this address.")


@pytest.mark.parametrize("key", ["", "схема", "two words", "a\nb"])
def test_what_cannot_be_a_key_is_refused_without_asking(key, server):
    with pytest.raises(ProviderError) as told:
        registry.check(Account("gemini", key, server.url))
    assert (told.value.code, server.requests) == ("key_refused", [])
