"""Whose key goes to which server: the account a vendor's client is made for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

LABELS = {"openai": "OpenAI", "gemini": "Gemini"}


@dataclass(frozen=True)
class Account:
    """A key and the server it belongs to; the two never part.

    base_url: empty is the vendor's own host. guarded: a person's own account, whose base_url is
    reached through `outbound` alone.
    """

    provider: str  # openai or gemini
    api_key: str = field(repr=False)
    base_url: str = ""
    guarded: bool = False

    @property
    def label(self) -> str:
        return LABELS[self.provider]


Accounts = Mapping[str, Account]  # provider → a person's own account there
NONE: Accounts = MappingProxyType({})
