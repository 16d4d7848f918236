import numpy as np

from providers.base import Embedder
from providers.local.background import Background, script_of
from providers.local.ordinary import COURTESIES, QUESTIONS, SENTENCES

AXES = {language: axis for axis, language in enumerate(SENTENCES)}
LANGUAGE_OF = {
    text: language
    for texts in (SENTENCES, QUESTIONS, COURTESIES)
    for language, found in texts.items()
    for text in found
}


class ByLanguage(Embedder):
    """Texts of one language lie on one axis; what is no ordinary text is German."""

    model, dimension, batch_size = "by language", len(AXES), 4

    def __init__(self):
        self.asked = []

    def _embed(self, texts, kind):
        self.asked += texts
        return np.stack([axis(LANGUAGE_OF.get(text, "de")) for text in texts])


def axis(language):
    return np.eye(len(AXES), dtype=np.float32)[AXES[language]]


def test_ordinary_sentences_are_in_the_language_of_the_passages():
    found = Background(ByLanguage()).sentences("Die Brücke ist grün.", np.stack([axis("de")] * 3))
    assert found.language == "de"
    assert (found.vectors == axis("de")).all()
    assert len(found.vectors) == len(SENTENCES["de"])


def test_ordinary_questions_are_in_the_language_of_the_question():
    assert Background(ByLanguage()).questions("Où est le pont ?", axis("fr")).language == "fr"


def test_function_words_tell_english_where_the_vector_of_few_words_does_not():
    background = Background(ByLanguage())
    assert background.questions("How is the bridge?", axis("de")).language == "en"
    assert background.questions("Wie ist die Brücke?", axis("de")).language == "de"


def test_a_greeting_is_far_from_questions_and_near_to_greetings_of_any_language_of_the_script():
    background = Background(ByLanguage())
    asked = background.questions("Ciao a tutti", axis("fr"))
    assert background.courtesy("Ciao a tutti", axis("es"), asked) == 1.0
    assert background.courtesy("สวัสดี", axis("es"), asked) == 0.0


def test_a_script_of_one_language_needs_no_choice():
    embedder = ByLanguage()
    assert Background(embedder).questions("สะพานเปิดเมื่อไหร่", axis("th")).language == "th"
    assert embedder.asked == list(QUESTIONS["th"])


def test_a_script_without_ordinary_texts_is_compared_with_english_ones():
    assert Background(ByLanguage()).questions("Πού είναι η γέφυρα;", axis("de")).language == "en"


def test_ordinary_texts_are_embedded_once():
    embedder = ByLanguage()
    background = Background(embedder)
    for _ in range(2):
        background.sentences("Die Brücke ist grün.", np.stack([axis("de")]))
    assert sorted(embedder.asked) == sorted(set(embedder.asked))


def test_every_language_says_the_same_number_of_things():
    assert {len(texts) for texts in SENTENCES.values()} == {6}
    assert {len(texts) for texts in QUESTIONS.values()} == {4}
    assert {len(texts) for texts in COURTESIES.values()} == {4}
    assert SENTENCES.keys() == QUESTIONS.keys() == COURTESIES.keys()


def test_japanese_is_told_by_its_kana_and_text_without_letters_has_no_script():
    assert script_of("東京の橋は緑色です") == "Kana"
    assert script_of("东京的桥是绿色的") == "Han"
    assert script_of("1932!") == ""
