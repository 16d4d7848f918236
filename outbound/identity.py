"""Who we say we are to the servers we ask."""

from __future__ import annotations

NAME = "KyroChat"  # what a robots.txt may call us
WHY = "reads a page because one of its users asked for it"

_link = ""


def introduce(link: str) -> None:
    """Where a site's owner finds who runs this installation; empty: nowhere on the internet."""
    global _link
    _link = link


def user_agent() -> str:
    return f"{NAME}/0.1 (+{_link}; {WHY})" if _link else f"{NAME}/0.1 ({WHY})"
