import pytest

from providers import registry
from providers.choices import ModelChoice
from providers.errors import ProviderError
from providers.registry import ProviderSettings, chat_model, chat_models, configure, embedder


@pytest.fixture(autouse=True)
def _own_settings():
    before = registry._settings
    yield
    configure(before)


def test_without_settings_answers_are_quoted_offline():
    configure(ProviderSettings())
    assert chat_model().name == "extractive"
    assert [choice.name for choice in chat_models()] == ["extractive"]


def test_a_key_adds_the_provider_s_models():
    configure(ProviderSettings(openai_api_key="key", openai_chat_models=("small", "big")))
    assert chat_models() == [
        ModelChoice("openai/small", "small (OpenAI)", "openai", "platform"),
        ModelChoice("extractive", chat_model("extractive").label, "extractive", "offline"),
        ModelChoice("openai/big", "big (OpenAI)", "openai", "platform"),
    ]


def test_the_configured_model_is_named_first():
    configure(ProviderSettings(chat_model="openai/mine", openai_base_url="http://127.0.0.1:1/v1"))
    assert chat_models()[0] == ModelChoice("openai/mine", "mine", "openai", "platform")
    assert chat_model().name == "openai/mine"


def test_a_model_is_made_once():
    configure(ProviderSettings(embedding_model="fake"))
    assert chat_model("fake") is chat_model("fake")
    assert embedder() is embedder()


@pytest.mark.parametrize("name", ["nonsense", "openai", "openai/", "fake/x", "os.system"])
def test_an_unknown_name_is_refused_with_a_reason(name):
    configure(ProviderSettings(openai_api_key="key"))
    with pytest.raises(ProviderError) as told:
        chat_model(name)
    assert told.value.message == f"There is no chat model named “{name}”. Choose another one."


def test_an_openai_model_without_a_key_is_refused():
    configure(ProviderSettings())
    with pytest.raises(ProviderError, match="Set OPENAI_API_KEY"):
        chat_model("openai/small")


def test_the_offline_embedder_without_an_address_is_refused():
    configure(ProviderSettings())
    with pytest.raises(ProviderError, match="no address"):
        embedder()
