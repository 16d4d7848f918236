"""RTF to Markdown-like text: headings by style or outline level, lists, tables, footnotes.

Libraries for RTF give the bare words: no headings, cells run together, characters beyond the first
65,536 broken.
"""

import codecs
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from documents.extraction import reasons
from documents.extraction.cleaning import clean
from documents.extraction.limits import Limits
from documents.extraction.result import RTF, Extracted
from documents.extraction.rtf_tokens import CHARACTERS, CLOSE, CODE_PAGES, OPEN, tokens
from documents.extraction.tables import markdown_table
from documents.extraction.writing import Writer

DEEPEST = 10_000
BODY, SKIP, FONTS, STYLES, INFO, TITLE, NOTE = range(7)
TARGETS = {"fonttbl": FONTS, "stylesheet": STYLES, "info": INFO, "footnote": NOTE}
# Groups whose text is not the document's; so are those after \* that are not KNOWN.
LEFT_OUT = """
annotation atnauthor atnid bkmkend bkmkstart colortbl datafield fldinst footer footerf footerl
footerr ftncn ftnsep ftnsepc header headerf headerl headerr listtable listtext nonesttables
nonshppict object pict pntext rxe shprslt sp tc txe upr xe
"""
TARGETS |= dict.fromkeys(LEFT_OUT.split(), SKIP)
KNOWN = {"footnote", "shpinst"}
LIST_MARKS = {"listtext", "pntext"}
PARAGRAPH_ENDS = {"par", "sect", "page"}
HEADING = re.compile(r"heading (\d)", re.IGNORECASE)
CHARSETS = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}
# Control words that set a property of the State below, and to what.
PROPERTIES: dict[str, tuple[str, Callable[[int | None], int]]] = {
    "f": ("font", lambda number: number or 0),
    "deff": ("font", lambda number: number or 0),
    "uc": ("replaced", lambda number: 1 if number is None else number),
    "v": ("hidden", lambda number: number != 0),
    "deleted": ("hidden", lambda number: number != 0),
    "plain": ("hidden", lambda _: False),
    "s": ("style", lambda number: number or 0),
    "outlinelevel": ("outline", lambda number: (number or 0) + 1),
    "intbl": ("in_table", lambda _: True),
    "ls": ("in_list", bool),
    "ilvl": ("level", lambda number: number or 0),
}


@dataclass
class State:
    """What a group inherits, changes for itself and forgets at its end."""

    target: int = BODY
    font: int = -1
    replaced: int = 1  # how many characters stand in for a \u
    hidden: bool = False
    optional: bool = False  # after \*
    style: int = -1
    outline: int = 0  # level of a heading, 1 to 9
    in_table: bool = False
    in_list: bool = False
    level: int = 0


def parse(path: Path, limits: Limits) -> Extracted:
    reader = Reader(Writer(limits))
    for name, number, content in tokens(path.read_bytes()):
        if content:
            reader.add_bytes(content)
        elif name == OPEN:
            reader.open()
        elif name == CLOSE:
            if reader.close():
                return reader.finish()
        else:
            reader.add_word(name, number)
    raise reasons.damaged(RTF, "groups are left open")


@dataclass
class Reader:
    writer: Writer
    state: State = field(default_factory=State)
    above: list[State] = field(default_factory=list)
    charset: str = "cp1252"
    fonts: dict[int, str] = field(default_factory=dict)
    styles: dict[int, int] = field(default_factory=dict)  # levels of headings
    texts: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    raw: bytearray = field(default_factory=bytearray)
    to_replace: int = 0
    marked: bool = False  # the paragraph has a bullet or number
    row: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)

    def open(self) -> None:
        self._decode()
        if len(self.above) >= DEEPEST:
            raise reasons.damaged(RTF, f"more than {DEEPEST} groups inside one another")
        self.above.append(self.state)
        self.state = replace(self.state)

    def close(self) -> bool:
        """True if that was the end of the document."""
        self._decode()
        if self.state.target == STYLES:
            self._add_style()
        self.state = self.above.pop() if self.above else self.state
        return not self.above

    def add_bytes(self, content: bytes) -> None:
        if self.to_replace:
            left_out = min(self.to_replace, len(content))
            self.to_replace -= left_out
            content = content[left_out:]
        if self.state.target != SKIP and not self.state.hidden:
            self.raw += content

    def add_word(self, name: str, number: int | None) -> None:
        if self.state.target == SKIP:
            return
        self._decode()
        if name == "u":
            self._say(chr((number or 0) % 65536))
            self.to_replace = self.state.replaced
        elif name in CHARACTERS:
            self._say(CHARACTERS[name])
        elif not self._turns(name) and not self._ends(name):
            self._set(name, number)

    def _turns(self, name: str) -> bool:
        """The text of this group goes elsewhere from here on."""
        state = self.state
        optional, state.optional = state.optional, name == "*"
        if optional and name not in KNOWN:
            state.target = SKIP
        elif name == "*":
            pass
        elif name == "title" and state.target == INFO:
            state.target = TITLE
        elif name in TARGETS:
            self.marked = self.marked or name in LIST_MARKS
            state.target = TARGETS[name]
        else:
            return False
        return True

    def finish(self) -> Extracted:
        self.state = State()
        self._end_paragraph()
        title = " ".join(clean(_whole(self.texts[TITLE])).split())
        return self.writer.finish(RTF, title if 3 <= len(title) <= 200 else "")

    # Characters

    def _say(self, text: str) -> None:
        if not self.state.hidden:
            self.texts[self.state.target].append(text)

    def _decode(self) -> None:
        """Bytes of one font together: East Asian characters take two."""
        self.to_replace = 0
        if self.raw:
            charset = self.fonts.get(self.state.font, self.charset)
            self.texts[self.state.target].append(self.raw.decode(charset, "replace"))
            self.raw.clear()

    # Properties

    def _set(self, name: str, number: int | None) -> None:
        state = self.state
        if name in PROPERTIES:
            attribute, value = PROPERTIES[name]
            setattr(state, attribute, value(number))
        elif name == "pard":
            state.style, state.outline, state.level = -1, 0, 0
            state.in_table = state.in_list = False
        elif name == "fcharset" and state.target == FONTS and number in CODE_PAGES:
            self.fonts[state.font] = CODE_PAGES[number]
        elif name == "ansicpg":
            self.charset = _codec(number or 0)
        elif name in CHARSETS:
            self.charset = CHARSETS[name]

    def _add_style(self) -> None:
        name = _whole(self.texts.pop(STYLES, [])).strip(" ;")
        match = HEADING.match(name)
        level = int(match[1]) if match else int(name.lower() == "title")
        if level := level or self.state.outline:
            self.styles[max(0, self.state.style)] = level

    # Paragraphs

    def _ends(self, name: str) -> bool:
        """A paragraph, cell or row is complete."""
        if name in PARAGRAPH_ENDS:
            if self.state.target == BODY:
                self._end_paragraph()
            else:
                self._say(" ")
        elif name in {"cell", "nestcell"}:
            self._end_cell(nested=name == "nestcell")
        elif name == "row":
            self.rows.append(self.row)
            self.row = []
        else:
            return False
        return True

    def _end_cell(self, *, nested: bool) -> None:
        if nested:  # a table inside a cell is read as that cell's words
            self._say(" ")
            return
        self.row.append(clean(_whole(self.texts.pop(BODY, []))))
        self.marked = False

    def _end_paragraph(self) -> None:
        if self.state.in_table:
            self._say("\n")
            return
        if self.rows:
            self.writer.paragraph(markdown_table(self.rows))
            self.rows = []
        self._write(clean(_whole(self.texts.pop(BODY, []))).strip("\n "))
        self.writer.paragraph(" ".join(clean(_whole(self.texts.pop(NOTE, []))).split()))
        self.marked = False

    def _write(self, text: str) -> None:
        state = self.state
        level = state.outline or self.styles.get(state.style, 0)
        if not text or text.isspace():
            return
        if 1 <= level <= 9:
            self.writer.heading(level, " ".join(text.split()))
        elif self.marked or state.in_list:
            self.writer.list_line(state.level, text)
        else:
            self.writer.paragraph(text)


def _whole(parts: list[str]) -> str:
    """Characters beyond 65,535 come in halves."""
    return "".join(parts).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _codec(page: int) -> str:
    try:
        return codecs.lookup("utf-8" if page == 65001 else f"cp{page}").name
    except LookupError:
        return "cp1252"
