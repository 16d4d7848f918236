from pathlib import Path

from documents.extraction import markdown, reasons
from documents.extraction.cleaning import clean
from documents.extraction.encodings import decode
from documents.extraction.limits import Limits
from documents.extraction.result import MARKDOWN, PLAIN, Extracted

# No encoding spends more bytes on a character than UTF-32.
MOST_BYTES_A_CHARACTER = 4


def parse(path: Path, suffix: str, limits: Limits) -> Extracted:
    text = read(path, limits)
    if suffix in markdown.SUFFIXES or (not suffix and markdown.looks_like_markdown(text)):
        headings = markdown.headings(text)
        title = markdown.front_title(text) or (headings[0].title if headings else "")
        return Extracted(MARKDOWN, text, headings=headings, title=title)
    return Extracted(PLAIN, text)


def read(path: Path, limits: Limits) -> str:
    """The text of a file in whatever encoding, clean, or the reason why it is none."""
    if path.stat().st_size > MOST_BYTES_A_CHARACTER * (limits.text_chars + 1):
        raise reasons.too_large_text(limits)
    decoded = decode(path.read_bytes())
    if decoded is None:
        raise reasons.unsupported_type()
    text = clean(decoded)
    if len(text) > limits.text_chars:
        raise reasons.too_large_text(limits)
    if not text or text.isspace():
        raise reasons.no_text("file")
    return text
