import json

import pytest

from documents.extraction import ExtractionError, Heading
from documents.tests import samples


@pytest.fixture
def outline(read):
    def outline(value, name="file.json"):
        content = value if isinstance(value, bytes) else json.dumps(value).encode()
        return read(content, name)

    return outline


def test_values_are_lines_and_parts_are_headings(outline):
    extracted = outline(
        {
            "title": "Shop",
            "address": {"street": "Main", "zip": "001"},
            "faq": [{"question": "Why?", "answer": "Because\nso.", "see": {"a": {"b": 1}}}],
            "tags": ["new", "old"],
            "nothing": None,
        }
    )

    assert extracted.text == (
        "title: Shop\naddress.street: Main\naddress.zip: 001\ntags: new, old\n\n"
        "# faq\n\n## faq 1: Why?\n\nquestion: Why?\nanswer:\nBecause\nso.\n\n### see\n\na.b: 1"
    )
    assert [(heading.level, heading.title) for heading in extracted.headings] == [
        (1, "faq"),
        (2, "faq 1: Why?"),
        (3, "see"),
    ]
    assert (extracted.mime_type, extracted.title) == ("application/json", "Shop")


@pytest.mark.parametrize(
    ("value", "title"),
    [
        ({"company": {"city": {"zip": {"a": 1}}}, "rows": [{"a": 1}]}, ""),
        ({"company": {"name": {"a": {"b": 1}}}, "name": " A \n B "}, "A B"),
        ({"title": None, "name": "Seven"}, "Seven"),
        ({"title": ["No"], "name": {"no": 1}}, ""),
        ([{"title": "No"}], ""),
    ],
)
def test_a_title_is_only_what_the_whole_object_calls_one(outline, value, title):
    assert outline(value).title == title


def test_flat_objects_are_rows_under_one_header(outline):
    rows = [{"id": 1, "city": "Bonn"}, {"id": 2, "city": "Köln", "note": "a|b"}]
    table = "| id | city | note |\n| - | - | - |\n| 1 | Bonn |  |\n| 2 | Köln | a\\|b |"

    assert outline(rows).text == table
    extracted = outline({"cities": rows})
    assert extracted.text == "# cities\n\n" + table
    assert extracted.headings == [Heading(0, 1, "cities")]


def test_numbers_stay_as_they_are_written(outline):
    digits = "9" * 5000
    source = f'{{"a": 1.10, "b": 1e999, "c": NaN, "d": -Infinity, "e": {digits}}}'
    assert outline(source.encode()).text == f"a: 1.10\nb: 1e999\nc: NaN\nd: -Infinity\ne: {digits}"


def test_repeated_keys_are_all_told(outline):
    assert outline(b'{"a": 1, "a": 2}').text == "a: 1\na: 2"
    assert outline(b'[{"a": 1, "a": 2}]').text == "# 1\n\na: 1\na: 2"


def test_what_cannot_be_stored_is_left_out(outline):
    assert outline(rb'{"a\u0000": "x\ud800y"}').text == "a: xy"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_encodings_of_json(outline, encoding):
    source = json.dumps({"text": samples.THAI}, ensure_ascii=False)
    assert outline(source.encode(encoding)).text == f"text: {samples.THAI.strip()}"


def test_lists_of_lists_and_numbers_share_lines(outline):
    assert outline([[1, 2], [3, 4]]).text == "- 1, 2\n- 3, 4"
    numbers = ", ".join(map(str, range(20)))
    assert outline({"all": list(range(200))}).text.startswith(f"# all\n\n- {numbers}\n- 20, 21")


def test_json_lines_are_rows_and_a_broken_one_is_kept(outline):
    content = b'{"a": 1}\n\n{"a": 2, "b": "x"}\n{broken line, cut off here\n{"a": 3}\n'
    assert outline(content, "file.jsonl").text == (
        "| a | b |\n| - | - |\n| 1 |  |\n| 2 | x |\n\n- {broken line, cut off here\n\n"
        "| a |\n| - |\n| 3 |"
    )


@pytest.mark.parametrize(
    "content",
    [b'{"a": 1,', b"just words", b"[" * 100_000, b'{"a":' * 99_999 + b"1" + b"}" * 99_999],
)
def test_what_is_no_json_or_nests_too_deep_is_plain_text(outline, content):
    extracted = outline(content)
    assert (extracted.text, extracted.mime_type) == (content.decode(), "text/plain")


def test_three_hundred_levels_are_followed(outline):
    extracted = outline(b'{"a":' * 300 + b'"end"' + b"}" * 300)
    assert extracted.text.endswith("a.a: end")
    assert {heading.level for heading in extracted.headings} == {1, 2, 3, 4, 5, 6}


def test_json_without_words_has_no_text(outline):
    with pytest.raises(ExtractionError, match="No text was found in this JSON"):
        outline({"a": [], "b": {}, "c": None, "d": ""})
