"""What two texts must have in common to say the same, however they word it: numbers, names, and
what is denied.

Words are compared as index terms (language.terms). A claim that has something here which its source
lacks is not said by it; that it has all of it proves nothing.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator

from language.dates import dates
from language.folding import fold
from language.terms import STOP_WORDS, index_terms

_NUMBER = re.compile(r"\d++(?:[.,'’٬٫\u00a0\u202f]\d++)*+")
_OTHER_DIGIT = re.compile(r"(?![0-9])\d")
_SEPARATOR = re.compile(r"[.,'’٬٫\u00a0\u202f]")
_THAI = re.compile("[\u0e00-\u0e7f]")
_SPELT = {
    word: str(number)
    for number, words in enumerate(
        (
            "zero",
            "one first once ein eine un une uno una",
            "two second twice both zwei deux dos pair",
            "three third drei trois tres",
            "four fourth vier quatre cuatro",
            "five fifth fünf cinq cinco",
            "six sixth sechs seis",
            "seven seventh sieben sept siete",
            "eight eighth acht huit ocho",
            "nine ninth neun neuf nueve",
            "ten tenth zehn dix diez",
            "eleven eleventh elf onze once",
            "twelve twelfth zwölf douze doce dozen",
            "thirteen thirteenth",
            "fourteen fourteenth",
            "fifteen fifteenth",
            "sixteen sixteenth",
            "seventeen seventeenth",
            "eighteen eighteenth",
            "nineteen nineteenth",
            "twenty twentieth",
        )
    )
    for word in fold(words).split()
} | {"thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "hundred": "100"}
_CAPITALISED = re.compile(r"(?<=[^\W_][ ,(\"“'-])[^\W\d_][^\W_]+(?:['’-][^\W_]+)*")
_NOUNS_IN_CAPITALS = frozenset(
    "der die das und ist ein eine einer den dem des mit von zu nicht auf im wird wurde".split()  # noqa: SIM905
)
_BEGINNING = 5  # letters: Germany and German, Norman and Normans

_NOT = frozenset(
    """not no never cannot without neither nor none nicht kein keine keinen keiner keinem nie
    niemals ohne ne pas jamais aucun aucune sans nunca sin ningún ninguna tampoco não sem non mai
    senza не нет ни без никогда لا لم لن ليس ليست غير بدون دون नहीं न मत बिना""".split()  # noqa: SIM905
)
_CONTRACTED = re.compile(r"(?<=n)['’]t\b", re.IGNORECASE)
_NO_DENIAL = re.compile(r"\b(?:not only|no\. ?(?=\d)|whether or not|nicht nur)\b", re.IGNORECASE)
_UNSPACED_NOT = re.compile(
    "(?:不(?!同|过|過|仅|僅|但|断|斷|久|少|管|论|論|只|得不|可或缺)|没有|沒有|未(?!来|來)|並非|并非|无法|無法)(..)"
    "|(?:ไม่(?!เพียง|ว่า|นาน|เช่นนั้น)|มิได้)(...)"
)
_EDGES = ".,;:!?()[]\"'“”„«»‘’।؟،…–—"
_NEAR = 2  # words after the one that denies


def numbers(text: str) -> set[str]:
    """Every value that a number of the text can be read as, also those of dates and in words."""
    plain = _in_ascii(text)
    found = {value for reading in _readings_of(plain) for values in reading for value in values}
    for date in dates(text) if found else ():
        found |= {_bare(part) for part in (date[1:5], date[5:7], date[7:9])}
    found |= {_SPELT[word] for word in fold(text).replace("-", " ").split() if word in _SPELT}
    return found


def lacks_a_number(claim: str, source: str) -> bool:
    """A number in digits that can be read as none of the source; a date counts by its parts."""
    claim = _in_ascii(claim)
    written = set(_NUMBER.findall(claim))
    if not written or written.issubset(_NUMBER.findall(_in_ascii(source))):
        return False
    known, is_thai = numbers(source), _THAI.search(claim) is not None
    return any(
        not any(all(_is_known(value, known, is_thai) for value in values) for values in reading)
        for reading in _readings_of(claim)
    )


def _is_known(value: str, known: Collection[str], is_thai: bool) -> bool:
    """Thai years count from 543 before ours."""
    if value in known:
        return True
    return is_thai and len(value) == 4 and value.isdecimal() and str(int(value) - 543) in known


def _readings_of(text: str) -> Iterator[list[list[str]]]:
    """Of each number the ways to read it: 1.250 is [1250] or [1.25], 12.03.2024 [12, 3, 2024]."""
    for found in _NUMBER.finditer(text):
        parts = _SEPARATOR.split(found[0])
        whole = [_bare(part) for part in parts]
        if len(parts) == 1:
            yield [whole]
            continue
        ways = []
        if all(len(part) == 3 for part in parts[1:]) and len(parts[0]) <= 3:
            ways.append([_bare("".join(parts))])
        *front, last = parts
        if all(len(part) == 3 for part in front[1:]):
            ways.append([f"{_bare(''.join(front))}.{last.rstrip('0')}".rstrip(".")])
        yield ways if len(parts) == 2 and "," not in found[0] else [*ways, whole]


def _bare(digits: str) -> str:
    return digits.lstrip("0") or "0"


def _in_ascii(text: str) -> str:
    """Digits of every script as ours."""
    return _OTHER_DIGIT.sub(lambda found: str(unicodedata.digit(found[0])), text)


def names(text: str) -> list[str]:
    """Words in capitals, but for a sentence's first."""
    found = _CAPITALISED.findall(text)
    return [name for name in found if name[0].isupper() and name.lower() not in STOP_WORDS]


def has_nouns_in_capitals(text: str) -> bool:
    """As in German, where a capital is no sign of a name."""
    return len(_NOUNS_IN_CAPITALS.intersection(text.lower().split())) > 2


def lacks_a_name(found: Collection[str], text: str) -> bool:
    """A name of which the text has not even the beginning."""
    folded = fold(text)
    return any(part[:_BEGINNING] not in folded for name in found for part in fold(name).split())


def denied(text: str) -> list[str] | None:
    """The words right after each that denies; None where nothing denies."""
    text = _CONTRACTED.sub(" not", _NO_DENIAL.sub(" ", text))
    unspaced = () if text.isascii() else _UNSPACED_NOT.finditer(text)
    found = [one[1] or one[2] for one in unspaced]
    denies = bool(found)
    pieces = [piece.strip(_EDGES) for piece in text.split()]
    if _NOT.isdisjoint(map(str.lower, pieces)):
        return found or None
    for place, piece in enumerate(pieces):
        if piece.lower() not in _NOT:
            continue
        denies = True
        following = [one for one in pieces[place + 1 : place + 6] if one.lower() not in STOP_WORDS]
        found += following[:_NEAR]
    return found if denies else None


def differ_in_denial(claim: str, source: str) -> bool:
    """One of them denies, and what it denies the other says."""
    ours, theirs = denied(claim), denied(source)
    if (ours is None) == (theirs is None):
        return False
    words, other = (ours, source) if theirs is None else (theirs, claim)
    known = set(index_terms(other))
    return any(terms and known.issuperset(terms) for terms in map(index_terms, words or ()))
