import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from documents.extraction.markdown import headings


def found(text):
    return [(heading.start, heading.level, heading.title) for heading in headings(text)]


def test_atx_and_setext_headings_with_offsets():
    text = "Top\n===\n\n## Second ##\nwords\n\nThird\nline\n---\n"

    assert found(text) == [(0, 1, "Top"), (9, 2, "Second"), (29, 2, "Third line")]


def test_fences_front_matter_and_indented_code_hold_no_headings():
    text = (
        "---\ntitle: x\n---\n# A\n```sh\n# no\n~~~\n```\n~~~~\n# no\n~~~\n~~~~\n\n    # no\n# B\n"
    )

    assert [title for _, _, title in found(text)] == ["A", "B"]


@pytest.mark.parametrize(
    "text", ["#hashtag", "- item\n---", "words\n\n---\n", "> quote\n---", "####### x"]
)
def test_what_only_looks_like_a_heading(text):
    assert found(text) == []


def test_titles_are_words_without_marks():
    assert (
        found("# The `Future` **trait** [here](http://x.y) {#id}\n")[0][2]
        == "The Future trait here"
    )


LINES = st.sampled_from(
    [
        "# A",
        "## B ##",
        "###",
        "word",
        "- x",
        "===",
        "---",
        "***",
        "",
        "",
        "```",
        "~~~",
        "> q",
        "    code",
    ]
)


@given(st.lists(LINES, max_size=12))
def test_sections_agree_with_a_full_parser_where_blocks_are_apart(lines):
    """Lines set apart: how a paragraph runs on inside a list or quote is left to the parser."""
    text = "start\n\n" + "\n\n".join(lines)
    tokens = MarkdownIt().parse(text)
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    expected = [
        (starts[token.map[0]], int(token.tag[1]))
        for place, token in enumerate(tokens)
        if token.type == "heading_open" and token.level == 0 and tokens[place + 1].content
    ]
    assert [(start, level) for start, level, _ in found(text)] == expected


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("title: The Sky", "The Sky"),
        ("tags: [a]\ntitle:  'The: Sky'  # blue", "The: Sky"),
        ('title: "Sky"', "Sky"),
        ("title: Sky # blue", "Sky"),
        ("subtitle: No", "First"),
        ("title: >\n  Folded", "First"),
        ("title:\nother: x", "First"),
    ],
)
def test_front_matter_gives_the_title_and_stays_in_the_text(read, line, title):
    text = f"---\n{line}\n---\n\n# First\n\nWords."
    extracted = read(text.encode(), "sky.md")
    assert (extracted.title, extracted.text) == (title, text)
    assert [text[heading.start :][:7] for heading in extracted.headings] == ["# First"]
