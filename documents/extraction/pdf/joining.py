"""Lines put together to a paragraph, with hyphens at their ends undone."""

import re
from collections.abc import Iterable
from functools import reduce

from documents.extraction.hyphens import AFTER, BEFORE, REACH, SENTENCE_END, is_divided_word
from documents.extraction.pdf.glyphs import APART
from documents.extraction.pdf.shapes import DIVIDED, Line

# Thai, Lao, Burmese, Khmer, Chinese and Japanese have no spaces between words.
UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]"
)
UNSPACED_WORD = 6  # letters that a line would have had room for
LEADERS = " . . . "
HYPHENS = ("-", DIVIDED)
# "pre- and post-war": the hyphen stands for what comes later.
CONJUNCTIONS = {
    "and",
    "or",
    "to",
    "und",
    "oder",
    "bzw",
    "et",
    "ou",
    "y",
    "o",
    "e",
    "en",
    "of",
    "och",
}


def joined(lines: Iterable[str], known: set[str]) -> str:
    """`known`: words that the document writes with a hyphen inside a line."""
    text = reduce(lambda text, line: _join(text, line, known), lines, "")
    return text.replace(DIVIDED, "-")


def _join(text: str, line: str, known: set[str]) -> str:
    if not text:
        return line
    if _ends_in_hyphen(text):
        return text[:-1] + _hyphen(text[:-1], line, known) + line
    if UNSPACED.match(text[-1]) and UNSPACED.match(line):
        return text + line
    return f"{text} {line}"


def _hyphen(text: str, line: str, known: set[str]) -> str:
    before = BEFORE.search(text[-REACH:])
    after = AFTER.match(line[:REACH])
    assert before is not None
    assert after is not None
    right = after[0].rstrip(SENTENCE_END)
    if right.lower() in CONJUNCTIONS:
        return "- "
    if is_divided_word(before[0], right, known):
        return ""
    return "-" if line[:1].isalnum() else "- "


def ends_in_hyphen(line: Line) -> bool:
    return _ends_in_hyphen(line.text)


def _ends_in_hyphen(text: str) -> bool:
    return text.endswith(HYPHENS) and text[-2:-1].isalnum()


def runs_on(line: Line, after: Line, right: float) -> bool:
    """There was no room left for the next word, so the sentence goes on below."""
    if ends_in_hyphen(line):
        return True
    if (line.look | after.look) & APART or LEADERS in line.text:
        return False
    width = (after.right - after.left) / max(1, len(after.text))
    word = after.text.partition(" ")[0]
    letters = UNSPACED_WORD if UNSPACED.match(word) else len(word)
    return line.right + width * (letters + 0.5) > right
