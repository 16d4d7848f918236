"""Which kind a text is: by its content, by its name where the content leaves it open."""

import pytest

from documents.extraction import ExtractionError
from documents.extraction.formats import FORMATS
from documents.extraction.kinds import kind_of_text
from documents.extraction.ole import root_streams
from documents.extraction.result import CSV, EMAIL, HTML, JSON, MARKDOWN, PLAIN, RTF
from documents.filters import KINDS
from documents.forms import TYPES
from documents.models.document import TYPE_LABELS, Document
from documents.tests import samples

MAIL = b"Received: from a\r\n by b\r\nSubject: Hello\r\nFrom: a@example.org\r\n\r\nWords\r\n"


@pytest.mark.parametrize(
    ("content", "suffix", "kind"),
    [
        (b"<!DOCTYPE html><p>x", ".txt", HTML),
        (b"\xef\xbb\xbf<!-- saved --> <?xml version='1.0'?>\n<HTML lang=en>", ".csv", HTML),
        ("\ufeff<html><body>ก".encode("utf-16-le"), "", HTML),
        (b"<p>a fragment", ".html", HTML),
        (b"a < b and no tags", ".html", None),
        (b"<html-like> words", ".md", None),
        (MAIL, "", EMAIL),
        (MAIL, ".txt", EMAIL),
        (b"Subject: only\n\nwords", ".eml", EMAIL),
        (b"Subject: only\n\nwords", ".txt", None),
        (b"To: do\nFrom: here\n", ".md", None),
        (b'{"a": 1}', ".json", JSON),
        (b'{"a": 1}', ".txt", None),
        (b"a,b\n", ".csv", CSV),
        (b"# Heading\n", ".md", None),
    ],
)
def test_kinds_of_text(content, suffix, kind):
    assert kind_of_text(content, suffix) == kind


def test_words_that_are_no_email_are_misnamed():
    with pytest.raises(ExtractionError, match=r"named .eml, but its content is not an e-mail"):
        kind_of_text(b"just words", ".eml")


def test_a_thousand_comments_take_no_time():
    assert kind_of_text(b"<!-- -->" * 512, ".txt") is None


def test_streams_at_the_top_of_a_compound_file_are_listed(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(samples.ole("WordDocument", "1Table", "Data"))
    assert root_streams(path) == {"WordDocument", "1Table", "Data"}
    path.write_bytes(samples.ole("WordDocument")[:600])
    assert root_streams(path) == set()


def test_every_format_has_a_label_and_a_filter_in_the_library():
    kinds = {*FORMATS, MARKDOWN, PLAIN}
    assert set(TYPE_LABELS) == kinds
    assert {kind for group in KINDS.values() for kind in group} == kinds
    assert [name for name, _ in TYPES] == list(KINDS)
    assert Document(name="a.PPTX").type_label == "PowerPoint"
    assert Document(name="a.bin", mime_type=RTF).type_label == "RTF"
