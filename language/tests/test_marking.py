"""The question's words are found again in a passage, in any script, and nothing else is."""

from __future__ import annotations

import pytest

from language.marking import SHOWN, marked


def found(content: str, query: str) -> list[str]:
    return [part.text for part in marked(content, query) if part.is_marked]


@pytest.mark.parametrize(
    ("content", "query", "expected"),
    [
        ("The warranty lasts.", "How long is the warranty?", ["warranty"]),
        ("All warranties end.", "warranty", ["warranties"]),
        ("Café Zürich", "cafe zurich", ["Café", "Zürich"]),
        ("Order KITE-0001 now", "kite-0001", ["KITE-0001"]),
        ("La garantie dure", "warranty", []),
        ("กรุงเทพมหานครเป็นเมืองหลวง", "เมืองหลวง", ["เมืองหลวง"]),
        ("Das Haus ist das, was es ist.", "Was ist das für ein Haus?", ["Haus"]),
        ("La casa es de la abuela", "¿De quién es la casa?", ["casa"]),
        ("Где дом и где лес", "Где дом?", ["дом"]),
        ("Das ist es.", "das", ["Das"]),
        ("<b>blue</b>", "blue", ["blue"]),
    ],
    ids=str,
)
def test_words_are_marked(content, query, expected):
    assert found(content, query) == expected


def test_the_parts_are_the_passage():
    content = "The sky is blue.\nSo is the sea."
    assert "".join(part.text for part in marked(content, "sea")) == content


def test_of_a_long_passage_the_stretch_with_most_of_the_words_is_shown():
    content = "Lorem ipsum dolor. " * 60 + "The warranty of the lamp is long. " + "Sit amet. " * 60
    parts = marked(content, "warranty lamp")
    assert [part.text for part in parts if part.is_marked] == ["warranty", "lamp"]
    assert (parts[0].text, parts[-1].text) == ("… ", " …")
    assert sum(len(part.text) for part in parts[1:-1]) == SHOWN
