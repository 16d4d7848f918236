"""The child: one document in, one result on standard output, under limits it sets on itself.

Run by path with `python -I`, so the project is put on the import path by hand.
"""

import ctypes
import json
import os
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38


def die_with(parent: int) -> None:
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    # The parent may have died before the line above took effect.
    if os.getppid() != parent:
        os._exit(1)


def main(path: str, suffix: str, limits_json: str, parent: str) -> None:
    die_with(int(parent))
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from documents.extraction.kinds import parse
    from documents.extraction.limits import Limits
    from documents.extraction.reasons import too_much_memory, unreadable
    from documents.extraction.result import ExtractionError, write, write_error

    limits = Limits(**json.loads(limits_json))
    limits.apply()
    stream = sys.stdout.buffer
    try:
        write(parse(Path(path), suffix, limits), stream)
    except ExtractionError as error:
        write_error(error, stream)
    except MemoryError:
        write_error(too_much_memory(limits), stream)
    except Exception as error:  # noqa: BLE001 (whatever a parser raises is the file's fault)
        write_error(unreadable(f"{type(error).__name__}: {error}"), stream)
    stream.flush()
    # Tearing down parsers takes time and can crash; the result is out.
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
