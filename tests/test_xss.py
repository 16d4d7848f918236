"""Whatever a model, a document or a person says, no script runs and no request leaves for another
host: while an answer streams, cut anywhere, and after a reload. The content security policy is the
second wall: a page that needs it fails here, too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from accounts.tenancy import scope
from chatbots.models import Chatbot
from conversations.models import Conversation, Message
from documents.models import Document, DocumentChunk
from tests.browser import chromium, open_page, watch  # noqa: F401
from tests.openai_server import SlowModel, slow_model
from tests.web import Web
from tests.xss_corpus import CUT_EVERYWHERE, IN_NAMES, PAYLOADS

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
FACT = "The lamp has a warranty of 26 months."
AT_ONCE = 60  # payloads of one answer

TRIPWIRE = Path(__file__).with_name("tripwire.js")


@pytest.fixture(scope="module")
def model() -> Iterator[type[SlowModel]]:
    with slow_model() as (url, handler):
        handler.url, handler.seconds_per_word = url, 0.0
        yield handler


@pytest.fixture(scope="module")
def web(model, services, django_db_setup) -> Iterator[Web]:
    server = Web(
        {
            "OPENAI_BASE_URL": model.url,
            "OPENAI_API_KEY": "test",
            "KYRO_CHAT_MODEL": "openai/slow",
            "DJANGO_ALLOW_ASYNC_UNSAFE": "",  # meant for the test process alone
        }
    )
    server.start()
    yield server
    server.stop()


@pytest.fixture
def guarded(open_page):  # noqa: F811
    """A page that tells what it must not do."""

    def open_at(path: str, user: User) -> Page:
        page = open_page("/health/live", user)
        page.on("dialog", lambda dialog: dialog.dismiss())  # told by the tripwire
        page.add_init_script(path=TRIPWIRE)
        page.goto(path)
        return page

    return open_at


@pytest.fixture
def conversation(owner, make_document) -> Conversation:
    make_document(owner, FACT, "lamp.txt")
    with scope(owner):
        chatbot = Chatbot.objects.create(owner=owner, name="Lamps")
        return Conversation.objects.create(owner=owner, chatbot=chatbot, user=owner)


def told(page: Page) -> list[str]:
    return page.evaluate("settled()")


def test_nothing_comes_of_hostile_answers_while_they_stream_and_after_a_reload(
    guarded, owner, conversation, model
):
    page = guarded(conversation.get_absolute_url(), owner)
    for start in range(0, len(PAYLOADS), AT_ONCE):
        model.reply = "\n\n".join([f"{FACT} [1]", *PAYLOADS[start : start + AT_ONCE]])
        page.locator("#question").fill(f"How long is the warranty? {start}")
        page.keyboard.press("Enter")
        expect(page.locator(".message-person")).to_have_count(start // AT_ONCE + 1)
        expect(page.locator("[data-events]")).to_have_count(0)
        assert told(page) == []
    page.reload()
    expect(page.locator("[data-prose] .cite").first).to_be_visible()
    assert told(page) == []


def test_nothing_comes_of_any_payload_alone_or_cut_at_any_place(guarded, owner, conversation):
    page = guarded(conversation.get_absolute_url(), owner)
    page.evaluate("(texts) => streamed(texts, piecewise)", PAYLOADS)
    page.evaluate("(texts) => streamed(texts, cutEverywhere)", CUT_EVERYWHERE)
    assert told(page) == []


def test_nothing_comes_of_any_payload_that_is_stored(guarded, owner, conversation):
    stored = storable(PAYLOADS)
    texts = ["\n\n".join(stored[start : start + 5]) for start in range(0, len(stored), 5)]
    with scope(owner):
        say(conversation, owner, [(text, {}) for text in texts])
    page = guarded(f"{conversation.get_absolute_url()}?all=1", owner)
    expect(page.locator("[data-prose]")).to_have_count(len(texts))
    assert told(page) == []


def test_nothing_comes_of_names_titles_quotes_and_questions(guarded, owner, make_document):
    """Where they stand: the thread, the card of a quote, the sources, the history, the library."""
    document = make_document(owner, FACT, "lamp.txt")
    hostile = "\n".join(storable(IN_NAMES))
    name = hostile.replace("\n", " ")[:200]
    with scope(owner):
        Document.objects.filter(pk=document.pk).update(title=name, description=hostile)
        chatbot = Chatbot.objects.create(owner=owner, name=name[:100], description=hostile[:400])
        conversation = Conversation.objects.create(
            owner=owner, chatbot=chatbot, user=owner, title=name
        )
        chunk = DocumentChunk.objects.get(document=document)
        cited = {
            **{"number": 1, "document_id": str(document.pk), "document_name": hostile, "page": 3},
            **{"chunk_id": str(chunk.pk), "quote": hostile, "start_char": 0, "end_char": 9},
        }
        claims = [{"start": 0, "end": 9, "numbers": [1], "supported": False, "reason": "words"}]
        marked = {"citations": [cited], "metadata": {"claims": claims, "query": hostile}}
        looked_at = {**cited, "content": hostile, "score": 1.0}
        unmarked = {"context": [looked_at], "error_message": hostile, "model_used": hostile[:100]}
        say(conversation, owner, [("Blue [1].", marked), ("Nothing.", unmarked)], asked=hostile)
        User.objects.filter(pk=owner.pk).update(full_name=name[:100])
    page = guarded(conversation.get_absolute_url(), owner)
    page.locator("[data-prose] .cite").hover()
    expect(page.locator("[data-quote-text]")).to_contain_text("<script>hit()</script>")
    page.locator("[data-prose] .cite").click()
    expect(page.locator("[data-sources-body] article")).to_be_visible()
    assert told(page) == []
    for path in ("/home/", "/documents/", f"/documents/{document.pk}/", "/chatbots/", "/chat/"):
        page.goto(path)
        assert told(page) == []


def storable(texts: list[str]) -> list[str]:
    return [text for text in texts if "\x00" not in text]  # PostgreSQL keeps none


def say(conversation: Conversation, person: User, answers: list, asked: str = "?") -> None:
    last = None
    for number, (content, fields) in enumerate(answers):
        for place, (role, text, more) in enumerate(
            [("user", asked, {}), ("assistant", content, fields)]
        ):
            last = Message.objects.create(
                owner=person,
                conversation=conversation,
                parent=last,
                role=role,
                content=text,
                message_index=2 * number + place,
                **more,
            )
