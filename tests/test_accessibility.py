"""Every page in Chromium: axe finds nothing serious in light or dark, nothing scrolls sideways at
360 px, scripts and styles stay within their budget, and without script it can still be read."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import axe_playwright_python
import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AnonymousUser
from django.contrib.staticfiles import finders
from django.core.files.base import ContentFile
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from accounts import invitations
from accounts.models import Project, User
from accounts.staff_lists import page_of
from accounts.tenancy import scope
from accounts.tests.test_mfa import code
from billing.models import Plan, Subscription
from conversations import sharing
from documents import batches
from documents.addresses import add_address
from documents.models import Document
from tests.sharing import join
from tests.showcase import FACT, Showcase, show_everything
from tests.showcase_billing import STRIPE, show_a_plan
from tests.showcase_web import show_sources
from tests.web import Web

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.browser]
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
GRAVE = {"serious", "critical"}
WEIGHT = 150 * 1024  # bytes of script and style on the wire, where they are served compressed
WEIGH = """() => performance.getEntriesByType("resource")
    .map((entry) => new URL(entry.name).pathname).filter((path) => /\\.(js|css)$/.test(path))"""
SETTLED = "Promise.allSettled(document.getAnimations().map((animation) => animation.finished))"
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def web(services, django_db_setup) -> Iterator[Web]:
    server = Web({"KYRO_CHAT_MODEL": "fake", "DJANGO_ALLOW_ASYNC_UNSAFE": "", **STRIPE})
    server.start()
    yield server
    server.stop()


@dataclass
class Inspection:
    """What is wrong with the pages looked at, each with its address."""

    page: Page
    faults: list[str] = field(default_factory=list)
    budget: int = WEIGHT
    rules: dict = field(default_factory=lambda: {"target-size": {"enabled": True}})

    def goto(self, *paths: str) -> None:
        for path in paths:
            self.page.goto(path)
            self.look(path)

    def look(self, name: str) -> None:
        weight = sum(map(compressed, self.page.evaluate(WEIGH)))
        if weight > self.budget:
            self.faults.append(f"{name}: {weight:,} bytes of script and style")
        self.page.evaluate(AXE)
        self._axe(f"{name} light", {"rules": self.rules})
        self.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        self.page.evaluate(SETTLED)
        self._axe(f"{name} dark", {"runOnly": ["color-contrast"]})
        self.page.set_viewport_size({"width": 360, "height": 740})
        if (pixels := self.page.evaluate(WIDER)) > 0:
            self.faults.append(f"{name}: {pixels} px too wide at 360 px")
        self.page.set_viewport_size({"width": 1280, "height": 800})
        self.page.emulate_media(color_scheme="light", reduced_motion="reduce")

    def _axe(self, name: str, options: dict) -> None:
        # preload would fetch the sheets again, by inline styles that our policy forbids
        options |= {"resultTypes": ["violations"], "preload": False}
        found = self.page.evaluate(f"axe.run(document, {json.dumps(options)})")
        for violation in found["violations"]:
            if violation["impact"] in GRAVE:
                where = "; ".join(map(_told, violation["nodes"][:3]))
                self.faults.append(f"{name}: {violation['id']}: {where}")


@cache
def compressed(path: str) -> int:
    """As the image serves it (config/static_files.py); the server of the tests sends it plain."""
    return len(gzip.compress(Path(finders.find(path.removeprefix("/static/"))).read_bytes()))


def _told(node: dict) -> str:
    reasons = [check["message"] for check in node["any"] + node["all"] + node["none"]]
    return f"{node['html'][:120]} ({' '.join(reasons)[:160]})"


@pytest.fixture
def inspect(open_page) -> Iterator[Callable[..., Inspection]]:
    inspections = []

    def start(path: str, user: User | None = None) -> Inspection:
        page = open_page(path, user, reduced_motion="reduce")
        inspections.append(Inspection(page))
        inspections[-1].look(path)
        return inspections[-1]

    yield start
    faults = [fault for inspection in inspections for fault in inspection.faults]
    assert not faults, "\n".join(faults)


@pytest.fixture
def showcase(owner) -> Showcase:
    return show_everything(owner)


# -- The entrance ---------------------------------------------------------------------------


def test_entrance_pages(inspect, watch):
    seen = inspect("/")
    seen.goto("/pricing/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/")
    seen.goto("/accounts/password/reset/done/", "/accounts/inactive/")
    seen.goto("/accounts/password/reset/key/1-set-password/")
    page = seen.page
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill("nobody@example.com")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    seen.look("login refused")
    page.goto("/accounts/signup/")
    page.get_by_label("Email").fill("new@example.com")
    page.get_by_label("Password").fill("12345678")
    page.get_by_role("button", name="Create account").click()
    seen.look("sign-up refused")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", name="Enter the code")).to_be_visible()
    seen.look("code")
    page.get_by_label("Code").fill("WRONG1")
    page.get_by_role("button", name="Continue").click()
    seen.look("code refused")


def test_pages_of_failures(inspect, watch, web):
    watch.allowed += ["404 GET", "403 POST"]
    seen = inspect("/no/such/page/")
    seen.page.goto("/accounts/login/")
    seen.page.context.clear_cookies()
    seen.page.get_by_label("Email").fill("a@example.com")
    seen.page.get_by_label("Password").fill("secret")
    seen.page.get_by_role("button", name="Sign in").click()
    expect(seen.page.locator("h1")).to_be_visible()
    seen.look("expired form")
    templates = ("429.html", "400.html", "403.html", "500.html", "account/signup_closed.html")
    for template in (*templates, "account/verified_email_required.html"):
        seen.page.route("**/shown/", showing(rendered(template)))
        seen.page.goto("/shown/")
        seen.look(template)


def showing(body: str) -> Callable[[Route], None]:
    return lambda route: route.fulfill(body=body, content_type="text/html")


def rendered(template: str) -> str:
    """A page that the running server shows only when it fails, or is set up otherwise."""
    request: HttpRequest = RequestFactory().get("/")
    request.user = AnonymousUser()
    return render_to_string(template, {"nonce": ""}, request)


# -- An account without anything -------------------------------------------------------------

SETTINGS = (
    "/settings/",
    "/settings/keys/",
    "/settings/providers/",
    "/settings/plan/",
    "/settings/usage/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/settings/security/",
    "/settings/security/revoke-keys/",
    "/accounts/sessions/",
    "/accounts/2fa/webauthn/",
)


def test_pages_of_an_empty_account(inspect, owner):
    seen = inspect("/home/", owner)
    seen.goto("/documents/", "/documents/search/", "/documents/search/?q=lamp")
    seen.goto("/documents/?status=error", "/chatbots/", "/chatbots/new/", "/chat/")
    seen.goto(*SETTINGS)


# -- An account with everything --------------------------------------------------------------


def test_document_pages(inspect, owner, showcase):
    of = f"/documents/{showcase.document.pk}/"
    seen = inspect("/documents/", owner)
    seen.goto("/documents/?status=error", "/documents/?page=2", "/documents/?name=nothing+has+it")
    seen.goto("/documents/search/?q=warranty", of, f"{of}?chunk={showcase.chunk.pk}")
    seen.goto(f"{of}?start=999998&end=999999", f"{of}passages/", f"{of}edit/", f"{of}delete/")
    for other in (showcase.failed, showcase.working, showcase.waiting):
        seen.goto(f"/documents/{other.pk}/", f"/documents/{other.pk}/passages/")


def test_uploads(inspect, owner):
    inspect("/documents/uploads/", owner)
    with scope(owner):
        files = [("Lamps/manual.txt", 3), ("Lamps/film.mp4", 3), (f"Lamps/{'x' * 200}.txt", 3)]
        upload = batches.announce(owner, "Lamps", files)
        item = batches.awaited(owner, upload.pk, "Lamps/manual.txt")
        batches.receive(item, ContentFile(b"Lit", "manual.txt"))
    of = upload.get_absolute_url()
    seen = inspect("/documents/uploads/", owner)
    seen.goto("/documents/", of, f"{of}?state=refused", f"{of}?state=failed", f"{of}delete/")


def test_what_opens_on_the_document_page(inspect, owner, showcase, watch):
    watch.allowed.append("422 POST /documents/upload/")
    seen = inspect("/documents/", owner)
    page = seen.page
    page.get_by_label("Tick all on this page").check()
    seen.look("documents ticked")
    page.set_input_files("input[type=file]", [{"name": "e.txt", "mimeType": "", "buffer": b""}])
    expect(page.locator(".upload-refused")).to_be_visible()
    seen.look("file refused")
    page.locator(".sidebar summary").click()
    seen.look("person menu")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog")).to_be_visible()
    seen.look("palette")
    page.goto(f"/documents/{showcase.document.pk}/")
    page.get_by_role("link", name="Delete").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    seen.look("asked before a loss")


def test_web_sources(inspect, owner):
    seen = inspect("/documents/web-sources/", owner)
    whole, *others = show_sources(owner)
    of = f"/documents/web-sources/{whole.pk}/"
    seen.goto("/documents/web-sources/", "/documents/web-sources/add/", of, f"{of}?state=removed")
    seen.goto(f"{of}?q=nowhere", f"{of}edit/", f"{of}delete/", f"{of}removed/")
    seen.goto(*(f"/documents/web-sources/{source.pk}/" for source in others))


def test_project_pages(inspect, owner, outsider, showcase, watch):
    watch.allowed.append("404 GET /projects/join/")
    of, listed = showcase.project.get_absolute_url(), f"/documents/?project={showcase.project.pk}"
    seen = inspect("/projects/", owner)
    seen.goto(of, f"{of}chatbots/", f"{of}people/", f"{of}settings/", listed)
    join_page = f"/projects/join/{offered(showcase.project, outsider)}/"
    inspect(join_page)
    seen = inspect(join_page, outsider)
    join(showcase.project, outsider)
    seen.goto("/projects/join/over/", of, listed, f"/documents/{showcase.document.pk}/passages/")


def offered(project: Project, user: User) -> str:
    """The token of the link that asks somebody to join."""
    token = invitations.new_token()
    with scope(project.owner_id):
        project.invitations.create(
            email=user.email,
            role="viewer",
            invited_by=project.owner,
            token_hash=invitations.digest(token),
        )
    return token


def test_chatbot_pages(inspect, owner, showcase):
    seen = inspect("/chatbots/", owner)
    bot = showcase.chatbot.get_absolute_url()
    seen.goto("/chatbots/new/", bot, f"{bot}behaviour/", f"{bot}look/", f"{bot}share/")
    seen.goto(f"{bot}versions/", f"{bot}versions/1/?against=draft", f"{bot}insights/")
    seen.goto(f"{bot}preview/", f"{bot}versions/1/restore/", f"{bot}delete/", "/home/")
    bench = f"{showcase.chatbot.get_absolute_url()}retrieval/"
    seen.goto(bench, f"{bench}?q=lamp", f"{bench}?q=lamp&search_mode=text&top_k=1")
    seen.goto("/documents/retrieval/?q=lamp")
    seen.page.goto("/chatbots/new/")
    seen.page.get_by_label("Name", exact=True).fill("x")
    seen.page.get_by_label("Only the documents chosen here").check()
    seen.page.get_by_role("button", name="Make chatbot").click()
    expect(seen.page.get_by_text("Choose at least one document")).to_be_visible()
    seen.look("chatbot refused")


def test_chat_pages(inspect, owner, showcase):
    thread = showcase.conversation.get_absolute_url()
    seen = inspect("/chat/?page=1", owner)
    seen.goto(f"/chat/new/{showcase.chatbot.slug}/", "/chat/?q=nothing+has+it")
    seen.goto(f"/chat/new/{showcase.asleep.slug}/", thread, f"{thread}rename/", f"{thread}delete/")
    page = seen.page
    page.goto(thread)
    page.locator(".cite").first.hover()
    seen.look("quote card")
    page.locator(".cite").first.click()
    expect(page.locator("[data-sources] mark")).to_have_text(FACT)
    seen.look("sources")
    page.get_by_label("Actions").click()
    seen.look("menu of a conversation")
    page.keyboard.press("Control+k")
    page.keyboard.press("Escape")
    page.get_by_label("Edit this question").first.press("Enter")
    page.get_by_label("Bad answer").first.click()
    expect(page.get_by_text("What is wrong with it?")).to_be_visible()
    seen.look("a question to edit, an answer to judge")
    seen.goto(f"{thread}links/", "/chat/?q=brighter", "/chat/?q=bright", "/chat/?archived=1")
    with scope(owner):
        address = sharing.address_of(sharing.share(owner, showcase.conversation, "snapshot"))
    seen.goto(f"{thread}links/", f"/share/{address.partition('/share/')[2]}")
    page.goto(thread)
    page.get_by_label("Your question").fill("Question?")
    page.keyboard.press("Enter")
    expect(page.locator("[data-message]")).to_have_count(8)
    expect(page.locator("[data-events]")).to_have_count(0)
    seen.look("after an answer")


def test_settings_pages(inspect, owner, showcase):
    show_a_plan(owner)
    seen = inspect("/settings/", owner)
    seen.goto(*SETTINGS[1:], "/accounts/logout/", "/accounts/reauthenticate/")
    seen.goto("/settings/credits/", "/settings/plan/cancel/", "/settings/plan/done/?tries=20")
    seen.page.goto("/settings/usage/?span=90")
    expect(seen.page.locator(".chart-plot canvas")).to_have_count(2)
    seen.page.get_by_text("The same as a table").click()
    seen.look("usage of 90 days")
    page = seen.page
    page.goto("/settings/keys/")
    page.get_by_label("Name", exact=True).fill("Key")
    page.get_by_role("button", name=re.compile("key", re.I)).click()
    expect(page.locator("#secret")).to_be_visible()
    seen.look("new key")
    page.goto("/accounts/password/change/")
    for secret in page.locator("main input[type=password]").all():
        secret.fill("short")
    page.get_by_role("button", name="Save password").click()
    expect(page.locator(".field-error").first).to_be_visible()
    seen.look("password refused")


def test_pages_of_model_providers(inspect, owner, showcase):
    seen = inspect("/settings/providers/", owner)
    page = seen.page
    page.locator(".list-row summary").first.click()
    seen.look("acts on a provider key")
    page.get_by_text("Addresses of usual servers").click()
    seen.look("addresses of own servers")
    page.get_by_label("Key", exact=True).fill("sk-any-key-at-all")
    page.get_by_label("Base URL").fill("http://10.0.0.7/v1")
    page.get_by_role("button", name="Test and add").click()
    expect(page.get_by_text("10.0.0.7 is inside a private network")).to_be_visible()
    seen.look("provider key refused")
    for act in ("Replace the key", "Remove"):
        page.goto("/settings/providers/")
        page.locator(".list-row summary").first.click()
        page.get_by_role("link", name=act).first.click()
        expect(page.locator("main form")).to_be_visible()
        seen.look(act)


def test_a_pressed_button_says_that_it_waits(open_page, owner, showcase):
    page = open_page("/settings/providers/", owner)
    page.route("**/test/", lambda route: route.fulfill(status=204))  # the page stays as it is
    page.get_by_role("button", name="Test", exact=True).first.click()
    waiting = page.get_by_role("button", name="Testing…")
    expect(waiting).to_have_attribute("aria-disabled", "true")


def test_pages_of_the_second_factor(inspect, owner):
    seen = inspect("/accounts/login/")
    page = seen.page
    sign_in(page, owner)
    seen.goto("/accounts/2fa/totp/activate/")  # asks for the password first
    page.get_by_label("Password", exact=True).fill("correct horse battery")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    seen.look("enrolling")
    page.get_by_label("Authenticator code").fill("000000")
    page.get_by_role("button", name="Turn on").click()
    expect(page.locator(".field-error")).to_be_visible()
    seen.look("code refused")
    page.get_by_label("Authenticator code").fill(code(page.locator("#totp-secret").inner_text()))
    page.get_by_role("button", name="Turn on").click()
    expect(page.locator("#codes")).to_be_visible()
    seen.look("recovery codes")
    seen.goto("/settings/security/", "/accounts/2fa/recovery-codes/generate/")
    seen.goto("/accounts/2fa/totp/deactivate/", "/accounts/2fa/reauthenticate/")


def test_a_security_key_is_added_and_signs_in(inspect, owner, watch, web):
    watch.origin = here = web.url.replace("127.0.0.1", "localhost")  # keys are for names
    seen = inspect(f"{here}/accounts/login/")
    page = seen.page
    use_a_virtual_key(page)
    sign_in(page, owner)
    page.goto(f"{here}/accounts/2fa/webauthn/add/")
    page.get_by_label("Password", exact=True).fill("correct horse battery")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Name").fill("Blue key")
    seen.look("adding a key")
    page.get_by_role("button", name="Add").click()
    expect(page.locator("#codes")).to_be_visible()  # the first factor brings recovery codes
    key = f"{here}/accounts/2fa/webauthn/keys/{Authenticator.objects.get(type='webauthn').pk}"
    seen.goto(f"{here}/accounts/2fa/webauthn/", f"{key}/edit/", f"{key}/remove/")
    seen.goto(f"{here}/accounts/2fa/webauthn/reauthenticate/")
    page.context.clear_cookies()
    page.goto(f"{here}/accounts/login/")
    sign_in(page, owner)
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    seen.look("second factor asked for")
    page.get_by_role("button", name="Use a security key").click()
    expect(page).to_have_url(re.compile("/home/"))


def sign_in(page: Page, user: User) -> None:
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password", exact=True).fill("correct horse battery")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Sign in")


def use_a_virtual_key(page: Page) -> None:
    """A security key that Chromium plays itself and touches at once."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    key = {"protocol": "ctap2", "transport": "usb", "automaticPresenceSimulation": True}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": key})


def test_administration(inspect, make_user, showcase):
    staff = make_user("staff", is_staff=True, is_superuser=True)
    failed = f"/admin/documents/document/{showcase.failed.pk}/change/"
    seen = inspect("/admin/", staff)
    # Django's own pages, for staff: jQuery is heavy, filters are a line of text high
    seen.budget, seen.rules = 500 * 1024, {}
    seen.goto("/admin/documents/document/", failed, f"/admin/accounts/user/{staff.pk}/change/")
    seen.goto("/admin/find/?q=nothing", f"/admin/find/?q={staff.email}")
    with scope(showcase.document.owner):
        subscription = page_of(Subscription, Subscription.objects.get().pk)
    seen.goto(subscription, subscription.replace("/change/", "/do/credits/"))
    seen.goto(page_of(Plan, Plan.objects.get(name="pro").pk))
    seen.page.context.clear_cookies()
    seen.goto("/admin/login/")


def test_the_api_page_opens_without_a_complaint(open_page):
    """Swagger UI is not ours: axe and the budget of our pages are left out."""
    page = open_page("/api/docs/")
    expect(page.get_by_role("heading", name="KyroChat API")).to_be_visible()


def test_the_ways_into_the_library(inspect, owner, watch):
    watch.allowed.append("422 POST /documents/")
    seen = inspect("/documents/", owner)
    page = seen.page
    page.get_by_text("Paste text").click()
    expect(page.get_by_label("Text", exact=True)).to_be_visible()
    seen.look("a text to paste")
    page.get_by_label("Web address").fill("127.0.0.1/secret")
    page.get_by_role("button", name="Fetch").click()
    expect(page.locator("#id_url_error")).to_be_visible()
    seen.look("address refused")


def test_a_document_by_address(inspect, owner):
    with scope(owner):
        document, _ = add_address(owner, f"https://pages.example/{'a-long-part/' * 20}")
        fetched = {"url": document.source_url, "at": timezone.now().isoformat()}
        Document.objects.update(
            status="processing", stage="fetching", progress=2, metadata={"fetched": fetched}
        )
    seen = inspect("/documents/", owner)
    seen.goto(f"/documents/{document.pk}/")
    with scope(owner):
        Document.objects.update(status="error", error_message="pages.example cannot be reached.")
    seen.goto(f"/documents/{document.pk}/", "/documents/")


# -- Without script --------------------------------------------------------------------------


def test_without_script_every_page_can_be_read(open_page, owner, showcase):
    page = open_page("/home/", owner, script=False, width=360)
    document = f"/documents/{showcase.document.pk}/"
    bot = showcase.chatbot.get_absolute_url()
    thread = showcase.conversation.get_absolute_url()
    new = f"/chat/new/{showcase.chatbot.slug}/"
    for path in (
        *("/documents/", document, f"{document}passages/", "/documents/search/?q=lamp"),
        *(bot, "/chatbots/", "/chatbots/new/", new, thread, *SETTINGS),
    ):
        page.goto(path)
        expect(page.locator("main h1")).to_be_visible()
        assert page.locator("main").get_by_role("button").or_(page.locator("main a")).count()
