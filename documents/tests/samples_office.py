"""Presentations, spreadsheets and OpenDocument files for tests: whole and malicious ones."""

import io
import zipfile
from datetime import date, datetime, time

import odfdo
import openpyxl
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from documents.tests.samples import zipped

SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PLACE = [Inches(number) for number in (1, 1, 4, 2)]
ODF = "urn:oasis:names:tc:opendocument:xmlns"
ENCRYPTED = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/>'
    "</manifest:file-entry></manifest:manifest>"
)


def pptx(slides: int = 1) -> bytes:
    deck = Presentation()
    for number in range(slides):
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = f"Results {number} ผล 🎉"
        frame = slide.placeholders[1].text_frame
        frame.text = "First point"
        for text, level in [("Below it", 1), ("Second point", 0)]:
            paragraph = frame.add_paragraph()
            paragraph.text, paragraph.level = text, level
        table = slide.shapes.add_table(2, 2, *PLACE).table
        for cell, text in zip(table.iter_cells(), ["Name", "Code", "a|b", "copper"], strict=True):
            cell.text = text
        slide.notes_slide.notes_text_frame.text = "Say hello.\nThen pause."
    return _saved(deck)


def pptx_with_oddities() -> bytes:
    """An empty slide, a hidden one, a chart and a group without a title."""
    deck = Presentation()
    blank, titled = deck.slide_layouts[6], deck.slide_layouts[5]
    deck.slides.add_slide(blank)
    hidden = deck.slides.add_slide(titled)
    hidden.shapes.title.text = "Hidden"
    hidden._element.set("show", "0")
    slide = deck.slides.add_slide(blank)
    numbers = CategoryChartData()
    numbers.categories = ["Q1", "Q2"]
    numbers.add_series("Sales", (1.5, 2))
    numbers.add_series("Cost", (3, 4))
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *PLACE, numbers)
    group = slide.shapes.add_group_shape()
    group.shapes.add_textbox(*PLACE).text_frame.text = "In a group"
    return _saved(deck)


def with_member(content: bytes, name: str, member: bytes = b"\x89PNG\r\n\x1a\n") -> bytes:
    output = io.BytesIO(content)
    with zipfile.ZipFile(output, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, member)
    return output.getvalue()


def xlsx() -> bytes:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "Orders คำสั่ง"
    sheet["B1"] = "Orders of March"
    sheet.append([])
    sheet.append([None, "Item", "Price", "Share", "On", "At", None, "Code", "Paid"])
    rows = [
        ("Widget|2", 3.0, 0.153, date(2024, 3, 12), datetime(2024, 3, 12, 14, 30), None, 42, True),
        ("ขนม 🍡", 0.1 + 0.2, 1, date(1900, 1, 5), time(9, 5), None, 7, False),
    ]
    for row in rows:
        sheet.append([None, *row])
    for row in sheet["C4:I5"]:
        row[1].number_format = "0.0%"
        row[2].number_format = "dd/mm/yyyy"
        row[5].number_format = "00000"
    sheet["C4"].number_format = '[$฿-41E]#,##0.00;"-"0'
    hidden = workbook.create_sheet("Salaries")
    hidden.append(["Name", "Salary"])
    hidden.sheet_state = "hidden"
    workbook.create_sheet("Empty")
    return _saved(workbook)


def xlsx_of(rows: str, *, before: str = "", strings: str = "") -> bytes:
    """The least XLSX: these rows in one sheet."""
    sheet = f'{before}<worksheet xmlns="{SHEET}"><sheetData>{rows}</sheetData></worksheet>'
    book = (
        f'<workbook xmlns="{SHEET}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="One" sheetId="1" r:id="r1"/></sheets></workbook>'
    )
    link = f'<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    parts = {
        "xl/workbook.xml": book,
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{link}</Relationships>',
        "xl/worksheets/sheet1.xml": sheet,
    }
    if strings:
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{SHEET}">{strings}</sst>'
    return zipped({name: part.encode() for name, part in parts.items()})


def odt() -> bytes:
    document = odfdo.Document("text")
    body = document.body
    body.clear()
    document.meta.title = "The handbook"
    body.append(odfdo.Header(1, "Handbook ✓"))
    paragraph = odfdo.Paragraph("Words   three spaces\tand a tab")
    paragraph.insert_note(after="Words", note_id="n1", citation="1", body="the note")
    body.append(paragraph)
    body.append(odfdo.Header(2, "Parts"))
    items = odfdo.List(["one", "two"])
    items.get_items()[0].append(odfdo.List(["deep"]))
    body.append(items)
    table = odfdo.Table("T", width=2, height=2)
    for place, text in {(0, 0): "Name", (1, 0): "Code", (0, 1): "a|b", (1, 1): "ทองแดง"}.items():
        table.set_value(place, text)
    body.append(table)
    body.append(odfdo.Paragraph("After"))
    return _saved(document)


def ods() -> bytes:
    document = odfdo.Document("spreadsheet")
    document.body.clear()
    table = odfdo.Table("Stock")
    rows = [
        ["Item", "Price", "When"],
        ["Widget", 12.5, date(2024, 3, 12)],
        ["Bolt", 3.0, datetime(2024, 3, 12, 14, 30)],
    ]
    for values in rows:
        row = odfdo.Row()
        row.set_values(values)
        table.append(row)
    document.body.append(table)
    return _saved(document)


def odf_of(
    body: str, kind: str = "text", *, before: str = "", styles: str = "", manifest: str = ""
) -> bytes:
    """The least ODT or ODS ("spreadsheet"): this XML as its body."""
    names = " ".join(f'xmlns:{name}="{ODF}:{name}:1.0"' for name in ("office", "text", "table"))
    content = (
        f"{before}<office:document-content {names}>{styles}<office:body><office:{kind}>{body}"
        f"</office:{kind}></office:body></office:document-content>"
    )
    parts = {"mimetype": f"application/vnd.oasis.opendocument.{kind}", "content.xml": content}
    if manifest:
        parts["META-INF/manifest.xml"] = manifest
    return zipped({name: part.encode() for name, part in parts.items()})


def _saved(document: object) -> bytes:
    output = io.BytesIO()
    document.save(output)  # type: ignore[attr-defined]
    return output.getvalue()
