"""rag_search: further passages, by the same search and of the same documents as the first ones."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.connections import in_thread
from chatbots.tools.tool import Reach, Result, Tool
from documents.models import SearchLog
from documents.retrieval import Passage, retrieve


async def run(reach: Reach, arguments: dict[str, Any]) -> Result:
    query: str = arguments["query"]
    passages = await in_thread(_search, reach, query)
    count = len(passages)
    told = ngettext("%s passage found", "%s passages found", count) % count
    return Result(told=told, summary=told, passages=passages)


def _search(reach: Reach, query: str) -> list[Passage]:
    how, origin = reach.parameters, SearchLog.Origin.CHAT
    searches = [retrieve(scope, query, how, origin=origin) for scope in reach.scopes]
    return [passage for search in searches for passage in search.passages]


RAG_SEARCH = Tool(
    name="rag_search",
    label=_("Search the documents"),
    description=(
        "Searches the chatbot's documents for further passages. The question itself has been "
        "searched for already: use this for a part of it that needs words of its own, one part "
        "at a time. You are told only how many passages there are; who answers reads them."
    ),
    parameters={
        "type": "object",
        "properties": {
            "query": {
                "type": "string",
                "description": "A question or a few words, understandable by themselves",
                "maxLength": 500,
            }
        },
        "required": ["query"],
    },
    run=run,
)
