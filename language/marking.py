"""Where a passage says the question's words, in any script, and the part of it worth showing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from language import queries
from language.folding import fold
from language.forms import FUNCTION_WORDS, forms
from language.terms import STOP_WORDS

# Vowels and accents that stand on a letter are none themselves.
_SIGNS = r"\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0eff\u1000-\u109f\u1780-\u17ff"
_LETTER = rf"(?:[^\W_]|[{_SIGNS}])"
WORD = re.compile(rf"{_LETTER}+(?:[-._/]{_LETTER}+)*")
SHOWN = 360  # characters
WHOLE = 0  # words as they are, not cut into pieces
# Scripts written without spaces: their terms are as many characters long as they are looked for.
UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u9fff\uac00-\ud7ff]"
)
TOGETHER = 3
# Folded words that every passage has, beyond those that tell languages apart.
_ASKING = """wer wo wie wann warum was welche welcher welches wieviel wie kann ich wir sie es
    einen einem eines zum zur aus hat haben muss darf gibt nach vor qui quand ou comment pourquoi
    quel quelle quels quelles combien quoi ce je il elle sont ont un quien cuando donde como cuanto
    cuantos cual que hay y esta lo chi quando dove come perche quanto quale cosa quem onde porque
    qual quanto de a o wat wie waar wanneer hoe
    что где когда как кто почему сколько какой какая какие и в на не с по для это ли есть
    ما من هل متى اين كيف كم في على الى عن هو هي لماذا
    का के की में है हैं को से क्या कब कहाँ कौन कैसे कितना कितने कितनी और पर""".split()  # noqa: SIM905
EMPTY = STOP_WORDS | FUNCTION_WORDS | {fold(word).strip() for word in _ASKING}
EDGES = "-._/' "


@dataclass(frozen=True)
class Part:
    text: str
    is_marked: bool = False


def marked(content: str, query: str, *, most: int = SHOWN) -> list[Part]:
    """The stretch of the passage with most of the question's words, cut into parts."""
    spans = list(_spans(content, set(queries.parse(_telling(query)).weights)))
    start = _densest(content, spans, most)
    shown = content[start : start + most]
    flags = [False] * len(shown)
    for begin, end in spans:
        for at in range(max(0, begin - start), min(len(shown), end - start)):
            flags[at] = True
    parts = []
    at = 0
    for flag, run in groupby(flags):
        length = len(list(run))
        parts.append(Part(shown[at : at + length], flag))
        at += length
    before = [Part("… ")] if start else []
    return [*before, *parts, *([Part(" …")] if start + most < len(content) else [])]


def _telling(query: str) -> str:
    """Without the words that any passage has, unless nothing else is asked."""
    telling = [word for word in query.split() if fold(word).strip(EDGES) not in EMPTY]
    return " ".join(telling) or query


def _spans(content: str, terms: set[str]) -> Iterator[tuple[int, int]]:
    seen: dict[str, bool] = {}
    for match in WORD.finditer(content):
        for begin, end in _pieces(match):
            piece = content[begin:end].casefold()
            if piece not in seen:
                found = {term for word in forms(piece, WHOLE) for term, _ in word}
                # Of a word that is cut into pieces itself, most have to be asked for.
                seen[piece] = bool(found) and 2 * len(found & terms) >= len(found)
            if seen[piece]:
                yield begin, end


def _pieces(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    begin, end = match.span()
    if not UNSPACED.search(match[0]):
        yield begin, end
        return
    for at in range(begin, max(begin + 1, end - TOGETHER + 1)):
        yield at, min(end, at + TOGETHER)


def _densest(content: str, spans: list[tuple[int, int]], most: int) -> int:
    """Where to begin so that most marks are shown, a little before the first of them."""
    if len(content) <= most or not spans:
        return 0
    lead = most // 6  # characters before the first mark
    starts = [begin for begin, _ in spans]
    best = max(starts, key=lambda at: (sum(at <= s < at + most - lead for s in starts), -at))
    if best < lead:
        return 0
    space = content.rfind(" ", 0, best - 2 * lead // 3)
    return min(max(space + 1, best - lead), max(0, len(content) - most))
