"""What repeats at the edges of pages goes; what only looks like it stays."""

import pytest

from documents.extraction import extract
from documents.tests.samples_pdf import laid_out, page, row, sideways, words

BODIES = (
    "The harbour received ships.",
    "Tonnage grew as well.",
    "The quay was made longer.",
    "A new master came.",
    "He stayed for a year.",
)


@pytest.fixture
def texts(tmp_path):
    """The texts of pages that have a line each and what the test adds to them."""

    def texts(*added, bodies=BODIES):
        path = tmp_path / "upload"
        drawn = (
            page(words(50, 600, body), *(one(number) for one in added))
            for number, body in enumerate(bodies, start=1)
        )
        path.write_bytes(laid_out(*drawn))
        extracted = extract(path, "file.pdf")
        return [extracted.text[start:end] for start, end in extracted.pages]

    return texts


def test_headers_and_footers_go(texts):
    assert texts(
        lambda _: row(760, (50, "Annual report of the harbour"), (400, "Confidential")),
        lambda number: words(280, 30, f"Page {number} of 5"),
    ) == list(BODIES)


def test_page_numbers_go_on_whichever_side_and_in_roman_digits(texts):
    assert texts(lambda number: words(50 if number % 2 else 500, 30, str(number + 8))) == list(
        BODIES
    )
    assert texts(lambda n: words(280, 30, ("i", "ii", "iii", "iv", "v")[n - 1])) == list(BODIES)


def test_running_titles_that_change_with_the_chapter_go_with_their_page_numbers(texts):
    assert texts(lambda n: words(50, 760, f"Chapter {'abcde'[n - 1]} {n}", 9)) == list(BODIES)


def test_a_short_document_keeps_everything(texts):
    header = "Annual report of the harbour"
    assert texts(lambda _: words(50, 760, header), bodies=BODIES[:2]) == [
        f"{header}\n\n{body}" for body in BODIES[:2]
    ]


def test_the_header_row_of_a_table_that_goes_on_stays(texts):
    rows = texts(
        lambda _: row(616, (50, "Port"), (200, "Ships"), (300, "Tons")),
        lambda n: "\n".join(
            row(588 - 14 * m, (50, f"P{n}{m}"), (200, "9"), (300, "2")) for m in range(3)
        ),
    )
    assert all("Port" in text and "Ships" in text for text in rows)


def test_a_line_close_to_the_text_stays_and_so_do_numbers_that_count_no_pages(texts):
    assert texts(lambda _: words(50, 613, "From the diary")) == [
        f"From the diary\n{body}" for body in BODIES
    ]
    totals = (17, 3, 90, 41, 5)
    assert texts(lambda n: words(50, 500, f"Total {totals[n - 1]}")) == [
        f"{body}\n\nTotal {total}" for body, total in zip(BODIES, totals, strict=True)
    ]


def test_a_large_title_that_repeats_on_some_pages_is_a_heading(texts):
    found = texts(
        lambda n: words(50, 760, "Diary", 16) if n < 4 else "",
        bodies=(*BODIES, *BODIES),
    )
    assert found[:4] == [f"# Diary\n\n{body}" for body in BODIES[:3]] + [BODIES[3]]


def test_watermarks_go_and_a_stamp_on_one_page_stays(texts):
    assert texts(lambda _: sideways(20, 100, "DRAFT")) == list(BODIES)
    stamped = texts(lambda n: sideways(20, 100, "Received in May") if n == 2 else "")
    assert stamped[1] == f"{BODIES[1]}\n\nReceived in May"


def test_pages_with_nothing_else_keep_it(texts):
    assert texts(lambda n: words(280, 30, str(n)), bodies=("", *BODIES[1:]))[0] == "1"


def test_a_note_on_every_page_is_no_furniture(texts):
    """Their marks count the pages, as page numbers do."""
    read = texts(
        lambda n: words((173, 150.2, 173)[n - 1], 604, str(n), 6),
        lambda n: words(50, 80, f"{n} See the diary.", 7),
        lambda n: words(280, 30, str(n)),
        bodies=BODIES[:3],
    )
    assert read == [
        f"{body}[^{n}]\n\n[^{n}]: See the diary." for n, body in enumerate(BODIES[:3], start=1)
    ]
