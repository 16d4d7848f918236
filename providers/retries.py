"""When a failed call is tried again: twice at most, with jitter, inside a budget."""

import random
import time
from dataclasses import dataclass, field

from providers.errors import ProviderError


@dataclass(frozen=True)
class Patience:
    """Seconds a call may take, and how often a failure that may pass is tried again."""

    first_token: float = 30
    idle: float = 30
    total: float = 300
    retries: int = 2
    retry_budget: float = 60
    pause: float = 0.5


@dataclass
class Retries:
    """Counts the attempts of one call; `pause_after` raises once no further try is due."""

    patience: Patience
    _started: float = field(default_factory=time.monotonic)
    _done: int = 0

    def pause_after(self, error: ProviderError) -> float:
        pause = self._pause(error)
        spent = time.monotonic() - self._started
        needed = spent + pause + self._silence(error)
        over = self._done >= self.patience.retries or needed > self.patience.retry_budget
        if error.permanent or over:
            raise error
        self._done += 1
        return pause

    def _silence(self, error: ProviderError) -> float:
        """Who said nothing may say nothing again: a try must have the time to find that out."""
        return self.patience.first_token if error.code == "first_token_timeout" else 0

    def _pause(self, error: ProviderError) -> float:
        jitter = random.uniform(0.5, 1.0)  # noqa: S311 – spreads the load, no secret
        pause: float = self.patience.pause * 2**self._done * jitter
        return max(pause, error.retry_after or 0)
