"""Why an address was not reached, in sentences for the person who supplied it."""


class AddressRefused(Exception):
    """An address we do not go to. `code` is "address_invalid" (no web address at all) or
    "address_refused" (private, or on another port); trying again cannot help."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class FetchError(Exception):
    """A fetch that brought nothing. permanent: trying again cannot help. retry_after: seconds
    the server asked for."""

    def __init__(
        self, code: str, message: str, *, permanent: bool, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.code, self.message = code, message
        self.permanent, self.retry_after = permanent, retry_after


def refused(host: str) -> AddressRefused:
    message = f"{host} is inside a private network or this server. Only public addresses are read."
    return AddressRefused("address_refused", message)


def invalid(message: str) -> AddressRefused:
    return AddressRefused("address_invalid", message)
