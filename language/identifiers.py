"""Numbers, dates, telephone numbers and identifiers, however they are written.

1,250.50 is 1 250,50; +66 2 123 4567 is (02) 123-4567; getUserName is get_user_name; 5.0.0 and 12:30
are one thing each. Where a text can be read in two ways (1.250), it is found by both.
"""

import re
import unicodedata
from collections.abc import Iterator

from language.dates import dates
from language.terms import LONGEST, UNSPACED

_DIGIT = re.compile(r"\d")
# Scripts without spaces set words beside numbers: 0.3元, 9,500원.
_LETTER = rf"[^\W{UNSPACED}]"
_NUMBER = re.compile(
    rf"(?<![\d.,])(?<!{_LETTER})"
    r"(?P<whole>\d{1,3}(?:(?P<mark>[.,'’٬ \u00a0\u202f])\d{3}(?:(?P=mark)\d{3})*+)|\d++)"
    rf"(?:[.,٫](?P<part>\d++))?(?![.,]?(?:\d|{_LETTER}))"
)
_CHAIN = re.compile(r"(?<![\w.:])\d++(?:(?:\.\d++){2,}+|(?::\d++)++)(?![.:]?\w)")  # 5.0.0, 12:30
_TELEPHONE = re.compile(r"(?<![\w+])[+(0][\d ()./\u00a0-]{6,20}\d(?!\w)")
_ACCOUNT = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_ACRONYM = re.compile(r"\b([A-Z]{2,6}) ?(\d{2,6})(?![\w])")
_SIGNS = re.compile(r"(?<![\w.])(?:[Cc]\+\+|[CcFfJj]#|\.[Nn][Ee][Tt])(?![\w+#])")
_SIGNED = {"c++": "cplusplus", "c#": "csharp", "f#": "fsharp", "j#": "jsharp", ".net": "dotnet"}
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_HUMP = re.compile(r"[a-z0-9][A-Z]")
_NAME = re.compile(r"\b[A-Za-z][A-Za-z0-9]*+\b")
_CAMEL_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")
_SAME_DIGITS = 8  # last ones of a telephone number, with or without the country


def identifiers(text: str) -> Iterator[str]:
    """Terms beyond those of the words, in no order."""
    if _DIGIT.search(text):
        yield from _numbers(text)
        yield from dates(text)
        yield from _chains(text)
        yield from (f"t{digits[-_SAME_DIGITS:]}" for digits in _telephones(text))
        for found in _ACCOUNT.finditer(text):
            yield found[0].replace(" ", "").lower()
        for found in _ACRONYM.finditer(text):
            yield (found[1] + found[2]).lower()
    yield from (_SIGNED[found[0].lower()] for found in _SIGNS.finditer(text))
    if "@" in text:
        yield from (_plain(found[0]) for found in _ADDRESS.finditer(text))


def parts_of_names(text: str) -> Iterator[str]:
    """getUserName: get, user, name."""
    if not _HUMP.search(text):
        return
    for found in _NAME.finditer(text):
        if not _HUMP.search(found[0]):
            continue
        parts = [part for part in _CAMEL_PART.findall(found[0]) if len(part) > 1]
        if len(parts) > 1:
            yield from (part.lower()[:LONGEST] for part in parts if part.isalpha())


def _numbers(text: str) -> Iterator[str]:
    for found in _NUMBER.finditer(text):
        whole, part = _digits(found["whole"]), _digits(found["part"] or "").rstrip("0")
        if found["mark"] or found["part"]:
            yield _value(whole, part)
        if found["mark"] in (".", ",") and not found["part"] and len(whole) <= 6:
            yield _value(whole[:-3], whole[-3:].rstrip("0"))


def _value(whole: str, part: str) -> str:
    whole = (whole.lstrip("0") or "0")[:28]
    return f"n{whole}p{part[:28]}" if part else whole


def _chains(text: str) -> Iterator[str]:
    """Versions, addresses of machines, times: as a whole."""
    for found in _CHAIN.finditer(text):
        parts = [_digits(part).lstrip("0") or "0" for part in re.split("[.:]", found[0])]
        yield ("k" + "x".join(parts))[:LONGEST]


def _telephones(text: str) -> Iterator[str]:
    for found in _TELEPHONE.finditer(text):
        digits = _digits(found[0])
        if len(digits) >= _SAME_DIGITS:
            yield digits


def _digits(text: str) -> str:
    return "".join(str(unicodedata.digit(char)) for char in text if char.isdecimal())


def _plain(address: str) -> str:
    joined = re.sub(r"[^a-z0-9]", "", address.lower())
    return joined[:LONGEST] if joined[:1].isalpha() else f"x{joined}"[:LONGEST]
