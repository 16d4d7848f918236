"""The policies of the OpenAI-compatible endpoint."""

from tests.isolation.doors import Door, always, slug

OPENAI = [
    *(
        Door(
            "openai-completions",
            "POST",
            "conversations:write",
            body=lambda world, stream=stream: {
                "model": world.slug,
                "messages": [{"role": "user", "content": "Who sings?"}],
                "stream": stream,
            },
        )
        for stream in (True, False)
    ),
    Door("openai-models", "GET", "chatbots:read", blind=True),
    Door("openai-model", "GET", "chatbots:read", path=slug),
    Door(
        "openai-embeddings",
        "POST",
        "search:read",
        body=always({"model": "fake", "input": "Who sings?"}),
        blind=True,
    ),
]
