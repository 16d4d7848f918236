import json
import resource
from dataclasses import asdict, dataclass

MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Limits:
    """What one document may cost. Memory is address space, so resident memory stays below it."""

    cpu_seconds: int = 30
    wall_seconds: float = 60
    memory_bytes: int = 512 * MEBIBYTE
    text_chars: int = 20_000_000
    pages: int = 20_000
    # Four bytes a character, and headings and pages on top.
    output_bytes: int = 96 * MEBIBYTE

    @property
    def memory(self) -> str:
        return f"{self.memory_bytes // MEBIBYTE} MB"

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    def apply(self) -> None:
        """Bind this process. The result leaves by a pipe, which the file size limit ignores."""
        # At the soft limit comes SIGXCPU, which names the reason; the hard one would be SIGKILL.
        resource.setrlimit(resource.RLIMIT_CPU, (self.cpu_seconds, self.cpu_seconds + 2))
        resource.setrlimit(resource.RLIMIT_AS, (self.memory_bytes, self.memory_bytes))
        resource.setrlimit(resource.RLIMIT_FSIZE, (MEBIBYTE, MEBIBYTE))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
