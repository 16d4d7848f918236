import pytest

from providers import registry
from providers.account import Account
from providers.windows import window_of

OPENAI, GEMINI = Account("openai", "k"), Account("gemini", "k")
OWN = Account("openai", "k", "http://127.0.0.1:9/v1")


@pytest.mark.parametrize(
    ("account", "model", "window"),
    [
        (OPENAI, "gpt-4.1-mini", 1_047_576),
        (OPENAI, "gpt-4o-mini", 128_000),
        (OPENAI, "gpt-4-0613", 8_192),
        (OPENAI, "gpt-9", 128_000),
        (OPENAI, "ft:something", 8_192),
        (GEMINI, "gemini-3.8-flash", 1_048_576),
        (GEMINI, "gemma-3n-e4b-it", 32_768),
        (OWN, "gpt-4.1-mini", 8_192),
    ],
)
def test_the_window_follows_from_the_longest_beginning_of_the_name(account, model, window):
    assert window_of(account, model) == window


def test_the_operator_tells_the_window_of_what_no_table_knows():
    registry.configure(
        registry.ProviderSettings(
            openai_base_url="http://127.0.0.1:9/v1", gemini_api_key="k", context_window=32_000
        )
    )
    assert registry.chat_model("openai/llama3.2").context_window == 32_000
    assert registry.chat_model("gemini/gemini-3.8-flash").context_window == 1_048_576
