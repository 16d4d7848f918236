"""The walk through a page: its elements become blocks, in order, at any depth.

A loop, since pages nest deeper than Python recurses.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import islice

from selectolax.lexbor import LexborNode

from documents.extraction.html_blocks import Block
from documents.extraction.html_flow import Flow
from documents.extraction.html_furniture import (
    LEFT_OUT,
    MOST_LOOKED_AT,
    is_furniture,
    is_hidden,
    is_list_of_links,
)
from documents.extraction.html_table import number

PREFORMATTED = {"pre", "listing", "xmp", "plaintext", "textarea"}
LISTS = {"ul", "ol", "menu", "dir"}
HEADINGS = {f"h{level}": level for level in range(1, 7)}
BLOCKS = {
    *("address", "article", "aside", "blockquote", "body", "caption", "center", "dd"),
    *("details", "dialog", "div", "dl", "dt", "fieldset", "figcaption", "figure"),
    *("footer", "form", "header", "hgroup", "hr", "legend", "li", "main", "nav"),
    *("optgroup", "option", "p", "search", "section", "summary", "table", "tbody", "td"),
    *("tfoot", "th", "thead", "tr"),
    *PREFORMATTED,
    *LISTS,
    *HEADINGS,
}
# Struck-out prices must not read as prices.
MARKS = {
    **dict.fromkeys(("code", "kbd", "samp", "tt"), ("`", "`")),
    **dict.fromkeys(("del", "s", "strike"), ("~~", "~~")),
    "q": ("“", "”"),
}
APART = {"a", "button"}  # neighbours of their kind touch in the source and stand apart on screen
CELLS = {"td", "th"}
BODIES = {"main", "article"}
MOST_NUMBER = 999_999
LANGUAGE = re.compile(r"\b(?:language|lang|highlight-source)-([\w+#-]{1,20})")
ANCHORS = {"#", "§", "¶", "🔗"}  # beside headings, to copy their address
# 10 to the 6th must not become 106.
POWER = re.compile(r"[+\-−]?[0-9]+")
RAISED = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")

Attributes = Mapping[str, str | None]


def walk(root: LexborNode, *, everything: bool = False) -> Iterator[Block]:
    """Blocks below `root`; `everything` keeps what is hidden and what looks like furniture."""
    reader = Reader(everything)
    node: LexborNode | None = root
    depth = 0
    while node is not None:
        tag = node.tag or ""
        entered = reader.enter(node, tag)
        following = node.first_child if entered else None
        if following is not None:
            depth += 1
        else:
            if entered:
                reader.leave(tag)
            while depth and (following := node.next) is None:
                node = node.parent
                assert node is not None
                depth -= 1
                reader.leave(node.tag or "")
        yield from reader.finished()
        node = following
    reader.flow.flush()
    yield from reader.finished()


class Reader:
    """What each element means for the flow of text."""

    def __init__(self, everything: bool) -> None:
        self.flow = Flow()
        self._everything = everything
        self._numbers: list[int] = []  # of each list that is open: the next one, 0 for dots
        self._bodies = 0
        self._footers = 0

    def finished(self) -> list[Block]:
        ready = self.flow.ready
        if ready:
            self.flow.ready = []
        return ready

    def enter(self, node: LexborNode, tag: str) -> bool:
        """Whether to read on inside; only then it will be left."""
        if tag == "-text":
            self.flow.text(node.text_content or "")
            return False
        if tag in LEFT_OUT:
            return False
        attributes = node.attributes
        if not self._everything and self._is_not_body(node, tag, attributes):
            if tag in BLOCKS:
                self.flow.flush()
            return False
        if tag in PREFORMATTED:
            self.flow.open_code(_language(attributes))
        elif self.flow.in_code:
            self._enter_in_code(tag, attributes)
        elif tag in BLOCKS:
            self._enter_block(tag, attributes)
        else:
            return self._enter_inline(node, tag, attributes)
        return True

    def leave(self, tag: str) -> None:
        if tag in PREFORMATTED:
            self.flow.close_code()
        elif self.flow.in_code:
            if tag in BLOCKS:
                self.flow.new_line()
        elif tag in BLOCKS:
            self._leave_block(tag)
        elif tag in MARKS:
            self.flow.close_mark(*MARKS[tag])

    def _is_not_body(self, node: LexborNode, tag: str, attributes: Attributes) -> bool:
        if attributes and (is_hidden(tag, attributes) or is_furniture(attributes, node)):
            return True
        if tag == "nav" or (tag == "dialog" and "open" not in attributes):
            return True
        return self._footers > 0 and tag in LISTS and is_list_of_links(node)

    def _enter_in_code(self, tag: str, attributes: Attributes) -> None:
        if tag in BLOCKS:
            self.flow.new_line()
        elif tag == "br":
            self.flow.break_line()
        elif tag == "code":
            self.flow.code_language(_language(attributes))

    def _enter_block(self, tag: str, attributes: Attributes) -> None:
        flow = self.flow
        flow.flush()
        if tag == "table":
            flow.open_table(is_layout=attributes.get("role") in {"presentation", "none"})
        elif tag == "tr" and flow.grids:
            flow.grids[-1].open_row()
        elif tag in CELLS and flow.grids:
            flow.grids[-1].open_cell(tag, attributes)
        elif tag in HEADINGS:
            flow.level = HEADINGS[tag]
        elif tag in LISTS:
            self._numbers.append(number(attributes.get("start"), MOST_NUMBER) if tag == "ol" else 0)
        elif tag == "li":
            flow.open_item(self._item_mark(attributes))
        elif tag == "blockquote":
            flow.open_quote()
        elif tag == "dt":
            flow.in_term = True
        elif tag == "dd":
            flow.open_definition()
        self._count(tag, 1)

    def _leave_block(self, tag: str) -> None:
        flow = self.flow
        flow.flush()
        if tag == "table":
            flow.close_table()
        elif tag in CELLS and flow.grids:
            flow.grids[-1].close_cell()
        elif tag in HEADINGS:
            flow.level = 0
        elif tag in LISTS:
            self._numbers.pop()
        elif tag in {"li", "blockquote", "dd"}:
            flow.release()
        elif tag == "dt":
            flow.in_term = False
        elif tag == "dl":
            flow.end_terms()
        self._count(tag, -1)

    def _count(self, tag: str, step: int) -> None:
        """A footer of the page is one outside of its article."""
        if tag in BODIES:
            self._bodies += step
        elif tag == "footer" and not self._bodies:
            self._footers += step

    def _item_mark(self, attributes: Attributes) -> str:
        if not self._numbers or not self._numbers[-1]:
            return "- "
        here = number(attributes.get("value"), MOST_NUMBER) if "value" in attributes else 0
        here = here or self._numbers[-1]
        self._numbers[-1] = here + 1
        return f"{here}. "

    def _enter_inline(self, node: LexborNode, tag: str, attributes: Attributes) -> bool:
        flow = self.flow
        if tag == "br":
            flow.break_line()
        elif tag == "img":
            flow.text(f" {attributes.get('alt') or ''} ")
        elif tag == "math" and (formula := _formula(node, attributes)):
            flow.text(f" {formula} ")
            return False
        elif tag == "sup" and POWER.fullmatch(power := _only_text(node)):
            flow.text(power.translate(RAISED))
            return False
        elif tag == "a" and _only_text(node) in ANCHORS:
            return False
        elif tag in MARKS:
            flow.open_mark(MARKS[tag][0])
        elif tag in APART and node.prev is not None and node.prev.tag == tag:
            flow.text(" ")
        return True


def _language(attributes: Attributes) -> str:
    found = LANGUAGE.search((attributes.get("class") or "")[:200])
    return found[1] if found else ""


def _formula(node: LexborNode, attributes: Attributes) -> str:
    """As its author wrote it, in TeX; the elements of MathML alone read as a jumble."""
    for part in islice(node.traverse(), MOST_LOOKED_AT):
        if part.tag == "annotation" and part.attributes.get("encoding") == "application/x-tex":
            return part.text()
    return attributes.get("alttext") or ""


def _only_text(node: LexborNode) -> str:
    """The text of an element that holds nothing else."""
    inside = node.first_child
    return (inside.text_content or "") if inside is not None and inside.next is None else ""
