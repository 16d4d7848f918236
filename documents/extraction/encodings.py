"""Bytes to text, or None where the bytes are not credibly text."""

import codecs
import re
from itertools import groupby

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
SAMPLE_BYTES = 1 << 16
CONTROL_SHARE = 0.002
REPLACED_SHARE = 0.001
STRAY_SHARE = 0.15
SPACE_SHARE = 0.05
# Tab, newlines, form feed, backspace (man pages) and escape (terminal logs, ISO-2022) are text.
CONTROL_BYTES = bytes(set(range(0x20)) - set(b"\t\n\r\x0b\x0c\x08\x1b")) + b"\x7f"
NOT_TEXT = re.compile("[\x00-\x07\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f\ue000-\uf8ff\ufffe\uffff]")
NON_ASCII_RUN = re.compile(rb"[\x80-\xff]+")
# TIS-620: vowel signs and tone marks sit on a consonant, leading vowels stand before one.
THAI_MISPLACED = re.compile(
    rb"(?<![\xa1-\xce\xd1\xd4-\xda\xe7-\xee])[\xd1\xd4-\xda\xe7-\xee]|[\xe0-\xe4](?![\xa1-\xce])"
)
# Western letters that no neighbouring code page puts elsewhere (Turkish and Icelandic do), and
# punctuation outside words.
WESTERN_LETTERS = re.compile("[À-ÏÑ-ÖØ-Üß-ïñ-öø-üÿŒœŸ]")
WESTERN_SIGNS = re.compile("(?<!\\w)[¡-¿€‚„…‰‹‘“”•–—™›’]|[¡-¿€‚„…‰‹‘“”•–—™›](?!\\w)|[’·—–]")


def decode(data: bytes) -> str | None:
    for mark, encoding in BOMS:
        if data.startswith(mark):
            return _credible(_strictly(data[len(mark) :], encoding))
    if b"\0" in data:
        return _with_stray_nuls(data) or _credible(_wide(data))
    if len(data.translate(None, CONTROL_BYTES)) < len(data) * (1 - CONTROL_SHARE):
        return None
    return _utf8(data) or _credible(_single_or_multibyte(data))


def _with_stray_nuls(data: bytes) -> str | None:
    """UTF-8 with a few NULs, as logs have after a crash. UTF-16 has many, or no single spaces."""
    narrow = data.replace(b"\0", b"")
    if len(data) - len(narrow) > len(data) * STRAY_SHARE:
        return None
    if len(narrow.translate(None, CONTROL_BYTES)) < len(narrow) * (1 - CONTROL_SHARE):
        return None
    text = _strictly(narrow, "utf-8") or ""
    spaces = text.count(" ") + text.count("\n")
    return text if spaces > len(text) * SPACE_SHARE else None


def _strictly(data: bytes, encoding: str) -> str | None:
    """Decode it all; a last character that is cut in half may be missing."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        return decoder.decode(data, final=False)
    except UnicodeError:
        return None


def _credible(text: str | None) -> str | None:
    if text is None or len(NOT_TEXT.findall(text)) > len(text) * CONTROL_SHARE:
        return None
    return text


def _utf8(data: bytes) -> str | None:
    """UTF-8 with a few stray bytes is still UTF-8: any other reading would garble all of it."""
    text = _strictly(data, "utf-8")
    if text is not None:
        return text
    text = data.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    right = sum(1 for character in text if character > "\x7f") - wrong
    return text if wrong * 20 <= right and wrong <= len(text) * REPLACED_SHARE else None


def _wide(data: bytes) -> str | None:
    """UTF-16 without a byte order mark: in real text most characters share few high bytes."""
    readings = [_strictly(data, encoding) for encoding in ("utf-16-le", "utf-16-be")]
    texts = [text for text in readings if text is not None and "\0" not in text]
    best = min(texts, key=_blocks_used, default=None)
    return best if best is not None and _blocks_used(best) <= 0.5 else None


def _blocks_used(text: str) -> float:
    """Share of places where the script block changes; spaces and line ends do not count."""
    sample = [ord(character) >> 8 for character in text[:20_000] if not character.isspace()]
    blocks = [0x4E if 0x34 <= block <= 0x9F else block for block in sample]
    return len(list(groupby(blocks))) / max(1, len(blocks)) if len(blocks) > 1 else 0.0


def _single_or_multibyte(data: bytes) -> str | None:
    if _is_thai(data):
        return _strictly(data, "cp874")
    encoding = _guess(_sample(data))
    if encoding is None:
        return None
    text = data.decode(encoding, "replace")
    return text if text.count("\ufffd") <= len(text) * REPLACED_SHARE else None


def _sample(data: bytes) -> bytes:
    """Whole lines around the first bytes that tell anything."""
    first = NON_ASCII_RUN.search(data)
    start = data.rfind(b"\n", 0, first.start()) + 1 if first else 0
    sample = data[start : start + SAMPLE_BYTES]
    return sample[: sample.rfind(b"\n") + 1] or sample


def _guess(sample: bytes) -> str | None:
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    if best is None or best.encoding.startswith(("utf_7", "utf_16", "utf_32")):
        return None
    # One accented letter in a page of English gives the guess nothing to hold on to.
    if not best.multi_byte_usage and _is_western(sample):
        return "cp1252"
    return best.encoding


def _is_thai(data: bytes) -> bool:
    """Too little Thai among English looks like any code page to a statistical guess."""
    runs = NON_ASCII_RUN.findall(data)
    high = sum(map(len, runs))
    if high < 2.5 * len(runs) or _strictly(data, "cp874") is None:
        return False
    return len(THAI_MISPLACED.findall(data)) <= high * 0.02


def _is_western(sample: bytes) -> bool:
    runs = NON_ASCII_RUN.findall(sample)
    high = sum(map(len, runs))
    text = _strictly(sample, "cp1252")
    if text is None or high > 1.5 * len(runs) or high > len(sample) * 0.2:
        return False
    known = len(WESTERN_LETTERS.findall(text)) + len(WESTERN_SIGNS.findall(text))
    return known >= high
