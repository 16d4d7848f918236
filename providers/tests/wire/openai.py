"""What OpenAI's protocol looks like on the wire."""

import base64

import numpy as np

DONE = b"data: [DONE]\n\n"
USAGE = {"choices": [], "usage": {"prompt_tokens": 11, "completion_tokens": 2, "total_tokens": 13}}


def delta(text=None, reason=None):
    return {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": reason}]}


def problem(code=None, *, param=None, message="no"):
    return {"error": {"message": message, "type": "error", "param": param, "code": code}}


def answer(handler):
    handler.begin_stream()
    for chunk in (delta("Hello"), delta(" you"), delta(None, "stop"), USAGE, DONE):
        handler.chunk(chunk)
    handler.end_stream()


def embeddings(handler):
    """Each vector points to the number of the text's characters; listed backwards."""
    rows = [one_at(len(text), handler.body["dimensions"]) for text in handler.body["input"]]
    vectors_of(rows)(handler)


def one_at(place, length):
    vector = np.zeros(length, "<f4")
    vector[place] = 2
    return vector


def vectors_of(rows, *, plain=False):
    def behave(handler):
        found = [
            {"object": "embedding", "index": index, "embedding": _written(row, plain)}
            for index, row in enumerate(rows)
        ]
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        content = {"object": "list", "data": found[::-1], "model": "m", "usage": usage}
        handler.answer(200, content)

    return behave


def _written(row, plain):
    row = np.asarray(row, "<f4")
    return [float(number) for number in row] if plain else base64.b64encode(row).decode()


def ranking(handler):
    """The score of a document is the number of its characters; the best first."""
    body = handler.body
    if body.get("return_documents", True) or body["top_n"] != len(body["documents"]):
        return handler.answer(400, problem(message="not as asked"))
    scored = [(index, len(text)) for index, text in enumerate(body["documents"])]
    return ranking_of(*sorted(scored, key=lambda row: -row[1]))(handler)


def ranking_of(*rows, **more):
    results = [{"index": index, "relevance_score": score} for index, score in rows]
    content = {"model": "m", "results": results, **more}
    return lambda handler: handler.answer(200, content)


def models(handler, names=("gpt-4.1-mini", "gpt-4.1-2025-04-14", "whisper-1",
                           "text-embedding-3-small", "o4-mini")):  # fmt: skip
    listed = [{"id": name, "object": "model", "created": 1, "owned_by": "o"} for name in names]
    handler.answer(200, {"object": "list", "data": listed})
