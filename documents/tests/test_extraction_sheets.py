import pytest

from documents.chunking.splitting import split
from documents.tests import samples_office
from documents.tests.samples_office import xlsx_of
from documents.tests.samples_xls import xls
from providers.fake import FakeEmbedder


def cells(*texts):
    return "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts)


def row(*texts):
    return f"<row>{cells(*texts)}</row>"


def test_cells_read_as_a_person_sees_them(read):
    extracted = read(samples_office.xlsx(), "orders.xlsx")

    assert extracted.text == (
        "# Orders คำสั่ง\n\nOrders of March\n\n"
        "| Item | Price | Share | On | At | Code | Paid |\n| - | - | - | - | - | - | - |\n"
        "| Widget\\|2 | ฿3.00 | 15.3% | 2024-03-12 | 2024-03-12 14:30 | 00042 | TRUE |\n"
        "| ขนม 🍡 | 0.3 | 100.0% | 1900-01-05 | 09:05 | 00007 | FALSE |"
    )
    assert [heading.title for heading in extracted.headings] == ["Orders คำสั่ง"]
    assert extracted.title == ""


def test_ods_and_xls_read_the_same_way(read):
    assert read(samples_office.ods(), "stock.ods").text == (
        "# Stock\n\n| Item | Price | When |\n| - | - | - |\n"
        "| Widget | 12.5 | 2024-03-12 |\n| Bolt | 3 | 2024-03-12 14:30 |"
    )
    assert read(xls(), "stock.xls").text == (
        "# Stock\n\n| Item | Price | City |\n| - | - | - |\n"
        "| Widget | 3 | กรุงเทพ |\n| Bolt | 2.5 | Köln |"
    )


def test_every_chunk_of_a_long_table_has_the_header(read):
    rows = "".join(row(f"SO-{number}", f"Customer {number}", "Bangkok") for number in range(500))
    extracted = read(xlsx_of(row("Order", "Customer", "City") + rows))
    pieces = [extracted.text[piece.start : piece.end] for piece in split(extracted, FakeEmbedder())]

    assert len(pieces) > 20
    for piece in pieces:
        table = piece.removeprefix("# One\n\n")
        assert table.startswith("| Order | Customer | City |\n| - | - | - |\n| SO-")
    assert sum(piece.count("| SO-") for piece in pieces) == 500


def test_rows_too_wide_for_a_table_are_records_that_say_whose_they_are(read):
    names = [f"Measure {number}" for number in range(60)]
    rows = [[f"Item {item}", *[f"value {item}.{n}" for n in range(1, 60)]] for item in range(30)]
    extracted = read(xlsx_of(row(*names) + "".join(row(*values) for values in rows)))
    lines = [
        line
        for piece in split(extracted, FakeEmbedder())
        for line in extracted.text[piece.start : piece.end].split("\n")
        if line and not line.startswith("#")
    ]

    assert all(line.startswith("- Measure 0: Item ") for line in lines)
    assert sum("Measure 59: value 7.59" in line for line in lines) == 1
    assert next(line for line in lines if "Measure 59: value 7.59" in line).startswith(
        "- Measure 0: Item 7; "
    )


def test_a_long_cell_is_cut_between_sentences_under_its_label(read):
    note = " ".join(f"Sentence {number} of the note goes on." for number in range(100))
    extracted = read(xlsx_of(row("Id", "Note") + row("N1", note)))
    pieces = [extracted.text[piece.start : piece.end] for piece in split(extracted, FakeEmbedder())]

    assert len(pieces) > 3
    for piece in pieces:
        assert piece.removeprefix("# One\n\n").startswith("- Id: N1; Note: Sentence ")
        assert piece.endswith("goes on.")


def test_a_second_table_below_gets_its_own_header_and_blank_rows_do_not(read):
    stock = row("Item", "Pieces") + row("Bolt", "3") + "<row/>" + row("Nut", "4")
    people = "<row/>" + row("People") + "<row/>" + row("Name", "City") + row("Anna", "Rome")

    assert read(xlsx_of(stock + people)).text == (
        "# One\n\n| Item | Pieces |\n| - | - |\n| Bolt | 3 |\n| Nut | 4 |\n\n"
        "People\n\n| Name | City |\n| - | - |\n| Anna | Rome |"
    )


def test_rows_without_names_above_get_numbered_columns_and_years_are_names(read):
    assert read(xlsx_of(row("1", "Anna") + row("2", "Bob"))).text == (
        "# One\n\n| Column 1 | Column 2 |\n| - | - |\n| 1 | Anna |\n| 2 | Bob |"
    )
    assert read(xlsx_of(row("Region", "2023") + row("North", "5"))).text == (
        "# One\n\n| Region | 2023 |\n| - | - |\n| North | 5 |"
    )


def test_two_cells_in_opposite_corners_are_two_cells(read):
    corners = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>first</t></is></c></row>'
        '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>last</t></is></c></row>'
    )
    assert read(xlsx_of(corners)).text == "# One\n\nfirst\n\nlast"


def test_shared_strings_with_rich_text_leave_out_readings(read):
    tokyo = "<si><r><t>東</t></r><r><t>京</t></r><rPh><t>トウキョウ</t></rPh></si>"
    strings = tokyo + "<si><t>a_x000D_b</t></si>"
    extracted = read(
        xlsx_of('<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>', strings=strings)
    )
    assert extracted.text == "# One\n\n| 東京 | a b |\n| - | - |"


def test_a_hidden_sheet_of_an_ods_stays_hidden(read):
    style = (
        '<office:automatic-styles xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0">'
        '<style:style style:name="t1" style:family="table"><style:table-properties '
        'table:display="false"/></style:style></office:automatic-styles>'
    )
    sheet = (
        '<table:table table:name="{0}" table:style-name="{1}"><table:table-row><table:table-cell>'
        "<text:p>{0} words</text:p></table:table-cell></table:table-row></table:table>"
    )
    body = sheet.format("Secret", "t1") + sheet.format("Open", "t2")
    content = samples_office.odf_of(body, "spreadsheet", styles=style)
    assert read(content, "a.ods").text == "# Open\n\nOpen words"


@pytest.mark.parametrize(
    ("code", "value", "text"),
    [
        ("General", 1234567.0, "1234567"),
        ("General", 0.1 + 0.2, "0.3"),
        ("#,##0.00", 1250.5, "1250.50"),
        ('"$"#,##0', -12.0, "-$12"),
        ('_-* #,##0.00\\ "€"_-;[Red]\\(0\\)', 12.0, "12.00 €"),
        ('General" kg"', 1.5, "1.5 kg"),
        ('0,"K"', 12000.0, "12000"),
        ("000-00-0000", 123456789.0, "123456789"),
        ("0%", 0.5, "50%"),
        ("0000", 7.0, "0007"),
        ("[h]:mm", 1.5, "36:00"),
        ("h:mm AM/PM", 0.75, "18:00"),
        ("yyyy-mm-dd hh:mm", 45363.5, "2024-03-12 12:00"),
        ("[$-41E]d mmmm bbbb", 45363.0, "2024-03-12"),
        ("mmm yy", 45363.0, "2024-03-12"),
        ('0.0 "days"', 3.0, "3.0 days"),
        ("# ?/?", 0.5, "0.5"),
        ("yyyy", -5.0, "-5"),
        ("yyyy", 1e12, "1000000000000"),
    ],
)
def test_number_formats(code, value, text):
    from documents.extraction.xlsx_cells import number_format

    assert number_format(code).text(value, since_1904=False) == text


def test_workbooks_of_old_macs_count_days_from_1904():
    from documents.extraction.xlsx_cells import number_format

    assert number_format("yyyy-mm-dd").text(43901.0, since_1904=True) == "2024-03-12"
