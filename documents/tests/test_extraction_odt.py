from documents.extraction import Heading
from documents.tests import samples_office
from documents.tests.samples_office import odf_of


def test_headings_lists_tables_and_notes_in_document_order(read):
    extracted = read(samples_office.odt(), "book.odt")

    assert extracted.text == (
        "# Handbook ✓\n\nWords   three spaces\tand a tab\n\nthe note\n\n## Parts\n\n"
        "- one\n  - deep\n- two\n\n| Name | Code |\n| - | - |\n| a\\|b | ทองแดง |\n\nAfter"
    )
    assert extracted.headings == [
        Heading(0, 1, "Handbook ✓"),
        Heading(extracted.text.index("## Parts"), 2, "Parts"),
    ]
    assert extracted.title == "The handbook"
    assert extracted.mime_type == "application/vnd.oasis.opendocument.text"


def test_sections_are_read_and_contents_comments_and_deletions_are_not(read):
    body = (
        "<text:tracked-changes><text:changed-region><text:p>deleted</text:p>"
        "</text:changed-region></text:tracked-changes>"
        "<text:table-of-content><text:index-body><text:p>Contents 1</text:p></text:index-body>"
        "</text:table-of-content>"
        "<text:section><text:section><text:p>inner<office:annotation><text:p>comment</text:p>"
        "</office:annotation> words<text:line-break/>below</text:p></text:section></text:section>"
    )
    assert read(odf_of(body)).text == "inner words\nbelow"


def test_a_box_follows_the_paragraph_it_hangs_on(read):
    body = (
        '<text:p>Before<draw:frame xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0">'
        "<draw:text-box><text:p>boxed</text:p></draw:text-box></draw:frame> after</text:p>"
    )
    assert read(odf_of(body)).text == "Before after\n\nboxed"


def test_a_table_inside_a_cell_is_words_of_that_cell(read):
    cell = "<table:table-cell>{}</table:table-cell>"
    row = "<table:table-row>{}</table:table-row>"
    inner = "<table:table>" + row.format(cell.format("<text:p>in</text:p>")) + "</table:table>"
    cells = cell.format("<text:p>a</text:p>" + inner) + cell.format("<text:p>b</text:p>")
    assert read(odf_of(f"<table:table>{row.format(cells)}</table:table>")).text == (
        "| a in | b |\n| - | - |"
    )
