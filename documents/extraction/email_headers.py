"""Headers as their reader sees them: encoded words decoded, raw bytes guessed, on one line."""

from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message

from documents.extraction.charsets import decode_letter
from documents.extraction.cleaning import clean

LONGEST = 2000
LONGEST_RAW = 20_000


def header(message: Message, name: str) -> str:
    """The first header of this name, "" if there is none."""
    wanted = name.lower()
    values = (value for key, value in message.raw_items() if key.lower() == wanted)
    return readable(next(values, ""))


def readable(value: object) -> str:
    raw = str(value)[:LONGEST_RAW].encode("utf-8", "surrogateescape")
    text = " ".join(decode_letter(raw, "").split())
    text = " ".join(clean(_decoded(text)).split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _decoded(text: str) -> str:
    """RFC 2047; decode_header puts together what a mail program cut in mid-character."""
    if "=?" not in text:
        return text
    try:
        words = decode_header(text)
    except HeaderParseError:
        return text
    return "".join(_word(word, charset) for word, charset in words)


def _word(word: bytes | str, charset: str | None) -> str:
    if isinstance(word, str):
        return word
    if charset is None:  # how decode_header hands back what was not encoded
        return word.decode("raw-unicode-escape")
    return decode_letter(word, charset)
