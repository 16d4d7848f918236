"""Dates, however they are written: 12.03.2024, 2024-03-12, 12 March 2024, 2024年3月12日.

12/03/2024 is found as the twelfth of March and as the third of December.
"""

import re
import unicodedata
from collections.abc import Iterator

from language.folding import fold

_NUMBERS = re.compile(
    r"(?<![\w.-])(?:(?P<y>\d{4})([-./])(?P<m>\d{1,2})\2(?P<d>\d{1,2})"
    r"|(?P<a>\d{1,2})([-./])(?P<b>\d{1,2})\6(?P<c>\d{4}))(?![\w-])"
)
_EASTERN = re.compile(r"(?P<y>\d{4}) ?[年년] ?(?P<m>\d{1,2}) ?[月월] ?(?P<d>\d{1,2}) ?[日號号일]")
_NAMED = re.compile(
    r"(?<!\w)(?P<d>\d{1,2})(?:st|nd|rd|th|er|º|\.)? (?:de |of )?(?P<m>[^\W\d_]{3,12})\.?,?"
    r" (?:de |del )?(?P<y>\d{4})(?!\w)"
    r"|(?<!\w)(?P<n>[^\W\d_]{3,12})\.? (?P<e>\d{1,2})(?:st|nd|rd|th)?,? (?P<z>\d{4})(?!\w)"
)
# Folded, as far as they tell months apart: English, German, French, Spanish, Portuguese, Italian,
# Dutch, Polish, Russian.
_MONTHS = {
    beginning: number
    for number, beginnings in enumerate(
        (
            "jan januar janv ene gen sty янв",
            "feb fev lut fevr фев",
            "mar marz mart maart mrt мар",
            "apr avr abr kwi апр",
            "may mai mayo maio mag mei maj мая май",
            "jun juin junho giu cze июн",
            "jul juil lug lip июл",
            "aug aou ago sie авг",
            "sep set wrz сен",
            "oct okt out ott paz окт",
            "nov lis ноя",
            "dec dez dic grud gru дек",
        ),
        start=1,
    )
    for beginning in beginnings.split()
}


def dates(text: str) -> Iterator[str]:
    """A term for each date, d20240312."""
    for found in _NUMBERS.finditer(text):
        if found["y"]:
            yield from _date(*found.group("y", "m", "d"))
        else:
            first, second, year = found.group("a", "b", "c")
            yield from _date(year, second, first)
            yield from _date(year, first, second)
    for found in _EASTERN.finditer(text):
        yield from _date(*found.group("y", "m", "d"))
    for found in _NAMED.finditer(text):
        month = _month(found["m"] or found["n"])
        if month:
            yield from _date(found["y"] or found["z"], str(month), found["d"] or found["e"])


def _month(name: str) -> int | None:
    """By its first letters: March, Mar, märz; five tell juillet from juin."""
    folded = fold(name)
    lengths = range(min(len(folded), 7), 2, -1)
    return next((_MONTHS[folded[:n]] for n in lengths if folded[:n] in _MONTHS), None)


def _date(year: str, month: str, day: str) -> Iterator[str]:
    y, m, d = (int(_digits(part)) for part in (year, month, day))
    if 1 <= m <= 12 and 1 <= d <= 31:
        yield f"d{y:04}{m:02}{d:02}"


def _digits(text: str) -> str:
    return "".join(str(unicodedata.digit(char)) for char in text)
