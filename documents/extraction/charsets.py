"""Bytes that say which encoding they are in, rightly or wrongly, to text."""

import codecs
import re

from documents.extraction.encodings import BOMS, REPLACED_SHARE, decode

# Where a page declares itself: browsers look through 1024 bytes, savers put comments before.
DECLARED_WITHIN = 4096
FEW_WORDS = 500  # bytes
DECLARATION = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{1,40})"""
    rb"""|<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w.:-]{1,40})""",
    re.I,
)
# What browsers mean by a label where Python means less (https://encoding.spec.whatwg.org).
MEANT = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "windows-874": "cp874",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
}
MULTIBYTE = {"cp932", "cp949", "gb18030", "big5hkscs", "euc_jp", "iso2022_jp", "johab", "hz"}
KNOWN = re.compile(r"(?:cp\d+|iso8859-\d+|koi8-\w|mac-\w+|tis-620|utf-8|utf-16.*|utf-32.*)")


def decode_page(data: bytes) -> str | None:
    """A page, by its mark, its own declaration, or its looks; None if it is no text."""
    found = DECLARATION.search(data[:DECLARED_WITHIN])
    return decode_declared(data, (found[1] or found[2]).decode("ascii") if found else "")


def decode_declared(data: bytes, label: str) -> str | None:
    encoding = encoding_of(label)
    if encoding is None or data.startswith(tuple(mark for mark, _ in BOMS)) or b"\0" in data:
        return decode(data)
    if encoding not in MULTIBYTE and (text := _strictly(data, "utf-8")) is not None:
        return text  # no other text happens to be UTF-8; declarations are left behind often
    text = data.decode(encoding, "replace")
    wrong = text.count("\ufffd")
    return text if wrong <= len(text) * REPLACED_SHARE else decode(data)


def decode_letter(data: bytes, label: str) -> str:
    """A header or text of an e-mail, "" if it is no text; a few words are too few to guess from."""
    text = decode_declared(data, label)
    if text is None and len(data) <= FEW_WORDS:
        text = data.decode("cp1252", "replace")
    return text or ""


def encoding_of(label: str) -> str | None:
    """Python's name of it; None for what is unknown or no encoding of pages and letters."""
    label = label.strip().strip("\"'").lower().removeprefix("x-")
    try:
        name = codecs.lookup(MEANT.get(label, label)).name
    except (LookupError, ValueError):
        return None
    name = MEANT.get(name, name)
    return name if name in MULTIBYTE or KNOWN.fullmatch(name) else None


def _strictly(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None
