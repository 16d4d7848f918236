"""How many tokens a model reads and says together, by the families of names the vendors use.

Sources, read in November 2026: https://platform.openai.com/docs/models and
https://ai.google.dev/gemini-api/docs/models. The longest beginning of a name wins.
"""

from providers.account import Account

# What a server of one's own is started with, nobody tells; this is what most can do.
UNKNOWN_WINDOW = 8_192
WINDOWS = {
    "openai": {
        "gpt-3.5": 16_385,
        "gpt-4": 8_192,
        "gpt-4-turbo": 128_000,
        "gpt-4o": 128_000,
        "gpt-4.1": 1_047_576,
        "gpt-5": 400_000,
        "gpt-": 128_000,  # whatever comes next
        "chatgpt-": 128_000,
        "o1": 200_000,
        "o3": 200_000,
        "o4": 200_000,
    },
    "gemini": {"gemini-": 1_048_576, "gemma-3": 131_072, "gemma-3n": 32_768},
}


def window_of(account: Account, model: str, unknown: int = 0) -> int:
    """Tokens; `unknown` is what the operator says of models that are not in the table, and of
    every one at an address of its own, whatever its name."""
    families = {} if account.base_url else WINDOWS[account.provider]
    fitting = [family for family in families if model.startswith(family)]
    return families[max(fitting, key=len)] if fitting else unknown or UNKNOWN_WINDOW
