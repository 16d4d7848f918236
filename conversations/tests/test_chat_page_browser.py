"""The script that renders a streaming answer obeys the rules of the server's rendering."""

import re
from html import unescape

import pytest
from django.utils.html import strip_tags
from playwright.sync_api import expect

from accounts.tenancy import scope
from chatbots import versions
from chatbots.models import Chatbot
from conversations.rendering import render_answer
from conversations.tests.test_rendering import HOSTILE
from tests.browser import chromium, open_page, watch  # noqa: F401
from tests.web import Web

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

# Streams a text into a detached element, a few characters at a time; tells what came of it.
STREAM = """async ([text, step]) => {
  const { streamInto } = await import("/static/js/chat/markdown.js");
  const root = document.body.appendChild(document.createElement("div"));
  const mark = (textContent) => Object.assign(document.createElement("b"), { textContent });
  const write = streamInto(root, mark);
  for (let at = 0; at < text.length; at += step) write(text.slice(at, at + step));
  write("\\n\\n");
  const elements = [...root.querySelectorAll("*")];
  const attributes = elements.flatMap((one) => [...one.attributes].map(({ name }) => name));
  return {
    text: root.textContent,
    tags: elements.map((one) => one.tagName.toLowerCase()),
    attributes,
    numbers: root.querySelectorAll(".number").length,
    links: elements.filter((one) => one.href).map((one) => one.getAttribute("href")),
  };
}"""


@pytest.fixture(scope="module")
def web(django_db_setup):
    server = Web()
    server.start()
    yield server
    server.stop()


def test_nothing_hostile_is_made_while_an_answer_streams(open_page):  # noqa: F811
    page = open_page("/")
    for text in HOSTILE:
        for step in (1, 7):
            made = page.evaluate(STREAM, [text, step])
            assert not {"script", "img", "svg", "iframe", "style", "form"} & set(made["tags"])
            assert set(made["attributes"]) <= {
                "href",
                "target",
                "rel",
                "start",
                "data-language",
            }
            assert all(link.startswith(("http", "mailto:")) for link in made["links"])


READS_ALIKE = [
    "One *two* __three__ `a_b` snake_case_name.\nA new line.",
    "1. Keep\n2. Write:\n   - by mail\n   - or call\n\nThe price",
    "- a\n\n- b\n\ntext",
    "| a | b |\n| --- | ---: |\n| x | 5 |\n\nafter",
    "The sum $x_1 * y_1$ and \\(a_i * b_i\\), not $5 or $10.",
    "\\[\na_1 * b * c\n\\]\n\nand `\\(x\\)`",
    "```py\na = r'\\(x\\)'\n\n\nb\n```\n\nafter",
    "# Head\n\n> Quoted **bold**\n\n---\n\nend",
]


def test_what_streams_reads_as_what_the_server_renders(open_page):  # noqa: F811
    """Nothing jumps when the one takes the other's place."""
    page = open_page("/")
    for text in READS_ALIKE:
        html = render_answer(text).replace("<li>\n<p>", "<li>")  # which looks the same
        tags = [tag for tag in re.findall(r"<([a-z0-9]+)", html) if tag != "span"]
        for step in (1, 2, 5, len(text)):
            made = page.evaluate(STREAM, [text, step])
            assert "".join(made["text"].split()) == "".join(unescape(strip_tags(html)).split())
            assert [tag for tag in made["tags"] if tag != "span"] == tags
            assert made["numbers"] == html.count('class="number"')


def test_marks_tables_and_code_stream_as_they_will_stand(open_page):  # noqa: F811
    page = open_page("/")
    text = "The sky is blue [1].\n\n| a | b |\n| --- | --- |\n| x [2] | y |\n\n```py\nz[1]\n```\n"
    made = page.evaluate(STREAM, [text, 3])
    assert made["tags"].count("b") == 2
    assert {"table", "thead", "th", "tbody", "td", "pre", "code"} <= set(made["tags"])
    assert "The sky is blue1." in made["text"]
    assert "z[1]" in made["text"]


def test_the_draft_answers_beside_its_settings(open_page, owner, make_document):  # noqa: F811
    make_document(owner)
    with scope(owner):
        chatbot = Chatbot.objects.create(owner=owner, name="Colours")
        versions.publish(owner, chatbot)
    page = open_page(f"{chatbot.get_absolute_url()}look/", owner)
    preview = page.frame_locator("iframe")
    page.get_by_role("button", name="Add a question").click()
    page.get_by_label("Question", exact=True).fill("What colour is the sky?")
    page.get_by_label("Welcome message").fill("Ask me for a colour.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Draft has changes")).to_be_visible()
    expect(preview.get_by_text("Ask me for a colour.")).to_be_visible()
    preview.get_by_role("button", name="What colour is the sky?").click()
    expect(preview.locator("[data-message]:not(.message-live)")).to_have_count(1)
    preview.get_by_role("button", name="Start over").click()
    expect(preview.get_by_text("Ask me for a colour.")).to_be_visible()
    assert page.url.endswith(f"{chatbot.get_absolute_url()}look/")  # the frame kept to itself
