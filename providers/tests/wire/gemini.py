"""What Gemini's protocol looks like on the wire: https://ai.google.dev/api."""

COUNTS = {"promptTokenCount": 11, "candidatesTokenCount": 2, "totalTokenCount": 13}


def delta(text=None, reason=None, **more):
    content = {"parts": [{"text": text}], "role": "model"} if text is not None else {}
    candidate = {"content": content, "index": 0}
    if reason:
        candidate["finishReason"] = reason
    return {"candidates": [candidate], "modelVersion": "gemini-3.8-flash", **more}


def problem(status, word, *details, message="no"):
    """google.rpc.Status"""
    return {"error": {"code": status, "message": message, "status": word, "details": details}}


def reason_of(word):
    return {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": word}


def retry_in(delay):
    return {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}


def quota(name):
    violation = {"quotaId": name}
    return {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [violation]}


def answer(handler):
    handler.begin_stream()
    for chunk in (delta("Hello"), delta(" you", "STOP", usageMetadata=COUNTS)):
        handler.chunk(chunk)
    handler.end_stream()


def embeddings(handler):
    """Each vector points to the number of the text's characters."""
    requests = handler.body["requests"]
    texts = ["".join(part["text"] for part in one["content"]["parts"]) for one in requests]
    length = requests[0]["outputDimensionality"]
    vectors_of([[2.0 * (place == len(text)) for place in range(length)] for text in texts])(handler)


def vectors_of(rows):
    found = [{"values": [float(number) for number in row]} for row in rows]
    return lambda handler: handler.answer(200, {"embeddings": found})


def models(handler, names=("gemini-3.8-flash", "gemini-3.8-flash-image", "gemini-3.5-flash-lite")):
    listed = [
        {"name": f"models/{name}", "supportedGenerationMethods": ["generateContent", "countTokens"]}
        for name in names
    ]
    embedder = {"name": "models/gemini-embedding-001",
                "supportedGenerationMethods": ["embedContent"]}  # fmt: skip
    handler.answer(200, {"models": [*listed, embedder]})
