import pytest

from documents.chunking.splitting import split
from documents.extraction import Heading
from documents.tests import samples_office
from providers.fake import FakeEmbedder


def test_a_slide_becomes_a_heading_with_its_lists_tables_and_notes(read):
    extracted = read(samples_office.pptx(), "deck.pptx")

    assert extracted.text == (
        "# Slide 1: Results 0 ผล 🎉\n\n- First point\n  - Below it\n- Second point\n\n"
        "| Name | Code |\n| - | - |\n| a\\|b | copper |\n\n## Notes\n\nSay hello.\n\nThen pause."
    )
    assert extracted.headings == [
        Heading(0, 1, "Slide 1: Results 0 ผล 🎉"),
        Heading(extracted.text.index("## Notes"), 2, "Notes"),
    ]
    assert extracted.title == "Results 0 ผล 🎉"
    assert extracted.mime_type.endswith("presentationml.presentation")


def test_each_slide_is_a_page_and_chunks_know_it(read):
    extracted = read(samples_office.pptx(slides=3), "deck.pptx")

    assert len(extracted.pages) == 3
    for number, (start, end) in enumerate(extracted.pages):
        page = extracted.text[start:end]
        assert page.startswith(f"# Slide {number + 1}: Results {number} ผล")
        assert page.endswith("Then pause.")
    assert [piece.page for piece in split(extracted, FakeEmbedder())] == [1, 2, 3]


def test_empty_and_hidden_slides_are_blank_pages_and_charts_are_tables(read):
    extracted = read(samples_office.pptx_with_oddities(), "deck.pptx")

    assert extracted.pages[:2] == [(0, 0), (2, 2)]
    assert extracted.text[4:] == (
        "# Slide 3\n\n|  | Sales | Cost |\n| - | - | - |\n| Q1 | 1.5 | 3 |\n| Q2 | 2 | 4 |"
        "\n\nIn a group"
    )


def test_pictures_are_never_opened(read):
    """Nor is what merely claims to be one, however large it says it is."""
    extracted = read(samples_office.with_member(samples_office.pptx(), "ppt/media/image1.png"))
    assert extracted.text.startswith("# Slide 1")


@pytest.mark.parametrize("name", ["deck.pptx", "deck.xlsx", "deck.pdf", "deck"])
def test_a_presentation_is_known_by_its_content(read, name):
    assert read(samples_office.pptx(), name).mime_type.endswith("presentationml.presentation")
