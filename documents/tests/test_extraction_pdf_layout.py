"""What a page looks like decides in what order and as what it is read."""

import pytest

from documents.extraction import Heading, extract
from documents.extraction.pdf.raised import with_raised
from documents.extraction.pdf.shapes import Line
from documents.tests.samples_pdf import (
    grid,
    laid_out,
    lines,
    page,
    picture,
    row,
    sideways,
    words,
)

LEFT = (
    "The harbour of the old town received more",
    "vessels than in any year before, and so the",
    "office counted every single one of them with",
    "care. Nobody had asked for that until the new",
    "master came and wanted to know it at once.",
)
RIGHT = (
    "Tonnage grew as well, although not as fast as",
    "the number of the ships, for many of them had",
    "come empty. The master wrote to the council",
    "and asked for a longer quay, which he was then",
    "promised for the spring of the following year.",
)
LEFT_TEXT, RIGHT_TEXT = " ".join(LEFT), " ".join(RIGHT)


@pytest.fixture
def read(tmp_path):
    def read(*pages):
        path = tmp_path / "upload"
        path.write_bytes(laid_out(*pages))
        return extract(path, "file.pdf")

    return read


def test_columns_are_read_one_after_the_other(read):
    both = page(lines(50, 700, *LEFT), lines(310, 700, *RIGHT))
    assert read(both).text == f"{LEFT_TEXT}\n\n{RIGHT_TEXT}"


def test_columns_drawn_line_by_line_are_read_one_after_the_other(read):
    both = enumerate(zip(LEFT, RIGHT, strict=True))
    drawn = [row(700 - 12 * n, (50, a), (310, b)) for n, (a, b) in both]
    assert read(page(*drawn)).text == f"{LEFT_TEXT}\n\n{RIGHT_TEXT}"


def test_a_title_above_columns_comes_first_even_if_it_is_drawn_last(read):
    drawn = page(
        lines(50, 700, *LEFT, *LEFT), lines(310, 700, *RIGHT), words(50, 740, "Harbour", 20)
    )
    extracted = read(drawn)
    assert extracted.text == f"# Harbour\n\n{LEFT_TEXT} {LEFT_TEXT}\n\n{RIGHT_TEXT}"
    assert extracted.headings == [Heading(0, 1, "Harbour")]


def test_three_columns_of_unequal_length(read):
    narrow = (
        "Ships came from the north and",
        "from the south, and some from",
        "the west, in great number and",
        "all year long.",
    )
    drawn = [
        row(700 - 12 * n, *((50 + 180 * c, text) for c in range(3) if n < 4 - c % 2))
        for n, text in enumerate(narrow)
    ]
    whole = " ".join(narrow)
    assert (
        read(page(*drawn)).text == f"{whole}\n\n{whole.removesuffix(' all year long.')}\n\n{whole}"
    )


def test_a_box_beside_the_text_does_not_cut_it(read):
    drawn = page(lines(450, 688, "A note", "in a box"), lines(50, 700, *(LEFT + RIGHT)), turned=0)
    assert read(drawn).text == f"{LEFT_TEXT} {RIGHT_TEXT}\n\nA note\nin a box"


def test_a_ruled_table_is_a_table_also_where_its_cells_are_full(read):
    drawn = page(
        words(50, 740, "Before the table."),
        grid([50, 120, 180, 300], [720, 700, 670, 650]),
        row(706, (53, "Port"), (123, "Ships"), (183, "Remarks")),
        row(688, (53, "Rotterdam is"), (123, "1,200"), (183, "the largest of them")),
        row(676, (53, "a port"), (183, "all")),
        row(656, (53, "Hamburg"), (183, "fewer")),
    )
    assert read(drawn).text == (
        "Before the table.\n\n"
        "| Port | Ships | Remarks |\n| - | - | - |\n"
        "| Rotterdam is a port | 1,200 | the largest of them all |\n| Hamburg |  | fewer |"
    )


def test_rules_around_many_rows_do_not_put_them_into_one(read):
    cells = [("Rome", "12"), ("Bonn", "7"), ("Oslo", "5"), ("Kiel", "3")]
    drawn = page(
        grid([50, 150, 300], [720, 700, 600]),
        row(706, (53, "Town"), (160, "Ships")),
        *(row(686 - 14 * n, (53, town), (160, ships)) for n, (town, ships) in enumerate(cells)),
    )
    assert read(drawn).text == (
        "| Town | Ships |\n| - | - |\n| Rome | 12 |\n| Bonn | 7 |\n| Oslo | 5 |\n| Kiel | 3 |"
    )


def test_columns_of_short_cells_are_a_table_without_rules(read):
    drawn = page(
        row(700, (50, "Port"), (200, "Ships"), (300, "Tons")),
        row(686, (50, "Rotterdam"), (200, "1,200"), (300, "12")),
        row(672, (50, "Hamburg"), (200, "800"), (300, "14")),
        row(658, (50, "Bremen"), (300, "15")),
    )
    assert read(drawn).text == (
        "| Port | Ships | Tons |\n| - | - | - |\n"
        "| Rotterdam | 1,200 | 12 |\n| Hamburg | 800 | 14 |\n| Bremen |  | 15 |"
    )


def test_a_cell_that_goes_on_below_stays_whole_and_a_row_without_a_name_is_a_row(read):
    drawn = page(
        row(700, (50, "Port"), (150, "Ship"), (250, "Remarks")),
        row(688, (50, "Rome"), (150, "Aida"), (250, "came in the morning and")),
        words(250, 676, "left at night"),
        row(664, (50, "Bonn"), (150, "Bella"), (250, "stayed")),
        row(652, (150, "Carla"), (250, "sank")),
    )
    assert read(drawn).text == (
        "| Port | Ship | Remarks |\n| - | - | - |\n"
        "| Rome | Aida | came in the morning and left at night |\n"
        "| Bonn | Bella | stayed |\n|  | Carla | sank |"
    )


def test_a_sum_below_a_column_is_a_row_of_its_own(read):
    drawn = page(
        row(700, (50, "Item"), (200, "Price"), (260, "Total")),
        row(688, (50, "Rope 20 m"), (200, "15.50"), (260, "15.50")),
        row(676, (50, "Brass lamp"), (200, "40.00"), (260, "80.00")),
        row(664, (200, "Sum"), (260, "95.50")),
    )
    assert read(drawn).text == (
        "| Item | Price | Total |\n| - | - | - |\n| Rope 20 m | 15.50 | 15.50 |\n"
        "| Brass lamp | 40.00 | 80.00 |\n|  | Sum | 95.50 |"
    )


def test_two_rows_with_a_gap_stay_lines(read):
    drawn = page(row(700, (50, "Total"), (400, "500")), row(686, (50, "Paid"), (400, "200")))
    assert read(drawn).text == "Total 500\nPaid 200"


def test_a_table_of_contents_stays_lines(read):
    drawn = page(
        row(700, (50, "Harbours of the north"), (400, "3")),
        row(686, (50, "Harbours of the south"), (400, "9")),
        row(672, (50, "Index . . . . . . . . . . . . . . . . . . . . . . . 12")),
        row(658, (50, "Imprint"), (400, "14")),
    )
    assert read(drawn).text == (
        "Harbours of the north 3\nHarbours of the south 9\nIndex … 12\nImprint 14"
    )


def test_headings_are_known_by_size_and_weight(read):
    drawn = page(
        words(50, 740, "Harbours", 20),
        words(50, 700, "Of the north", 14),
        lines(50, 680, *LEFT),
        words(50, 600, "Ships", font="bold"),
        lines(50, 588, *RIGHT),
    )
    extracted = read(drawn)
    assert extracted.text == (
        f"# Harbours\n\n## Of the north\n\n{LEFT_TEXT}\n\n### Ships\n\n{RIGHT_TEXT}"
    )
    assert [(h.level, h.title) for h in extracted.headings] == [
        (1, "Harbours"), (2, "Of the north"), (3, "Ships"),
    ]  # fmt: skip
    assert all(
        extracted.text[h.start :].startswith("#" * h.level + " " + h.title)
        for h in extracted.headings
    )
    assert extracted.title == "Harbours"


def test_paragraphs_are_joined_by_indent_and_distance_and_short_lines_are_not(read):
    drawn = page(
        words(62, 700, LEFT[0]), lines(50, 688, *LEFT[1:4]),
        words(62, 640, RIGHT[0]), lines(50, 628, *RIGHT[1:]),
        lines(50, 540, "Harbour office", "Quay 7", "Old Town"),
    )  # fmt: skip
    assert read(drawn).text == (
        f"{' '.join(LEFT[:4])}\n\n{RIGHT_TEXT}\n\nHarbour office\nQuay 7\nOld Town"
    )


def test_lists_stay_lists(read):
    drawn = page(
        lines(50, 740, *LEFT),
        words(60, 660, "• first point, which is long and does not end"),
        words(70, 648, "before the second line"),
        words(60, 636, "• second point"),
        words(80, 624, "• a point below it"),
        words(60, 612, "1. counted"),
        words(60, 600, "2. counted too"),
    )
    assert read(drawn).text == (
        f"{LEFT_TEXT}\n\n"
        "- first point, which is long and does not end before the second line\n"
        "- second point\n  - a point below it\n1. counted\n2. counted too"
    )


def test_code_keeps_its_lines_indents_and_spaces(read):
    code = [
        (0, "def sail():"),
        (4, "wind = 3"),
        (4, "return wind   # knots"),
        (0, ""),
        (0, "sail()"),
    ]
    drawn = page(
        lines(50, 740, *LEFT),
        *(
            words(50 + 6 * n, 660 - 12 * at, text, 10, "code")
            for at, (n, text) in enumerate(code)
            if text
        ),
        lines(50, 580, *RIGHT),
    )
    assert read(drawn).text == (
        f"{LEFT_TEXT}\n\n"
        "```\ndef sail():\n    wind = 3\n    return wind   # knots\n\nsail()\n```\n\n"
        f"{RIGHT_TEXT}"
    )


def test_a_footnote_comes_after_the_paragraph_that_refers_to_it(read):
    drawn = page(
        lines(50, 740, *LEFT[:4], "master came in."),
        words(118, 696, "1", 6),
        lines(50, 660, *RIGHT),
        words(50, 80, "1", 5),
        words(54, 76, "He came from the north.", 8),
    )
    assert read(drawn).text == (
        f"{' '.join(LEFT[:4])} master came in.[^1]\n\n[^1]: He came from the north.\n\n{RIGHT_TEXT}"
    )


def test_raised_and_lowered_runs_stay_in_their_line(read):
    """PDFium begins a new line at some, and another at the words that follow them."""
    drawn = page(
        words(50, 700, "In all 30 m"),
        words(96.2, 706, "2", 7),
        words(102.9, 700, "of land were sold"),
        words(50, 680, "a jar of H"),
        words(90.6, 675, "2", 7),
        words(94.5, 680, "O stood by"),
    )
    text = " ".join(read(drawn).text.split())
    assert text == "In all 30 m2 of land were sold a jar of H2O stood by"


def test_a_raised_digit_without_a_note_makes_no_other_number():
    line = Line("in 1871", 50, 100, 697.5, 707.5, size=10, look=0, row=0)
    raised = Line("1 by both", 100, 140, 697.5, 707.5, size=10, look=0, row=1)
    assert [one.text for one in with_raised([line, raised])] == ["in 1871 1 by both"]


@pytest.mark.parametrize("height", [0, 4, 6])
def test_a_small_raised_mark_of_a_note_stays_in_its_sentence(read, height):
    """However the line falls apart: before the mark, after it, or not at all."""
    drawn = page(
        lines(50, 740, *RIGHT),
        words(50, 650, "It was signed in 1871", 11),
        words(153.3, 650 + height, "1", 7),
        words(157.2, 650, " by both sides", 11),
        words(225.1, 650 + height, "2", 7),
        words(50, 80, "1", 6),
        words(54, 76, "By the light of the moon.", 8),
        words(50, 60, "2 The north and the south.", 8),
    )
    assert read(drawn).text == (
        f"{RIGHT_TEXT}\n\nIt was signed in 1871[^1] by both sides[^2]\n\n"
        "[^1]: By the light of the moon.\n\n[^2]: The north and the south."
    )


def test_a_turned_page_and_a_turned_text_are_read_upright(read):
    assert read(page(lines(50, 700, *LEFT), turned=90)).text == LEFT_TEXT
    assert (
        read(
            page(*(sideways(100 + 12 * n, 50, line) for n, line in enumerate(LEFT)), turned=90)
        ).text
        == LEFT_TEXT
    )


def test_a_paragraph_stays_on_its_pages(read):
    first, second = page(lines(50, 700, *LEFT[:3])), page(lines(50, 700, *LEFT[3:]))
    extracted = read(first, second)
    assert [extracted.text[start:end] for start, end in extracted.pages] == [
        " ".join(LEFT[:3]), " ".join(LEFT[3:]),
    ]  # fmt: skip


def test_pages_that_are_pictures_are_named(read):
    extracted = read(
        page(picture()), page(lines(50, 700, *LEFT), picture()), page(picture(), words(50, 20, "3"))
    )
    assert extracted.scans == (1, 3)
    assert extracted.pages == [
        (0, 0),
        (2, 2 + len(LEFT_TEXT)),
        (4 + len(LEFT_TEXT), 5 + len(LEFT_TEXT)),
    ]
    assert read(page(picture())).text == ""


def test_a_column_of_raised_numbers_is_no_column_of_pages(read):
    rooms = ("Kitchen", "Hall", "Cellar", "Attic", "Stairs")
    drawn = [row(700 - 14 * n, (50, name), (300, "²")) for n, name in enumerate(rooms)]
    assert "| Kitchen | ² |" in read(page(*drawn)).text
