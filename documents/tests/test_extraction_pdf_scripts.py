"""Letters that PDFium gives twice, backwards or in the shapes they take inside words."""

from dataclasses import dataclass

from documents.extraction.pdf.joining import joined
from documents.extraction.pdf.scripts import mended


@dataclass
class Places:
    """Characters by where they stand: each 10 wide, in the order of the text or against it."""

    step: int = 10
    raised: range = range(0)

    def span(self, place):
        return place * self.step, place * self.step + 10

    def height(self, place):
        return (20, 25) if place in self.raised else (0, 10)


def test_ligatures_and_presentation_forms_are_undone():
    assert mended("The o\ufb03ce \ufb02ows", 0, Places()) == "The office flows"
    assert mended("\ufefb", 0, Places()) == "\u0644\u0627"


def test_a_word_that_comes_from_left_to_right_is_turned_round():
    assert mended("\u0635\u0646 12", 0, Places(step=10)) == "\u0646\u0635 12"
    assert mended("\u0646\u0635 12", 0, Places(step=-10)) == "\u0646\u0635 12"


def test_a_thai_cluster_drawn_in_two_steps_comes_once():
    assert mended("ตั้งตั้อยู่", 0, Places(raised=range(4, 7))) == "ตั้งอยู่"
    assert mended("ตั้งตั้อยู่", 0, Places()) == "ตั้งตั้อยู่"


def test_lines_are_joined_as_their_script_is_written():
    assert joined(["ประเทศ", "ไทย"], set()) == "ประเทศไทย"
    assert joined(["日本", "語"], set()) == "日本語"
    assert joined(["한국어", "문장"], set()) == "한국어 문장"
    assert joined(["good", "words"], set()) == "good words"


def test_hyphens_at_line_ends_are_undone_where_they_divide_a_word():
    assert joined(["docu-", "ment"], set()) == "document"
    assert joined(["well\ufffe", "known"], {"well-known"}) == "well-known"
    assert joined(["copper-granite-", "4283"], set()) == "copper-granite-4283"
    assert joined(["pre-", "and post-war"], set()) == "pre- and post-war"
    assert joined(["the end\ufffe"], set()) == "the end-"
