"""Hyphens at line ends.

Between letters PDFium takes the line break away and leaves U+FFFE (U+0002 in other calls) in
place of the hyphen; after a digit, hyphen and break both stay. Joining is right for "docu-ment"
and wrong for "copper-granite-4283", so only plain words lose the hyphen.
"""

import re

AT_LINE_END = re.compile("[\ufffe\x02](?:\r?\n)?|(?<=\\w)-[ \t]*\r?\n(?=\\w)")
HYPHENATED = re.compile(r"[^\W\d_]+-[^\W\d_]+")
# What belongs to a code, path or name, looking out from the hyphen.
REACH = 80
BEFORE = re.compile(r"[\w./\\:@+-]*$")
AFTER = re.compile(r"[\w./\\:@+-]*")
SENTENCE_END = ".:"


def mend_hyphens(pages: list[str]) -> list[str]:
    # On a page every hyphen is drawn, so a "soft" one is only a font's name for the glyph.
    pages = [page.replace("\xad", "-") for page in pages]
    if not any(map(AT_LINE_END.search, pages)):
        return pages
    known = {word.lower() for page in pages for word in HYPHENATED.findall(page)}
    return [_mend(page, known) for page in pages]


def _mend(page: str, known: set[str]) -> str:
    def hyphen(match: re.Match[str]) -> str:
        before = BEFORE.search(page, max(0, match.start() - REACH), match.start())
        after = AFTER.match(page, match.end(), match.end() + REACH)
        assert before is not None
        assert after is not None
        return "" if is_divided_word(before[0], after[0].rstrip(SENTENCE_END), known) else "-"

    return AT_LINE_END.sub(hyphen, page)


def is_divided_word(left: str, right: str, known: set[str]) -> bool:
    """A plain word, and one that the document never writes with a hyphen inside a line."""
    if not (left.isalpha() and right.isalpha() and right.islower()):
        return False
    return f"{left}-{right}".lower() not in known
