import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from documents.chunking import splitting as chunking
from documents.chunking.contexts import under
from documents.extraction import Extracted, Heading
from documents.extraction.markdown import headings
from documents.extraction.result import XLSX
from language.tokens import estimate_tokens
from providers.fake import FakeEmbedder

SENTENCE = "The quick brown fox jumps over the lazy dog near the river bank today."


def split(extracted, counter=None, **options):
    return chunking.split(extracted, counter or FakeEmbedder(), **options)


def markdown(text):
    return Extracted("text/markdown", text, headings=headings(text))


def plain(text):
    return Extracted("text/plain", text)


def quotes(extracted):
    return [extracted.text[piece.start : piece.end] for piece in split(extracted)]


def prose(tokens):
    return " ".join([SENTENCE] * (tokens // estimate_tokens(SENTENCE) + 1))


def test_blank_text_has_no_pieces():
    assert split(plain("")) == split(plain(" \n\t\n")) == []


def test_a_short_text_is_one_trimmed_piece():
    [piece] = split(plain("\n  Hello there.\n\nGood bye. \n"))
    assert (piece.start, piece.end, piece.page, piece.section) == (3, 26, None, "")
    assert piece.token_count == estimate_tokens("Hello there.\n\nGood bye.")


def test_sections_are_cut_at_headings_and_carry_their_path():
    text = f"# Guide\n\n{prose(200)}\n\n## Parts\n\n{prose(200)}\n\n# End\n\n{prose(200)}\n"
    extracted = markdown(text)

    assert [piece.section for piece in split(extracted)] == ["Guide", "Guide › Parts", "End"]
    assert [quote.split("\n")[0] for quote in quotes(extracted)] == ["# Guide", "## Parts", "# End"]


def test_a_heading_without_text_goes_with_the_section_below():
    extracted = markdown(f"# Guide\n\n## Parts\n\n{prose(200)}\n\n## More\n\n{prose(200)}\n")

    assert [piece.section for piece in split(extracted)] == ["Guide › Parts", "Guide › More"]
    assert quotes(extracted)[0].startswith("# Guide\n\n## Parts\n\nThe quick")


def test_short_sections_share_a_piece_under_their_parent():
    extracted = markdown("# Changes\n\n## 1.1\n\nFixed a bug.\n\n## 1.2\n\nFixed two bugs.\n")
    assert [piece.section for piece in split(extracted)] == ["Changes"]


def test_a_short_section_joins_its_parent_and_not_the_next_one():
    long = prose(200)
    extracted = markdown(f"# A\n\n{long}\n\n## A1\n\nShort.\n\n# B\n\n## B1\n\n{long}\n")
    assert [piece.section for piece in split(extracted)] == ["A", "B › B1"]


def test_a_piece_of_several_top_sections_names_them_all():
    extracted = markdown("# One\n\nShort.\n\n# Two\n\nShort too.\n")
    assert [piece.section for piece in split(extracted)] == ["One · Two"]


def test_sheets_of_a_workbook_never_share_a_piece():
    text = "# Rivers\n\n| Name |\n| - |\n| Nile |\n\n# Lakes\n\n| Name |\n| - |\n| Geneva |\n"
    extracted = Extracted(XLSX, text, headings=headings(text))
    assert [piece.section for piece in split(extracted)] == ["Rivers", "Lakes"]


def test_a_listing_without_stops_is_cut_between_its_lines():
    lines = [f"set note {number} of KITE-0148 to delta-lantern-{number}" for number in range(200)]
    found = quotes(plain("\n".join(lines)))
    assert len(found) > 5
    assert {line for quote in found for line in quote.split("\n")} == set(lines)


def test_a_cut_paragraph_repeats_one_sentence_and_no_more():
    extracted = plain(prose(900))
    pieces = split(extracted)

    assert len(pieces) >= 3
    for before, after in pairwise(pieces):
        overlap = extracted.text[after.start : before.end]
        assert overlap.count(".") in (1, 2)
        assert estimate_tokens(overlap) <= 45


def test_paragraphs_are_not_repeated():
    pieces = split(plain("\n\n".join([prose(100)] * 10)))
    assert all(a.end <= b.start for a, b in pairwise(pieces))


@pytest.mark.parametrize(
    "row", ["| {} | the value of the row |", "- item {} of a long list", "    x{} = call()"]
)
def test_rows_items_and_lines_of_code_stay_whole(row):
    lines = [row.format(number) for number in range(200)]
    for quote in quotes(plain("\n".join(lines))):
        assert {line.strip() for line in quote.split("\n")} <= {line.strip() for line in lines}


def test_a_fenced_block_with_blank_lines_is_one_paragraph():
    code = "```\nfirst = 1\n\nsecond = 2\n```"
    assert any(code in quote for quote in quotes(plain(f"{prose(250)}\n\n{code}\n\n{prose(250)}")))


def test_pieces_keep_to_their_page():
    pages = [prose(350), "", "Short page.", prose(200)]
    text, offsets = "", []
    for page in pages:
        offsets.append((len(text), len(text) + len(page)))
        text += page + "\n\n"
    extracted = Extracted("application/pdf", text.rstrip(), offsets, [Heading(0, 1, "Report")])

    pieces = split(extracted)
    assert sorted({piece.page for piece in pieces}) == [1, 3, 4]
    for piece in pieces:
        start, end = offsets[piece.page - 1]
        assert start <= piece.start < piece.end <= end
        assert piece.section == "Report"


def test_a_hard_cut_leaves_marks_with_their_letters():
    text = "กี้" * 3000 + "e\u0301" * 3000 + "👩‍👩‍👧" * 500
    for quote in quotes(plain(text))[1:]:
        assert quote[0] not in "\u0e35\u0e49\u0301\u200d"


def test_a_long_path_is_shortened():
    title = "Word " * 100
    [piece] = split(markdown(f"# {title}\n\ntext"))
    assert len(piece.section) == 300
    assert piece.section.endswith("…")


class WordCounter:
    """Four characters a token, no token across a space: exact for whole and parts alike."""

    max_tokens = 512

    def __init__(self):
        self.calls = self.characters = 0

    def count_tokens(self, texts):
        self.calls += 1
        self.characters += sum(map(len, texts))
        return [sum(-(-len(word) // 4) for word in text.split()) for text in texts]


PARTS = st.sampled_from(
    [
        "# A\n",
        "## B\n",
        "C\n===\n",
        "\n\n",
        "\n",
        " ",
        "word ",
        "x" * 700,
        "ก" * 300,
        "中文。",
        "```\n",
        "- i\n",
        "| a |\n",
        "e\u0301",
        "😀",
        "Yes. ",
        prose(120),
        prose(500),
        "\u2028",
        "\x85",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PARTS, max_size=25).map("".join), st.integers(0, 3))
def test_every_character_is_in_a_piece_and_no_piece_is_blank_or_too_long(text, pages):
    extracted = markdown(text)
    if pages:
        cuts = [len(text) * number // pages for number in range(pages + 1)]
        extracted.pages = list(pairwise(cuts))
    counter = WordCounter()
    pieces = split(extracted, counter, title="Title " * 30)

    covered = bytearray(len(text))
    for piece in pieces:
        quote = text[piece.start : piece.end]
        assert quote.strip()
        assert counter.count_tokens([under(piece.context, quote)])[0] <= counter.max_tokens
        covered[piece.start : piece.end] = b"x" * len(quote)
    assert all(covered[at] or character.isspace() for at, character in enumerate(text))
    assert [piece.start for piece in pieces] == sorted({piece.start for piece in pieces})


def table(number, rows, words):
    lines = [f"| cell {number} {row} | {'word ' * words}|" for row in range(rows)]
    return [f"| Head{number} | Other |", "| --- | --- |", *lines]


def bare_table(number, rows, words):
    return [line.strip("| ") for line in table(number, rows, words)]


def code(number, lines, words):
    body = [f"    line_{number}_{line} = call({'word, ' * words})" for line in range(lines)]
    return [f"```lang{number}", *body, "```"]


def words(number, count, length):
    return [f"Prose {number}. " + "Some words. " * (count * length)]


BLOCKS = st.lists(
    st.tuples(
        st.sampled_from([table, bare_table, code, words]), st.integers(1, 40), st.integers(0, 60)
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=100, deadline=None)
@given(BLOCKS)
def test_no_row_and_no_line_of_code_is_cut_and_each_has_its_header_or_language(parts):
    blocks = [make(number, *sizes) for number, (make, *sizes) in enumerate(parts)]
    text = "\n\n".join("\n".join(lines) for lines in blocks)
    pieces = split(markdown(text), WordCounter())
    end = 0
    for (make, *_), lines in zip(parts, blocks, strict=True):
        for line in lines:
            start = text.index(line.strip(), end)
            end = start + len(line.strip())
            if make is not words:
                [*_, piece] = [piece for piece in pieces if piece.start <= start]
                assert end <= piece.end
                assert lines[0].strip("`") in under(piece.context, text[piece.start : piece.end])


def test_a_row_longer_than_a_piece_is_cut_between_its_cells():
    cells = ["word " * 30 + f"cell{number}" for number in range(40)]
    text = "| A | B |\n| - | - |\n| " + " | ".join(cells) + " |\n| short | row |"
    pieces = split(markdown(text), WordCounter())
    assert len(pieces) > 3
    for piece in pieces[1:]:
        quote = text[piece.start : piece.end]
        assert quote.startswith("|")
        assert piece.context == "| A | B |\n| - | - |"
    assert all(any(cell in text[p.start : p.end] for p in pieces) for cell in cells)


def test_code_keeps_its_indentation_and_its_language():
    lines = [f"    value_{number} = compute(number_{number})" for number in range(90)]
    text = "```python\ndef f():\n" + "\n".join(lines) + "\n```"
    first, second, *_ = split(plain(text), WordCounter())
    assert (first.context, second.context) == ("", "```python")
    assert text[second.start : second.end].startswith("    value_")


def test_a_fence_without_a_language_needs_no_context():
    text = "```\n" + "\n".join(f"line {number} of the listing" for number in range(200)) + "\n```"
    assert {piece.context for piece in split(plain(text), WordCounter())} == {""}


def test_the_title_stands_above_the_headings_once():
    text = f"# Guide\n\n{prose(200)}\n\n# End\n\n{prose(200)}\n"
    contexts = [piece.context for piece in split(markdown(text), title="Guide")]
    assert contexts == ["Guide", "Guide › End"]


def test_what_does_not_fit_above_the_text_is_left_out_from_the_outside_in():
    class Narrow(WordCounter):
        max_tokens = 300

    title, path = "T" * 80, "Heading " + "h" * 280
    text = f"# {path}\n\n## Last\n\n{'word ' * 1000}"
    found = split(markdown(text), Narrow(), title=title, sizes=chunking.Sizes(full=240, most=280))
    assert found[0].context == "Last"
    assert found[-1].token_count < 200
    assert found[-1].context == f"{title} › {found[-1].section}"


def test_a_long_document_is_counted_in_few_calls():
    counter = WordCounter()
    text = f"## Part\n\n{prose(250)}\n\nA short paragraph.\n\n" * 1000
    split(markdown(text), counter)
    assert counter.calls < len(text) / 50_000
    assert counter.characters < 1.1 * len(text)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 3_000_000,
        "ประเทศไทยเป็นประเทศที่ตั้ง" * 11_000,
        f"## Part\n\n{prose(250)}\n\n" * 1500,
        "# a\n" * 50_000,
        "e" + "\u0301" * 300_000,
        "\n\n" * 500_000,
    ],
    ids=["one word", "Thai", "Markdown", "headings", "marks", "blank"],
)
def test_time_grows_with_length_alone(text):
    extracted = markdown(text)
    started = time.process_time()
    split(extracted)
    assert time.process_time() - started < 5  # measured 0.1 to 0.6; quadratic takes minutes
