"""How a reader answers: under limits, by one result on standard output, and then it ends."""

import os
import sys
from collections.abc import Callable

from documents.extraction.limits import Limits
from documents.extraction.reasons import too_much_memory, unreadable
from documents.extraction.result import Extracted, ExtractionError, write, write_error


def give(reading: Callable[[], Extracted], bounds: Limits) -> None:
    """Hand over what was read under these limits, or the reason why nothing was."""
    bounds.apply()
    stream = sys.stdout.buffer
    try:
        write(reading(), stream)
    except ExtractionError as error:
        write_error(error, stream)
    except MemoryError:
        write_error(too_much_memory(bounds), stream)
    except Exception as error:  # noqa: BLE001 (whatever a parser raises is the file's fault)
        write_error(unreadable(f"{type(error).__name__}: {error}"), stream)
    stream.flush()
    # Tearing down parsers takes time and can crash; the result is out.
    os._exit(0)
