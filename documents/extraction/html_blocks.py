"""What a page is made of once its markup is gone."""

import re
from dataclasses import dataclass

from documents.extraction.cleaning import clean

# Places where a word may be broken, and marks of width nothing.
INVISIBLE = str.maketrans("", "", "\xad\u200b\u2060\ufeff")
# Not single spaces: the parts left between them would fill the memory for a page of one line.
SPACES = re.compile(r"\s{2,}|[^\S ]")
BACKTICKS = re.compile("`+")
LONGEST_HEADING = 300


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, line of a list, piece of code or part of a table, ready to write."""

    text: str
    level: int = 0  # 1 to 6 for headings
    is_item: bool = False
    is_code: bool = False


def words(parts: list[str]) -> str:
    """Inline text with its white space as a browser shows it; line breaks stay."""
    text = clean("".join(parts)).translate(INVISIBLE)
    lines = (SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def fenced(code: str, language: str) -> str:
    """A fence is longer than any run of backticks inside."""
    longest = max((len(run) for run in BACKTICKS.findall(code)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{code}\n{fence}"
