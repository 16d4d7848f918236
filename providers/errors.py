"""The one exception that leaves this package."""


class ProviderError(Exception):
    """A model could not do its work. `message` is a sentence a person can act on.

    permanent: trying again cannot help (bad key, unknown model). retry_after: seconds the
    provider asked for.
    """

    def __init__(
        self, message: str, *, code: str, permanent: bool, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.permanent = permanent
        self.retry_after = retry_after
