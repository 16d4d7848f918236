import numpy as np
import pytest

from providers.base import Embedder, Finished
from providers.errors import ProviderError
from providers.local.extractive import ExtractiveChatModel
from providers.local.ordinary import COURTESIES, QUESTIONS
from providers.retries import Patience
from providers.tests.asking import ask, events_of, text_of

BRIDGE = (
    "The city lies on both sides of the river. The Northern Bridge was opened to traffic in 1932. "
    "It was painted green in later years."
)
FOOD = "Butter melts at about 35 degrees. Sugar melts at about 160 degrees and turns brown."


class Preset(Embedder):
    """The question is the first axis; a text's similarity to it is looked up by a word it holds.
    Ordinary questions are the second axis: near every sentence that is not near this one."""

    model, dimension, batch_size = "preset", 2, 64
    patience = Patience(retries=0)

    def __init__(self, similarities, otherwise=0.7):
        self.similarities, self.otherwise = similarities, otherwise

    def _embed(self, texts, kind):
        if kind == "query":
            said = (*QUESTIONS.values(), *COURTESIES.values())
            ordinary = {text for texts_of_one in said for text in texts_of_one}
            return np.array([[0, 1] if t in ordinary else [1, 0] for t in texts], np.float32)
        near = [self._of(text) for text in texts]
        return np.array([[one, np.sqrt(1 - one**2)] for one in near], np.float32)

    def _of(self, text):
        found = [value for word, value in self.similarities.items() if word in text]
        return found[0] if found else self.otherwise


class Down(Embedder):
    model, dimension, batch_size = "down", 2, 64
    patience = Patience(retries=0)

    def _embed(self, texts, kind):
        raise ProviderError("The offline embedder is not running.", code="down", permanent=False)


def answer(question, *texts, embedder=None, names=()):
    return text_of(events_of(ExtractiveChatModel(embedder), ask(question, *texts, names=names)))


def test_the_sentence_that_covers_the_question_is_quoted_with_its_number():
    said = answer("When was the Northern Bridge opened?", FOOD, BRIDGE)
    assert said == "The Northern Bridge was opened to traffic in 1932. [2]"


def test_it_streams_in_a_few_parts_and_estimates_its_usage():
    events = events_of(ExtractiveChatModel(), ask("When was the Northern Bridge opened?", BRIDGE))
    assert len(events) == 3
    assert events[-1].reason == "stop"
    assert not events[-1].usage.exact


def test_a_second_sentence_must_add_words_of_the_question():
    said = answer("At how many degrees do butter and sugar melt?", BRIDGE, FOOD)
    assert said == (
        "Sugar melts at about 160 degrees and turns brown. [2] "
        "Butter melts at about 35 degrees. [2]"
    )


def test_an_identifier_outweighs_the_other_words():
    texts = [f"The limit of rule KITE-000{n} is {n}0 requests an hour." for n in range(1, 9)]
    said = answer("What is the limit of rule KITE-0007 an hour?", *texts)
    assert said == "The limit of rule KITE-0007 is 70 requests an hour. [7]"


def test_an_identifier_no_passage_knows_is_refused():
    texts = [f"The limit of rule KITE-000{n} is {n}0 requests an hour." for n in range(1, 9)]
    assert answer("What is the limit of rule KITE-0099?", *texts) == "I found nothing."


@pytest.mark.parametrize("question", ["Who won the election in Peru?", "???", ""])
def test_a_question_the_passages_do_not_touch_is_refused(question):
    events = events_of(ExtractiveChatModel(), ask(question, BRIDGE, FOOD))
    assert text_of(events) == "I found nothing."
    assert isinstance(events[-1], Finished)
    assert events[-1].reason == "no_answer"


def test_no_passages_are_refused():
    assert answer("When was the Northern Bridge opened?") == "I found nothing."


def test_words_alone_answer_when_the_embedder_is_down():
    said = answer("When was the Northern Bridge opened?", FOOD, BRIDGE, embedder=Down())
    assert said == "The Northern Bridge was opened to traffic in 1932. [2]"


def test_a_question_in_another_language_is_answered_by_similarity():
    near = Preset({"1932": 0.86})
    said = answer("สะพานเหนือเปิดเมื่อไหร่", FOOD, BRIDGE, embedder=near)
    assert said == "The Northern Bridge was opened to traffic in 1932. [2]"


def test_a_question_in_another_language_without_a_near_sentence_is_refused():
    assert answer("ใครชนะการเลือกตั้ง", FOOD, BRIDGE, embedder=Preset({})) == "I found nothing."


def test_thai_chinese_and_hindi_are_answered():
    assert answer("东方塔在哪里？", "东方塔在上海。黄河很长。") == "东方塔在上海。黄河很长。 [1]"
    assert "1932" in answer("สะพานเหนือเปิดใช้เมื่อปีใด", "สะพานเหนือเปิดใช้เมื่อปี 1932 แม่น้ำกว้าง")
    assert "१९३२" in answer("उत्तरी पुल कब खोला गया?", "उत्तरी पुल १९३२ में खोला गया। नदी बहुत चौड़ी है।")


def test_a_heading_counts_but_is_not_quoted():
    north = "# Northern Bridge\n\nOpened to traffic in 1932 by the mayor.\n\n"
    south = "# Southern Bridge\n\nOpened to traffic in 1950 by the king."
    said = answer("When was the Northern Bridge opened?", north + south)
    assert said.startswith("Opened to traffic in 1932 by the mayor. [1]")


def test_a_question_in_the_text_is_not_an_answer():
    text = "How do I reset my password? Open the settings and press the red button."
    said = answer("How do I reset my password?", text)
    assert said == "Open the settings and press the red button. [1]"


def test_a_sentence_cut_by_the_edge_of_a_chunk_gives_way_to_the_whole_one():
    cut = "Bridge was opened to traffic in 1932. It was painted green in later years."
    assert answer("When was the Northern Bridge opened to traffic?", cut, BRIDGE) == (
        "The Northern Bridge was opened to traffic in 1932. [2]"
    )


def test_a_short_fragment_takes_its_neighbour_along():
    said = answer(
        "What is the price of the ticket?", "Price: 5 euros.\nA ticket is valid for one day."
    )
    assert said == "Price: 5 euros. A ticket is valid for one day. [1]"


@pytest.mark.parametrize("fence", ["```sh\n{}\n```", "~~~\n{}\n~~~", "````python\n{}\n````"])
def test_a_quoted_code_block_does_not_turn_the_answer_into_code(fence):
    code = fence.format("make run     # starts the web and the worker")
    said = answer("What does make run start?", f"Two commands.\n\n{code}\n\nThat is all there is.")
    assert "make run # starts the web and the worker" in said
    assert "`" not in said
    assert "~" not in said
    assert "[1]" in said


PEOPLE = (
    "# People\n\n| Name | Born | Salary |\n| - | - | - |\n"
    "| Agatha Finch | 1958-01-30 | 4100 |\n| Hieronymus Vole | 1961-04-12 | 3900 |"
)


def test_a_row_is_quoted_as_a_table_under_its_header():
    said = answer("When was Hieronymus Vole born?", FOOD, PEOPLE)
    assert said == (
        "| Name | Born | Salary |\n| - | - | - |\n| Hieronymus Vole | 1961-04-12 | 3900 [2] |"
    )


def test_a_thai_row_is_quoted_as_a_table_under_its_header():
    text = "| จังหวัด | รหัส |\n| - | - |\n| ระยอง | เสือ-114 |\n| นครปฐม | ช้าง-909 |"
    said = answer("รหัสของนครปฐมคืออะไร", text, embedder=Preset({"นครปฐม": 0.86}))
    assert said == "| จังหวัด | รหัส |\n| - | - |\n| นครปฐม | ช้าง-909 [1] |"


def test_two_rows_of_a_table_share_its_header():
    said = answer("What salary have Agatha Finch and Hieronymus Vole?", PEOPLE)
    assert sorted(said.split("\n")) == [
        "| - | - | - |",
        "| Agatha Finch | 1958-01-30 | 4100 [1] |",
        "| Hieronymus Vole | 1961-04-12 | 3900 [1] |",
        "| Name | Born | Salary |",
    ]


def test_a_row_and_a_sentence_are_apart():
    text = f"{PEOPLE}\n\nThe hobby of Hieronymus Vole was collecting old maps."
    said = answer("When was Hieronymus Vole born and what was his hobby?", text)
    assert "\n\n" in said
    assert [part.startswith("|") for part in said.split("\n\n")].count(True) == 1


@pytest.mark.parametrize(
    "table", ["| Hieronymus Vole | 1961 |", "| Hieronymus Vole | 1961 |\n| - | - |"]
)
def test_a_row_without_header_is_quoted_as_text(table):
    assert answer("When was Hieronymus Vole born?", table) == "Hieronymus Vole; 1961 [1]"


def test_a_record_is_quoted_with_the_names_of_its_columns():
    text = "- Name: Agatha Finch; Born: 1958\n- Name: Hieronymus Vole; Born: 1961. May"
    said = answer("When was Hieronymus Vole born?", text)
    assert said.startswith("Name: Hieronymus Vole; Born: 1961.")
