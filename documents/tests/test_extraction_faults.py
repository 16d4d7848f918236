"""One bad file of each kind and each sort; each ends in its own sentence, whatever it tries."""

import io
import zipfile

import pytest

from documents.extraction import ExtractionError, Limits
from documents.tests import samples, samples_office
from documents.tests.samples_office import ENCRYPTED, odf_of, xlsx_of
from documents.tests.samples_xls import xls

RTF = b"{\\rtf1\\ansi " + b"\\pard some words\\par\n" * 100 + b"}"
WHOLE = {
    ".docx": samples.docx(),
    ".pptx": samples_office.pptx(),
    ".xlsx": samples_office.xlsx(),
    ".xls": xls(),
    ".ods": samples_office.ods(),
    ".odt": samples_office.odt(),
    ".rtf": RTF,
}
ZIPPED = [".docx", ".pptx", ".xlsx", ".ods", ".odt"]
MAIN = {
    ".docx": "word/document.xml",
    ".pptx": "ppt/slides/slide1.xml",
    ".xlsx": "xl/worksheets/sheet1.xml",
    ".ods": "content.xml",
    ".odt": "content.xml",
}
LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
DOCTYPE = f'<!DOCTYPE x [<!ENTITY a0 "ha">{LAUGHS}]>'.encode()


@pytest.fixture
def refusal(read):
    def refusal(content, suffix="", **options):
        with pytest.raises(ExtractionError) as caught:
            read(content, f"file{suffix}", **options)
        assert caught.value.permanent
        return caught.value

    return refusal


def rewritten(content, change):
    """The archive again, its members passed through `change(name, content)`."""
    output = io.BytesIO()
    old = zipfile.ZipFile(io.BytesIO(content))
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return output.getvalue()


@pytest.mark.parametrize("suffix", WHOLE)
def test_a_cut_file_is_damaged(refusal, suffix):
    whole = WHOLE[suffix]
    error = refusal(whole[: len(whole) * 7 // 10], suffix)
    assert error.code == f"damaged_{suffix[1:]}"
    assert "is cut off or damaged. Save it again in " in error.message


@pytest.mark.parametrize("suffix", WHOLE)
def test_words_under_another_name_are_misnamed(refusal, suffix):
    error = refusal(b"just words", suffix)
    assert error.code == f"not_a_{suffix[1:]}"
    assert error.message.startswith(f"This file is named {suffix}, but its content is not ")


@pytest.mark.parametrize("suffix", ZIPPED)
def test_any_archive_under_another_name_is_misnamed(refusal, suffix):
    assert refusal(samples.zipped({"x.txt": b"x"}), suffix).code == f"not_a_{suffix[1:]}"


@pytest.mark.parametrize("suffix", WHOLE)
def test_a_kind_under_the_name_of_another_is_read_as_what_it_is(read, suffix):
    assert read(WHOLE[suffix], "file.xlsx" if suffix != ".xlsx" else "file.pptx").text


@pytest.mark.parametrize("suffix", [*WHOLE, ".csv"])
def test_an_empty_file_is_empty_whatever_its_name(refusal, suffix):
    assert refusal(b"", suffix).code == "empty_file"


@pytest.mark.parametrize("suffix", [".docx", ".pptx", ".xlsx"])
def test_a_locked_office_file_needs_a_password(refusal, suffix):
    error = refusal(samples.ole("EncryptionInfo", "EncryptedPackage"), suffix)
    assert error.message == (
        f"This {suffix[1:].upper()} needs a password. Save a copy without password and upload that."
    )


def test_a_locked_xls_or_opendocument_file_needs_a_password(refusal):
    assert refusal(xls(password=True)).code == "encrypted_xls"
    assert refusal(odf_of("x", manifest=ENCRYPTED)).code == "encrypted_odt"
    assert refusal(odf_of("x", "spreadsheet", manifest=ENCRYPTED)).code == "encrypted_ods"


@pytest.mark.parametrize("suffix", ZIPPED)
def test_a_bomb_is_refused_by_its_directory(refusal, suffix):
    bomb = samples_office.with_member(WHOLE[suffix], "bomb.xml", b"0" * (40 << 20))
    assert refusal(bomb, suffix).code == "zip_bomb"


@pytest.mark.parametrize("suffix", ZIPPED)
def test_a_bomb_that_lies_about_its_size_is_refused(refusal, suffix):
    spaces = b" " * (40 << 20)
    bomb = rewritten(
        WHOLE[suffix], lambda name, part: part + spaces if name == MAIN[suffix] else part
    )
    assert refusal(samples.lying(bomb, MAIN[suffix]), suffix).code == f"damaged_{suffix[1:]}"


@pytest.mark.parametrize("suffix", ZIPPED)
def test_entities_are_never_expanded(refusal, suffix):
    def with_doctype(name, part):
        if name != MAIN[suffix]:
            return part
        start = part.find(b"?>") + 2 if part.startswith(b"<?xml") else 0
        return part[:start] + DOCTYPE + part[start:]

    error = refusal(rewritten(WHOLE[suffix], with_doctype), suffix)
    assert error.code == f"unsafe_{suffix[1:]}"


@pytest.mark.parametrize("suffix", ZIPPED)
def test_broken_xml_is_damage(refusal, suffix):
    cut = rewritten(WHOLE[suffix], lambda name, part: part[:-40] if name == MAIN[suffix] else part)
    assert refusal(cut, suffix).code == f"damaged_{suffix[1:]}"


@pytest.mark.parametrize("suffix", [".pptx", ".xlsx"])
def test_a_missing_part_is_damage(refusal, suffix):
    output = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WHOLE[suffix])) as old, zipfile.ZipFile(output, "w") as new:
        for name in old.namelist():
            if name != MAIN[suffix]:
                new.writestr(name, old.read(name))
    assert refusal(output.getvalue(), suffix).detail == f"{MAIN[suffix]} is missing"


def test_a_billion_cells_or_rows_of_the_same_are_refused(refusal, read):
    cell = "<table:table-cell {0}><text:p>x</text:p></table:table-cell>"
    wide = cell.format('table:number-columns-repeated="1000000000"')
    tall = '<table:table><table:table-row table:number-rows-repeated="1000000000">{0}'
    tall += "</table:table-row></table:table>"
    for kind in ("spreadsheet", "text"):
        row = f"<table:table><table:table-row>{wide}</table:table-row></table:table>"
        assert "more than 16384 cells" in refusal(odf_of(row, kind)).detail
        assert "1000000000 rows" in refusal(odf_of(tall.format(cell.format("")), kind)).detail
    blank = tall.format('<table:table-cell table:number-columns-repeated="1000000000"/>')
    with pytest.raises(ExtractionError, match="No text was found in this ODS"):
        read(odf_of(blank, "spreadsheet"))


def test_one_long_text_in_a_hundred_thousand_cells_is_refused(refusal):
    row = "<row>" + '<c t="s"><v>0</v></c>' * 1000 + "</row>"
    bomb = xlsx_of(row * 100, strings=f"<si><t>{'long ' * 200_000}</t></si>")
    assert refusal(bomb).code in {"too_much_memory", "too_large_text", "too_much_computing"}


def test_declared_dimensions_are_not_believed(read):
    content = xlsx_of('<row><c t="str"><v>x</v></c></row>')
    declared = rewritten(
        content,
        lambda _, part: part.replace(
            b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>'
        ),
    )
    assert read(declared).text == "# One\n\nx"


def test_a_number_that_is_none_is_damage(refusal):
    assert refusal(xlsx_of('<row r="x"/>')).code == "damaged_xlsx"
    assert refusal(xlsx_of('<row><c t="s"><v>7</v></c></row>')).code == "damaged_xlsx"
    assert refusal(odf_of('<text:h text:outline-level="x">a</text:h>')).code == "damaged_odt"


def test_an_xls_whose_streams_are_lost_is_damaged(refusal):
    assert refusal(xls()[:1000], ".xls").code == "damaged_xls"


def test_rtf_groups_nest_only_so_deep(refusal):
    error = refusal(b"{\\rtf1 " + b"{" * 2_000_000 + b"x" + b"}" * 2_000_001)
    assert error.code == "damaged_rtf"


def test_a_csv_of_one_line_of_a_hundred_megabytes_is_too_large(refusal):
    assert refusal(b"word," * (20 << 20), ".csv").code == "too_large_text"


def test_a_csv_that_grows_past_the_limit_is_too_large(refusal):
    table = b"a,b\n" * 1000
    assert refusal(table, ".csv", limits=Limits(text_chars=5000)).code == "too_large_text"


def test_office_files_that_are_not_read_say_what_to_save_instead(refusal):
    for content, words in {
        samples.ole("PowerPoint Document"): "old PowerPoint presentation (.ppt). Save it as PPTX",
        samples.ole("__properties_version1.0"): "Outlook message (.msg). Save it as EML",
        samples.zipped({"xl/workbook.bin": b""}): "binary workbook (.xlsb). Save it as XLSX",
        odf_of("", "presentation"): "OpenDocument presentation. Save it as PPTX",
    }.items():
        assert words in refusal(content).message
