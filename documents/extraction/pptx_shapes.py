"""The words of shapes on a slide: texts with their bullets, tables, diagrams, charts."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

TITLES = {"title", "ctrTitle"}
BODY = "body"
# Boxes that list things unless they say otherwise; a placeholder without a type holds anything.
LISTING = {"body", "obj"}
REPEATED = {"sldNum", "dt", "ftr", "hdr", "sldImg"}  # on every slide
BULLETS = ("{*}buChar", "{*}buAutoNum", "{*}buBlip")
DEEPEST = 8


@dataclass(frozen=True)
class Line:
    text: str
    level: int | None = None  # in a list


def shapes(parent: Any) -> Iterator[Any]:
    """Shapes and frames in the order they are drawn, groups opened, alternatives taken once."""
    for child in parent.iterchildren("{*}*"):
        name = child.tag.rpartition("}")[2]
        if name in {"cSld", "spTree", "grpSp", "AlternateContent", "Choice"}:
            yield from shapes(child)
        elif name in {"sp", "graphicFrame"} and placeholder(child) not in REPEATED:
            yield child


def placeholder(shape: Any) -> str:
    """The kind of placeholder a shape fills, empty for one drawn freely."""
    mark = shape.find("{*}nvSpPr/{*}nvPr/{*}ph")
    return (mark.get("type") or "obj") if mark is not None else ""


def lines(shape: Any) -> list[Line]:
    body = shape.find("{*}txBody")
    paragraphs = list(body.iterchildren("{*}p")) if body is not None else []
    paragraphs = [paragraph for paragraph in paragraphs if words(paragraph)]
    listing = placeholder(shape) in LISTING and len(paragraphs) > 1
    return [Line(words(paragraph), _level(paragraph, listing)) for paragraph in paragraphs]


def _level(paragraph: Any, listing: bool) -> int | None:
    properties = paragraph.find("{*}pPr")
    if properties is None:
        return 0 if listing else None
    bulleted = any(properties.find(bullet) is not None for bullet in BULLETS)
    if not bulleted and (not listing or properties.find("{*}buNone") is not None):
        return None
    return min(int(properties.get("lvl") or 0), DEEPEST)


def words(paragraph: Any) -> str:
    """Also of formulas, whose letters are m:t."""
    parts = (part.text or "" if part.tag.endswith("}t") else " " for part in _spoken(paragraph))
    return " ".join("".join(parts).split())


def _spoken(paragraph: Any) -> Iterator[Any]:
    for part in paragraph.iter("{*}t", "{*}br", "{*}tab"):
        if next(part.iterancestors("{*}Fallback"), None) is None and not _is_tab_stop(part):
            yield part


def _is_tab_stop(part: Any) -> bool:
    return bool(part.tag.endswith("}tab") and part.getparent().tag.endswith("}tabLst"))


def table_rows(frame: Any) -> list[list[str]]:
    return [
        [" ".join(words(line) for line in cell.iter("{*}p")) for cell in row.iterchildren("{*}tc")]
        for row in frame.iterfind("{*}graphic/{*}graphicData/{*}tbl/{*}tr")
    ]


def diagram_lines(root: Any) -> Iterator[Line]:
    """SmartArt: its boxes as a list."""
    for point in root.iter("{*}pt"):
        if text := " ".join(filter(None, map(words, point.iterfind("{*}t/{*}p")))):
            yield Line(text, 0)


def chart_rows(root: Any) -> list[list[str]]:
    """The numbers behind a chart: categories down, series across."""
    columns = [_points(series, "val", "yVal") for series in root.iter("{*}ser")]
    names = [" ".join(_points(series, "tx").values()) for series in root.iter("{*}ser")]
    categories: dict[int, str] = {}
    for series in root.iter("{*}ser"):
        categories |= _points(series, "cat", "xVal")
    places = sorted(set(categories).union(*columns))
    rows = [[categories.get(place, ""), *(c.get(place, "") for c in columns)] for place in places]
    title = " ".join(filter(None, map(words, root.iterfind("{*}chart/{*}title//{*}p"))))
    return [[title, *names], *rows] if rows else []


def _points(series: Any, *names: str) -> dict[int, str]:
    """Values by their place, as the file last saw them."""
    found = {}
    for name in names:
        for point in series.iterfind(f"{{*}}{name}//{{*}}pt"):
            found[int(point.get("idx") or 0)] = point.findtext("{*}v") or ""
    return found
