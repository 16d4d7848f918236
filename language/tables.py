"""Markdown tables by their lines: the header, the rule under it, rows and their cells."""

import re
from itertools import zip_longest

_BAR = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"\|(?:[ \t]*:?-+:?[ \t]*\|)+")


def is_row(line: str) -> bool:
    return line.lstrip().startswith("|")


def is_rule(line: str) -> bool:
    """The line of dashes that makes the row above it a header."""
    return _RULE.fullmatch(line.strip()) is not None


def is_header(lines: str) -> bool:
    """A row with the rule under it, which language.sentences keeps together."""
    row, _, rule = lines.partition("\n")
    return is_row(row) and is_rule(rule)


def cells(row: str) -> list[str]:
    inner = row.strip().removeprefix("|")
    if inner.endswith("|") and not inner.endswith("\\|"):
        inner = inner[:-1]
    return [cell.strip() for cell in _BAR.split(inner)]


def in_words(header: str, row: str) -> str:
    """The row as one reads it aloud: "Name: Ada; Born: 1815"."""
    names = cells(header) if header else []
    parts = [
        f"{name}: {cell}" if name else cell
        for name, cell in zip_longest(names, cells(row), fillvalue="")
        if cell
    ]
    return "; ".join(parts).replace("\\|", "|")
