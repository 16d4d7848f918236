"""The encoding a server names for a page, used as a hint where the page itself is silent."""

from __future__ import annotations

import codecs

from documents.extraction.charsets import DECLARATION, DECLARED_WITHIN, encoding_of

MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def marked(content: bytes, charset: str) -> bytes:
    """The content as UTF-8 with its mark, when only the server knew how it is encoded."""
    encoding = encoding_of(charset)
    if not encoding or content.startswith(MARKS) or _says_itself(content):
        return content
    try:
        return codecs.BOM_UTF8 + content.decode(encoding).encode()
    except UnicodeError:  # the server is wrong; the bytes have to speak
        return content


def _says_itself(content: bytes) -> bool:
    if DECLARATION.search(content[:DECLARED_WITHIN]):
        return True
    try:
        return bool(content.decode())
    except UnicodeDecodeError:
        return False
