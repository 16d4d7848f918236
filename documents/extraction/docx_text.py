"""The words of one WordprocessingML element."""

from typing import Any

from documents.extraction.docx_styles import W
from documents.extraction.tables import markdown_table

TEXT, ROW, CELL = W + "t", W + "tr", W + "tc"
BOX = W + "txbxContent"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
INSTEAD = {W + "tab": "\t", W + "br": "\n", W + "cr": "\n", W + "noBreakHyphen": "-", W + "p": "\n"}
SPOKEN = (TEXT, *INSTEAD)


def paragraph_text(element: Any) -> str:
    """Deleted text (w:delText) and field codes (w:instrText) have other tags and stay out."""
    words = (_words(part) for part in element.iter(SPOKEN) if part is not element)
    return "".join(words)


def _words(part: Any) -> str:
    if part.tag == TEXT:
        return part.text or ""
    # A tab stop's definition has the tab's name but stands in the properties.
    return "" if part.getparent().tag == W + "tabs" else INSTEAD[part.tag]


def take_boxes(paragraph: Any) -> list[Any]:
    """Cut the text boxes out; Word stores each twice, the second time for old readers."""
    for fallback in list(paragraph.iter(FALLBACK)):
        fallback.getparent().remove(fallback)
    boxes = list(paragraph.iter(BOX))
    for box in boxes:
        box.getparent().remove(box)
    return boxes


def table_text(table: Any) -> str:
    rows = table.iterchildren(ROW, W + "sdt")
    return markdown_table([paragraph_text(cell) for cell in _cells(row)] for row in rows)


def _cells(row: Any) -> list[Any]:
    """Cells of this row alone: a table inside a cell is read as that cell's words."""
    cells = []
    for cell in row.iter(CELL):
        if next(cell.iterancestors(CELL), None) is None:
            cells.append(cell)
    return cells
