"""One plain form for text of any script: NFKC, case folded, accents of alphabets removed, digits
as ASCII digits.

Letters and marks of other scripts stay as they are; everything else becomes a space. Linear on
any input.
"""

import re
import unicodedata

# Sorting combining marks is quadratic in the length of a run (a known way to stall
# normalisation), so runs are cut.
_MARKS = "".join(chr(code) for code in range(0x300, 0x1F000) if unicodedata.combining(chr(code)))
_MARK_RUN = re.compile(f"([{re.escape(_MARKS)}]{{8}})[{re.escape(_MARKS)}]+")
_UNDECOMPOSED = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
_KEPT_SIGNS = frozenset("-._/'")  # they join the parts of one code: KITE-0001, v2.3.1, it's
_HYPHENS = frozenset("‐‑‒–−")
_APOSTROPHES = frozenset("’ʼ‘")


class _Folds(dict[int, str]):
    """What each code point becomes, worked out at its first use (str.translate asks here)."""

    def __missing__(self, code: int) -> str:
        found = self[code] = _folded(chr(code))
        return found


def _folded(char: str) -> str:
    category = unicodedata.category(char)
    if char.isascii():
        return char if char.isalnum() or char in _KEPT_SIGNS else " "
    if category == "Nd":
        return str(unicodedata.digit(char))
    if char in _HYPHENS:
        return "-"
    if char in _APOSTROPHES:
        return "'"
    if category == "Cf":
        return ""  # soft hyphens, joiners, directions
    if category[0] not in "LM":
        return " "
    return _without_accents(char) if _is_alphabetic(char) else char


def _without_accents(char: str) -> str:
    bare = "".join(part for part in unicodedata.normalize("NFD", char) if not _is_accent(part))
    return bare.translate(_UNDECOMPOSED)


def _is_accent(char: str) -> bool:
    return unicodedata.category(char) == "Mn" or char == "ـ"  # and the Arabic stretch


def _is_alphabetic(char: str) -> bool:
    """Latin, Greek, Cyrillic, Hebrew, Arabic, whose marks are accents or optional vowels."""
    return char < "\u0700" or "\u1ab0" <= char <= "\u20ff" or "\ufe20" <= char <= "\ufe2f"


_folds = _Folds()


def fold(text: str) -> str:
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKC", _MARK_RUN.sub(r"\1", text)).casefold()
    return text.replace("\u200b", " ").translate(_folds)
