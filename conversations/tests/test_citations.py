"""Marks become citations: numbered in reading order, bound to the very words that support them."""

import time
from dataclasses import replace
from uuid import uuid4

import pytest

from conversations.citations import Binder, Citation, supporting_span
from documents.retrieval import Passage

SKY = "Colours are many. The sky is blue on clear days. Grass is green, as everybody knows."


def passage(content: str = SKY, start: int = 100, page: int | None = 3) -> Passage:
    return Passage(
        chunk_id=uuid4(),
        document_id=uuid4(),
        document_name="colours.pdf",
        content=content,
        page=page,
        section="",
        start_char=start,
        end_char=start + len(content),
        score=1.0,
    )


def bind(passages: list[Passage], *deltas: str) -> tuple[str, list[Citation]]:
    binder = Binder(passages)
    parts = [part for delta in deltas for part in binder.feed(delta)] + list(binder.finish())
    text = "".join(part for part in parts if isinstance(part, str))
    assert [part for part in parts if isinstance(part, Citation)] == binder.citations
    return text, binder.citations


def test_the_quote_is_the_sentence_that_supports_the_claim():
    source = passage()
    text, [citation] = bind([source], "The sky is blue [1].")
    assert text == "The sky is blue [1]."
    assert citation.quote == "The sky is blue on clear days."
    start = citation.start_char - source.start_char
    assert SKY[start : citation.end_char - source.start_char] == citation.quote
    assert (citation.page, citation.document_name) == (3, "colours.pdf")


def test_a_mark_cut_into_pieces_is_still_one_mark():
    text, citations = bind([passage()], "The sky is blue", " [", "1", "]", ".")
    assert (text, len(citations)) == ("The sky is blue [1].", 1)


def test_two_statements_from_one_passage_are_two_citations():
    text, citations = bind([passage()], "The sky is blue [1]. Grass is green [1].")
    assert text == "The sky is blue [1]. Grass is green [2]."
    assert [c.quote.split()[0] for c in citations] == ["The", "Grass"]


def test_the_same_statement_twice_keeps_its_number():
    text, citations = bind([passage()], "The sky is blue [1]. Yes, the sky is blue [1].")
    assert (text.count("[1]"), len(citations)) == (2, 1)


def test_numbers_follow_the_order_of_reading_not_of_the_passages():
    other = passage("Roses are red.")
    text, citations = bind([passage(), other], "Roses are red [2]. The sky is blue [1].")
    assert text == "Roses are red [1]. The sky is blue [2]."
    assert citations[0].chunk_id == str(other.chunk_id)


def test_a_list_of_marks_is_taken_apart():
    text, citations = bind([passage(), passage()], "The sky is blue [1, 2].")
    assert (text, len(citations)) == ("The sky is blue [1] [2].", 2)


@pytest.mark.parametrize("mark", ["[7]", "[0]", "[99]"])
def test_a_mark_that_names_no_passage_is_dropped(mark):
    assert bind([passage()], f"The sky is blue {mark}.") == ("The sky is blue.", [])


@pytest.mark.parametrize(
    "text",
    [
        "See [the rules](https://example.com).",
        "```\nrows[1] = 2\n```\n",
        "Read `rows[1]` here.",
        "A [note] here.",
    ],
)
def test_brackets_that_are_no_marks_stay(text):
    assert bind([passage()], text) == (text, [])


def test_a_stray_backtick_in_a_quote_keeps_its_citation():
    text, citations = bind([passage("Run `make and wait.")], "Run `make and wait. [1]")
    assert (text, len(citations)) == ("Run `make and wait. [1]", 1)


def test_a_claim_in_another_language_quotes_the_whole_passage():
    [citation] = bind([passage()], "ท้องฟ้าเป็นสีฟ้า [1]")[1]
    assert citation.quote == SKY


def test_a_claim_of_two_sentences_quotes_both():
    start, end = supporting_span(SKY, "The sky is blue on clear days and grass is green.")
    assert SKY[start:end] == "The sky is blue on clear days. Grass is green, as everybody knows."


def test_a_code_fence_cut_into_pieces_is_still_one_fence():
    text, citations = bind([passage()], "``", "`py\na[1]\n`", "``\nThe sky is blue [1].")
    assert text == "```py\na[1]\n```\nThe sky is blue [1]."
    assert len(citations) == 1


@pytest.mark.parametrize("text", ["sky [1]" * 2_000, "the blue sky " * 8_000 + "[1]" * 500])
def test_thousands_of_marks_do_not_hold_up_other_answers(text):
    started = time.process_time()
    _text, citations = bind(
        [passage(SKY * 40)], *[text[at : at + 40] for at in range(0, len(text), 40)]
    )
    assert citations
    assert time.process_time() - started < 3


PEOPLE = (
    "| Name | Born | Salary |\n| - | - | - |\n| Agatha Finch | 1958-01-30 | 4100 |\n"
    "| Hieronymus Vole | 1961-04-12 | 3900 |"
)


@pytest.mark.parametrize(
    "claim",
    [
        "| Name | Born | Salary |\n| - | - | - |\n| Hieronymus Vole | 1961-04-12 | 3900 [1] |",
        "The name with salary 3900, born 1961-04-12, is his [1].",
    ],
)
def test_a_claim_from_a_table_quotes_its_row_from_the_header_on(claim):
    source = passage(PEOPLE)
    [citation] = bind([source], claim)[1]
    assert citation.quote == PEOPLE
    assert (citation.start_char, citation.end_char) == (source.start_char, source.end_char)


def test_a_row_far_below_its_header_is_quoted_alone():
    rows = "\n".join(f"| Name {number} | Vole-{number} |" for number in range(60))
    claim = "| Person | Code |\n| - | - |\n| Name 47 | Vole-47 [1] |"
    [citation] = bind([passage(f"| Person | Code |\n| - | - |\n{rows}")], claim)[1]
    assert citation.quote == "| Name 47 | Vole-47 |"


def test_rows_of_one_table_are_quoted_by_their_own_marks():
    rows = "\n".join(f"| Name {number} | Vole-{number} |" for number in range(60))
    claim = "| Person | Code |\n| - | - |\n| Name 47 | Vole-47 [1] |\n| Name 52 | Vole-52 [1] |"
    text, citations = bind([passage(f"| Person | Code |\n| - | - |\n{rows}")], claim)
    assert text.endswith("| Name 47 | Vole-47 [1] |\n| Name 52 | Vole-52 [2] |")
    assert [c.quote for c in citations] == ["| Name 47 | Vole-47 |", "| Name 52 | Vole-52 |"]


def test_a_claim_about_the_columns_alone_quotes_the_header():
    start, end = supporting_span("Text.\n\n" + PEOPLE, "It has a salary column.")
    assert ("Text.\n\n" + PEOPLE)[start:end] == "| Name | Born | Salary |\n| - | - | - |"


def edited(content: str, original: str) -> Passage:
    before = passage(original)
    return replace(before, content=content, original=original)


def test_words_a_person_put_in_are_quoted_with_the_place_they_were_put_for():
    source = edited(SKY.replace("blue", "green"), SKY)
    _text, [citation] = bind([source], "The sky is green [1].")
    assert citation.quote == "The sky is green on clear days."
    assert (citation.start_char, citation.end_char) == (source.start_char, source.end_char)
    assert citation.original == SKY


def test_the_documents_own_words_in_an_edited_passage_keep_their_very_place():
    source = edited("New words come first. " + SKY, SKY)
    _text, [citation] = bind([source], "The sky is blue [1].")
    at = citation.start_char - source.start_char
    assert SKY[at : citation.end_char - source.start_char] == citation.quote
    assert citation.original == ""


def test_two_quotes_of_a_persons_own_are_two_citations():
    source = edited("The sky is red. Grass is yellow.", SKY)
    text, citations = bind([source], "The sky is red [1]. Grass is yellow [1].")
    assert text == "The sky is red [1]. Grass is yellow [2]."
    assert [citation.quote for citation in citations] == ["The sky is red.", "Grass is yellow."]


@pytest.mark.parametrize(
    ("mark", "shown"),
    [
        ("[1][2]", " [1] [2]"),
        ("[1,2]", " [1] [2]"),
        ("[1; 2]", " [1] [2]"),
        ("[1 and 2]", " [1] [2]"),
        ("[1–3]", " [1] [2] [3]"),
        ("[1-3]", " [1] [2] [3]"),
        ("[1–8]", " [1] [2] [3]"),
        ("[1, 1]", " [1]"),
        ("[[1]]", " [1]"),
        ("\\[1\\]", " [1]"),
        ("[^1]", " [1]"),
        ("[Source 1]", " [1]"),
        ("[passages 1, 3]", " [1] [2]"),
        ("【1】", " [1]"),
        ("【1†source】", " [1]"),
        ("［１］", " [1]"),
        ("[١]", " [1]"),
        ("[๒]", " [1]"),
        ("[1](https://example.com)", "[1](https://example.com)"),
        ("[2019]", "[2019]"),
        ("[1.5]", "[1.5]"),
        ("[a1]", "[a1]"),
        ("[ ]", "[ ]"),
    ],
)
def test_every_spelling_that_models_use_is_a_mark_wherever_it_is_cut(mark, shown):
    passages = [passage() for _ in range(3)]
    said = f"The sky is blue{mark}."
    for at in range(len(said)):
        assert bind(passages, said[:at], said[at:])[0] == f"The sky is blue{shown}."


@pytest.mark.parametrize(
    "said",
    [
        "- The sky is blue [1]\n- Grass is green [1]\n",
        "| a | b |\n| - | - |\n| The sky is blue [1] | Grass is green [1] |\n",
        "> The sky is blue [1]\n>\n> Grass is green [1]",
        "**The sky is blue** [1], *grass is green* [1].",
        "The sky is blue. [1] Grass is green. [1]",
        "(see [the sky is blue [1]] and grass is green [1])",
    ],
)
def test_marks_are_numbered_wherever_they_stand(said):
    text, citations = bind([passage()], said)
    assert text == said.replace("green [1]", "green [2]").replace(
        "green. [1]", "green. [2]"
    ).replace("green* [1]", "green* [2]")
    assert [citation.quote.split()[0] for citation in citations] == ["The", "Grass"]


def test_where_each_mark_stands_is_known():
    binder = Binder([passage(), passage()])
    said = "```\nrows[1]\n```\nSky[1, 2]. Blue 【2】[7]"
    parts = [*binder.feed(said[:20]), *binder.feed(said[20:]), *binder.finish()]
    text = "".join(part for part in parts if isinstance(part, str))
    assert [text[mark.start : mark.end] for mark in binder.marks] == [
        f" [{mark.number}]" for mark in binder.marks
    ]
    assert len(binder.marks) == 3


def test_what_no_database_keeps_is_not_shown():
    assert bind([passage()], "a\x00b\ud800c") == ("a\ufffdb\ufffdc", [])
