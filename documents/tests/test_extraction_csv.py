import pytest

from documents.extraction.csv_table import separator_of
from documents.tests.samples import THAI

FRUIT = "| Name | Price | City |\n| - | - | - |\n| Äpfel | 1,50 | Köln |\n| Birnen | 2,75 | Bonn |"


@pytest.mark.parametrize("separator", [";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_separators_and_encodings_are_found_out(read, separator, encoding):
    rows = ["Name;Price;City", "Äpfel;1,50;Köln", "Birnen;2,75;Bonn"]
    content = "\r\n".join(rows).replace(";", separator).encode(encoding)
    extracted = read(content, "fruit.csv")

    assert extracted.text == FRUIT
    assert (extracted.mime_type, extracted.headings) == ("text/csv", [])


def test_thai_of_windows_is_read(read):
    content = "ชื่อ,ราคา\nมะม่วง,120\nทุเรียน,500\n".encode("cp874")
    assert read(content, "a.csv").text == (
        "| ชื่อ | ราคา |\n| - | - |\n| มะม่วง | 120 |\n| ทุเรียน | 500 |"
    )


def test_quoted_cells_hold_separators_quotes_and_lines(read):
    content = b'"Name","Note"\n"A","He said ""hi, there""\nand left"\n"B","x;y"\n'
    assert read(content, "a.csv").text == (
        '| Name | Note |\n| - | - |\n| A | He said "hi, there" and left |\n| B | x;y |'
    )


def test_a_quotation_mark_nobody_closed_does_not_swallow_the_rest(read):
    text = read(b'size,what\n"5 inch,pipe\n' + b"6,tube\n" * 500, "a.csv").text
    assert text.startswith('| size | what |\n| - | - |\n| "5 inch | pipe |\n| 6 | tube |\n')
    assert text.count("| 6 | tube |") == 500


def test_a_title_above_and_excels_own_first_line_are_no_header(read):
    assert read(b"Report 2024,,\n,,\nName,Q1,Q2\nA,1,2\n", "a.csv").text == (
        "Report 2024\n\n| Name | Q1 | Q2 |\n| - | - | - |\n| A | 1 | 2 |"
    )
    assert read(b"sep=;\na,x;b\n1,5;2\n", "a.csv").text == "| a,x | b |\n| - | - |\n| 1,5 | 2 |"


def test_rows_without_a_header_get_numbered_columns(read):
    assert read(b"1,Anna,2024-01-01\n2,Bob,2024-01-02\n", "a.csv").text == (
        "| Column 1 | Column 2 | Column 3 |\n| - | - | - |\n"
        "| 1 | Anna | 2024-01-01 |\n| 2 | Bob | 2024-01-02 |"
    )


def test_one_column_is_lines(read):
    assert read(b"E-mail\na@example.org\nb@example.org\n", "a.csv").text == (
        "E-mail\n\na@example.org\n\nb@example.org"
    )


def test_only_the_name_makes_a_table_of_a_text(read):
    assert read(b"a,b\n1,2\n", "a.txt").mime_type == "text/plain"
    assert read(b"a,b\n1,2\n", "a.tsv").mime_type == "text/csv"
    assert read(THAI.encode(), "a.csv").text


def test_decimal_commas_do_not_outvote_semicolons():
    assert separator_of("a;b\n1,5;2,5\n1,5;2,5\n") == ";"
    assert separator_of("name\tnote\nA\tone, two\nB\tthree, four\n") == "\t"
