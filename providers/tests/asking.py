"""How the tests ask a chat model."""

import asyncio

from providers.base import ChatMessage, ChatModel, ChatRequest, Finished, Passage, TextDelta


def ask(question, *texts, names=(), max_tokens=100):
    passages = tuple(
        Passage(number, text, names[number - 1] if names else f"file-{number}.txt", None)
        for number, text in enumerate(texts, 1)
    )
    messages = (ChatMessage("user", question),)
    return ChatRequest(messages, passages, question, "I found nothing.", 0.2, max_tokens)


async def _events(model, request):
    return [event async for event in model.stream(request)]


def events_of(model: ChatModel, request: ChatRequest):
    return asyncio.run(_events(model, request))


def text_of(events):
    assert isinstance(events[-1], Finished)
    assert all(isinstance(event, TextDelta) for event in events[:-1])
    return "".join(event.text for event in events[:-1])
