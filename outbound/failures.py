"""What went wrong with a fetch, as a sentence with a way out, and whether to try again."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx2

from outbound.errors import AddressRefused, FetchError

LONGEST_PAUSE = 3600.0


@contextmanager
def told(url: str) -> Iterator[None]:
    """Turns every way a request fails into a FetchError."""
    try:
        yield
    except AddressRefused as error:
        raise FetchError(error.code, error.message, permanent=True) from error
    except httpx2.TimeoutException as error:
        raise _passing("fetch_timeout", f"{_host(url)} took too long to answer.") from error
    except (httpx2.DecodingError, httpx2.InvalidURL) as error:
        raise _lasting("fetch_failed", f"What {_host(url)} sent cannot be read.") from error
    except httpx2.HTTPError as error:
        raise _of_connection(_host(url), error) from error


def _host(url: str) -> str:
    return httpx2.URL(url).host


def _of_connection(host: str, error: Exception) -> FetchError:
    if cause := _cause(error, ssl.SSLError):
        message = f"{host} cannot prove that it is {host}: its certificate is not valid."
        if not isinstance(cause, ssl.SSLCertVerificationError):
            message = f"{host} offers no secure connection that we can use."
        return _lasting("fetch_insecure", message)
    unknown = _cause(error, socket.gaierror)
    if isinstance(unknown, socket.gaierror) and unknown.errno == socket.EAI_NONAME:
        return _lasting("fetch_unreachable", f"There is no server named {host}. Check the address.")
    return _passing("fetch_unreachable", f"{host} cannot be reached.")


def _cause(error: BaseException | None, kind: type[Exception]) -> BaseException | None:
    while error and not isinstance(error, kind):
        error = error.__cause__ or error.__context__
    return error


def of_status(host: str, response: httpx2.Response) -> FetchError:
    """The reason behind an answer that is not the page."""
    status = response.status_code
    if status in {404, 410}:
        return _lasting("fetch_not_found", f"{host} has no page at this address.")
    if status in {401, 403, 407, 451}:
        return needs_login(host)
    if status == 429:
        wait = retry_after(response)
        return FetchError(
            "fetch_busy", f"{host} asks us to come back later.", permanent=False, retry_after=wait
        )
    if status >= 500 or status == 408:
        error = _passing("fetch_unreachable", f"{host} has a problem of its own ({status}).")
        error.retry_after = retry_after(response)
        return error
    return _lasting("fetch_failed", f"{host} answered with {status} instead of the page.")


def needs_login(host: str) -> FetchError:
    message = f"{host} shows this page only after signing in. Save it as a file and upload that."
    return _lasting("fetch_forbidden", message)


def too_large(limit: int) -> FetchError:
    message = f"The page or file is larger than {limit // 2**20} MB."
    return _lasting("fetch_too_large", message)


def too_many_redirects(host: str) -> FetchError:
    return _lasting("fetch_redirects", f"{host} sends us on too often. Use the final address.")


def of_target(error: AddressRefused) -> FetchError:
    """An address nobody typed: its spelling is not the person's to correct."""
    if error.code != "address_invalid":
        return _lasting(error.code, error.message)
    return _lasting("address_refused", "The page leads to an address that is not read.")


def downgraded(host: str) -> FetchError:
    message = f"The page leads from https to http at {host}, where anybody could change it."
    return _lasting("fetch_insecure", message)


def unknown_encoding(host: str) -> FetchError:
    return _lasting("fetch_failed", f"{host} sends the page in a compression we did not ask for.")


def retry_after(response: httpx2.Response) -> float | None:
    """Seconds, from a number or a date (RFC 9110, 10.2.3); an hour at most."""
    given = response.headers.get("Retry-After", "")
    if given.isdecimal() and len(given) < 9:
        return min(float(given), LONGEST_PAUSE)
    try:
        until = parsedate_to_datetime(given)
        seconds = (until - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(max(seconds, 0.0), LONGEST_PAUSE)


def _lasting(code: str, message: str) -> FetchError:
    return FetchError(code, message, permanent=True)


def _passing(code: str, message: str) -> FetchError:
    return FetchError(code, message, permanent=False)
