"""What tells two statements apart though their words are the same."""

import pytest

from language.agreement import (
    denied,
    differ_in_denial,
    has_nouns_in_capitals,
    lacks_a_name,
    lacks_a_number,
    names,
)


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("It costs 1,250.50 euros.", "Preis: 1250.5 €"),
        ("It costs 1.250 euros.", "The price is 1,250 euros."),
        ("It takes 12 days.", "It takes twelve days."),
        ("On 2024-03-12.", "On 12 March 2024."),
        ("On 12.03.2024.", "On March 12, 2024."),
        ("ราคา ๒๖ บาท", "It costs 26 baht."),
        ("ในปี พ.ศ. 2567", "In the year 2024."),
        ("Version 4.2.1 is out.", "Release 4.2.1"),
        ("In the 19th century.", "The nineteenth (19.) century."),
        ("No number at all.", "Nor here."),
    ],
)
def test_a_number_is_there_however_it_is_written(claim, source):
    assert not lacks_a_number(claim, source)


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("It lasts 36 months.", "It lasts 26 months, from 2019 on."),
        ("It costs 3.5 euros.", "It costs 3 euros and 5 cents."),
        ("On 2024-03-13.", "On 12 March 2024."),
        ("In 2567.", "In 2024."),
    ],
)
def test_a_number_that_is_not_there_is_missed(claim, source):
    assert lacks_a_number(claim, source)


def test_a_name_is_a_word_in_capitals_that_begins_no_sentence():
    assert names("Yesterday Rollo met King Charles. The king was glad.") == [
        "Rollo",
        "King",
        "Charles",
    ]
    assert names("เมื่อวาน พระราชา") == []


def test_a_name_may_be_bent_but_not_another():
    source = "The Norman duke ruled in Normandy."
    assert not lacks_a_name(["Normans"], source)
    assert lacks_a_name(["Wilhelm"], source)


def test_where_every_noun_is_in_capitals_is_told_by_small_words():
    assert has_nouns_in_capitals("Der Hund und die Katze sind mit dem Ball im Garten.")
    assert not has_nouns_in_capitals("The dog and the cat are in the garden.")


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("The warranty covers glass.", "The warranty does not cover glass."),
        ("The warranty doesn't cover glass.", "The warranty covers glass."),
        ("Die Garantie gilt nicht für Glas.", "Die Garantie gilt für Glas."),
        ("天空不是蓝色的。", "天空是蓝色的。"),
        ("ท้องฟ้าไม่เป็นสีฟ้า", "ท้องฟ้าเป็นสีฟ้า"),
    ],
)
def test_one_that_denies_what_the_other_says_differs(claim, source):
    assert differ_in_denial(claim, source)


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("The lamp is blue.", "The lamp is blue and does not flicker."),
        ("It covers not only glass but also the motor.", "It covers glass and the motor."),
        ("It does not cover glass.", "It never covers glass."),
        ("See no. 5.", "See number 5."),
    ],
)
def test_a_denial_of_something_else_is_no_difference(claim, source):
    assert not differ_in_denial(claim, source)


def test_nothing_denied_is_none():
    assert denied("The lamp is blue.") is None
