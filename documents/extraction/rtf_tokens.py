"""RTF as a stream of braces, control words and bytes of text (RTF 1.9.1, "Basic entities")."""

import re
from collections.abc import Iterator
from typing import NamedTuple

TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\(.)|([{}])|([^\\{}\r\n]+)|[\r\n]+",
    re.DOTALL,
)
OPEN, CLOSE, TEXT, BYTE = "{", "}", "text", "'"
SYMBOLS = {"\\": b"\\", "{": b"{", "}": b"}"}
# Code pages by the character set of a font; others are the document's own.
CODE_PAGES = {77: "mac_roman", 128: "cp932", 129: "cp949", 134: "gbk", 136: "cp950"}
CODE_PAGES |= {161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256"}
CODE_PAGES |= {186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250"}
CHARACTERS = {
    "emdash": "—",
    "endash": "–",
    "emspace": "\u2003",
    "enspace": "\u2002",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "bullet": "•",
    "tab": "\t",
    "line": "\n",
    "~": "\xa0",
    "_": "-",
}


class Token(NamedTuple):
    name: str  # of a control word or symbol, or one of the four above
    number: int | None = None
    content: bytes = b""


def tokens(data: bytes) -> Iterator[Token]:
    place = 0
    while match := TOKEN.match(data, place):
        place = match.end()
        word, number, byte, symbol, brace, text = match.groups()
        if text:
            yield Token(TEXT, None, text)
        elif word:
            value = int(number) if number else None
            if word == b"bin":  # raw bytes, which may look like anything
                place += max(0, value or 0)
            else:
                yield Token(word.decode(), value)
        elif brace:
            yield Token(brace.decode())
        elif byte:
            yield Token(BYTE, None, bytes.fromhex(byte.decode()))
        elif symbol:
            yield _symbol(symbol)


def _symbol(symbol: bytes) -> Token:
    name = symbol.decode("latin-1")
    if name in SYMBOLS:
        return Token(TEXT, None, symbol)
    return Token("par") if name in "\r\n" else Token(name)
