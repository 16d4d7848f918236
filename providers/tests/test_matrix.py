"""Every vendor × every misbehaviour, through the vendor's own client; the table of what came of
it stands at the end of the run."""

import asyncio

import pytest

from providers.base import TextDelta
from providers.errors import ProviderError
from providers.retries import Patience
from providers.tests import misbehaviours, vendors
from providers.tests.asking import ask

CALM = Patience(first_token=10, idle=10, total=20, retries=1, retry_budget=20, pause=0.001)
HASTY = Patience(first_token=0.4, idle=0.4, total=1.5, retries=1, retry_budget=20, pause=0.001)


def patience(behaviour):
    return HASTY if "hang" in behaviour or "without end" in behaviour else CALM


async def heard(model, request):
    """(outcome, text, tokens) of one answer."""
    said = ""
    try:
        async for event in model.stream(request):
            if isinstance(event, TextDelta):
                said += event.text
    except ProviderError as error:
        return error.code, said, ""
    usage = event.usage
    counts = f"{usage.tokens_input} + {usage.tokens_output}"
    return event.reason, said, counts if usage.exact else f"about {counts}"


@pytest.mark.parametrize("behaviour", misbehaviours.CHAT_OUTCOMES)
@pytest.mark.parametrize("vendor", vendors.VENDORS)
def test_what_comes_of_a_chat(vendor, behaviour, server, note):
    server.behaviours += [misbehaviours.CHAT[vendor][behaviour]] * 2
    model = vendors.chat_model(vendor, server, patience(behaviour))
    outcome, text, tokens = asyncio.run(heard(model, ask("Hi")))
    retried = len(server.requests) > 1
    note((vendor, behaviour, outcome, "yes" if retried else "no", text or "–", tokens or "–"))
    assert (outcome, retried, text, tokens) == misbehaviours.CHAT_OUTCOMES[behaviour]


@pytest.mark.parametrize("behaviour", misbehaviours.USUAL)
@pytest.mark.parametrize("vendor", vendors.VENDORS)
def test_what_comes_of_embedding(vendor, behaviour, server, note):
    server.behaviours += [misbehaviours.EMBEDDINGS[vendor][behaviour]] * 2
    embedder = vendors.embedder(vendor, server, patience(behaviour))
    try:
        rows, length = embedder.embed_passages(["ab", "a"]).shape
        outcome = f"{rows} × {length}"
    except ProviderError as error:
        outcome = error.code
    retried = len(server.requests) > 1
    note((vendor, behaviour, outcome, "yes" if retried else "no", "–", "–"))
    assert (outcome, retried) == misbehaviours.EMBEDDING_OUTCOMES[vendor][behaviour]


@pytest.mark.parametrize("behaviour", misbehaviours.RANKINGS)
def test_what_comes_of_reranking(behaviour, server, note):
    behave, expected, tried_again = misbehaviours.RANKINGS[behaviour]
    server.behaviours += [behave] * 2
    reranker = vendors.reranker(server, patience(behaviour))
    try:
        outcome = f"{[round(score) for score in reranker.rerank('Which?', ['ab', 'a'])]}"
    except ProviderError as error:
        outcome = error.code
    retried = len(server.requests) > 1
    note(("openai", behaviour, outcome, "yes" if retried else "no", "–", "–"))
    assert (outcome, retried) == (expected, tried_again)


def test_each_vendor_is_tried_with_everything():
    for vendor in vendors.VENDORS:
        assert misbehaviours.CHAT[vendor].keys() == misbehaviours.CHAT_OUTCOMES.keys()
        assert misbehaviours.EMBEDDINGS[vendor].keys() == misbehaviours.USUAL.keys()
