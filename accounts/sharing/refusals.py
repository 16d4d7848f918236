"""Why something about a project is not done."""

from __future__ import annotations

from dataclasses import dataclass


class NoRoom(Exception):
    """The plan of a project's owner has no room for one more person."""


@dataclass
class SharingRefused(Exception):
    """`code` is stable, `message` is for the person; `retry_after` in seconds, where time helps."""

    code: str
    message: str
    retry_after: int = 0

    def __str__(self) -> str:
        return self.message
