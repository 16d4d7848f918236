import pytest

from documents.extraction import ExtractionError, Heading, extract
from documents.tests import samples


@pytest.fixture
def read(tmp_path):
    def read(content, name="file.docx"):
        path = tmp_path / "upload"
        path.write_bytes(content)
        return extract(path, name)

    return read


def paragraph(words):
    return f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>"


def refusal(read, content, name="file.docx"):
    with pytest.raises(ExtractionError) as caught:
        read(content, name)
    assert caught.value.permanent
    return caught.value.code


def test_headings_lists_and_tables_in_document_order(read):
    extracted = read(samples.docx())

    assert extracted.text == (
        "# Guide\n\nOpening words.\n\n## Parts\n\n- first\n- second\n\n"
        "| Name | Code |\n| - | - |\n| a\\|b | copper-granite-4283 |\n\n"
        "Line one\nline two\tand a tab"
    )
    assert extracted.headings == [Heading(0, 1, "Guide"), Heading(25, 2, "Parts")]
    assert extracted.title == "Guide"
    assert extracted.pages == []


def test_links_insertions_and_boxes_are_read_once_and_deletions_not(read):
    body = (
        "<w:p><w:hyperlink><w:r><w:t>link</w:t></w:r></w:hyperlink>"
        "<w:ins><w:r><w:t> new</w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText>old</w:delText></w:r></w:del>"
        f"<w:r><w:txbxContent>{paragraph('boxed')}</w:txbxContent></w:r></w:p>"
        f"<w:sdt><w:sdtContent>{paragraph('controlled')}</w:sdtContent></w:sdt>"
    )
    assert read(samples.docx_of(body)).text == "link new\n\nboxed\n\ncontrolled"


def test_a_table_for_the_look_of_it_is_text_without_a_header(read):
    words = "Words of a page that was set in two columns. " * 30
    rows = [[words, "Short"], ["Below", words]]
    cells = [[f"<w:tc>{paragraph(text)}</w:tc>" for text in row] for row in rows]
    table = "".join(f"<w:tr>{''.join(row)}</w:tr>" for row in cells)
    lines = read(samples.docx_of(f"<w:tbl>{table}</w:tbl>")).text.split("\n")

    assert lines[0].startswith("- Words of a page that was set in two columns. Words")
    assert lines[-2].startswith("- Below; Words of a page")
    assert sum(line.count("Words of a page") for line in lines) == 60


def test_a_wide_table_that_fits_stays_a_table(read):
    row = "".join(f"<w:tc>{paragraph(f'column {n}')}</w:tc>" for n in range(25))
    text = read(samples.docx_of(f"<w:tbl><w:tr>{row}</w:tr><w:tr>{row}</w:tr></w:tbl>")).text
    assert text.startswith("| column 0 | column 1 |")


def test_a_footnote_follows_its_paragraph(read):
    notes = (
        f'<w:footnotes xmlns:w="{samples.WORD}"><w:footnote w:id="2">{paragraph("the note")}'
        "</w:footnote></w:footnotes>"
    )
    body = '<w:p><w:r><w:t>Claim</w:t><w:footnoteReference w:id="2"/></w:r></w:p>'

    assert read(samples.docx_of(body + paragraph("Next"), footnotes=notes)).text == (
        "Claim\n\nthe note\n\nNext"
    )


def test_a_docx_is_known_by_its_content(read):
    content = samples.docx_of(paragraph("words"))
    assert read(content, "file.pdf").mime_type.endswith("wordprocessingml.document")


def test_a_bomb_is_refused_by_its_directory(read):
    with pytest.raises(ExtractionError, match="content expands to 200 MB") as caught:
        read(samples.docx_bomb())
    assert caught.value.code == "zip_bomb"


def test_a_bomb_that_lies_about_its_size_is_refused(read):
    assert refusal(read, samples.lying_docx()) == "damaged_docx"


def test_ten_thousand_parts_are_refused(read):
    parts = {f"x{number}": b"" for number in range(10_001)}
    assert refusal(read, samples.zipped({"word/document.xml": b"<x/>"} | parts)) == "zip_bomb"


def test_entities_are_never_expanded(read):
    assert refusal(read, samples.billion_laughs_docx()) == "unsafe_docx"
    unused = samples.docx_of(paragraph("x"), before='<!DOCTYPE w:document [<!ENTITY a "b">]>')
    assert refusal(read, unused) == "unsafe_docx"


def test_an_entity_does_not_read_a_file_of_the_server(read):
    doctype = '<!DOCTYPE w:document [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    assert refusal(read, samples.docx_of(paragraph("&amp;a;"), before=doctype)) == "unsafe_docx"


def test_a_cut_or_misnamed_docx_is_named_so(read):
    assert refusal(read, samples.docx()[:20_000]) == "damaged_docx"
    assert refusal(read, samples.zipped({"other.xml": b""})) == "not_a_docx"
    assert refusal(read, b"words") == "not_a_docx"
    assert refusal(read, samples.docx_of("<w:p>" * 5000 + "</w:p>" * 5000)) == "damaged_docx"


def test_a_password_or_an_old_format_is_named(read):
    locked = samples.ole("EncryptionInfo", "EncryptedPackage")
    assert refusal(read, locked) == "encrypted_docx"
    assert refusal(read, locked, "sheet.xlsx") == "encrypted_xlsx"
    with pytest.raises(ExtractionError, match=r"old Word document \(.doc\). Save it as DOCX"):
        read(samples.ole("WordDocument", "1Table"), "old.doc")
    with pytest.raises(ExtractionError, match="Save it as PPTX and upload that"):
        read(samples.ole("PowerPoint Document"), "old.ppt")


def test_other_archives_are_refused_with_what_is_read(read):
    with pytest.raises(ExtractionError, match="KyroChat reads PDF, Word, PowerPoint"):
        read(samples.zipped({"classes.dex": b""}), "program.apk")


def test_a_docx_without_words_has_no_text(read):
    assert refusal(read, samples.docx_of("<w:p/>")) == "no_text"
