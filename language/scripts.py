"""Which script letters are of, and which languages are written in it."""

from bisect import bisect_right
from collections import Counter

CYRILLIC = {"ru", "uk", "bg", "be", "sr", "mk", "kk", "ky", "mn", "tg", "tt", "ba"}
ARABIC = {"ar", "fa", "ur", "ps", "ug", "ku"}
DEVANAGARI = {"hi", "mr", "ne", "sa"}
# Ranges of letters as (first, last, script); blocks beyond these are looked on as no script.
RANGES = sorted(
    [
        *((0x41, 0x5A, "Latin"), (0x61, 0x7A, "Latin"), (0xC0, 0x24F, "Latin")),
        *((0x1E00, 0x1EFF, "Latin"), (0x370, 0x3FF, "Greek"), (0x1F00, 0x1FFF, "Greek")),
        *((0x400, 0x52F, "Cyrillic"), (0x530, 0x58F, "Armenian"), (0x590, 0x5FF, "Hebrew")),
        *((0x600, 0x6FF, "Arabic"), (0x750, 0x77F, "Arabic"), (0xFB50, 0xFEFC, "Arabic")),
        *((0x900, 0x97F, "Devanagari"), (0x980, 0x9FF, "Bengali"), (0xA00, 0xA7F, "Gurmukhi")),
        *((0xA80, 0xAFF, "Gujarati"), (0xB00, 0xB7F, "Oriya"), (0xB80, 0xBFF, "Tamil")),
        *((0xC00, 0xC7F, "Telugu"), (0xC80, 0xCFF, "Kannada"), (0xD00, 0xD7F, "Malayalam")),
        *((0xD80, 0xDFF, "Sinhala"), (0xE00, 0xE7F, "Thai"), (0xE80, 0xEFF, "Lao")),
        *((0x1000, 0x109F, "Myanmar"), (0x10A0, 0x10FF, "Georgian"), (0x1200, 0x137F, "Ethiopic")),
        *((0x1780, 0x17FF, "Khmer"), (0x3040, 0x30FF, "Kana"), (0xFF66, 0xFF9D, "Kana")),
        *((0x3400, 0x4DBF, "Han"), (0x4E00, 0x9FFF, "Han"), (0x20000, 0x2FA1F, "Han")),
        *((0x1100, 0x11FF, "Hangul"), (0xAC00, 0xD7A3, "Hangul")),
    ]
)
STARTS = [first for first, _, _ in RANGES]
# Certain where a script has one language; Latin has all the others.
LANGUAGES = {
    **{"Greek": {"el"}, "Cyrillic": CYRILLIC, "Armenian": {"hy"}, "Hebrew": {"he"}},
    **{"Arabic": ARABIC, "Devanagari": DEVANAGARI, "Bengali": {"bn", "as"}, "Gurmukhi": {"pa"}},
    **{"Gujarati": {"gu"}, "Oriya": {"or"}, "Tamil": {"ta"}, "Telugu": {"te"}, "Kannada": {"kn"}},
    **{"Malayalam": {"ml"}, "Sinhala": {"si"}, "Thai": {"th"}, "Lao": {"lo"}, "Myanmar": {"my"}},
    **{"Georgian": {"ka"}, "Ethiopic": {"am"}, "Khmer": {"km"}, "Hangul": {"ko"}, "Kana": {"ja"}},
    "Han": {"zh"},
}


def scripts_of(text: str) -> Counter[str]:
    """How many letters of each script there are."""
    return Counter(filter(None, map(_script, filter(str.isalpha, text))))


def _script(letter: str) -> str:
    code = ord(letter)
    place = bisect_right(STARTS, code) - 1
    return RANGES[place][2] if place >= 0 and code <= RANGES[place][1] else ""
