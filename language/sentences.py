"""Where sentences begin and end, in any script, also in Markdown and in text taken out of PDFs.

A blank line, heading or list item ends a sentence; a single newline inside a paragraph does not
(text is often wrapped softly). A table row is one sentence, whatever stops it holds; the rule under
a header belongs to the header. Thai and its neighbours write no full stops: a long run is split at
spaces, and code or a list without stops at its line ends.
"""

import re
from collections.abc import Iterator
from itertools import zip_longest

from language.tables import is_row, is_rule

LONG_RUN = 200  # characters after which a run without stops is split at a space
LONGEST = 1000  # nothing is longer, whatever the text
SHORT_LINE = 0.5  # of the line after it: too short to have been wrapped there

_BLOCK_START = re.compile(r"\s*(?:#{1,6} |[-*+•‣–] |\d{1,3}[.)] |\||>|```|~~~)")
_NUMBERED = re.compile(r"\s*\d{1,3}[.)] (.)")
_HEADING = re.compile(r"\s*#{1,6} ")
_STOP = re.compile(
    # Latin stops count before white space only. Tried once per run and without going back, or a
    # line of dots would take its length squared.
    r"(?<![.!?…])[.!?…]++[\"'”’»)\]]*+(?=\s|$)"
    r"|[。！？｡．]+[”’」』）\"')]*"  # East Asian stops count anywhere
    r"|[।॥؟۔።፧၊။៖។]+[\"'”’»)]*"
)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\[\"'“])(?:[A-Za-z]"  # an initial
    r"|(?:[A-Za-z]\.)+[A-Za-z]"  # e.g, i.e, U.S
    r"|Dr|Mr|Mrs|Ms|Prof|St|Sr|Jr|vs|etc|Nos|Nr|Fig|Figs|Eq|Eqs|Sec|Ch|Vol|pp|ca|cf|al|approx|Inc|Ltd|Co|Corp"
    r"|Gen|Col|Lt|Rev|Hon|Mt|Ave|Art|Abs|bzw|usw|vgl|Abb|Bd|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec)$"
    r"|\d\s?น$|(?:^|\s)(?:พ\.ศ|ค\.ศ|ดร|ผศ|รศ|กทม|โทร|จ|อ|ต|ม)$",  # 06:45 น.: o'clock
    re.IGNORECASE,
)
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_NEXT_WORD = re.compile(r"\s*[\"'“‘«(\[]*(.)")
_SPACE = re.compile(r"\s")


def sentences(text: str) -> list[tuple[int, int]]:
    """Trimmed spans [start, end) in order; never empty ones."""
    return [
        span
        for start, end in _blocks(text)
        for piece in _of_block(text, start, end)
        for run in _short_enough(text, *piece)
        if (span := _trimmed(text, *run))
    ]


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Paragraphs, headings, list items and table rows."""
    start = position = 0
    lines = text.splitlines(keepends=True)
    in_table = under_header = False
    is_item = goes_on = False  # prose whose line before has not come to a stop
    for line, following in zip_longest(lines, lines[1:], fillvalue=""):
        opens = _opens_block(line, goes_on=goes_on)
        if not under_header and (opens or not line.strip()):
            yield start, position
            start, is_item, goes_on = position, opens, False
        position += len(line)
        row = is_row(line)
        under_header = row and not in_table and is_rule(following)
        in_table = row
        is_heading = _HEADING.match(line) or (not goes_on and _is_bare_heading(line, following))
        ends = bool(row or is_heading)
        if ends and not under_header:
            yield start, position
            start, is_item = position, False
        goes_on = not ends and not is_item and line.rstrip()[-1:].isalnum()
    yield start, position


def _opens_block(line: str, *, goes_on: bool) -> bool:
    """A number in a date or a sum that a wrap has put first is no item's: “until the / 3. of”."""
    if goes_on and (number := _NUMBERED.match(line)) and number[1].islower():
        return False
    return bool(_BLOCK_START.match(line))


def _of_block(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    if is_row(text[start : start + LONGEST]):
        return iter([(start, end)])
    return _stops(text, start, end)


def _is_bare_heading(line: str, following: str) -> bool:
    """A heading as PDFs give it, without any mark: a softly wrapped line would have gone on."""
    words, rest = line.strip(), following.strip()
    return (
        0 < len(words) < SHORT_LINE * len(rest)
        and rest[0].isupper()
        and (words[0].isupper() or words[0].isdigit())
        and words[-1].isalnum()
    )


def _stops(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for stop in _STOP.finditer(text, start, end):
        if _ends_sentence(text, start, stop, end):
            yield start, stop.end()
            start = stop.end()
    yield start, end


def _ends_sentence(text: str, start: int, stop: re.Match[str], end: int) -> bool:
    if stop[0][0] not in ".!?…":
        return True
    following = _NEXT_WORD.match(text, stop.end(), end)
    if following and following[1].islower() and (stop[0][0] in ".…" or len(stop[0]) > 1):
        return False  # "approx. ten", "“Why?” she said"
    if stop[0] != ".":
        return True
    before = text[max(start, stop.start() - 15) : stop.start()]
    if _ABBREVIATION.search(before) or before.strip().isdigit():
        return False  # "1. First": an item's number
    return not (before.endswith("No") and following and following[1].isdigit())


def _short_enough(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Splits where stops are missing: Thai after LONG_RUN, at spaces; anything after LONGEST, at
    the end of a line if there is one."""
    unspaced = _UNSPACED.search(text, start, min(end, start + LONG_RUN))
    limit = LONG_RUN if unspaced and not is_row(text[start : start + LONG_RUN]) else LONGEST
    while end - start > limit * 5 // 4:
        half, whole = start + limit // 2, start + limit
        line_end = 0 if limit == LONG_RUN else text.rfind("\n", half, whole) + 1
        cut = line_end or _last_space(text, half, whole) or whole
        yield start, cut
        start = cut
    yield start, end


def _last_space(text: str, start: int, end: int) -> int:
    found = 0
    for space in _SPACE.finditer(text, start, end):
        found = space.end()
    return found


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    end = start + len(piece.strip())
    return (start, end) if start < end else None
