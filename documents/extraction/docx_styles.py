"""Which paragraphs are headings and list items: by style, its ancestors, or directly."""

from dataclasses import dataclass, replace
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
DEEPEST = 6
MOST_ANCESTORS = 20


@dataclass(frozen=True)
class Style:
    heading: int = 0  # 1 to 6, 0 for text
    list_level: int | None = None


class Styles:
    def __init__(self, by_id: dict[str, Style]) -> None:
        self._by_id = by_id

    def of(self, paragraph: Any) -> Style:
        properties = paragraph.find(W + "pPr")
        if properties is None:
            return Style()
        style = self._by_id.get(_value(properties, "pStyle"), Style())
        return _with_properties(style, properties)


def read_styles(root: Any) -> Styles:
    elements = list(root.iter(W + "style")) if root is not None else []
    sources = {element.get(W + "styleId"): element for element in elements}
    return Styles({key: _resolve(element, sources) for key, element in sources.items()})


def _resolve(element: Any, sources: dict[str, Any]) -> Style:
    line: list[Any] = []
    while element is not None and element not in line and len(line) < MOST_ANCESTORS:
        line.append(element)
        element = sources.get(_value(element, "basedOn"))
    style = Style()
    for ancestor in reversed(line):
        properties = ancestor.find(W + "pPr")
        if properties is not None:
            style = _with_properties(style, properties)
        style = _with_name(style, _value(ancestor, "name").lower())
    return style


def _with_name(style: Style, name: str) -> Style:
    """Built-in styles keep their English names in the file whatever Word's language."""
    if name == "title":
        return replace(style, heading=1)
    kind, _, number = name.partition(" ")
    if kind == "heading" and number.isdecimal():
        return replace(style, heading=min(int(number), DEEPEST))
    return style


def _with_properties(style: Style, properties: Any) -> Style:
    outline = _value(properties, "outlineLvl")
    if outline.isdecimal():
        # 0 to 8 are heading levels, 9 says body text.
        style = replace(style, heading=min(int(outline) + 1, DEEPEST) if int(outline) < 9 else 0)
    numbering = properties.find(W + "numPr")
    if numbering is not None:
        level = _value(numbering, "ilvl")
        listed = _value(numbering, "numId") != "0"
        style = replace(style, list_level=int(level or 0) if listed else None)
    return style


def _value(element: Any, name: str) -> str:
    child = element.find(W + name)
    return (child.get(W + "val") or "") if child is not None else ""
