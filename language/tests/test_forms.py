from math import isclose, sqrt

from language.forms import PIECES, forms
from language.passages import passage_terms


def the_forms_of(text, pieces_from=0):
    return [form for word in forms(text, pieces_from) for form in word]


def test_a_word_and_its_stem_share_the_weight_of_one_word():
    assert the_forms_of("countries rain") == [("countries", 0.2), ("countri", 0.8), ("rain", 1.0)]


def test_a_code_weighs_more_than_its_parts():
    assert the_forms_of("KITE-0007") == [("kite", 1.0), ("0007", 1.0), ("kite0007", 2.0)]


def test_names_of_files_and_snake_case_are_found_whole_too():
    assert the_forms_of("budget.xlsx")[-1] == ("budgetxlsx", 0.5)
    assert ("getusername", 0.5) in the_forms_of("get_user_name")


def test_the_pieces_of_a_word_gain_with_the_root_of_their_number():
    pieces = [weight for term, weight in the_forms_of("Versicherung", 7) if term.startswith("zq")]
    assert len(pieces) == 9
    assert isclose(sum(pieces), PIECES * sqrt(9))


def test_compounds_of_other_languages_meet_their_parts():
    text = "Die Fahrzeugversicherung ist in dem Vertrag nicht mit drin und von der Steuer frei."
    assert "zqvers" in passage_terms(text)


def test_english_passages_have_no_pieces():
    text = "The insurance of the vehicle is not a part of the agreement that you have with us."
    assert not [term for term in passage_terms(text) if term.startswith("zq")]


def test_words_of_other_alphabets_give_themselves_their_stem_and_pieces():
    assert the_forms_of("новый") == [
        ("zu043d043e0432044b0438", 0.1),
        ("zu043d043e0432", 0.4),
        ("z043d043e0432044b", 0.5 / sqrt(2)),
        ("z043e0432044b0438", 0.5 / sqrt(2)),
    ]


def test_single_signs_of_chinese_are_found_in_longer_words():
    assert set(passage_terms("茶")) <= set(passage_terms("绿茶很好"))


def test_kana_give_pairs_alone():
    assert the_forms_of("ひらがな") == [
        ("z30723089", 0.6),
        ("z3089304c", 0.6),
        ("z304c306a", 0.6),
    ]


def test_thai_gives_trigrams():
    assert the_forms_of("สวัส") == [("z0e2a0e270e31", 0.4), ("z0e270e310e2a", 0.4)]
