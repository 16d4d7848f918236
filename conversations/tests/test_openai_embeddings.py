"""Embeddings by OpenAI's protocol: the vectors of the embedder in use, counted and recorded."""

from __future__ import annotations

import base64

import numpy as np
import pytest

from accounts.tenancy import scope
from billing.models import UsageRecord
from providers import registry
from providers.errors import ProviderError

pytestmark = pytest.mark.django_db
URL = "/api/openai/v1/embeddings"
TEXTS = ["The sky is blue.", "Grass is green."]


def test_texts_become_vectors_in_order_and_are_recorded(api, owner):
    told = api.post(URL, {"model": "fake", "input": TEXTS, "dimensions": 768}).json()
    expected = registry.embedder().embed_passages(TEXTS)
    assert [row["index"] for row in told["data"]] == [0, 1]
    assert np.array_equal(
        np.array([row["embedding"] for row in told["data"]], np.float32), expected
    )
    tokens = sum(registry.embedder().count_tokens(TEXTS))
    assert (told["model"], told["usage"]) == (
        "fake",
        {"prompt_tokens": tokens, "total_tokens": tokens},
    )
    with scope(owner):
        [record] = UsageRecord.objects.all()
    assert (record.request_type, record.model, record.tokens_input) == ("embedding", "fake", tokens)


def test_base64_holds_the_same_numbers(api):
    body = {"model": "fake", "input": TEXTS[0]}
    [plain] = api.post(URL, body).json()["data"]
    [packed] = api.post(URL, {**body, "encoding_format": "base64"}).json()["data"]
    numbers = np.frombuffer(base64.b64decode(packed["embedding"]), "<f4")
    assert numbers.tolist() == plain["embedding"]


def test_a_query_is_embedded_as_one(api):
    api.post(URL, {"model": "fake", "input": TEXTS, "input_type": "query"})
    assert registry.embedder().calls == [("query", [text]) for text in TEXTS]


def test_nothing_is_kept_from_one_request_to_the_next(api, outsiders_api):
    for client in (api, outsiders_api, api):
        client.post(URL, {"model": "fake", "input": TEXTS[0]})
    assert registry.embedder().calls == [("passage", TEXTS[:1])] * 3


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"input": [[1, 2]]}, "input"),
        ({"input": [1, 2]}, "input"),
        ({"input": None}, "input"),
        ({"input": []}, "input"),
        ({"input": " "}, "input"),
        ({"input": ["x"] * 257}, "input"),
        ({"input": "x" * 20_001}, "input"),
        ({"dimensions": 256}, "dimensions"),
        ({"encoding_format": "hex"}, "encoding_format"),
        ({"input_type": "both"}, "input_type"),
    ],
)
def test_what_cannot_be_embedded_is_400_and_named(api, owner, fields, param):
    refused = api.post(URL, {"model": "fake", "input": "x", **fields})
    assert (refused.status_code, refused.json()["error"]["param"]) == (400, param)
    with scope(owner):
        assert UsageRecord.objects.count() == 0


def test_a_text_that_would_be_read_in_part_is_refused(api):
    registry.embedder().truncates = True
    refused = api.post(URL, {"model": "fake", "input": ["short", "word " * 3_000]})
    assert (refused.status_code, refused.json()["error"]["param"]) == (400, "input[1]")
    assert registry.embedder().calls == []


def test_another_model_is_not_found(api):
    refused = api.post(URL, {"model": "text-embedding-3-small", "input": "x"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (404, "model_not_found")


def test_a_model_that_fails_is_503_and_tried_again_only_where_that_helps(api):
    failures = registry.embedder().failures
    failures.append(ProviderError("No credit is left.", code="no_quota", permanent=True))
    refused = api.post(URL, {"model": "fake", "input": "x"})
    assert (refused.status_code, refused["X-Should-Retry"]) == (503, "false")
    assert refused.json()["error"]["message"] == "No credit is left."
