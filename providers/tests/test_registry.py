import os

import pytest

from providers import registry
from providers.account import Account
from providers.choices import ModelChoice
from providers.errors import ProviderError
from providers.kept import Kept
from providers.registry import (
    ProviderSettings,
    chat_model,
    chat_models,
    configure,
    describe,
    embedder,
)

HERE = "http://127.0.0.1:1"
OWN = {"openai": Account("openai", "own", guarded=True)}


@pytest.fixture(autouse=True)
def _no_list_is_asked_for(monkeypatch):
    monkeypatch.setattr(registry.catalog, "listed", lambda account: None)


def default(accounts=None, **settings):
    configure(ProviderSettings(**settings))
    return chat_models(accounts or {})[0]


def test_without_settings_answers_are_quoted_offline():
    assert default().name == "extractive"
    assert [choice.name for choice in chat_models()] == ["extractive"]
    assert describe().reason.startswith("There is no key for a model provider")


def test_a_key_makes_its_provider_s_default_model_answer():
    assert default(openai_api_key="key") == ModelChoice(
        "openai/gpt-4.1-mini", "gpt-4.1-mini (OpenAI)", "openai", "platform"
    )
    assert chat_model().name == "openai/gpt-4.1-mini"
    assert describe().reason == "This installation has a key for OpenAI."


def test_a_key_alone_does_not_change_the_embedder():
    default(openai_api_key="key", gemini_api_key="key")
    assert describe().embedding == ModelChoice(
        "multilingual-e5-small", "multilingual-e5-small", "multilingual-e5-small", "offline"
    )


def test_with_both_keys_gemini_answers():
    assert default(openai_api_key="a", gemini_api_key="b").name == "gemini/gemini-3.8-flash"


def test_a_named_model_wins_over_keys():
    assert default(chat_model="extractive", openai_api_key="key").name == "extractive"
    assert describe().reason == "The operator of this installation chose this model."


def test_a_server_of_one_s_own_answers_once_a_model_is_named():
    assert default(openai_base_url=HERE).name == "extractive"
    assert "names no model" in describe().reason
    assert default(openai_base_url=HERE, openai_chat_models=("llama3", "qwen3")) == ModelChoice(
        "openai/llama3", "llama3", "openai", "platform"
    )


def test_the_operator_s_names_are_offered_in_their_order():
    default(openai_api_key="key", openai_chat_models=("small", "big"))
    assert [choice.name for choice in chat_models()] == ["openai/small", "extractive", "openai/big"]


def test_one_s_own_key_wins_over_the_platform_s():
    assert default(OWN, gemini_api_key="key", openai_api_key="key") == ModelChoice(
        "openai/gpt-4.1-mini", "gpt-4.1-mini (OpenAI)", "openai", "own"
    )
    assert describe(OWN).reason == "Your own OpenAI key is used."
    assert chat_model(None, OWN).account.api_key == "own"
    assert chat_model("openai/gpt-4.1-mini").account.api_key == "key"


def test_a_person_s_own_server_is_not_asked_for_the_installation_s_model():
    theirs = {"openai": Account("openai", "own", HERE, guarded=True)}
    settings = {"openai_api_key": "key", "gemini_api_key": "key"}
    assert default(theirs, chat_model="openai/gpt-4.1", **settings).provider == "gemini"
    assert default(OWN, chat_model="openai/gpt-4.1", **settings).name == "openai/gpt-4.1"


def test_the_operator_s_choice_of_models_does_not_bind_one_s_own_key():
    configure(ProviderSettings(openai_api_key="key", openai_chat_models=("small",)))
    assert chat_model("openai/any", OWN).name == "openai/any"
    with pytest.raises(ProviderError):
        chat_model("openai/any")


def test_the_fallback_is_described():
    default(openai_api_key="key", fallback_model="extractive")
    assert describe().fallback.name == "extractive"


def test_a_model_is_made_once():
    configure(ProviderSettings(embedding_model="fake"))
    assert chat_model("fake") is chat_model("fake")
    assert embedder() is embedder()


def test_each_account_has_its_own_instance():
    configure(ProviderSettings(openai_api_key="key"))
    assert chat_model("openai/m", OWN) is chat_model("openai/m", dict(OWN))
    assert chat_model("openai/m", OWN) is not chat_model("openai/m")


def test_what_was_not_used_for_long_is_forgotten():
    kept = Kept(most=2)
    kept["a"], kept["b"] = 1, 2
    assert kept.get("a") == 1
    kept["c"] = 3
    assert [kept.get(name) for name in "abc"] == [1, None, 3]


def test_a_forked_worker_makes_its_own():
    configure(ProviderSettings())
    before = chat_model("fake")
    if (child := os.fork()) == 0:
        os._exit(chat_model("fake") is before)
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.parametrize(
    "name",
    ["nonsense", "openai", "openai/", "fake/x", "os.system", "gemini/../files", "gemini/m?alt=x",
     "openai/a//b", "gemini/m#x", "gemini/ m"],
)  # fmt: skip
def test_an_unknown_name_is_refused_with_a_reason(name):
    configure(ProviderSettings(openai_api_key="key", gemini_api_key="key"))
    with pytest.raises(ProviderError) as told:
        chat_model(name)
    assert told.value.message == f"There is no chat model named “{name}”. Choose another one."


@pytest.mark.parametrize("name", ["llama3.2:1b", "Qwen/Qwen3-8B", "@cf/meta/llama-3", "a_b@2"])
def test_names_of_all_servers_are_taken(name):
    configure(ProviderSettings(openai_base_url=HERE))
    assert chat_model(f"openai/{name}").model == name


@pytest.mark.parametrize("provider", ["openai", "gemini"])
def test_a_model_without_a_key_is_refused(provider):
    configure(ProviderSettings())
    with pytest.raises(ProviderError, match=f"Set {provider.upper()}_API_KEY"):
        chat_model(f"{provider}/small")


def test_the_offline_embedder_without_an_address_is_refused():
    configure(ProviderSettings())
    with pytest.raises(ProviderError, match="no address"):
        embedder()


def test_nothing_is_reranked_until_a_model_is_named():
    configure(ProviderSettings(openai_api_key="key"))
    assert (registry.wanted_reranker(), registry.rerankers()) == ("", [])
    configure(ProviderSettings(openai_base_url=HERE, rerank_model="openai/bge-reranker"))
    assert registry.wanted_reranker() == "openai/bge-reranker"
    assert registry.rerankers() == [
        ModelChoice("openai/bge-reranker", "bge-reranker", "openai", "platform")
    ]


def test_the_installation_s_reranker_is_asked_of_its_own_server(monkeypatch):
    configure(ProviderSettings(openai_base_url=HERE, rerank_model="openai/bge-reranker"))
    elsewhere = {"openai": Account("openai", "own", "http://127.0.0.1:2", guarded=True)}
    same = {"openai": Account("openai", "own", HERE, guarded=True)}
    assert not registry.reranker(elsewhere, "openai/bge-reranker").own_key
    assert registry.reranker(same, "openai/bge-reranker").own_key
    assert registry.reranker(elsewhere, "openai/another").own_key
    assert registry.rerankers(same)[0].source == "own"


def test_rerankers_that_a_server_lists_are_offered(monkeypatch):
    listed = registry.catalog.Listed(reranking=("bge-reranker-v2-m3",))
    monkeypatch.setattr(registry.catalog, "listed", lambda account: listed)
    configure(ProviderSettings())
    assert registry.rerankers(OWN) == [
        ModelChoice("openai/bge-reranker-v2-m3", "bge-reranker-v2-m3 (OpenAI)", "openai", "own")
    ]


def test_where_the_operator_names_models_no_other_reranker_is_paid_for():
    configure(
        ProviderSettings(
            openai_base_url=HERE, openai_chat_models=("small",), rerank_model="openai/named"
        )
    )
    assert [choice.name for choice in registry.rerankers()] == ["openai/named"]
    assert registry.reranker({}, "openai/named").model == "openai/named"
    with pytest.raises(ProviderError) as told:
        registry.reranker({}, "openai/other")
    assert told.value.code == "unknown_model"


@pytest.mark.parametrize("name", ["", "nonsense", "gemini/rerank", "openai/", "openai/a b"])
def test_an_unknown_reranker_is_refused_with_a_reason(name):
    configure(ProviderSettings(openai_api_key="key", gemini_api_key="key"))
    with pytest.raises(ProviderError) as told:
        registry.reranker({}, name)
    assert told.value.message == f"There is no reranking model named “{name}”. Choose another one."


def test_the_fake_reranker_counts_shared_words():
    configure(ProviderSettings())
    scores = registry.reranker({}, "fake").rerank("red dog", ["a red dog", "a red ship", "sea"])
    assert scores == [1, 0.5, 0]
