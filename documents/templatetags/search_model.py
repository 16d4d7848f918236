"""Which model reads a person's documents for search, for any page that says so."""

from __future__ import annotations

from dataclasses import dataclass

from django import template
from django.template.context import Context

from accounts.embedding import embedding_choice
from documents.models import EmbeddingGeneration
from documents.reembedding import change
from providers.choices import ModelChoice

register = template.Library()


@dataclass(frozen=True)
class SearchModel:
    """The model in use and whose account pays; the generation to come while a change runs."""

    choice: ModelChoice
    coming: EmbeddingGeneration | None


@register.simple_tag(takes_context=True)
def search_model(context: Context) -> SearchModel:
    standing = change.standing()
    return SearchModel(
        embedding_choice(context["user"].pk, standing.present.model), standing.future
    )
