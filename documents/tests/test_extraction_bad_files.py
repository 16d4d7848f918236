"""Bad HTML, EPUB, JSON and e-mail: each ends in its own plain sentence, and none in much work."""

import random

import pytest

from documents.extraction import ExtractionError, Limits
from documents.tests import samples, samples_email, samples_epub
from documents.tests.samples_epub import epub

JUNK = random.Random(7).randbytes(50_000)
PAGE = "<!doctype html><html><body>{0}</body></html>"
BOOK = epub("<h1>One</h1><p>" + "words " * 3000, "<p>Two")
LETTER = bytes(samples_email.letter(files={"a.txt": b"words " * 1000}))
MAIL = "From: a@x.example\nSubject: s\n"
SHORT = Limits(cpu_seconds=1)
CUT, NAMED = "is cut off or damaged", "but its content is not"

BAD = {
    # 0 bytes
    "empty page": (b"", ".html", "empty_file", "This file is empty"),
    "empty book": (b"", ".epub", "empty_file", "This file is empty"),
    "empty json": (b"", ".json", "empty_file", "This file is empty"),
    "empty mail": (b"", ".eml", "empty_file", "This file is empty"),
    # Lying types
    "junk page": (JUNK, ".html", "unsupported_type", "not a kind of file that can be read"),
    "junk book": (JUNK, ".epub", "not_a_epub", f"{NAMED} an e-book"),
    "junk json": (JUNK, ".json", "unsupported_type", "not a kind of file that can be read"),
    "junk mail": (JUNK, ".eml", "not_a_eml", f"{NAMED} an e-mail"),
    "words as mail": (b"just words", ".eml", "not_a_eml", f"{NAMED} an e-mail"),
    "page as book": (PAGE.encode(), ".epub", "not_a_epub", f"{NAMED} an e-book"),
    "archive as book": (samples.zipped({"x": b""}), ".epub", "not_a_epub", NAMED),
    # Cut off or damaged
    "cut book": (BOOK[:-200], ".epub", "damaged_epub", CUT),
    "half a book": (BOOK[: len(BOOK) // 2], ".epub", "damaged_epub", CUT),
    "cut mail": (LETTER[:-40], ".eml", "damaged_eml", CUT),
    "book of nothing": (epub(), ".epub", "damaged_epub", CUT),
    "book without package": (epub("x", **{"OEBPS/book.opf": None}), ".epub", "damaged_epub", CUT),
    "book of junk": (epub("x", **{"OEBPS/part 1.xhtml": JUNK}), ".epub", "damaged_epub", CUT),
    # No words
    "blank page": (PAGE.format("<p> ").encode(), ".html", "no_text", "found in this HTML"),
    "blank book": (epub("<img src='a.jpg'/>"), ".epub", "no_text", "found in this EPUB"),
    "blank json": (b'{"a": []}', ".json", "no_text", "found in this JSON"),
    # Bombs, made when their turn comes
    "zip bomb": (
        lambda: epub("x", bomb="0" * (40 << 20)),
        ".epub",
        "zip_bomb",
        "its content expands to 40 MB or more",
    ),
    "lying zip bomb": (
        lambda: samples.lying(epub("x" * (40 << 20)), "OEBPS/part 1.xhtml"),
        ".epub",
        "damaged_epub",
        CUT,
    ),
    "nested page": (
        lambda: b"<!doctype html>" + b"<div>" * 1_000_000,
        ".html",
        "nested_too_deep",
        "nests more than 5,000 elements",
    ),
    "page of a million attributes": (
        lambda: b"<!doctype html><p " + b" ".join(b"a%d" % n for n in range(200_000)) + b">x",
        ".html",
        "too_much_computing",
        "1 s",
    ),
    "page of elements": (
        lambda: PAGE.format("<i>a</i>" * 3_500_000).encode(),
        ".html",
        "too_much_memory",
        "512 MB",
    ),
    "page of one line": (
        lambda: PAGE.format("word " * 5_000_000).encode(),
        ".html",
        "too_large_text",
        "20,000,000 characters",
    ),
    "json of empty lists": (
        lambda: b"[" + b"[]," * 8_000_000 + b"[]]",
        ".json",
        "too_large_text",
        "20,000,000 characters",
    ),
    "mail of parts": (
        lambda: samples_email.nested_parts(20_000),
        ".eml",
        "damaged_eml",
        CUT,
    ),
    "mail in mail": (
        lambda: (MAIL + "Content-Type: message/rfc822\n\n").encode() * 20_000,
        ".eml",
        "damaged_eml",
        CUT,
    ),
    "mail with a bad page": (
        lambda: (MAIL + "Content-Type: text/html\n\n" + "<div>" * 1_000_000).encode(),
        ".eml",
        "nested_too_deep",
        "nests more than 5,000 elements",
    ),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_file_ends_in_its_own_sentence(read, bad):
    made, suffix, code, words = BAD[bad]
    content = made if isinstance(made, bytes) else made()
    with pytest.raises(ExtractionError) as caught:
        read(content, f"file{suffix}", limits=SHORT if words == "1 s" else Limits())
    assert (caught.value.code, caught.value.permanent) == (code, True)
    assert words in caught.value.message
    assert caught.value.message.endswith(".")


@pytest.mark.parametrize(
    ("content", "suffix"),
    [
        (PAGE.format("&amp;" * 1_000_000).encode(), ".html"),
        (PAGE.format("<b>" * 100_000 + "x").encode(), ".html"),
        (
            PAGE.format("<table><tr><th colspan=99999>a<th>b<tr><td>c<td>d</table>").encode(),
            ".html",
        ),
        (PAGE.format("<p>Cut <b>o").encode()[:50], ".html"),
        (samples_epub.epub("<p>&lol9;&nbsp;x</p>"), ".epub"),
        (b'{"n": ' + b"9" * 1_000_000 + b"}", ".json"),
        (b'{"a": [{"b": ', ".json"),
        ((MAIL + "X: " + "a" * 1_000_000 + "\n\nx").encode(), ".eml"),
        ((MAIL + "To: " + "=?utf-8?q?a?= " * 100_000 + "\n\nx").encode(), ".eml"),
        ((MAIL + "Content-Type: text/plain; charset=zlib\n\nx").encode(), ".eml"),
    ],
)
def test_an_odd_file_is_read_all_the_same(read, content, suffix):
    assert read(content, f"file{suffix}", limits=Limits(cpu_seconds=5)).text
