import pytest

from documents.extraction import ExtractionError, Heading
from documents.tests import samples_epub
from documents.tests.samples_epub import ENCRYPTION, epub

FONTS = "http://www.idpf.org/2008/embedding"
AES = "http://www.w3.org/2001/04/xmlenc#aes128-cbc"


def test_chapters_come_in_the_order_of_the_spine(read):
    extracted = read(epub("<h1>One</h1><p>First.</p>", "<h2>Two</h2><p>Second.</p>"))

    assert extracted.text == "# One\n\nFirst.\n\n## Two\n\nSecond."
    assert extracted.headings == [Heading(0, 1, "One"), Heading(15, 2, "Two")]
    assert (extracted.mime_type, extracted.title) == ("application/epub+zip", "The Copper Book")


@pytest.mark.parametrize("ncx", [False, True])
def test_a_chapter_without_a_heading_takes_its_title_from_the_contents(read, ncx):
    book = epub("<p>First.</p>", "<h1>Two</h1><p>Second.</p>", titles=("One", "2"), ncx=ncx)

    assert read(book).text == "# One\n\nFirst.\n\n# Two\n\nSecond."


def test_obscured_fonts_lock_nobody_out(read):
    lock = ENCRYPTION.format(method=FONTS, uri="OEBPS/part%201.xhtml")
    assert read(epub("<p>words</p>", **{"META-INF/encryption.xml": lock})).text == "words"
    lock = ENCRYPTION.format(method=AES, uri="OEBPS/fonts/a.otf")
    assert read(epub("<p>words</p>", **{"META-INF/encryption.xml": lock})).text == "words"


def test_a_book_locked_by_its_shop_is_told(read):
    lock = ENCRYPTION.format(method=AES, uri="OEBPS/part%201.xhtml")
    with pytest.raises(
        ExtractionError, match=r"locked by the shop it comes from \(DRM\)"
    ) as caught:
        read(epub("<p>words</p>", **{"META-INF/encryption.xml": lock}))
    assert caught.value.code == "encrypted_epub"


def test_a_missing_chapter_is_damage_and_not_a_shorter_book(read):
    with pytest.raises(ExtractionError, match="Export it as EPUB again") as caught:
        read(epub("<p>One</p>", "<p>Two</p>", **{"OEBPS/part 1.xhtml": None}))
    assert caught.value.code == "damaged_epub"
    assert caught.value.detail == "OEBPS/part 1.xhtml is missing"


def test_a_chapter_named_a_million_times_is_read_once(read):
    package = samples_epub.PACKAGE.format(
        items='<item id="c" href="a.xhtml" media-type="application/xhtml+xml"/>',
        spine='<itemref idref="c"/>' * 200_000,
    )
    page = samples_epub.PAGE.format(body="<p>words</p>")
    assert read(epub(**{"OEBPS/book.opf": package, "OEBPS/a.xhtml": page})).text == "words"


def test_a_chapter_leads_to_no_file_of_the_server(read):
    package = samples_epub.PACKAGE.format(
        items='<item id="c" href="../../../etc/passwd" media-type="application/xhtml+xml"/>',
        spine='<itemref idref="c"/>',
    )
    with pytest.raises(ExtractionError) as caught:
        read(epub(**{"OEBPS/book.opf": package}))
    assert caught.value.detail == "etc/passwd is missing"
