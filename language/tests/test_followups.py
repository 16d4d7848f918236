"""Which questions lean on what was said before, and which words are carried over to them."""

import pytest

from language.carrying import carried_over
from language.followups import Leaning, leaning, leant_on
from language.tests.judged_followups import LANGUAGES

EACH = pytest.mark.parametrize("name", LANGUAGES)
ASKED = "How many days of leave are there in Germany?"
PASSAGES = LANGUAGES["English"].passages


@EACH
def test_a_question_that_says_nothing_alone_is_seen_to_lean_on_others(name):
    followups = [questions[-1] for questions, _ in LANGUAGES[name].conversations]
    assert [question for question in followups if leaning(question) != Leaning.YES] == []


@EACH
def test_a_question_that_stands_alone_is_left_alone(name):
    language = LANGUAGES[name]
    whole = [*language.standing, *(questions[0] for questions, _ in language.conversations)]
    assert [question for question in whole if leaning(question) == Leaning.YES] == []


@pytest.mark.parametrize(
    "question", ["Why?", "Warum?", "ทำไม", "为什么？", "لماذا؟", "क्यों?", "Since when?", "Thailand?"]
)
def test_a_fragment_leans_in_any_language(question):
    assert leaning(question) == Leaning.YES


@pytest.mark.parametrize(
    "question",
    [
        "How many extended metropolitan areas are there in California?",
        "Gibt es in der Kantine ein vegetarisches Mittagessen?",
        "Is it true that the car park of the office closes at ten in the evening?",
        "",
        "???",
    ],
)
def test_words_that_stand_for_nothing_are_no_sign(question):
    assert leaning(question) == Leaning.NO


def test_a_long_question_that_names_nothing_is_worth_asking_a_model_about():
    question = "Did he also say whether the new rules for travel apply to interns from abroad?"
    assert leaning(question) == Leaning.MAYBE


def test_questions_belong_together_back_to_one_that_stands_alone():
    earlier = ["Where is the car park of the office?", ASKED, "And in Thailand?"]
    assert leant_on(earlier) == ["And in Thailand?", ASKED]
    assert leant_on([]) == []


@pytest.mark.parametrize(
    ("questions", "expected"),
    [
        ([ASKED, "And in Thailand?"], "And in Thailand? days leave"),
        ([ASKED, "What is the notice period there?"], "What is the notice period there? Germany"),
        ([ASKED, "And in Thailand?", "And the notice period?"], "And the notice period? Thailand"),
    ],
)
def test_words_are_carried_that_stand_where_the_question_s_own_stand(questions, expected):
    *earlier, question = questions
    assert carried_over(question, earlier, PASSAGES) == expected


def test_every_word_is_carried_where_no_passage_has_a_word_of_the_question():
    assert carried_over("Why?", [ASKED], PASSAGES) == "Why? many days leave Germany"
    assert carried_over("And in Peru?", [ASKED], []) == "And in Peru? many days leave Germany"


def test_scripts_without_spaces_carry_parts_of_a_run():
    [asked, question], _ = LANGUAGES["Chinese"].conversations[0]
    carried = carried_over(question, [asked], LANGUAGES["Chinese"].passages)
    assert carried == "那泰国呢？ 每年有 天年假"


def test_a_page_pasted_as_a_question_costs_no_more_than_its_beginning():
    assert len(carried_over("Why?", ["word " * 50_000], [])) < 400
