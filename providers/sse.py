"""The events of a vendor's stream, as bytes, with a limit to what one may hold.

The clients' own readers split lines at every Unicode line end, which JSON may hold unescaped,
and keep a line without end in memory.
"""

from collections.abc import AsyncGenerator, AsyncIterator

from providers.errors import ProviderError

LONGEST_LINE = 1_000_000  # bytes


async def data_of(chunks: AsyncIterator[bytes]) -> AsyncGenerator[list[bytes], None]:
    """What stands after “data:”, of each chunk together. Raises ProviderError."""
    rest = b""
    async for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        if said := [line[5:].strip() for line in lines if line.startswith(b"data:")]:
            yield said
        if len(rest) > LONGEST_LINE:
            message = "The model provider sent a line without end, so we stopped reading."
            raise ProviderError(message, code="bad_answer", permanent=False)
    if rest.startswith(b"data:"):
        yield [rest[5:].strip()]
