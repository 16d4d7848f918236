"""A provider that keeps failing is left alone for a while, instead of holding every reader."""

import math
import os
import time
from weakref import WeakValueDictionary

from providers.account import Account
from providers.errors import ProviderError

OPENS_AFTER = 5  # failures in a row
PAUSE = 30.0  # seconds


class Breaker:
    """Of one account in this process; closed (all pass), open (none), half open (one tries).

    Threads share it without a lock: at worst one call more or less passes.
    """

    def __init__(self, opens_after: float = OPENS_AFTER, pause: float = PAUSE) -> None:
        self.opens_after, self.pause = opens_after, pause
        self.failures = 0
        self._next_try = 0.0

    def admit(self) -> None:
        """Raise ProviderError while the provider is left alone.

        After the pause one call may try. Should it never report, because its reader went away,
        the next may try a pause later.
        """
        if self.failures < self.opens_after:
            return
        left = self._next_try - time.monotonic()
        if left > 0:
            raise _paused(left)
        self._next_try = time.monotonic() + self.pause

    def passed(self) -> None:
        self.failures = 0

    def failed(self, error: ProviderError) -> None:
        """Count a failure that may pass; a lasting refusal shows that the provider is well."""
        if error.permanent:
            return self.passed()
        self.failures += 1
        if self.failures >= self.opens_after:
            self._next_try = time.monotonic() + self.pause


def _paused(left: float) -> ProviderError:
    message = (
        "The model provider failed several times in a row, so we leave it alone for a moment. "
        "Try again in a minute."
    )
    return ProviderError(message, code="provider_paused", permanent=False, retry_after=left)


NEVER = Breaker(opens_after=math.inf)  # of models that call nobody
_of_account: WeakValueDictionary[Account, Breaker] = WeakValueDictionary()


def breaker_of(account: Account) -> Breaker:
    """The one all models of an account share; never two accounts, one person's bad server or
    used-up key says nothing about another's."""
    return _of_account.setdefault(account, Breaker())


os.register_at_fork(after_in_child=_of_account.clear)
