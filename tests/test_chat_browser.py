"""The chat page under strain and in all its crafts: many tabs, a lost network, branches, links that
end, files dropped; in a browser, with a real web server and a model that says word after word."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Project, ProjectMember
from accounts.tenancy import scope, system
from billing.models import Plan
from chatbots.models import Chatbot
from conversations import sharing
from conversations.models import Conversation, Feedback, Message
from tests.openai_server import SlowModel, slow_model
from tests.web import Web
from tests.workers import Worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.browser]
WORDS = " ".join(f"word{number}" for number in range(60))
LAST = "word59"


@pytest.fixture(scope="module")
def model() -> Iterator[type[SlowModel]]:
    with slow_model() as (url, handler):
        handler.url = url
        yield handler


@pytest.fixture(autouse=True)
def speech(model):
    model.reply, model.seconds_per_word = WORDS, 0.05


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
def chatbot(owner, make_document) -> Chatbot:
    make_document(owner, "word0 to word59 stand here.")
    with scope(owner):
        return Chatbot.objects.create(owner=owner, name="Words")


@pytest.fixture
def chat(owner, chatbot, open_page) -> Page:
    return open_page(f"/chat/new/{chatbot.slug}/", owner)


def ask(page: Page, question: str) -> None:
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")


def prose(page: Page):
    return page.locator("[data-message] [data-prose]")


def complete(page: Page, answers: int = 1) -> None:
    """So many answers stand there, the last of them whole."""
    expect(prose(page)).to_have_count(answers)
    expect(page.locator("[data-events]")).to_have_count(0)
    expect(prose(page).last).to_contain_text(LAST)


def said_once(page: Page) -> bool:
    return prose(page).last.inner_text().split().count("word7") == 1


# -- Streams --------------------------------------------------------------------------------


def test_a_second_tab_shows_the_same_answer_as_it_grows(chat):
    ask(chat, "Which words?")
    expect(prose(chat).last).to_contain_text("word3 ")
    second = chat.context.new_page()
    second.goto(chat.url)
    expect(prose(second).last).to_contain_text("word3 ")
    assert LAST not in prose(second).last.inner_text()
    for page in (chat, second):
        complete(page)
        assert said_once(page)


def test_eight_tabs_at_once_each_get_their_answer_and_the_site_stays_open(chat, chatbot, model):
    """Browsers open six connections to a host: eight open streams would stop all else."""
    model.seconds_per_word = 0.15
    tabs = [chat, *(chat.context.new_page() for _ in range(7))]
    for tab in tabs[1:]:
        tab.goto(f"/chat/new/{chatbot.slug}/")
    for tab in tabs:
        ask(tab, "Which words?")
    for tab in tabs:
        expect(prose(tab).last).to_contain_text("word1 ")
    other = chat.context.new_page()
    other.goto("/chatbots/")
    expect(other.get_by_text("Words").first).to_be_visible()
    model.seconds_per_word = 0.01
    for tab in tabs:
        complete(tab)
        assert said_once(tab)


def test_a_lost_network_costs_no_word(chat, watch):
    watch.allowed = ["ERR_INTERNET_DISCONNECTED", "ERR_NETWORK_CHANGED", "ERR_FAILED"]
    ask(chat, "Which words?")
    expect(prose(chat).last).to_contain_text("word3 ")
    chat.context.set_offline(True)
    chat.wait_for_timeout(1200)
    chat.context.set_offline(False)
    complete(chat)
    assert said_once(chat)


def test_a_member_who_is_removed_loses_the_running_answer(
    owner, outsider, chatbot, open_page, watch, model
):
    watch.allowed = ["404"]
    model.seconds_per_word = 0.2
    with scope(owner):
        project = Project.objects.create(owner=owner, name="Words")
        ProjectMember.objects.create(project=project, owner=owner, user=owner, role="owner")
        member = ProjectMember.objects.create(project=project, owner=owner, user=outsider)
        Chatbot.objects.filter(pk=chatbot.pk).update(project=project, reads_library=True)
    page = open_page(f"/chat/new/{chatbot.slug}/", outsider)
    ask(page, "Which words?")
    expect(prose(page).last).to_contain_text("word1 ")
    with scope(owner):
        ProjectMember.objects.filter(pk=member.pk).delete()
    expect(page.get_by_text("This answer is not available any more.").last).to_be_visible(
        timeout=5_000
    )
    model.seconds_per_word = 0.01


# -- Branches -------------------------------------------------------------------------------


def test_branches_are_made_by_editing_and_regenerating_and_can_be_walked(chat, model):
    model.seconds_per_word = 0.001
    ask(chat, "First wording?")
    complete(chat)
    ask(chat, "A second question?")
    complete(chat, answers=2)
    chat.locator(".message-person").first.hover()
    chat.get_by_label("Edit this question").first.click()
    field = chat.locator("[data-edit][open] textarea")
    expect(field).to_be_focused()
    field.fill("Other wording?")
    chat.keyboard.press("Enter")
    complete(chat)
    expect(chat.locator(".message-person")).to_have_text(["Other wording?"])
    chat.get_by_label("The version before").first.click()
    expect(chat.locator(".message-person")).to_have_text(["First wording?", "A second question?"])
    chat.get_by_label("Answer again").last.click()
    complete(chat, answers=2)
    expect(chat.get_by_label("Branches").last).to_contain_text("2 / 2")
    chat.reload()
    expect(chat.get_by_label("Branches").last).to_contain_text("2 / 2")


def test_an_answer_that_was_stopped_is_gone_on_with(chat, owner):
    ask(chat, "Which words?")
    expect(prose(chat).last).to_contain_text("word3 ")
    chat.keyboard.press("Escape")
    expect(chat.locator(".message-note", has_text="You stopped this answer here.")).to_be_visible()
    chat.get_by_role("button", name="Continue").click()
    complete(chat, answers=2)
    with scope(owner):
        rows = Message.objects.filter(role="assistant").in_order()
        assert [row.status for row in rows] == ["stopped", "complete"]


# -- What one does with an answer -----------------------------------------------------------


def test_a_thumb_down_asks_why_and_thanks(chat, owner, model):
    model.seconds_per_word = 0.001
    ask(chat, "Which words?")
    complete(chat)
    chat.get_by_label("Bad answer").click()
    chat.get_by_text("Something is missing").click()
    chat.get_by_label("Comment").fill("word60")
    chat.locator(".feedback-why").get_by_role("button", name="Send").click()
    expect(chat.get_by_text("Thank you.")).to_be_visible()
    with scope(owner):
        given = Feedback.objects.get()
        assert (given.rating, given.reason, given.comment) == ("down", "incomplete", "word60")


def test_a_link_that_is_revoked_closes_the_page_that_is_open(chat, owner, open_page, model, watch):
    watch.allowed = ["404"]
    model.seconds_per_word = 0.001
    ask(chat, "Which words?")
    complete(chat)
    with scope(owner):
        link = sharing.share(owner, Conversation.objects.get(), "live")
        path = "/share/" + sharing.address_of(link).partition("/share/")[2]
    reader = open_page(path)
    expect(reader.get_by_text("Which words?").first).to_be_visible()
    ask(chat, "And then?")
    expect(reader.get_by_text("And then?")).to_be_visible()
    with scope(owner):
        sharing.revoke(owner, link)
    expect(reader.get_by_role("heading", name="This is not shared any more")).to_be_visible(
        timeout=2_500
    )
    expect(reader.get_by_text("Which words?")).to_have_count(0)
    complete(chat, answers=2)


def test_a_file_dropped_into_the_chat_is_read_there(chat, worker, model):
    model.seconds_per_word = 0.001
    chat.locator("[data-attach]").set_input_files(
        files=[{"name": "moon.txt", "mimeType": "text/plain", "buffer": b"word0 is a moon."}]
    )
    expect(chat.locator("[data-attached]").get_by_role("link", name="moon.txt")).to_be_visible()
    assert "/chat/new/" not in chat.url
    ask(chat, "Is word0 a moon?")
    complete(chat)
    expect(chat.locator(".message-person")).to_have_text(["Is word0 a moon?"])
    chat.get_by_label("Remove moon.txt").click()
    expect(chat.locator("[data-attached] li")).to_have_count(0)


def test_what_the_plan_refuses_is_said_with_a_way_out_and_the_question_stays(chat, owner, watch):
    watch.allowed += ["402 POST /chat/"]
    with system():
        Plan.objects.filter(name="free").update(attachment_limit=0, session_limit=0)
    ask(chat, "Is word0 a moon?")
    expect(chat.get_by_role("alert")).to_contain_text("Your plan answers 0 conversations at a time")
    expect(chat.get_by_role("link", name="See plans")).to_be_visible()
    expect(chat.get_by_label("Your question")).to_have_value("Is word0 a moon?")
    chat.locator("[data-attach]").set_input_files(
        files=[{"name": "moon.txt", "mimeType": "text/plain", "buffer": b"word0 is a moon."}]
    )
    dropped = chat.locator("[data-attached] li")
    expect(dropped).to_contain_text("Your plan allows 0 documents in a conversation")
    expect(dropped.get_by_role("link", name="See plans")).to_be_visible()
    with system():
        Plan.objects.filter(name="free").update(session_limit=1)
    chat.get_by_role("button", name="Send").click()
    complete(chat)
    expect(chat.get_by_role("link", name="See plans")).to_have_count(1)
