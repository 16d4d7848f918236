"""A citation in a PDF opens its page as it looks, the quote marked on it, and nothing in the PDF
comes to life."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import axe_playwright_python
import pytest
from django.core.files.base import ContentFile
from playwright.sync_api import Page, expect

from accounts.tenancy import scope
from chatbots.models import Chatbot
from conversations.models import Conversation, Message
from documents import uploads
from documents.models import Document, DocumentText
from documents.tests.samples import encrypted_pdf, pdf_file, stream
from documents.tests.samples_pdf import laid_out, lines, page, picture
from tests.web import Web

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.slow,
]
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
QUOTE = "The warranty of the observatory lasts twenty-six months, counted from the day of purchase."
# It begins at the foot of the left column, is divided there, and ends at the head of the right.
LEFT = lines(60, 140, "Words before it stand here.", "The warranty of the obser-")
REST = ["vatory lasts twenty-six", "months, counted from the", "day of purchase. More."]
RIGHT = lines(320, 700, *REST)
COLUMNS = laid_out(page(lines(60, 700, "First page.")), page(LEFT, RIGHT), page(picture()))
TEXTS = ["First page.\n", f"Words before it stand here.\n{QUOTE} More.\n", "Read from a picture."]
MARKED = """() => [...document.querySelectorAll(".pdf-text span")].filter((span) => {
    const { left, right, top, bottom } = span.getBoundingClientRect();
    const [x, y] = [(left + right) / 2, (top + bottom) / 2];
    return [...document.querySelectorAll(".pdf-mark")].some((mark) => {
      const box = mark.getBoundingClientRect();
      return box.left < x && x < box.right && box.top < y && y < box.bottom;
    });
  }).map((span) => span.textContent)"""
LOADED = """() => performance.getEntriesByType("resource")
    .filter(({ name }) => name.includes("pdf.min.mjs")).length"""


@pytest.fixture(scope="module")
def web(services, django_db_setup):
    server = Web({"KYRO_CHAT_MODEL": "fake", "DJANGO_ALLOW_ASYNC_UNSAFE": ""})
    server.start()
    yield server
    server.stop()


def stored(owner, content: bytes, texts: list[str], **fields) -> Document:
    """A document as if its extraction had given this text, page by page."""
    with scope(owner):
        document, _ = uploads.add_document(owner, ContentFile(content, "a.pdf"), name="a.pdf")
        fields |= {"status": "ready", "mime_type": "application/pdf", "page_count": len(texts)}
        Document.objects.filter(pk=document.pk).update(**fields)
        starts = [sum(map(len, texts[:number])) for number in range(len(texts) + 1)]
        pages = [list(span) for span in pairwise(starts)]
        DocumentText.objects.create(
            document=document, owner=owner, content="".join(texts), pages=pages
        )
    return document


def cited(owner, document: Document, *quotes: str) -> str:
    """Where an answer stands that quotes these words."""
    with scope(owner):
        content, pages = DocumentText.objects.values_list("content", "pages").get(document=document)
        bot = Chatbot.objects.create(owner=owner, name="Lamps")
        talk = Conversation.objects.create(owner=owner, chatbot=bot, user=owner)
        citations = [
            {
                "number": number,
                "document_id": str(document.pk),
                "document_name": "a.pdf",
                "chunk_id": str(document.pk),
                "page": next(
                    n for n, (_, end) in enumerate(pages, 1) if content.index(quote) < end
                ),
                "quote": quote,
                "start_char": content.index(quote),
                "end_char": content.index(quote) + len(quote),
            }
            for number, quote in enumerate(quotes, 1)
        ]
        marks = " ".join(f"Claim [{citation['number']}]." for citation in citations)
        Message.objects.create(
            owner=owner,
            conversation=talk,
            message_index=0,
            role="assistant",
            status="complete",
            content=marks,
            citations=citations,
        )
    return talk.get_absolute_url()


def graves(seen: Page) -> list[str]:
    seen.evaluate(AXE)
    found = seen.evaluate("() => axe.run('#sources')")["violations"]
    return [fault["id"] for fault in found if fault["impact"] in {"serious", "critical"}]


def test_a_quote_over_two_columns_is_marked_on_its_page(owner, open_page):
    document = stored(owner, COLUMNS, TEXTS)
    seen = open_page(cited(owner, document, QUOTE, "Read from a picture."), owner)
    assert seen.evaluate(LOADED) == 0
    mark = seen.locator(".prose .cite").first
    mark.click()
    expect(seen.locator("[data-pdf-place]")).to_have_text("Page 2 of 3")
    expect(seen.locator(".pdf-mark").first).to_be_in_viewport()
    assert seen.evaluate(MARKED) == [
        "The warranty of the obser-",
        *REST,
    ]
    assert graves(seen) == []
    seen.get_by_role("button", name="Next page").click()
    expect(seen.locator("[data-pdf-place]")).to_have_text("Page 3 of 3")
    expect(seen.locator("[data-pdf-next]")).to_be_disabled()
    expect(seen.locator(".pdf-mark")).to_have_count(0)
    seen.locator("[data-sources-body] [data-citation='2']").click()
    expect(seen.locator("[data-pdf-note-text]")).to_contain_text("This page is a picture")
    expect(seen.locator("[data-pdf-quote]")).to_have_text("Read from a picture.")
    seen.keyboard.press("Escape")
    expect(seen.locator("#sources")).to_be_hidden()
    expect(mark).to_be_focused()


def test_on_a_telephone_in_the_dark_the_page_fills_the_screen(owner, open_page):
    document = stored(owner, COLUMNS, TEXTS)
    url = cited(owner, document, QUOTE)
    seen = open_page(url, owner, width=390, height=740, color_scheme="dark", device_scale_factor=3)
    seen.locator(".prose .cite").click()
    expect(seen.locator(".pdf-mark").first).to_be_in_viewport()
    assert seen.locator("#sources").bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 740}
    canvas = seen.locator(".pdf-sheet canvas")
    assert canvas.evaluate("({ width, clientWidth }) => width / clientWidth") == pytest.approx(
        3, 0.01
    )
    assert graves(seen) == []


def test_a_link_to_a_passage_opens_the_document_at_its_page(owner, open_page):
    document = stored(owner, COLUMNS, TEXTS)
    at = len(TEXTS[0]) + TEXTS[1].index(QUOTE)
    url = f"/documents/{document.pk}/?page=2&start={at}&end={at + len(QUOTE)}#passage"
    seen = open_page(url, owner)
    expect(seen.locator("[data-pdf-place]")).to_have_text("Page 2 of 3")
    expect(seen.locator(".pdf-mark").first).to_be_in_viewport()
    expect(seen.locator(".reader")).to_be_hidden()
    seen.get_by_role("link", name="Text", exact=True).click()
    expect(seen.locator("mark.passage")).to_have_text(QUOTE)
    assert seen.locator("[data-pdf]").count() == 0
    plain = open_page(url, owner, script=False)
    expect(plain.locator("mark.passage")).to_have_text(QUOTE)
    expect(plain.locator("[data-pdf]")).to_be_hidden()


def test_a_pdf_that_a_password_keeps_shows_its_text(owner, open_page, watch):
    document = stored(owner, encrypted_pdf(user_password="copper"), [QUOTE])
    seen = open_page(cited(owner, document, QUOTE), owner)
    seen.locator(".prose .cite").click()
    expect(seen.locator("[data-pdf-note-text]")).to_contain_text("A password keeps this PDF")
    expect(seen.locator("[data-source-text] mark")).to_have_text(QUOTE)


def hostile() -> bytes:
    """A page that would run a script, call another host, send a form and open a link."""
    act = r"<< /S /JavaScript /JS (app.alert\(1\); this.submitForm\('http://127.0.0.1:9/'\)) >>"
    link = "<< /S /URI /URI (http://127.0.0.1:9/stolen) >>"
    form = f"/OpenAction {act} /AcroForm << /Fields [6 0 R] >>"
    page = f"/MediaBox [0 0 612 792] /AA << /O {act} >> /Annots [6 0 R 7 0 R]"
    everywhere = "/Type /Annot /Rect [0 0 612 792]"
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {form} >>",
        "<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        f"<< /Type /Page /Parent 2 0 R {page} /Contents 5 0 R "
        "/Resources << /Font << /F1 3 0 R >> >> >>",
        stream(b"BT /F1 12 Tf 72 720 Td (The sky is blue.) Tj ET").decode(),
        f"<< {everywhere} /Subtype /Widget /FT /Btn /Ff 65536 /T (go) /A {act} >>",
        f"<< {everywhere} /Subtype /Link /A {link} >>",
        "<< >>",
    ]
    return pdf_file([written.encode() for written in objects])


def test_nothing_in_a_pdf_comes_to_life(owner, open_page):
    document = stored(owner, hostile(), ["The sky is blue."])
    seen = open_page(cited(owner, document, "The sky is blue."), owner)
    before = seen.url
    seen.on("dialog", lambda dialog: pytest.fail(dialog.message))
    seen.locator(".prose .cite").click()
    expect(seen.locator(".pdf-mark")).to_have_count(1)
    seen.locator(".pdf-sheet").click()
    assert seen.locator(".pdf a, .pdf form, .pdf input, .pdf iframe").count() == 0
    assert (seen.url, len(seen.context.pages)) == (before, 1)
