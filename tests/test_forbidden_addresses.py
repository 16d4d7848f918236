"""Whatever takes an address from a person refuses the same ones, in every spelling, at the door
and behind it (a row written before an operator took a permit back): nobody is ever connected to.

A new feature that takes an address adds a line to AT_THE_DOOR and one to BEHIND_IT.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from rest_framework.test import APIClient

from accounts.credentials import ProviderCredential
from accounts.models import User
from accounts.tenancy import scope
from documents.forms import AddressForm
from documents.models import Document, WebSource
from documents.tests.conftest import crawl
from documents.web import preview
from documents.web.forms import NewSourceForm
from documents.web.sources import begin
from outbound import permits
from outbound.tests.servers import Site, inner_sites, outside_site, redirect
from outbound.tests.spellings import FORBIDDEN, LOOPBACK_V4, LOOPBACK_V6, NAMES, PRIVATE
from providers import registry
from providers.account import Account
from providers.errors import ProviderError
from tests import ingesting

pytestmark = pytest.mark.django_db
REFUSALS = {"address_refused", "address_invalid"}


@pytest.fixture
def inside() -> Iterator[list[Site]]:
    before = permits.current()
    permits.configure()
    with inner_sites() as sites:
        yield sites
    permits._current = before


def written(inside: list[Site], spellings: list[str] = FORBIDDEN) -> list[str]:
    return [spelling.format(port=inside[0].port) for spelling in spellings if spelling.strip()]


# -- At the door: a code, or the field beside which the reason stands ---------------------------


@pytest.fixture(autouse=True)
def as_often_as_one_likes(settings) -> None:
    settings.RATE_LIMITS = dict.fromkeys(settings.RATE_LIMITS, 10_000)


def document_by_api(owner: User, api: APIClient, url: str) -> str:
    return _code(api.post("/api/v1/documents/", {"url": url}))


def document_by_page(owner: User, api: APIClient, url: str) -> str:
    form = AddressForm({"url": url})
    with scope(owner):
        added = form.add_for(owner)
    return "address_refused" if not added and "url" in form.errors else "added"


def source_by_api(owner: User, api: APIClient, url: str) -> str:
    return _code(api.post("/api/v1/web-sources/", {"url": url}))


def source_by_page(owner: User, api: APIClient, url: str) -> str:
    form = NewSourceForm({"url": url, "schedule": "manual", "page_limit": "9"})
    with scope(owner):
        added = form.is_valid() and form.add_for(owner)
    return "address_refused" if not added and "url" in form.errors else "added"


def look_at_a_source(owner: User, api: APIClient, url: str) -> str:
    return "address_refused" if preview.look(url).reason else "looked"


def provider_by_api(provider: str) -> Callable[[User, APIClient, str], str]:
    def add(owner: User, api: APIClient, url: str) -> str:
        body = {"provider": provider, "secret": "secret-of-mine", "base_url": url}
        return _code(api.post("/api/v1/provider-credentials/", body))

    return add


def _code(answer: Any) -> str:
    told = answer.json()
    # a field too long or with a NUL is refused by the serializer itself
    is_refused = answer.status_code == 400 and set(told["errors"]) <= {"url", "base_url"}
    return "address_invalid" if is_refused and told["code"] == "invalid" else told["code"]


AT_THE_DOOR = {
    "a document by the API": document_by_api,
    "a document by the page": document_by_page,
    "a web source by the API": source_by_api,
    "a web source by the page": source_by_page,
    "a look at a web source": look_at_a_source,
    "a server that speaks OpenAI's protocol": provider_by_api("openai"),
    "a server that speaks Gemini's protocol": provider_by_api("gemini"),
}


@pytest.mark.parametrize("feature", AT_THE_DOOR.values(), ids=AT_THE_DOOR)
def test_no_spelling_passes_the_door(feature, owner, api, inside):
    codes = {url: feature(owner, api, url) for url in written(inside)}
    assert {url: code for url, code in codes.items() if code not in REFUSALS} == {}
    assert [here.connections for here in inside] == [0] * len(inside)
    with scope(owner):
        assert not Document.objects.exists()
        assert not WebSource.objects.exists()
        assert not ProviderCredential.objects.exists()


# -- Behind it: the address stands in a row already ---------------------------------------------


def fetch_of_a_row(owner: User, url: str) -> str:
    with scope(owner):
        document = Document.objects.create(
            owner=owner, name="page", source_url=url, file_size=0, content_hash=uuid4().hex
        )
    ingesting.ingest(document.pk, owner.pk)
    with scope(owner):
        document.refresh_from_db()
    return document.error_code


def crawl_of_a_row(owner: User, url: str) -> str:
    with scope(owner):
        source = WebSource(owner=owner, url=url, host="a host", kind="section")
        begin(source)
    return crawl(source).error_code


def call_of_a_provider(provider: str) -> Callable[[User, str], str]:
    def check(owner: User, url: str) -> str:
        # what is no address at all the vendor's client cannot even ask for
        with pytest.raises((ProviderError, httpx2.InvalidURL)) as refusal:
            registry.check(Account(provider, "secret-of-mine", url, guarded=True))
        return getattr(refusal.value, "code", "address_invalid")

    return check


BEHIND_IT = {
    "the fetch of a document": fetch_of_a_row,
    "the crawl of a web source": crawl_of_a_row,
    "the call of a server that speaks OpenAI's protocol": call_of_a_provider("openai"),
    "the call of a server that speaks Gemini's protocol": call_of_a_provider("gemini"),
}


@pytest.mark.parametrize("feature", BEHIND_IT.values(), ids=BEHIND_IT)
def test_no_row_leads_there_either(feature, owner, inside):
    somewhere = [*LOOPBACK_V4, *LOOPBACK_V6, *NAMES, *PRIVATE]
    told = {url: feature(owner, url) for url in written(inside, somewhere)}
    assert {url: code for url, code in told.items() if code not in REFUSALS} == {}
    assert [here.connections for here in inside] == [0] * len(inside)


@pytest.mark.parametrize("feature", BEHIND_IT.values(), ids=BEHIND_IT)
def test_a_permitted_server_leads_nowhere_else(feature, owner):
    with inner_sites() as inside, outside_site() as outside:
        for target in (here.url() for here in inside):
            for status in (302, 307):
                outside.pages["*"] = redirect(target, status)
                feature(owner, outside.url(f"/{uuid4()}"))
    assert outside.connections >= 2 * len(inside)
    assert [here.connections for here in inside] == [0] * len(inside)
