"""A folder brought by page: cut off in the middle, gone on with after a reload, nothing twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from accounts.tenancy import scope
from documents.models import Document, UploadBatch
from tests.web import Web

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.browser]
SEND = "**/api/v1/documents/"
BEFORE_THE_CUT = 25
SLOW = 90_000  # milliseconds: sixty requests on a busy machine; four seconds on an idle one


def arrived(panel: Locator) -> Locator:
    return panel.locator('[data-count="arrived"]')


@pytest.fixture(scope="module")
def web(services, django_db_setup) -> Iterator[Web]:
    server = Web({"DJANGO_ALLOW_ASYNC_UNSAFE": ""})
    server.start()
    yield server
    server.stop()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Sixty files to keep, an empty one to refuse and one of the system's to leave out."""
    root = tmp_path / "Contracts"
    for number in range(60):
        place = root / f"20{number % 3 + 20}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number}.txt").write_text(f"Contract number {number} lasts a year.")
    (root / "empty.txt").touch()
    (root / ".DS_Store").write_text("x")
    return root


class Line:
    """The way to the server: lets so many files through, then breaks until it is mended."""

    def __init__(self, page: Page) -> None:
        self.sent, self.open = 0, BEFORE_THE_CUT
        page.route(SEND, self.take)

    def take(self, route: Route) -> None:
        if self.sent >= self.open:
            route.abort()
            return
        self.sent += 1
        route.continue_()


def test_a_folder_cut_off_goes_on_after_a_reload(open_page, owner, folder, watch):
    watch.allowed.append("net::ERR_FAILED POST /api/v1/documents/")
    page = open_page("/documents/", owner)
    leaving = []
    page.on("dialog", lambda dialog: (leaving.append(dialog.type), dialog.accept()))
    page.get_by_role("heading", name="Documents", level=1).click()  # or leaving asks nothing
    line = Line(page)
    page.set_input_files("input[webkitdirectory]", folder)
    panel = page.locator("[data-upload-panels] [data-upload-panel]")
    expect(arrived(panel)).to_have_text("25", timeout=SLOW)
    expect(panel.get_by_role("status")).to_contain_text("No connection.", timeout=SLOW)
    expect(panel.locator('[data-count="refused"]')).to_have_text("1")
    expect(panel).to_contain_text("Hidden files left out: 1.")
    page.reload()
    assert leaving == ["beforeunload"]

    page.get_by_role("link", name="Go on").click()
    page.wait_for_load_state()
    panel = page.locator("[data-upload-panel]")
    expect(panel.get_by_role("status")).to_contain_text("25 of 61 have arrived.")
    line.open = 1000
    page.set_input_files(".upload-again input[webkitdirectory]", folder)
    expect(arrived(panel)).to_have_text("60", timeout=SLOW)
    expect(panel.get_by_role("status")).to_contain_text("All files have arrived")
    assert line.sent == 60
    with scope(owner):
        assert Document.objects.filter(metadata__path__startswith="Contracts/20").count() == 60
        assert UploadBatch.objects.get().closed_at is not None
    page.get_by_role("link", name=re.compile("^Refused")).click()
    expect(page.locator("#upload-items li")).to_have_text(
        re.compile("empty.txt.*This file is empty", re.S)
    )


def test_what_the_plan_does_not_hold_stops_with_a_way_out(open_page, owner, folder, watch):
    watch.allowed.append("402 POST /api/v1/documents/")
    page = open_page("/documents/", owner)
    answer = {
        "status": 402,
        "content_type": "application/problem+json",
        "body": '{"code": "quota_exceeded", "detail": "Your plan holds 1,000 documents."}',
    }
    page.route(SEND, lambda route: route.fulfill(**answer))
    page.set_input_files("input[webkitdirectory]", folder)
    panel = page.locator("[data-upload-panels] [data-upload-panel]")
    said = panel.get_by_role("status")
    expect(said).to_contain_text("Your plan holds 1,000 documents.", timeout=SLOW)
    expect(panel.get_by_role("link", name="See plans")).to_be_visible()
    page.unroute(SEND)
    panel.get_by_role("button", name="Continue").click()
    expect(arrived(panel)).to_have_text("60", timeout=SLOW)


def test_a_busy_server_is_waited_for_and_a_pause_is_kept(open_page, owner, folder, watch):
    watch.allowed.append("429 POST /api/v1/documents/")
    page = open_page("/documents/", owner)
    page.route(SEND, lambda route: route.fulfill(status=429, headers={"Retry-After": "1"}))
    page.set_input_files("input[webkitdirectory]", folder)
    panel = page.locator("[data-upload-panels] [data-upload-panel]")
    expect(panel.get_by_role("status")).to_contain_text("asks for a short pause", timeout=SLOW)
    panel.get_by_role("button", name="Pause").click()
    expect(panel.get_by_role("status")).to_contain_text("Paused.")
    expect(arrived(panel)).to_have_text("0")
    page.unroute(SEND)
    panel.get_by_role("button", name="Continue").click()
    expect(arrived(panel)).to_have_text("60", timeout=SLOW)
