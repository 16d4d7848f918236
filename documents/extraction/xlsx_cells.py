"""One cell as a person sees it: the stored value under its number format.

Values: ECMA-376 part 1, 18.3.1.4 and 18.18.11; formats: 18.8.30 and 18.8.31.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

# Built-in formats that files use without spelling them out; 27 on are dates of other countries.
BUILT_IN = {1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 14: "y-m-d"}
BUILT_IN |= {15: "d-m-y", 16: "d-m", 17: "m-y", 18: "h:m", 19: "h:m:s", 20: "h:m", 21: "h:m:s"}
BUILT_IN |= {22: "y-m-d h:m", 37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00"}
BUILT_IN |= {45: "m:s", 46: "[h]:m:s", 47: "m:s"}
BUILT_IN |= dict.fromkeys([*range(27, 37), *range(50, 59), *range(71, 82)], "y-m-d")
# Text in quotes or after a backslash, room left for a character, repeated characters.
LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.')
BRACKETS = re.compile(r"\[(?!h+\]|m+\]|s+\])[^\]]*\]")
# Of a number's format: words in four spellings, what is not shown, digits, other characters.
PIECE = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|\[\$(?P<currency>[^\]-]*)[^\]]*\]|_.|\*.|\[[^\]]*\]'
    r"|(?P<digits>General|[0#?](?:[.,/0#?]*[0#?])?(?:E[+-]0+)?)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
DECIMALS = re.compile(r"\.([0#?]+)")
ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
LAST_DAY = 2_958_465  # 31 December 9999
ERAS = {False: datetime.fromisoformat("1899-12-30"), True: datetime.fromisoformat("1904-01-01")}
LEAP_DAY = 60  # 29 February 1900, which never was: dates before it are one day off
BOOLEANS = {"1": "TRUE", "0": "FALSE"}


@dataclass(frozen=True)
class NumberFormat:
    decimals: int | None = None  # None: as many as there are
    digits: int = 0  # 00042: a number written with so many digits is a code
    before: str = ""
    after: str = ""
    day: bool = False
    time: bool = False
    elapsed: bool = False

    def text(self, value: float, since_1904: bool) -> str:
        if (self.day or self.time) and 0 <= value <= LAST_DAY:
            return self._moment(value, since_1904)
        sign = "-" if value < 0 else ""
        return f"{sign}{self.before}{self._number(abs(value))}{self.after}"

    def _number(self, value: float) -> str:
        if "%" in self.after:
            value *= 100
        if self.digits and value == int(value):
            return f"{int(value):0{self.digits}d}"
        if self.decimals is None or value >= 1e15:
            return plain(value)
        return f"{value:.{self.decimals}f}"

    def _moment(self, value: float, since_1904: bool) -> str:
        if self.elapsed or (value < 1 and not self.day):
            minutes, seconds = divmod(round(value * 86400), 60)
            text = f"{minutes // 60:02}:{minutes % 60:02}"
            return f"{text}:{seconds:02}" if seconds else text
        if not since_1904 and value < LEAP_DAY:
            value += 1
        moment = ERAS[since_1904] + timedelta(seconds=round(value * 86400))
        return moment_text(moment) if self.time else f"{moment:%Y-%m-%d}"


def moment_text(moment: datetime) -> str:
    if moment.second:
        return f"{moment:%Y-%m-%d %H:%M:%S}"
    return f"{moment:%Y-%m-%d %H:%M}" if moment.hour or moment.minute else f"{moment:%Y-%m-%d}"


def plain(value: float) -> str:
    """Without the noise of binary fractions: 0.1 + 0.2 is 0.3, 3.0 is 3."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.15g}"


def number_format(code: str) -> NumberFormat:
    section = code.split(";")[0]
    bare = BRACKETS.sub("", LITERAL.sub("", section)).lower()
    if "general" not in bare:
        clock = bool(re.search("[hs]|am/pm", bare))
        letters = set(bare.replace("am/pm", ""))
        day = bool(letters & set("yd")) or ("m" in letters and not clock)
        if clock or day:
            return NumberFormat(day=day, time=clock, elapsed="[" in bare)
    return _plain_format(section)


def _plain_format(section: str) -> NumberFormat:
    pieces = list(PIECE.finditer(section))
    digits = [number for number, piece in enumerate(pieces) if piece["digits"]]
    # Not fractions, telephone numbers and thousands; "@" is text and has none.
    if len(digits) != 1 or "," in _literal(pieces):
        return NumberFormat()
    place = digits[0]
    shown = pieces[place]["digits"].lower()
    decimals = DECIMALS.search(shown)
    return NumberFormat(
        decimals=None if set(shown) & set("ge/") else len(decimals[1]) if decimals else 0,
        digits=len(shown) if len(shown) > 1 and set(shown) == {"0"} else 0,
        before=_literal(pieces[:place]).lstrip(),
        after=_literal(pieces[place + 1 :]).rstrip(),
    )


def _literal(pieces: list[re.Match[str]]) -> str:
    names = ("quoted", "escaped", "currency", "other")
    return "".join(piece[name] or "" for piece in pieces for name in names)


@dataclass(frozen=True)
class Formats:
    by_style: list[NumberFormat]
    since_1904: bool = False

    def text(self, value: str, style: str) -> str:
        number = float(value)
        position = int(style or 0)
        if position < len(self.by_style):
            return self.by_style[position].text(number, self.since_1904)
        return plain(number)


def read_formats(styles: Any, since_1904: bool) -> Formats:
    if styles is None:
        return Formats([], since_1904)
    codes = dict(BUILT_IN)
    for element in styles.iter("{*}numFmt"):
        codes[int(element.get("numFmtId"))] = element.get("formatCode") or ""
    table = styles.find("{*}cellXfs")
    used = [int(xf.get("numFmtId") or 0) for xf in table] if table is not None else []
    return Formats([number_format(codes.get(number, "General")) for number in used], since_1904)


@dataclass(frozen=True)
class Cells:
    strings: list[str]
    formats: Formats

    def text(self, cell: Any) -> str:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return words(cell.find("{*}is"))
        value = (cell.findtext("{*}v") or "").strip()
        if not value:
            return ""
        if kind == "s":
            return self.strings[int(value)]
        if kind == "n":
            return self.formats.text(value, cell.get("s") or "")
        if kind == "b":
            return BOOLEANS.get(value, value)
        if kind == "d":
            return moment_text(datetime.fromisoformat(value))
        return unescaped(value)


def words(element: Any) -> str:
    """Runs of rich text in a row, without the reading aids of East Asian text (rPh)."""
    if element is None:
        return ""
    found = []
    for child in element.iterchildren("{*}t", "{*}r"):
        text = child.text if child.tag.endswith("}t") else child.findtext("{*}t")
        found.append(text or "")
    return unescaped("".join(found))


def unescaped(text: str) -> str:
    """_x000D_ is how a control character is written."""
    return ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text
