"""Statements whose words do not decide, compared with their sources by meaning.

Similarities of a model lie in a band of their own that depends on the language, so they count from
what ordinary sentences of that language have, in parts of what is left up to 1.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from uuid import UUID

import structlog
from django.conf import settings

from accounts.connections import give_back, in_thread
from accounts.embedding import embedder_of
from conversations.citations import Binder
from conversations.claims import Claim, by_words_alone, is_foreign, weighed
from documents import generations
from language.detection import language_of
from providers.base import Embedder, Vectors
from providers.kept import Kept
from providers.local.ordinary import SENTENCES

log = structlog.get_logger(__name__)
SECONDS = 1.0  # an answer waits no longer for it
MOST_TEXTS = 48  # embedded for one answer
READ = 12  # sentences of a passage, where no quote could be found by words
FEW = 0.35  # of the words are shared: it may be another language
LIKE = 1.1  # share, share in the quote and nearness together
LIKE_FOREIGN = 0.22  # nearness alone, to the nearest sentence
LEAST_ROOM = 0.05  # between what is ordinary and the same
_ordinary: Kept[tuple[str, str], Vectors] = Kept(most=64)  # by model and language


async def checked(
    owner_id: UUID, content: str, binder: Binder | None, question: str
) -> list[Claim]:
    """The claims of an answer with what became of each. Never raises, and waits a second at most.

    Holds no database connection while it waits.
    """
    claims = weighed(content, binder, question) if binder else []
    still_open = [claim for claim in claims if not claim.reason]
    for claim, reason in zip(still_open, await _asked(owner_id, still_open), strict=False):
        claim.reason = reason
    return by_words_alone(claims)


async def _asked(owner_id: UUID, claims: Sequence[Claim]) -> list[str]:
    """Nothing where it fails or takes too long; whoever is asked then ends for nobody."""
    if not claims:
        return []
    asking = asyncio.ensure_future(in_thread(_ask, owner_id, claims))
    asking.add_done_callback(lambda task: task.cancelled() or task.exception())
    done, _ = await asyncio.wait({asking}, timeout=SECONDS)
    if done and not asking.exception():
        return asking.result()
    reason = str(asking.exception()) if done else "timeout"
    log.info("claims_by_words_alone", reason=reason)
    return []


def _ask(owner_id: UUID, claims: Sequence[Claim]) -> list[str]:
    with embedder_of(owner_id, generations.present().model) as embedder:
        give_back()
        return compare(claims, embedder)


def compare(claims: Sequence[Claim], embedder: Embedder) -> list[str]:
    """The reason for or against each, by one call of the embedder; empty beyond what is asked of
    it at once. Raises ProviderError."""
    texts: dict[str, int] = {}
    asked: list[Claim] = []
    for claim in claims:
        mine = [claim.text, *_counterparts(claim)]
        if len(texts.keys() | mine) > MOST_TEXTS:
            break
        for text in mine:
            texts.setdefault(text, len(texts))
        asked.append(claim)
    vectors = embedder.embed_passages(list(texts))
    found = [""] * len(claims)
    for place, claim in enumerate(asked):
        theirs = vectors[[texts[text] for text in _counterparts(claim)]]
        is_like = _is_like(claim, vectors[texts[claim.text]], theirs, embedder)
        found[place] = "meaning" if is_like else "unlike"
    return found


def _counterparts(claim: Claim) -> list[str]:
    """What it is compared with: the quotes, or where these were found by no words all sentences."""
    if claim.share >= FEW:
        return [source.quote for source in claim.sources]
    return [
        source.passage.content[start:end]
        for source in claim.sources
        for start, end in source.read[0][:READ]
    ]


def _is_like(claim: Claim, vector: Vectors, theirs: Vectors, embedder: Embedder) -> bool:
    language = _language(claim.sources[0].passage.content)
    level = float((_ordinary_in(language, embedder) @ vector).mean())
    nearness = (float((theirs @ vector).max()) - level) / max(LEAST_ROOM, 1 - level)
    if claim.share < FEW and (is_foreign(claim) or _differ(language, _language(claim.text))):
        return nearness >= LIKE_FOREIGN
    return claim.share + claim.quoted + nearness >= LIKE


def _differ(language: str, other: str) -> bool:
    """As far as both are known."""
    return bool(language and other) and language != other


def _language(text: str) -> str:
    return language_of(text, settings.DATA_DIR / "models")


def _ordinary_in(language: str, embedder: Embedder) -> Vectors:
    """Vectors of one model are the same whoever pays for them."""
    known = _ordinary.get((embedder.model, language))
    if known is None:
        known = embedder.embed_passages(SENTENCES.get(language, SENTENCES["en"]))
        _ordinary[embedder.model, language] = known
    return known
