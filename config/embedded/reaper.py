"""Ends the programs' process groups when the supervisor was killed with -9.

The kernel ends each program itself (see lifeline.py), but not what a program has started, such as
the pool of a worker. A shell waits at the other end of a pipe: it closes with the supervisor.
"""

import contextlib
import subprocess

from .children import Child

SCRIPT = """
while read -r group; do groups="$groups -$group"; done
kill -s KILL -- $groups 2>/dev/null
"""


class Reaper:
    def __init__(self) -> None:
        self.shell = subprocess.Popen(
            ["/bin/sh", "-c", SCRIPT], stdin=subprocess.PIPE, cwd="/", start_new_session=True
        )

    def note(self, child: Child) -> None:
        with contextlib.suppress(OSError):
            if self.shell.stdin:
                self.shell.stdin.write(f"{child.process_id}\n".encode())
                self.shell.stdin.flush()

    def dismiss(self) -> None:
        """After an orderly stop there is nothing left to end."""
        self.shell.kill()
        self.shell.wait()
