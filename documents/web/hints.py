"""What a page tells programs: where it leads, what its own address is, what it asks not to do.

Tags are found by patterns whose work grows with the length of the page alone: the page is a
stranger's, and this runs in the worker itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from documents.charsets import marked
from documents.web.section import normal
from outbound.fetching import Fetched
from outbound.identity import NAME

MAX_BYTES = 2 * 2**20
MAX_LINKS = 1000
HTML_TYPES = {"text/html", "application/xhtml+xml", ""}
UNSEEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|template|textarea)\b.*?(?:</\1|\Z)", re.I | re.S
)
TAG = re.compile(r"<(a|area|base|link|meta)\s([^<>]{1,4000})>", re.I)
ATTRIBUTE = re.compile(
    r"([a-z-]{1,20})\s{0,9}=\s{0,9}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.I
)


@dataclass(frozen=True)
class Hints:
    links: tuple[str, ...] = ()  # those it lets programs follow
    canonical: str = ""
    noindex: bool = False


def read_hints(page: Fetched) -> Hints:
    asked = _asked(page.robots_tag)
    base, canonical, links = page.url, "", {}
    for tag, attributes in _tags(_decoded(page)) if page.content_type in HTML_TYPES else ():
        href, rel = attributes.get("href", ""), _words(attributes.get("rel", ""), None)
        if tag == "base":
            base = normal(href, page.url) or base
        elif tag == "meta" and attributes.get("name", "").lower() in {"robots", NAME.lower()}:
            asked |= _words(attributes.get("content", ""))
        elif tag == "link" and "canonical" in rel:
            canonical = canonical or normal(href, page.url)
        elif tag in {"a", "area"} and href and "nofollow" not in rel and len(links) < MAX_LINKS:
            links[normal(href, base)] = None
    links.pop("", None)
    noindex, nofollow = asked & {"noindex", "none"}, asked & {"nofollow", "none"}
    return Hints(() if nofollow else tuple(links), canonical, bool(noindex))


def _decoded(page: Fetched) -> str:
    content = marked(page.content[:MAX_BYTES], page.charset)
    for mark, charset in (
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if content.startswith(mark):
            return content.decode(charset, "replace")
    return content.decode("utf-8", "replace")  # addresses are nearly always ASCII


def _tags(source: str) -> Iterator[tuple[str, dict[str, str]]]:
    for found in TAG.finditer(UNSEEN.sub(" ", source)):
        attributes = {}
        for name, double, single, bare in ATTRIBUTE.findall(found[2]):
            attributes.setdefault(name.lower(), unescape(double or single or bare))
        yield found[1].lower(), attributes


def _asked(header: str) -> set[str]:
    """Of X-Robots-Tag: what is for everybody, or for us by name."""
    words: set[str] = set()
    for part in header.split(","):
        agent, colon, rest = part.partition(":")
        if not colon or agent.strip().lower() == "unavailable_after":
            words |= _words(part)
        elif agent.strip().lower() == NAME.lower():
            words |= _words(rest)
    return words


def _words(value: str, separator: str | None = ",") -> set[str]:
    return {word.strip().lower() for word in value.split(separator)}
