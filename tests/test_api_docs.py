"""The page that shows the API: requests are really sent from it, under its strict policy."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from playwright.sync_api import Locator, Page, expect

from accounts import keys
from accounts.models import User
from accounts.tenancy import scope
from chatbots.models import Chatbot
from documents.models import Document
from tests.web import Web

browser_test = pytest.mark.browser
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture(scope="module")
def web(services, django_db_setup) -> Iterator[Web]:
    server = Web({"KYRO_CHAT_MODEL": "fake", "DJANGO_ALLOW_ASYNC_UNSAFE": ""})
    server.start()
    yield server
    server.stop()


def authorize(page: Page, user: User) -> None:
    with scope(user):
        secret = keys.issue(user, "docs")[1]
    page.get_by_role("button", name="Authorize").first.click()
    dialog = page.locator(".modal-ux")
    dialog.locator("input").first.fill(secret)
    dialog.get_by_role("button", name="Apply credentials").first.click()
    dialog.get_by_role("button", name="Close").first.click()


def opened(page: Page, tag: str, operation: str) -> Locator:
    page.locator(f"#operations-tag-{tag}").click()
    block = page.locator(f"#operations-{tag}-{operation}")
    block.locator(".opblock-summary-control").click()
    return block


def executed(block: Locator) -> Locator:
    block.get_by_role("button", name="Execute").click()
    return block.locator(".live-responses-table .response-col_status").last


@browser_test
def test_requests_are_sent_with_a_key(open_page, owner, make_document):
    make_document(owner, name="finch.txt")
    page = open_page("/api/docs/")
    authorize(page, owner)
    block = opened(page, "documents", "documents_list")
    expect(executed(block)).to_contain_text("200")
    expect(block.locator(".live-responses-table")).to_contain_text("finch.txt")
    expect(block.locator(".live-responses-table")).to_contain_text("ratelimit-remaining")


@browser_test
def test_a_file_is_uploaded_with_a_key(open_page, owner):
    page = open_page("/api/docs/")
    authorize(page, owner)
    block = opened(page, "documents", "documents_create")
    block.get_by_label("Request content type").select_option("multipart/form-data")
    block.locator("input[type=file]").set_input_files(
        {"name": "raven.txt", "mimeType": "text/plain", "buffer": b"Ravens are black."}
    )
    expect(executed(block)).to_contain_text("202")
    with scope(owner):
        assert Document.objects.get().name == "raven.txt"


@browser_test
def test_who_is_signed_in_needs_no_key(open_page, owner):
    """The session with its CSRF token will do."""
    page = open_page("/api/docs/", owner)
    block = opened(page, "chatbots", "chatbots_create")
    block.locator("textarea").first.fill('{"name": "From the docs"}')
    expect(executed(block)).to_contain_text("201")
    with scope(owner):
        assert Chatbot.objects.get().name == "From the docs"


@browser_test
def test_it_is_dark_where_the_system_is(open_page):
    page = open_page("/api/docs/", color_scheme="dark")
    expect(page.locator("html")).to_have_css("background-color", "rgb(28, 32, 34)")
    page.emulate_media(color_scheme="light")
    expect(page.locator("body")).to_have_css("background-color", "rgb(250, 250, 250)")


def test_every_operation_is_in_a_group_that_is_described():
    schema = Client().get("/api/schema/", headers={"Accept": "application/json"}).json()
    operations = [operation for path in schema["paths"].values() for operation in path.values()]
    used = {tag for operation in operations for tag in operation["tags"]}
    assert used == {tag["name"] for tag in schema["tags"] if tag["description"]}


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/html,application/xhtml+xml,*/*;q=0.8", "application/json"),
        ("application/json", "application/json"),
        ("*/*", "application/json"),
        ("application/yaml", "application/yaml"),
        ("application/vnd.oai.openapi", "application/vnd.oai.openapi"),
    ],
)
def test_the_schema_is_json_unless_yaml_is_asked_for(accept, kind):
    response = Client().get("/api/schema/", headers={"Accept": accept})
    assert (response.status_code, response["Content-Type"].partition(";")[0]) == (200, kind)
