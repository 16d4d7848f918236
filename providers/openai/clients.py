"""The official clients, made once: connections are kept open and reused."""

import asyncio
from functools import cached_property
from weakref import WeakKeyDictionary

import httpx2
import openai

from providers.account import Account
from providers.retries import Patience

VENDOR = "https://api.openai.com/v1"
CONNECT_SECONDS = 5.0


class Clients:
    """Of one account; an asynchronous one per event loop, whose connections belong to it."""

    def __init__(self, account: Account, patience: Patience) -> None:
        # Servers of one's own often need no key, the client insists on one.
        self._key = account.api_key or "unset"
        # Always said: the client would else take OPENAI_BASE_URL, which is the platform's.
        self._base_url = account.base_url or VENDOR
        self._patience = patience
        self._of_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, openai.AsyncOpenAI] = (
            WeakKeyDictionary()
        )

    @property
    def asynchronous(self) -> openai.AsyncOpenAI:
        loop = asyncio.get_running_loop()
        if loop not in self._of_loop:
            self._of_loop[loop] = openai.AsyncOpenAI(
                api_key=self._key,
                base_url=self._base_url,
                max_retries=0,  # providers.base retries, within one budget
                timeout=self._timeout(max(self._patience.first_token, self._patience.idle)),
            )
        return self._of_loop[loop]

    @cached_property
    def synchronous(self) -> openai.OpenAI:
        return openai.OpenAI(
            api_key=self._key,
            base_url=self._base_url,
            max_retries=0,
            timeout=self._timeout(self._patience.first_token),
        )

    @staticmethod
    def _timeout(read: float) -> httpx2.Timeout:
        return httpx2.Timeout(read, connect=min(CONNECT_SECONDS, read))
