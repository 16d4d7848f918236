"""How long one waits for the next part of an answer."""

import asyncio
import time
from collections.abc import AsyncGenerator
from typing import TypeVar

from providers.errors import ProviderError
from providers.retries import Patience

Part = TypeVar("Part")


class Clock:
    """Waits for the next part no longer than the first-token, idle and total limits allow."""

    def __init__(self, patience: Patience) -> None:
        self.patience = patience
        self.started_at = time.monotonic()
        self.ends_at = self.started_at + patience.total

    async def next(self, parts: AsyncGenerator[Part, None], started: bool) -> Part | None:
        limit = self.patience.idle if started else self.patience.first_token
        left = self.ends_at - time.monotonic()
        try:
            async with asyncio.timeout(min(limit, left)):
                return await anext(parts, None)
        except TimeoutError:
            raise self._too_slow(limit, left, started) from None

    def _too_slow(self, limit: float, left: float, started: bool) -> ProviderError:
        if left <= limit:
            message = f"The answer took longer than {self.patience.total:g} s. Try again."
            return ProviderError(message, code="total_timeout", permanent=False)
        if started:
            message = f"The model stopped in mid-answer for {limit:g} s. Try again."
            return ProviderError(message, code="idle_timeout", permanent=False)
        waited = round(time.monotonic() - self.started_at, 1)  # all tries, as the person did
        message = f"The model did not answer in {waited:g} s. Try again."
        return ProviderError(message, code="first_token_timeout", permanent=False)
