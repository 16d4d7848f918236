"""The same misbehaviours in each vendor's own words."""

import math

from providers.tests.wire import gemini, openai
from providers.tests.wire_server import hang, hang_up, normal, refuse, stream, without_end

HALF = {"openai": openai.delta("Half"), "gemini": gemini.delta("Half")}
TEN_MEGABYTES = b"data: " + b"x" * 10_000_000


CHAT = {
    "openai": {
        "answer": normal,
        "answer without counts": stream(
            openai.delta("Hello"), openai.delta(None, "stop"), openai.DONE
        ),
        "finished, but the stream is cut": stream(
            openai.delta("Hello"), openai.delta(None, "stop"), cut=True
        ),
        "length reached": stream(openai.delta("Hello"), openai.delta(None, "length"), openai.USAGE),
        "length reached before a word": stream(openai.delta(None, "length"), openai.USAGE),
        "nothing said": stream(openai.delta(None, "stop"), openai.USAGE),
        "filter before a word": refuse(400, openai.problem("content_filter")),
        "filter in mid-answer": stream(HALF["openai"], openai.delta(None, "content_filter")),
        "401": refuse(401, openai.problem("invalid_api_key")),
        "403": refuse(403, openai.problem()),
        "404": refuse(404, openai.problem("model_not_found")),
        "400": refuse(400, openai.problem()),
        "400, too long": refuse(400, openai.problem("context_length_exceeded")),
        "429, wait 0 s": refuse(429, openai.problem("rate_limit_exceeded"), retry_after=0),
        "429, wait 50 s": refuse(429, openai.problem("rate_limit_exceeded"), retry_after=50),
        "429, nothing left": refuse(429, openai.problem("insufficient_quota")),
        "500": refuse(500, b"<h1>oops</h1>"),
        "503": refuse(503, openai.problem()),
        "302 to elsewhere": refuse(302, b"", location="https://example.org/"),
        "hang before the first byte": hang,
        "no answer at all": hang_up,
        "hang in mid-answer": stream(HALF["openai"], then=hang),
        "cut in mid-token": stream(HALF["openai"], b'data: {"choices": [{"del', cut=True),
        "no finish reason": stream(HALF["openai"], openai.DONE),
        "malformed JSON": stream(b"data: {nonsense\n\n"),
        "malformed JSON in mid-answer": stream(HALF["openai"], b"data: {nonsense\n\n"),
        "JSON of another kind": stream({"nonsense": 1}),
        "line of 10 MB": stream(HALF["openai"], TEN_MEGABYTES),
        "error object at once": stream(openai.problem("server_error")),
        "error object in mid-answer": stream(HALF["openai"], openai.problem("server_error")),
    },
    "gemini": {
        "answer": normal,
        "answer without counts": stream(gemini.delta("Hello", "STOP")),
        "finished, but the stream is cut": stream(gemini.delta("Hello", "STOP"), cut=True),
        "length reached": stream(gemini.delta("Hello", "MAX_TOKENS", usageMetadata=gemini.COUNTS)),
        "length reached before a word": stream(gemini.delta(None, "MAX_TOKENS")),
        "nothing said": stream(gemini.delta(None, "STOP")),
        "filter before a word": stream({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}),
        "filter in mid-answer": stream(HALF["gemini"], gemini.delta(None, "RECITATION")),
        "401": refuse(401, gemini.problem(401, "UNAUTHENTICATED")),
        "403": refuse(403, gemini.problem(403, "PERMISSION_DENIED")),
        "404": refuse(404, gemini.problem(404, "NOT_FOUND")),
        "400": refuse(400, gemini.problem(400, "INVALID_ARGUMENT")),
        "400, too long": refuse(
            400,
            gemini.problem(
                400,
                "INVALID_ARGUMENT",
                message="The input token count (2000000) exceeds the maximum number of tokens "
                "allowed (1048576).",
            ),
        ),
        "429, wait 0 s": refuse(
            429, gemini.problem(429, "RESOURCE_EXHAUSTED", gemini.retry_in("0s"))
        ),
        "429, wait 50 s": refuse(
            429, gemini.problem(429, "RESOURCE_EXHAUSTED", gemini.retry_in("50.5s"))
        ),
        "429, nothing left": refuse(
            429,
            gemini.problem(
                429,
                "RESOURCE_EXHAUSTED",
                gemini.quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier"),
                gemini.retry_in("7s"),
            ),
        ),
        "500": refuse(500, b"<h1>oops</h1>"),
        "503": refuse(503, gemini.problem(503, "UNAVAILABLE")),
        "302 to elsewhere": refuse(302, b"", location="https://example.org/"),
        "hang before the first byte": hang,
        "no answer at all": hang_up,
        "hang in mid-answer": stream(HALF["gemini"], then=hang),
        "cut in mid-token": stream(HALF["gemini"], b'data: {"candidates": [{"con', cut=True),
        "no finish reason": stream(HALF["gemini"]),
        "malformed JSON": stream(b"data: {nonsense\n\n"),
        "malformed JSON in mid-answer": stream(HALF["gemini"], b"data: {nonsense\n\n"),
        "JSON of another kind": stream({"nonsense": 1}),
        "line of 10 MB": stream(HALF["gemini"], TEN_MEGABYTES),
        "error object at once": stream(gemini.problem(503, "UNAVAILABLE")),
        "error object in mid-answer": stream(HALF["gemini"], gemini.problem(503, "UNAVAILABLE")),
    },
}
# Behaviour → what comes of it, whether it is tried again, the text that stays, how it is counted.
COUNTED, ESTIMATED = "11 + 2", "about 1 + 1"
CHAT_OUTCOMES = {
    "answer": ("stop", False, "Hello you", COUNTED),
    "answer without counts": ("stop", False, "Hello", ESTIMATED),
    "finished, but the stream is cut": ("stop", False, "Hello", ESTIMATED),
    "length reached": ("length", False, "Hello", COUNTED),
    "length reached before a word": ("max_tokens", False, "", ""),
    "nothing said": ("no_text", True, "", ""),
    "filter before a word": ("content_filter", False, "", ""),
    "filter in mid-answer": ("content_filter", False, "Half", ""),
    "401": ("key_refused", False, "", ""),
    "403": ("key_refused", False, "", ""),
    "404": ("no_model", False, "", ""),
    "400": ("refused", False, "", ""),
    "400, too long": ("too_long", False, "", ""),
    "429, wait 0 s": ("rate_limited", True, "", ""),
    "429, wait 50 s": ("rate_limited", False, "", ""),
    "429, nothing left": ("no_quota", False, "", ""),
    "500": ("provider_down", True, "", ""),
    "503": ("provider_down", True, "", ""),
    "302 to elsewhere": ("redirected", False, "", ""),
    "hang before the first byte": ("first_token_timeout", True, "", ""),
    "no answer at all": ("stream_cut", True, "", ""),
    "hang in mid-answer": ("idle_timeout", False, "Half", ""),
    "cut in mid-token": ("stream_cut", False, "Half", ""),
    "no finish reason": ("stream_cut", False, "Half", ""),
    "malformed JSON": ("bad_answer", True, "", ""),
    "malformed JSON in mid-answer": ("bad_answer", False, "Half", ""),
    "JSON of another kind": ("bad_answer", True, "", ""),
    "line of 10 MB": ("bad_answer", False, "Half", ""),
    "error object at once": ("provider_down", True, "", ""),
    "error object in mid-answer": ("provider_down", False, "Half", ""),
}

ONE, TWO = [1.0] * 768, [[1.0] * 768, [0.5] * 768]
EMBEDDINGS = {
    "openai": {
        "vectors": normal,
        "vectors: one missing": openai.vectors_of([ONE]),
        "vectors: not a number": openai.vectors_of([ONE, [math.nan] * 768]),
        "vectors: all zero": openai.vectors_of([ONE, [0.0] * 768]),
        "vectors: shorter, 384": openai.vectors_of([row[:384] for row in TWO]),
        "vectors: longer, 1024": openai.vectors_of([row + row[:256] for row in TWO]),
        "vectors: two lengths": openai.vectors_of([ONE, ONE[:5]]),
        "vectors: malformed JSON": refuse(200, b"{nonsense"),
        "vectors: 401": refuse(401, openai.problem("invalid_api_key")),
        "vectors: 429, wait 0 s": refuse(429, openai.problem(), retry_after=0),
        "vectors: 503": refuse(503, openai.problem()),
        "vectors: hang": hang,
        "vectors: bytes without end": without_end(b" " * 6_000),
    },
    "gemini": {
        "vectors": normal,
        "vectors: one missing": gemini.vectors_of([ONE]),
        "vectors: not a number": gemini.vectors_of([ONE, [math.nan] * 768]),
        "vectors: all zero": gemini.vectors_of([ONE, [0.0] * 768]),
        "vectors: shorter, 384": gemini.vectors_of([row[:384] for row in TWO]),
        "vectors: longer, 1024": gemini.vectors_of([row + row[:256] for row in TWO]),
        "vectors: two lengths": gemini.vectors_of([ONE, ONE[:5]]),
        "vectors: malformed JSON": refuse(200, b"{nonsense"),
        "vectors: 401": refuse(401, gemini.problem(401, "UNAUTHENTICATED")),
        "vectors: 429, wait 0 s": refuse(
            429, gemini.problem(429, "RESOURCE_EXHAUSTED", gemini.retry_in("0s"))
        ),
        "vectors: 503": refuse(503, gemini.problem(503, "UNAVAILABLE")),
        "vectors: hang": hang,
        "vectors: bytes without end": without_end(b" " * 6_000),
    },
}
RANKINGS = {
    "ranking": (normal, "[2, 1]", False),
    "ranking: one missing": (openai.ranking_of((0, 1)), "bad_scores", True),
    "ranking: one twice": (openai.ranking_of((0, 1), (0, 2)), "bad_scores", True),
    "ranking: out of range": (openai.ranking_of((0, 1), (2, 2)), "bad_scores", True),
    "ranking: one too many": (openai.ranking_of((0, 1), (1, 2), (2, 3)), "bad_scores", True),
    "ranking: not a number": (openai.ranking_of((0, 1), (1, math.nan)), "bad_scores", True),
    "ranking: without end": (openai.ranking_of((0, 1), (1, 10**400)), "bad_scores", True),
    "ranking: a word": (openai.ranking_of((0, 1), (1, "high")), "bad_scores", True),
    "ranking: no place": (openai.ranking_of((0, 1), (None, 2)), "bad_scores", True),
    "ranking: JSON of another kind": (refuse(200, {"nonsense": 1}), "bad_scores", True),
    "ranking: malformed JSON": (refuse(200, b"{nonsense"), "bad_scores", True),
    "ranking: nested without end": (refuse(200, b"[" * 100_000), "bad_scores", True),
    "ranking: 401": (refuse(401, openai.problem("invalid_api_key")), "key_refused", False),
    "ranking: 404": (refuse(404, b"no"), "no_model", False),
    "ranking: 413": (refuse(413, b"no"), "too_long", False),
    "ranking: 429, wait 0 s": (
        refuse(429, openai.problem(), retry_after=0), "rate_limited", True,
    ),
    "ranking: 429, wait 50 s": (
        refuse(429, openai.problem(), retry_after=50), "rate_limited", False,
    ),
    "ranking: 503": (refuse(503, openai.problem()), "provider_down", True),
    "ranking: 302 to elsewhere": (refuse(302, b"", location="https://example.org/"),
                                  "redirected", False),
    "ranking: no answer at all": (hang_up, "stream_cut", True),
    "ranking: hang": (hang, "timeout", True),
    "ranking: bytes without end": (without_end(b" " * 6_000), "timeout", True),
}  # fmt: skip
USUAL = {
    "vectors": ("2 × 768", False),
    "vectors: one missing": ("bad_vectors", True),
    "vectors: not a number": ("bad_vectors", True),
    "vectors: all zero": ("bad_vectors", True),
    "vectors: shorter, 384": ("2 × 384", False),
    "vectors: longer, 1024": ("vectors_too_long", False),
    "vectors: two lengths": ("bad_vectors", True),
    "vectors: malformed JSON": ("bad_vectors", True),
    "vectors: 401": ("key_refused", False),
    "vectors: 429, wait 0 s": ("rate_limited", True),
    "vectors: 503": ("provider_down", True),
    "vectors: hang": ("timeout", True),
    "vectors: bytes without end": ("timeout", True),
}
EMBEDDING_OUTCOMES = {
    "openai": USUAL,
    # Gemini gives the length it is asked for; servers with OpenAI's protocol may not.
    "gemini": {**USUAL, "vectors: shorter, 384": ("bad_vectors", True)},
}
