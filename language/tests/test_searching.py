"""Whether what is asked for is in what was said, as PostgreSQL reads it: terms with & and |."""

import pytest

from language.searching import conditions, said_terms


def is_found(asked: str, said: str) -> bool:
    terms = set(said_terms(said))

    def holds(condition: str) -> bool:
        either = [way.strip("() ").split(" & ") for way in condition.split(" | ")]
        return any(terms.issuperset(way) for way in either)

    wanted = conditions(asked)
    return bool(wanted) and all(map(holds, wanted))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("policies", "Our policy is new."),
        ("policy", "All our policies"),
        ("who is it", "Tell me who it is"),
        ("ISO 9001", "Is it ISO-9001?"),
        ("Strassenverkehr", "im Straßenverkehr"),
        ("Versicherung Karte", "die Krankenversicherungskarte"),
        ("Verkehr", "Was kostet der Straßenverkehr?"),
        ("سفر", "سياسة السفر"),
        ("الموظفين", "للموظفين الجدد"),
        ("возмещения", "возмещение расходов"),
        ("החזרים", "מדיניות ההחזרים"),
        ("奖金", "年终奖金"),
        ("พนักงาน", "สำหรับพนักงานใหม่"),
    ],
)
def test_a_word_is_found_whatever_its_ending_and_as_a_part_of_a_longer(asked, said):
    assert is_found(asked, said)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("policies", "The police came."),
        ("port", "The transport of the goods is free."),
        ("holiday rules", "All holidays"),
        ("سفر", "سياسة الحضور"),
        ("奖金", "金奖"),
        ("!&|()", "anything"),
        ("' | a", "b"),
    ],
)
def test_what_was_not_said_is_not_found(asked, said):
    assert not is_found(asked, said)
