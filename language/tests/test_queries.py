import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from language.passages import passage_terms
from language.queries import MOST_TERMS, parse
from language.terms import LONGEST, STOP_WORDS


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ('the "annual leave" rule', ("annual leave",)),
        ("“Annual  leave” and «jour férié»", ("Annual leave", "jour férié")),
        ("„Urlaub“ oder »Ferien«", ("Urlaub", "Ferien")),
        ("「有給休暇」と『祝日』", ("有給休暇", "祝日")),
        ("＂full width＂", ("full width",)),
        ("the owner's dog isn't the neighbours' ‘dog’", ()),
        ('a 5" by 7" frame', ()),
        ('never closed "here', ()),
        ('"a" is too short, "" is nothing', ()),
        ('twice "so" and "so"', ("so",)),
    ],
)
def test_what_is_in_quotation_marks_is_a_phrase(text, phrases):
    assert parse(text).phrases == phrases


def test_quoted_words_still_weigh():
    assert parse('"annual leave"').weights == parse("annual leave").weights


@pytest.mark.parametrize(
    ("text", "is_name"),
    [
        *(("18700", True), ("๖๔๐ บาท", True), ("9,500원", True), ("KITE-0007", True)),
        *(("+66 2 123 4567", True), ("3 March 2024", True), ("Thalberg", True), ("กาแฟ", True)),
        *(("is it open", False), ("blue lamp 12", False), ("ร้านกาแฟหยุดวันไหน", False)),
        *(("一次可以借几本书", False), ("1 " * 50, False)),
    ],
)
def test_numbers_codes_and_a_single_word_are_names(text, is_name):
    assert parse(text).is_name == is_name


def test_a_word_counts_once_however_often_it_is_said():
    assert parse("price of the price, Price!").weights == parse("the price").weights


def test_stop_words_are_left_out_unless_nothing_else_is_asked():
    assert parse("What is the price?").weights == {"price": 1.0}
    assert set(parse("who is it").weights) == {"who", "is", "it"}


def test_an_english_question_asks_for_no_pieces_of_words():
    assert not [term for term in parse("what is insurance").weights if term.startswith("zq")]
    assert "zqsteu" in parse("Steuer").weights


def test_a_page_as_a_question_keeps_its_heaviest_terms():
    weights = parse(" ".join(f"word{n}x" for n in range(500)) + " KITE-0007").weights
    assert len(weights) == MOST_TERMS
    assert weights["kite0007"] == 2.0


@given(st.text())
def test_every_term_asked_for_is_one_plain_token(text):
    for term, weight in parse(text).weights.items():
        assert re.fullmatch(r"[a-z][a-z0-9]*|[0-9]+", term)
        assert len(term) <= LONGEST
        assert weight > 0


@given(st.text())
def test_what_a_passage_says_finds_it(text):
    """But for pieces of short words, of which the words themselves are indexed."""
    asked = {term for term in parse(text).weights if not term.startswith("zq")}
    assert asked <= set(passage_terms(text)) | STOP_WORDS
