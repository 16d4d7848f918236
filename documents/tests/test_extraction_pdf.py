import pytest

from documents.extraction import ExtractionError, Heading, Limits, extract
from documents.extraction.pdf.document import is_cut_off, parse
from documents.tests import samples


@pytest.fixture
def read(tmp_path):
    def read(content, name="file.pdf", **options):
        path = tmp_path / "upload"
        path.write_bytes(content)
        return extract(path, name, **options)

    return read


def refusal(read, content):
    with pytest.raises(ExtractionError) as caught:
        read(content)
    assert caught.value.permanent
    return caught.value.code


def test_pages_keep_their_numbers_also_after_a_blank_one(read):
    extracted = read(samples.pdf("One\nline", "Two", "", "Four", title="Annual report"))

    assert extracted.mime_type == "application/pdf"
    assert extracted.text == "One\nline\n\nTwo\n\n\n\nFour"
    assert extracted.pages == [(0, 8), (10, 13), (15, 15), (17, 21)]
    assert extracted.title == "Annual report"


def test_a_code_keeps_its_hyphen_at_a_line_end_and_a_word_loses_it(read):
    page = (
        "code copper-granite-\n4283 and arm-linux-\ngcc in a docu-\nment, well-\nknown: well-known"
    )

    assert read(samples.pdf(page)).text == (
        "code copper-granite-4283 and arm-linux-gcc in a document, well-known: well-known"
    )


def test_bookmarks_are_headings_where_their_words_stand(read):
    extracted = read(samples.bookmarked_pdf())

    assert extracted.headings == [Heading(23, 1, "Chapter One"), Heading(58, 2, "Part two")]
    assert extracted.text[58:69] == "## Part two"
    assert extracted.title == "Chapter One"


def test_an_owner_password_alone_does_not_lock(read):
    assert read(samples.encrypted_pdf(user_password="")).text == "The secret is copper-granite-4283"


def test_a_user_password_is_named(read):
    assert refusal(read, samples.encrypted_pdf(user_password="x")) == "password_needed"


def test_a_truncated_pdf_is_not_read_in_part(read):
    with pytest.raises(ExtractionError, match="cut off: its end is missing"):
        read(samples.truncated_pdf())
    assert refusal(read, samples.truncated_pdf()) == "truncated_pdf"


def test_every_cut_before_the_end_is_noticed():
    whole = samples.pdf("One", "Two")
    end = whole.rindex(b"startxref") + len(b"startxref\n1")

    assert all(is_cut_off(whole[:length]) for length in range(end))
    assert not is_cut_off(whole + b"\0\r\n<!-- added by a proxy -->" * 300)


def test_an_update_that_did_not_arrive_whole_is_noticed():
    assert is_cut_off(samples.pdf("One") + b"9 0 obj\n<< /Type /Pa")


def test_junk_and_text_named_pdf_are_no_pdf(read):
    assert refusal(read, bytes(range(256)) * 40) == "not_a_pdf"
    assert refusal(read, b"<html>Not found</html>") == "not_a_pdf"


def test_a_pdf_header_before_junk_is_a_damaged_pdf(read):
    junk = bytes(range(256)) * 40
    assert refusal(read, b"%PDF-1.7\n" + junk + b"startxref\n12\n%%EOF") == "damaged_pdf"


def test_pages_with_nothing_on_them_have_no_text(read):
    assert refusal(read, samples.pdf("", "")) == "no_text"


def test_prose_about_pdf_headers_is_text(read):
    assert read(b"# Formats\nA PDF begins with %PDF-1.7", "a.md").mime_type == "text/markdown"


def test_pages_beyond_the_share_of_computing_are_read_as_they_come(tmp_path):
    path = tmp_path / "file.pdf"
    path.write_bytes(samples.pdf("One\nline", "Two docu-\nments"))

    extracted = parse(path, Limits(cpu_seconds=0))

    assert extracted.text == "One\nline\n\nTwo documents"
    assert extracted.pages == [(0, 8), (10, 23)]
