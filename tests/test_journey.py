"""What a newcomer does in the browser, from the sign-up to a cited answer, with a real web server,
a real worker and a chat model that says one word after the other."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from accounts.models import KeptEmail
from accounts.tenancy import scope, system
from chatbots.models import Chatbot
from conversations.models import Message
from conversations.prompts import default_refusal
from documents.models import Document
from documents.tests import samples
from tests.openai_server import SlowModel, slow_model
from tests.web import Web
from tests.workers import Worker, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.browser]
MANUAL = samples.pdf(
    "Lamp manual\nUnpack the lamp and remove the foil.",
    "Keep the receipt.\nThe warranty of the lamp lasts 26 months from the day of purchase.\n"
    "It covers the motor and the glass.",
)
FACT = "The warranty of the lamp lasts 26 months from the day of purchase."
QUESTION = "How long does the warranty of the lamp last?"
LONG = " ".join(f"word{number}" for number in range(50)) + "."


@pytest.fixture(scope="module")
def model() -> Iterator[type[SlowModel]]:
    with slow_model() as (url, handler):
        handler.url = url
        yield handler


@pytest.fixture(autouse=True)
def speech(model):
    """Each test says what the model answers; the speed is a comfortable one."""
    model.reply, model.seconds_per_word = f"{FACT} [1]", 0.04


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


@pytest.fixture(scope="module")
def worker(services, django_db_setup) -> Iterator[Worker]:
    running = Worker()
    running.start()
    yield running
    running.stop()


@pytest.fixture
def chat(owner, make_chatbot, open_page) -> Page:
    """The owner before the first question to a chatbot that knows the lamp."""
    return open_page(f"/chat/new/{make_chatbot(owner).slug}/", owner)


@pytest.fixture
def make_chatbot(make_document):
    def make(user):
        make_document(user, f"{FACT} It covers the motor and the glass.", "warranty.txt")
        with scope(user):
            return Chatbot.objects.create(owner=user, name="Lamps")

    return make


def ask(page: Page, question: str = QUESTION) -> None:
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")


def answers(page: Page):
    return page.locator("[data-message]")


def ended(page: Page):
    """The newest answer once the server has rendered it whole."""
    expect(page.get_by_label("Your question")).to_have_value("")  # it has been sent
    expect(page.locator("[data-events]")).to_have_count(0)
    return answers(page).last


# -- The whole way --------------------------------------------------------------------------


def test_a_newcomer_gets_from_sign_up_to_a_cited_passage(open_page, worker, watch):
    page = open_page("/")
    sign_up(page, "newcomer@example.com")
    upload(page, watch)
    make_a_chatbot(page)
    ask(page)
    expect(answers(page).last.locator("[data-prose]")).to_contain_text("The warranty of the lamp")
    cited_passage_opens(page)
    page_of_the_passage_opens(page)
    history_lists_the_question(page)
    sign_out(page)


def sign_up(page: Page, email: str) -> None:
    page.get_by_role("link", name="Create an account").first.click()
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", name="Enter the code")).to_be_visible()
    page.get_by_label("Code").fill(code_sent_to(email))
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/home/")
    expect(page.get_by_role("heading", name="Three steps to your first answer")).to_be_visible()


def code_sent_to(email: str) -> str:
    with system():
        body = KeptEmail.objects.get(to=email).body
    return re.search(r"window you have open:\s+(\S+)", body)[1]


def upload(page: Page, watch) -> None:
    """Three files become ready under the reader's eyes; the empty one is refused, with why."""
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Documents").click()
    watch.allowed.append("422 POST /documents/upload/")
    files = {
        "notes.txt": b"Lamps are cleaned with a dry cloth.",
        "prices.md": b"# Prices\n\nA new glass costs 12 euros.",
        "empty.txt": b"",
        "manual.pdf": MANUAL,
    }
    page.set_input_files(
        "input[type=file]",
        [{"name": name, "mimeType": "", "buffer": content} for name, content in files.items()],
    )
    expect(page.locator(".upload-refused")).to_have_text(re.compile("empty.txt.*empty", re.S))
    rows = page.locator("#document-rows tr")
    expect(rows).to_have_count(3)
    expect(rows.get_by_text("Ready", exact=True)).to_have_count(3, timeout=30_000)


def make_a_chatbot(page: Page) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Chatbots").click()
    page.get_by_role("link", name="New chatbot").click()
    page.get_by_label("Name", exact=True).fill("Lamps")
    page.get_by_role("button", name="Make chatbot").click()
    page.goto("/chat/")  # with one chatbot there is nothing to choose
    expect(page.get_by_role("heading", name="New conversation")).to_be_visible()


def cited_passage_opens(page: Page) -> None:
    answer = ended(page)
    expect(answer.locator("[data-prose]")).to_have_text(f"{FACT}1")
    answer.locator(".cite").click()
    panel = page.get_by_role("complementary", name="Sources")
    expect(panel.locator("mark")).to_have_text(FACT)
    expect(panel.locator(".pdf-mark").first).to_be_in_viewport()
    expect(panel).to_contain_text("page 2")


def page_of_the_passage_opens(page: Page) -> None:
    page.get_by_role("link", name="Open in the document").click()
    expect(page.locator(".pdf-mark").first).to_be_in_viewport()
    expect(page.locator("[data-pdf-place]")).to_contain_text("Page 2 of")
    page.get_by_role("link", name="Text", exact=True).click()
    expect(page.locator("mark#passage")).to_have_text(FACT)
    expect(page.locator("mark#passage")).to_be_in_viewport()
    expect(page.locator(".reader-number")).to_have_text("Page 2")


def history_lists_the_question(page: Page) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Home").click()
    page.get_by_role("link", name=QUESTION).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(QUESTION)
    history = page.get_by_role("navigation", name="Conversations")
    expect(history.get_by_role("link", name=QUESTION)).to_have_attribute("aria-current", "page")


def sign_out(page: Page) -> None:
    page.locator(".sidebar summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile(r"/$"))
    page.goto("/home/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


# -- While an answer is written -------------------------------------------------------------


def test_the_first_words_are_on_screen_long_before_the_last(chat, model):
    model.reply, model.seconds_per_word = LONG, 0.1
    ask(chat)
    prose = answers(chat).locator("[data-prose]")
    expect(prose).to_contain_text("word1")
    assert "word40" not in prose.inner_text()
    ended(chat)
    expect(prose).to_have_text(LONG)


def test_a_reload_in_mid_answer_goes_on_and_doubles_nothing(chat, model):
    model.reply, model.seconds_per_word = LONG, 0.1
    ask(chat)
    expect(answers(chat).locator("[data-prose]")).to_contain_text("word10")
    chat.reload()
    prose = answers(chat).locator("[data-prose]")
    expect(prose).to_contain_text("word15")
    assert "word49" not in prose.inner_text()
    ended(chat)
    expect(answers(chat)).to_have_count(1)
    expect(prose).to_have_text(LONG)
    expect(chat.locator(".message-person")).to_have_text([QUESTION])


def test_escape_stops_within_two_seconds_and_the_answer_can_be_tried_again(chat, model):
    model.reply, model.seconds_per_word = LONG, 0.1
    ask(chat)
    expect(answers(chat).locator("[data-prose]")).to_contain_text("word5")
    pressed = time.monotonic()
    chat.keyboard.press("Escape")
    expect(chat.locator(".message-note", has_text="You stopped this answer here.")).to_be_visible()
    assert time.monotonic() - pressed < 2
    assert wait_until(lambda: model.running == 0, 2)
    expect(answers(chat).locator("[data-prose]")).not_to_contain_text("word49")
    model.reply = f"{FACT} [1]"
    chat.get_by_role("button", name="Answer again").click()
    expect(ended(chat).locator("[data-prose]")).to_have_text(f"{FACT}1")
    expect(chat.locator(".message-note", has_text="You stopped this answer here.")).to_have_count(0)


def test_shift_enter_breaks_the_line_and_enter_sends(chat):
    field = chat.get_by_label("Your question")
    field.fill("First line")
    field.press("Shift+Enter")
    field.press_sequentially("second line")
    expect(field).to_have_value("First line\nsecond line")
    field.press("Enter")
    expect(field).to_have_value("")
    expect(chat.locator(".message-person")).to_have_text("First line\nsecond line")
    ended(chat)


def test_markup_of_a_hostile_answer_stays_text(chat, model):
    model.reply = (
        "<img src=https://evil.example/x onerror=alert(1)> <script>alert(2)</script> "
        "[click](javascript:alert(3)) ![i](https://evil.example/y) **bold** [1]"
    )
    ask(chat)
    prose = answers(chat).locator("[data-prose]")
    expect(prose.locator("strong")).to_have_text("bold")
    assert hostile_nodes(chat) == 0  # while it is written
    ended(chat)
    assert hostile_nodes(chat) == 0  # and as the server renders it
    expect(prose).to_contain_text("<script>alert(2)</script>")
    expect(prose).to_contain_text("javascript:alert(3)")


def hostile_nodes(page: Page) -> int:
    return page.locator(
        "[data-prose] :is(img, script, iframe, [onerror], [href^=javascript])"
    ).count()


def test_an_answer_that_found_nothing_says_so_plainly(owner, open_page, model):
    model.reply = default_refusal()
    with scope(owner):
        chatbot = Chatbot.objects.create(owner=owner, name="Empty")
    page = open_page(f"/chat/new/{chatbot.slug}/", owner)
    ask(page, "Where is the spare key?")
    expect(ended(page)).to_contain_text("Nothing found")


def test_the_question_is_kept_when_the_server_is_gone(chat, web, watch):
    watch.allowed.append("net::ERR_")
    web.kill()
    try:
        ask(chat)
        expect(chat.get_by_role("alert")).to_contain_text("Your question is kept here")
        expect(chat.get_by_label("Your question")).to_have_value(QUESTION)
    finally:
        web.start()
    chat.get_by_label("Your question").press("Enter")
    expect(ended(chat).locator("[data-prose]")).to_have_text(f"{FACT}1")
    expect(chat.locator(".message-person")).to_have_text([QUESTION])


def test_on_a_phone_history_and_sources_are_drawers(owner, make_chatbot, open_page):
    page = open_page(f"/chat/new/{make_chatbot(owner).slug}/", owner, width=390, has_touch=True)
    history = page.get_by_role("navigation", name="Conversations")
    expect(history).to_be_hidden()
    ask(page)
    ended(page).locator(".cite").click()
    panel = page.get_by_role("complementary", name="Sources")
    expect(panel.locator("mark")).to_be_in_viewport()
    panel.get_by_role("button", name="Close sources").click()
    expect(panel).to_be_hidden()
    page.get_by_role("button", name="Conversations").click()
    expect(history.get_by_role("link", name=QUESTION)).to_be_in_viewport()


def test_every_answer_of_the_journeys_is_settled_in_the_database(chat, owner):
    ask(chat)
    ended(chat)
    with scope(owner):
        answer = Message.objects.get(role="assistant")
        assert (answer.status, answer.content) == ("complete", f"{FACT} [1]")
        quote = answer.citations[0]
        text = Document.objects.get().text.content
    assert text[quote["start_char"] : quote["end_char"]] == quote["quote"] == FACT


def test_without_script_plain_forms_lead_to_the_same_passage(owner, make_chatbot, open_page):
    chatbot = make_chatbot(owner)
    page = open_page("/documents/", owner, script=False)
    files = {"notes.txt": b"Use a dry cloth.", "empty.txt": b""}
    page.set_input_files(
        "input[type=file]",
        [{"name": name, "mimeType": "", "buffer": content} for name, content in files.items()],
    )
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_text("1 file was added.")).to_be_visible()
    expect(page.locator("main")).to_contain_text("This file is empty.")
    page.goto(f"/chat/new/{chatbot.slug}/")
    page.get_by_label("Your question").fill(QUESTION)
    page.get_by_role("button", name="Send").click()
    assert wait_until(lambda: page.reload() and page.locator(".cite").count() == 1, 10)
    page.locator(".cite").click()
    expect(page.locator("mark#passage")).to_have_text(FACT)
