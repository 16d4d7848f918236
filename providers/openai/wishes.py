"""Parameters a model or server may refuse: left out once it has said so."""

from collections.abc import Iterable
from typing import Any

import openai

# How a refusal names a parameter, where not by its name.
WORDS = {
    "dimensions": ("dimensions", "matryoshka"),
    # Ollama's "does not support tools"; vLLM's '"auto" tool choice requires …'.
    "tools": ("tools", "tool choice", "tool_choice"),
    "documents": ("missing field `texts`",),  # text-embeddings-inference has its own protocol
}


class Wishes:
    """What one model at one account does not take, learnt from its refusals.

    Newer OpenAI models refuse max_tokens and any temperature but theirs; vLLM refuses dimensions
    for models it does not know as Matryoshka; small servers know no stream_options.
    """

    def __init__(self) -> None:
        self.refused: set[str] = set()

    def without_refused(self, parameters: dict[str, Any]) -> dict[str, Any]:
        kept = {name: value for name, value in parameters.items() if name not in self.refused}
        if "max_tokens" in self.refused and "max_tokens" in parameters:
            kept["max_completion_tokens"] = parameters["max_tokens"]
        return kept

    def learns_from(self, error: openai.APIStatusError, names: Iterable[str]) -> bool:
        """Whether the refusal is about one of these parameters and the request is worth sending
        again without it."""
        refused = next((name for name in names if _is_about(error, name)), None)
        if error.status_code not in (400, 422) or refused is None or refused in self.refused:
            return False
        self.refused.add(refused)
        return True


def _is_about(error: openai.APIStatusError, name: str) -> bool:
    if error.param:
        return error.param == name
    said = error.body if isinstance(error.body, str) else error.message
    return any(word in said for word in WORDS.get(name, (name,)))
