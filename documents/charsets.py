"""The encoding a server names for a page, used as a hint where the page itself is silent."""

from __future__ import annotations

import codecs
import re

# Python knows codecs that are no encodings of pages, some of them slow on purpose-made bytes.
OF_PAGES = re.compile(
    r"iso8859-\d+|cp\d+|koi8-\w|tis-620|shift_jis\w*|euc_\w+|gb\w+|big5\w*|iso2022_\w+|utf-16\w*"
)
WESTERN = {"iso8859-1": "cp1252"}  # https://encoding.spec.whatwg.org/#names-and-labels
DECLARED = re.compile(rb"charset\s*=|<\?xml[^>]+encoding", re.IGNORECASE)
DECLARED_WITHIN = 1024
MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def marked(content: bytes, charset: str) -> bytes:
    """The content as UTF-8 with its mark, when only the server knew how it is encoded."""
    if content.startswith(MARKS) or DECLARED.search(content[:DECLARED_WITHIN]):
        return content
    try:
        name = codecs.lookup(charset).name
        if not OF_PAGES.fullmatch(name) or _is_utf8(content):
            return content
        return codecs.BOM_UTF8 + content.decode(WESTERN.get(name, name)).encode()
    except (LookupError, UnicodeError):  # the server is wrong; the bytes have to speak
        return content


def _is_utf8(content: bytes) -> bool:
    try:
        return bool(content.decode())
    except UnicodeDecodeError:
        return False
