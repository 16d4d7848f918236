"""Models that a chatbot's owner can choose for it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.answering import Models
from accounts.provider_forms import grouped
from accounts.reranking import may_rerank
from documents.retrieval.reranking import OFF
from providers import registry
from providers.account import Accounts


def model_choices(models: Models, current: str) -> list[tuple[str, Any]]:
    """The person's default, then every model under whose account it uses."""
    default = ("", _("Your default: %s") % models.default.label)
    unlisted = [] if current in {"", *(c.name for c in models.choices)} else [(current, current)]
    return [default, *grouped(models.choices), *unlisted]


def reranker_choices(models: Models, current: str) -> list[tuple[str, Any]]:
    """The installation's own or none first, then what the person's accounts offer."""
    offered = registry.rerankers(models.accounts)
    first: list[tuple[str, Any]] = [("", _("None"))]
    if wanted := registry.wanted_reranker():
        first = [("", _("Your default: %s") % wanted), (OFF, _("None"))]
    others = [choice for choice in offered if choice.name != wanted]
    known = {*dict(first), *(choice.name for choice in others)}
    unlisted = [] if current in known else [(current, current)]
    return [*first, *grouped(others), *unlisted]


def may_be_reranker(accounts: Accounts, name: str) -> bool:
    """The default, none, or a model that somebody with these accounts can use."""
    return name in {"", OFF} or may_rerank(accounts, name)


def is_lost(models: Models, name: str) -> bool:
    """Chosen once, and gone since with its key."""
    return bool(name) and not models.include(name)
