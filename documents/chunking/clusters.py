"""Where a run without a good place to cut is cut: never between a letter and its mark."""

import unicodedata

LONGEST_CLUSTER = 32
THAI_LEADING_VOWELS = "เแโใไ"
JOINERS = "\u200d\ufe0f\ufe0e"


def cut_near(text: str, start: int, end: int, length: int) -> int:
    """The end of a line, else a space, if one is near; else a place that takes no mark from its
    letter."""
    cut = start + length
    if cut >= end:
        return end
    line_end = text.rfind("\n", start + 1, cut + 1)
    if line_end > start:
        return line_end + 1
    space = text.rfind(" ", start + length // 2, cut)
    if space > start:
        return space + 1
    while cut < end and cut < start + length + LONGEST_CLUSTER and clings(text, cut):
        cut += 1
    return cut


def clings(text: str, place: int) -> bool:
    here, before = text[place], text[place - 1]
    return (
        unicodedata.category(here)[0] == "M"
        or here in JOINERS
        or "\U0001f3fb" <= here <= "\U0001f3ff"
        or before == "\u200d"
        or before in THAI_LEADING_VOWELS
    )
