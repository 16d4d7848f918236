"""The vendors' adapters, as the tests make them."""

import google.genai  # noqa: F401 – else the first answer of a test waits for it, 1.5 s of CPU

from providers.account import Account
from providers.gemini.chat import GeminiChatModel
from providers.gemini.embeddings import GeminiEmbedder
from providers.openai.chat import OpenAIChatModel
from providers.openai.embeddings import OpenAIEmbedder
from providers.openai.reranking import OpenAIReranker

VENDORS = ("gemini", "openai")
CHAT_MODELS = {"gemini": GeminiChatModel, "openai": OpenAIChatModel}
EMBEDDERS = {"gemini": GeminiEmbedder, "openai": OpenAIEmbedder}


def account(vendor, server, key="key", *, guarded=False):
    url = server.url if vendor == "gemini" else server.base_url
    return Account(vendor, key, url, guarded)


def chat_model(vendor, server, patience=None, model="m"):
    return CHAT_MODELS[vendor](model, account(vendor, server), patience)


def embedder(vendor, server, patience=None, model="m"):
    return EMBEDDERS[vendor](model, account(vendor, server), patience)


def reranker(server, patience=None, model="m"):
    return OpenAIReranker(model, account("openai", server), patience)
