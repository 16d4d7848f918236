import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from language.sentences import LONG_RUN, LONGEST, sentences


def split(text):
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It rains. We stay! Why?", ["It rains.", "We stay!", "Why?"]),
        ("He said “Go.” Then he left.", ["He said “Go.”", "Then he left."]),
        ('"Why?" she said.', ['"Why?" she said.']),
        ("東京。高い！はい", ["東京。", "高い！", "はい"]),
        ("यह एक है। वह दो है।", ["यह एक है।", "वह दो है।"]),
        ("هل هذا؟ نعم.", ["هل هذا؟", "نعم."]),
    ],
)
def test_sentences_end_at_the_stops_of_their_script(text, expected):
    assert split(text) == expected


def test_a_heading_without_any_mark_is_not_part_of_the_sentence_below_it():
    text = (
        "2. Leave\nIn your first year you have 22 days of paid\nleave. It ends.\n"
        "Illness\nWrite to us before the first day is over."
    )
    assert split(text) == [
        "2. Leave",
        "In your first year you have 22 days of paid\nleave.",
        "It ends.",
        "Illness",
        "Write to us before the first day is over.",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Dr. Smith met J. R. Tolkien.",
        "Use units, e.g. metres.",
        "It costs 3.50 in v2.3.1 today.",
        "See No. 5 and Fig. 2 for more.",
        "In the U.S. Senate it failed.",
        "ร้านเปิดทุกวันตั้งแต่ 06:45 น. ยกเว้นวันพุธ",
    ],
)
def test_abbreviations_initials_and_decimals_end_nothing(text):
    assert split(text) == [text]


def test_no_as_an_answer_is_a_sentence():
    assert split("Did it? No. He stayed.") == ["Did it?", "No.", "He stayed."]


def test_a_soft_line_wrap_does_not_end_a_sentence():
    assert split("This goes\non here. Next") == ["This goes\non here.", "Next"]


@pytest.mark.parametrize(
    "text",
    [
        "The rent for the flat is due until the\n3. of each month and the\n22) nothing more.",
        "Whoever has signed the contract with\nThe Company\nis bound to keep all rules in it.",
        "The tenant of this flat pays what is due to\nMr Smith\nAt the Old Mill in the village of"
        " Little Snoring.",
        "ผู้เช่าต้องชำระ\nค่าเช่าทุกวันที่ 5 ของเดือน",
        "租户应于每月\n5日前支付租金。",
    ],
)
def test_lines_kept_from_a_scan_end_no_sentence(text):
    assert split(text) == [text]


def test_items_in_small_letters_are_items():
    text = "Bring along:\n1. a pen that\nis blue\n2. a book"
    assert split(text) == ["Bring along:", "1. a pen that\nis blue", "2. a book"]


def test_headings_items_rows_and_blank_lines_end_a_sentence():
    text = "# Title\nText\n\nMore\n- one\n- two\n1. First\n| a | b |\n| c | d |\nend"
    assert split(text) == [
        *["# Title", "Text", "More", "- one", "- two", "1. First", "| a | b |", "| c | d |", "end"]
    ]


def test_long_thai_text_is_split_at_spaces():
    found = split(" ".join(["กรุงเทพมหานคร" * 3] * 20))
    assert len(found) > 3
    assert all(len(one) <= LONG_RUN * 5 // 4 for one in found)


@given(st.text())
def test_spans_are_trimmed_ordered_and_lose_nothing_but_white_space(text):
    spans = sentences(text)
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in spans)
    assert spans == sorted(spans)
    assert "".join(split(text)).split() == [] or "".join("".join(split(text)).split()) == "".join(
        text.split()
    )


@pytest.mark.parametrize("piece", ["a", ".", ' "', "a. ", "ก", '."', "\n", "# \n", "1. "])
def test_hostile_text_takes_linear_time(piece):
    started = time.process_time()
    spans = sentences(piece * (300_000 // len(piece)) + "x")
    assert time.process_time() - started < 3
    assert all(end - start <= LONGEST * 5 // 4 for start, end in spans)


def test_a_table_row_is_one_sentence_and_the_rule_belongs_to_the_header():
    text = "Ages.\n| Name | Note |\n| - | - |\n| Dr. Ada | It rains. She stays. |\n| Bo | - |"
    assert split(text) == [
        "Ages.",
        "| Name | Note |\n| - | - |",
        "| Dr. Ada | It rains. She stays. |",
        "| Bo | - |",
    ]


def test_a_long_thai_row_stays_whole():
    row = "| " + " ".join(["กรุงเทพมหานคร" * 3] * 8) + " |"
    assert split(f"{row}\n{row}") == [row, row]


def test_code_without_stops_is_cut_at_the_end_of_a_line():
    lines = [f"set value_{number} to delta-lantern-{number} now" for number in range(60)]
    found = split("\n".join(lines))
    assert len(found) > 1
    assert [line for one in found for line in one.split("\n")] == lines
