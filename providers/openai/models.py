"""Which models an account opens, by /v1/models, which says nothing but their names."""

import re

from providers.account import Account
from providers.catalog import Listed, rows
from providers.openai.clients import Clients
from providers.openai.errors import FAILURES, translated
from providers.refusals import told
from providers.retries import Patience

EMBEDS = re.compile(r"embed|(^|/)(bge|gte|e5|multilingual-e5|all-minilm|paraphrase)-")
RERANKS = re.compile(r"rerank")
# Speech, pictures, moderation: no chat.
OTHER = re.compile(
    r"whisper|tts|audio|realtime|transcribe|translate|dall-e|image|sora|moderation|"
    r"davinci|babbage|instruct-0|search|codex|computer-use|deep-research"
)
# Of OpenAI's hundred names: the families that chat, without dated copies and those of the
# Responses API alone.
OPENAI_CHAT = re.compile(r"(gpt-|o\d|chatgpt-)")
OPENAI_COPY = re.compile(r"-(\d{4}|\d{4}-\d{2}-\d{2}|\d{4}-preview|pro)$")


def available(account: Account, patience: Patience) -> Listed:
    """Raises ProviderError."""
    try:
        answer = Clients(account, patience).synchronous.models.with_raw_response.list()
        names = sorted(row["id"] for row in rows(answer.content, "data", "id"))
    except FAILURES as error:
        raise translated(error, account) from error
    except TypeError as error:  # a name that is none
        raise told("bad_answer") from error
    reranking = [name for name in names if RERANKS.search(name.lower())]
    others = [name for name in names if name not in reranking]
    embedding = [name for name in others if EMBEDS.search(name.lower())]
    chat = [name for name in others if name not in embedding and _chats(name.lower(), account)]
    return Listed(tuple(chat), tuple(embedding), tuple(reranking))


def _chats(name: str, account: Account) -> bool:
    if OTHER.search(name):
        return False
    return bool(account.base_url) or bool(OPENAI_CHAT.match(name) and not OPENAI_COPY.search(name))
