"""Running headers and footers, page numbers, watermarks: what repeats at the edges of pages.

Digits aside the text must be the same on three pages close to each other, at the same height. If it
has numbers, one of them must count the pages; if not, the line must stand off from the text, else
it is a heading or the header row of a table that goes on. A page that has nothing else keeps it.
"""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from documents.extraction.pdf.layout import Layout
from documents.extraction.pdf.notes import OPENS_NOTE
from documents.extraction.pdf.shapes import Line

FEWEST_PAGES = 3
LINES = 5  # of an edge that may be furniture
NEAR_PAGES = 6
SAME_HEIGHT = 6.0
STANDS_OFF = 0.75  # type sizes
LARGE = 1.2  # times the size of the text: a heading, unless it is on most pages
PAGE_NUMBER = re.compile(r"(?<!\d)\d{1,6}$")
NUMBER = re.compile(r"\d{1,6}")
ROMAN = re.compile(r"(?=[ivxl])(x{0,3}|xl|l)(ix|iv|v?i{0,3})", re.IGNORECASE)
ROMAN_DIGITS = {"i": 1, "v": 5, "x": 10, "l": 50}


class Place(NamedTuple):
    page: int
    height: float
    numbers: tuple[int, ...]


class Edge(NamedTuple):
    key: str
    place: Place
    line: Line


def remove_furniture(pages: list[Layout], body: float) -> None:
    if len(pages) < FEWEST_PAGES:
        return
    edges = [(_edge(number, page, top=True), _edge(number, page, top=False))
             for number, page in enumerate(pages)]  # fmt: skip
    places: dict[str, list[Place]] = defaultdict(list)
    for both in edges:
        for edge in {id(edge.line): edge for side in both for edge in side}.values():
            places[edge.key].append(edge.place)
            if edge.line.size < body * LARGE and PAGE_NUMBER.search(edge.line.text):
                places[""].append(edge.place._replace(numbers=edge.place.numbers[-1:]))
    stamps = Counter(aside for page in pages for aside in set(page.asides))
    for page, (above, below) in zip(pages, edges, strict=True):
        furniture = [
            *_furniture(above, places, body, len(pages)),
            *_furniture(below, places, body, len(pages)),
        ]
        _take_away(page, furniture)
        page.asides[:] = [aside for aside in page.asides if stamps[aside] < FEWEST_PAGES]


def _edge(number: int, page: Layout, *, top: bool) -> list[Edge]:
    lines = [shape for run in page.runs for shape in run if isinstance(shape, Line)]
    lines.sort(key=lambda line: line.bottom, reverse=top)
    return [_as_edge(number, line) for line in lines[: LINES + 1]]


def _as_edge(page: int, line: Line) -> Edge:
    text = " ".join(line.text.split())
    if ROMAN.fullmatch(text):
        return Edge("#", Place(page, line.bottom, (_roman(text),)), line)
    numbers = tuple(map(int, NUMBER.findall(text)))
    return Edge(NUMBER.sub("#", text).casefold(), Place(page, line.bottom, numbers), line)


def _roman(text: str) -> int:
    digits = [ROMAN_DIGITS[letter] for letter in text.lower()]
    return sum(-one if one < max(digits[n:]) else one for n, one in enumerate(digits))


def _furniture(
    edges: list[Edge], places: dict[str, list[Place]], body: float, pages: int
) -> Iterator[Line]:
    """From the edge inwards as far as everything repeats."""
    taken: list[Edge] = []
    for edge in edges[:LINES]:
        if not _repeats(edge, places):
            break
        taken.append(edge)
    while taken and not _may_go(taken[-1], edges[len(taken) :], places, body, pages):
        taken.pop()
    yield from (edge.line for edge in taken)


def _repeats(edge: Edge, places: dict[str, list[Place]]) -> bool:
    if OPENS_NOTE.match(edge.line.text):  # one to a page, they count like pages
        return False
    if len(_others(edge.place, places[edge.key])) >= FEWEST_PAGES - 1:
        return True
    return len(_last_numbers(edge, places)) >= FEWEST_PAGES


def _last_numbers(edge: Edge, places: dict[str, list[Place]]) -> list[Place]:
    """Pages nearby whose lines end with their numbers, whatever else they say."""
    last = edge.place._replace(numbers=edge.place.numbers[-1:])
    if not PAGE_NUMBER.search(edge.line.text):
        return []
    return [other for other in _others(last, places[""]) if other.numbers != last.numbers]


def _others(place: Place, places: list[Place]) -> list[Place]:
    """On pages nearby, with the numbers of the pages or with the same ones."""
    start = bisect_left(places, (place.page - NEAR_PAGES,))
    end = bisect_left(places, (place.page + NEAR_PAGES + 1,))
    return [
        other
        for other in places[start:end]
        if other.page != place.page
        and abs(other.height - place.height) <= SAME_HEIGHT
        and (other.numbers == place.numbers or _counts_pages(place, other))
    ]


def _counts_pages(place: Place, other: Place) -> bool:
    steps = (there - here for here, there in zip(place.numbers, other.numbers, strict=False))
    return other.page - place.page in steps


def _may_go(
    edge: Edge, inside: list[Edge], places: dict[str, list[Place]], body: float, pages: int
) -> bool:
    if any(_counts_pages(edge.place, other) for other in _others(edge.place, places[edge.key])):
        return True
    if len(_last_numbers(edge, places)) >= FEWEST_PAGES:
        return True
    if edge.line.size > body * LARGE and len(places[edge.key]) <= max(FEWEST_PAGES, pages / 2):
        return False
    if not inside:
        return True
    one, other = edge.line, inside[0].line
    room = max(one.bottom - other.top, other.bottom - one.top)
    return room >= STANDS_OFF * min(one.size, other.size)


def _take_away(page: Layout, furniture: list[Line]) -> None:
    gone = set(map(id, furniture))
    runs = [[shape for shape in run if id(shape) not in gone] for run in page.runs]
    if any(runs):
        page.runs[:] = [run for run in runs if run]
