import re
import time
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from language.terms import LONGEST, index_terms, query_words, words


def test_english_words_give_themselves_and_their_stem():
    assert index_terms("The countries agreed") == ["the", "countries", "countri", "agreed", "agre"]


def test_repeated_words_are_kept_as_often_as_they_occur():
    assert Counter(index_terms("rain, rain and rain")) == {"rain": 3, "and": 1}


def test_accents_ligatures_and_width_do_not_matter():
    assert index_terms("École ÉCOLE e\u0301cole ﬁne Ｆine Straße") == index_terms(
        "ecole ecole ecole fine fine strasse"
    )


def test_a_code_gives_its_parts_and_the_joined_form():
    assert index_terms("KITE-0001") == ["kite", "0001", "kite0001"]
    assert index_terms("v2.3.1") == ["v2", "3", "1", "v231"]


def test_a_word_that_begins_with_a_digit_cannot_be_read_as_a_number():
    assert index_terms("0e17 3d 42") == ["x0e17", "x3d", "42"]


def test_digits_of_every_script_are_the_same_digits():
    assert index_terms("๒๕๖๗ ٢٠٢٤ ２０２４") == ["2567", "2024", "2024"]


def test_thai_gives_trigrams_in_hexadecimal():
    assert index_terms("สวัสดี") == [
        "z0e2a0e270e31",
        "z0e270e310e2a",
        "z0e310e2a0e14",
        "z0e2a0e140e35",
    ]


def test_chinese_japanese_and_korean_give_pairs():
    assert index_terms("東京塔") == ["z67714eac", "z4eac5854"]
    assert index_terms("茶") == ["z8336"]
    assert index_terms("한국은") == ["zd55cad6d", "zad6dc740"]


def test_short_words_of_spaced_scripts_meet_the_beginning_of_longer_ones():
    assert set(index_terms("ел")) < set(index_terms("ёлка"))


def test_vowel_marks_of_arabic_and_hebrew_are_optional():
    assert index_terms("العَرَبِيَّة") == index_terms("العربية")


def test_characters_outside_the_basic_plane_cannot_be_confused_with_pairs():
    assert index_terms("𠀀𠀁") == ["zy20000y20001"]


def test_contractions_lose_their_tail():
    assert index_terms("the owner’s don't") == ["the", "owner", "don"]


def test_questions_lose_stop_words_and_repetitions():
    assert query_words("What is the price of the price?") == [("price",)]


def test_a_question_of_stop_words_only_keeps_them():
    assert query_words("who is it") == [("who",), ("is",), ("it",)]


def test_the_forms_of_a_word_stay_together():
    assert query_words("the countries") == [("countries", "countri")]


@given(st.text())
def test_every_term_is_one_plain_token(text):
    for term in index_terms(text):
        assert re.fullmatch(r"[a-z][a-z0-9]*|[0-9]+", term)
        assert len(term) <= LONGEST


@pytest.mark.parametrize(
    "text",
    [
        "a" * 3_000_000,
        "\u0301" * 1_000_000,
        "\u0301" * 500_000 + "\u0323" * 500_000,
        "a-" * 500_000,
        "\ufdfa" * 100_000,
    ],
    ids=["one word", "one mark", "marks out of order", "one chain", "expanding"],
)
def test_hostile_text_takes_linear_time(text):
    started = time.process_time()
    index_terms(text)
    assert time.process_time() - started < 3


@pytest.mark.parametrize(
    "text",
    [
        "The word, the Word. It's KITE-0007's v2.3.1",
        "e\u0301 \u0301a \u00b4x\u00a0y\u200bz a\u0300\u0301 \ufb01x \u00bd \u0130I \u00df",
        " \u0315\u0300 a\u0315\u0300 " + "x" * 70,
        "กรุงเทพ 東京は日本 مرحبا",
    ],
)
def test_index_terms_are_those_of_the_words_though_pieces_are_remembered(text):
    assert index_terms(text) == [term for forms in words(text) for term in forms]
