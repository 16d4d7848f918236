"""Index terms of a text in any script, for a Postgres `simple` tsvector and for lexical scoring.

Latin words give themselves without accents, and their English stem where it differs. Codes such
as KITE-0001 or v2.3.1
give their parts and the joined form. Scripts written without spaces or without a stemmer give
character n-grams, which
rank better than words there (measured on XQuAD: Thai 0.97, Chinese 0.88, Hindi 0.96, Arabic 0.95
nDCG@10).

Every term matches [a-z][a-z0-9]* or [0-9]+ and has at most 60 characters, so that Postgres'
parser keeps it as one
token: other scripts are written in hexadecimal, words that begin with a digit get a prefix (0e17
would be a number).
"""

import re
import threading
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain

import Stemmer

from language.folding import fold

LONGEST = 60
_COMMON = 30  # longer pieces between spaces are not worth remembering
LONGEST_CODE = 8  # parts; longer chains are paths or bullet lines, not codes

_WITHOUT_SPACES = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf\ua9e0-\ua9ff\uaa60-\uaadf"
)
_IDEOGRAPHS = (
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U0001b000-\U0001b16f\U00020000-\U000323af"
)
_HANGUL = "\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff"
UNSPACED = _IDEOGRAPHS + _HANGUL + _WITHOUT_SPACES
RUN = re.compile(
    r"(?P<code>[a-z0-9]+(?:[-._/][a-z0-9]+)+)"
    r"|(?P<word>[a-z0-9]+)"
    f"|(?P<syllables>[{_IDEOGRAPHS}]+|[{_HANGUL}]+)"
    f"|(?P<unspaced>[{_WITHOUT_SPACES}]+)"
    f"|(?P<spaced>[^\x00-\x7f{UNSPACED}]+)"
)
PARTS = re.compile(r"[a-z0-9]+")
CONTRACTION = re.compile(r"'(?:s|t|d|m|ll|re|ve)\b")

STOP_WORDS = frozenset(
    """a about after all also am an and any are as at be because been before being between both
    but by can cannot could
    did do does doing don down during each few for from further had has have having he her here
    hers herself him
    himself his how i if in into is isn it its itself just let me more most my myself no nor not
    of off on once only or
    other our ours ourselves out over own please same she should so some such tell than that the
    their theirs them
    themselves then there these they this those through to too under until up us very was we were
    what when where which
    while who whom whose why will with would you your yours yourself yourselves""".split()  # noqa: SIM905 – forty lines shorter
)

_stemmers = threading.local()  # a Stemmer is not safe to share between threads


def index_terms(text: str) -> list[str]:
    """All terms in order, as often as they occur."""
    return list(chain.from_iterable(map(_terms, text.split())))


def words(text: str) -> list[tuple[str, ...]]:
    """index_terms, with the forms of one word kept together: ("countries", "countri")."""
    return list(_words(text))


def query_words(text: str) -> list[tuple[str, ...]]:
    """Each word once; English stop words are left out unless nothing else is asked."""
    found = list(dict.fromkeys(_words(text)))
    return [forms for forms in found if forms[0] not in STOP_WORDS] or found


def _words(text: str) -> Iterator[tuple[str, ...]]:
    for piece in CONTRACTION.sub("", fold(text)).split():
        yield from _known(piece) if len(piece) <= _COMMON else _split(piece)


def _terms(raw: str) -> tuple[str, ...]:
    """Of a piece between spaces as it was written: folding it alone gives what folding it with its
    neighbours gives, and most pieces have been seen before."""
    return _known_terms(raw) if len(raw) <= _COMMON else tuple(chain(*_words(raw)))


@lru_cache(maxsize=20_000)
def _known_terms(raw: str) -> tuple[str, ...]:
    return tuple(chain(*_words(raw)))


@lru_cache(maxsize=20_000)
def _known(piece: str) -> tuple[tuple[str, ...], ...]:
    """Most words of a document have been seen before; kept, they cost a tenth."""
    return tuple(_split(piece))


def _split(piece: str) -> Iterator[tuple[str, ...]]:
    for match in RUN.finditer(piece):
        kind, run = match.lastgroup, match[0]
        if kind == "word":
            yield word_forms(run[:LONGEST])
        elif kind == "code":
            yield from _code(run)
        elif kind == "spaced":
            yield from _spaced(run)
        else:
            yield from grams(run, 2 if kind == "syllables" else 3)


def word_forms(word: str) -> tuple[str, ...]:
    """A word and its English stem."""
    if word.isdigit():
        return (word,)
    if word[0].isdigit():
        return (led_by_letter(word),)
    stemmer = getattr(_stemmers, "english", None)
    if stemmer is None:
        stemmer = _stemmers.english = Stemmer.Stemmer("english")
    stem = stemmer.stemWord(word)
    return (word,) if stem == word else (word, stem)


def _code(run: str) -> Iterator[tuple[str, ...]]:
    parts = PARTS.findall(run)
    yield from (word_forms(part[:LONGEST]) for part in parts)
    joined = "".join(parts)
    mixed = not joined.isdigit() and not joined.isalpha()
    if mixed and len(parts) <= LONGEST_CODE and len(joined) <= LONGEST:
        yield (led_by_letter(joined) if joined[0].isdigit() else joined,)


def led_by_letter(word: str) -> str:
    return ("x" + word)[:LONGEST]


def hexadecimal(char: str) -> str:
    return f"{ord(char):04x}" if char <= "\uffff" else f"y{ord(char):05x}"


def grams(run: str, size: int) -> Iterator[tuple[str, ...]]:
    """n-grams inside a run; a run that is too short is one term."""
    codes = [hexadecimal(char) for char in run]
    shifted = zip(*(codes[start:] for start in range(size)), strict=False)
    found = [("z" + "".join(several),) for several in shifted]
    yield from found or [("z" + "".join(codes),)]


def _spaced(run: str) -> Iterator[tuple[str, ...]]:
    """Trigrams, and the first two letters marked as a beginning, where short words meet long."""
    yield ("zw" + "".join(map(hexadecimal, run[:2])),)
    if len(run) > 2:
        yield from grams(run, 3)
