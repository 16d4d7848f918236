"""The library's page: a web address or a pasted text by plain forms, and what they become."""

from __future__ import annotations

import pytest

from accounts.tenancy import scope, system
from billing.models import Plan
from documents import queue
from documents.models import Document
from outbound.tests.servers import outside_site, page
from tests import ingesting

pytestmark = pytest.mark.django_db
LIST = "/documents/"


@pytest.fixture
def signed_in(client, owner):
    client.force_login(owner)
    return client


@pytest.fixture
def web():
    with outside_site() as here:
        here.pages["/sky"] = page(b"The sky is blue.")
        yield here


def the_document(owner) -> Document:
    with scope(owner):
        return Document.objects.get()


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_an_address_is_added_and_leads_back_to_the_list(signed_in, owner, web):
    response = signed_in.post(LIST, {"url": web.url("/sky")}, follow=True)
    assert response.redirect_chain == [(LIST, 302)]
    assert said(response) == ["sky is in the queue."]
    assert the_document(owner).source_url == web.url("/sky")
    assert web.connections == 0


@pytest.mark.parametrize("typed", ["pages.example/a", "https://pages.example/a"])
def test_the_scheme_may_be_left_out(signed_in, owner, typed):
    signed_in.post(LIST, {"url": typed})
    assert the_document(owner).source_url == "https://pages.example/a"


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "Type or paste the address of a page."),
        (
            "127.0.0.1/<b>",
            "127.0.0.1 is inside a private network or this server. Only public addresses are read.",
        ),
        (
            "javascript:alert(1)",
            "Write the whole address, beginning with http:// or https://.",
        ),
    ],
)
def test_a_refused_address_stays_in_its_field_with_the_reason(signed_in, owner, typed, reason):
    response = signed_in.post(LIST, {"url": typed})
    assert response.status_code == 422
    assert response.context["adding"]["address"].errors == {"url": [reason]}
    text = response.content.decode()
    assert reason in text
    assert 'aria-describedby="id_url_error"' in text
    assert "<b>" not in text
    if typed:
        assert response.context["adding"]["address"]["url"].value() == typed
    with scope(owner):
        assert not Document.objects.exists()


def test_an_address_beyond_the_plan_says_so_beside_the_field(signed_in, owner, make_document):
    make_document(owner)
    with system():
        Plan.objects.filter(name="free").update(document_limit=1)
    response = signed_in.post(LIST, {"url": "https://pages.example/"})
    assert response.context["adding"]["address"].errors == {
        "url": [
            "Your plan holds 1 document and you have 1, so there is no room for another."
            " Delete some, or choose a larger plan."
        ]
    }


def test_an_address_in_the_library_is_named_and_not_added(signed_in, owner, web):
    signed_in.post(LIST, {"url": web.url("/sky")})
    ingesting.ingest(the_document(owner).pk, owner.pk)
    response = signed_in.post(LIST, {"url": web.url("/sky")}, follow=True)
    assert said(response)[-1] == "You have this already, as sky."
    assert the_document(owner).status == "ready"


@pytest.mark.parametrize(("name", "kept"), [("", "Pasted text.txt"), ("Tides.md", "Tides.md")])
def test_a_text_is_pasted(signed_in, owner, name, kept):
    response = signed_in.post(LIST, {"text": " The sky is blue.\r\n", "name": name}, follow=True)
    assert said(response) == [f"{kept} is in the queue."]
    with the_document(owner).file.open("rb") as file:
        assert file.read() == b" The sky is blue.\r\n"


def test_a_refused_text_stays_in_its_open_field(signed_in, owner, settings):
    settings.MAX_FILE_SIZE = 2**20 // 2**20
    response = signed_in.post(LIST, {"text": "The sky is blue.", "name": "Mine"})
    assert response.status_code == 422
    text = response.content.decode()
    assert '<details class="documents-text" open>' in text
    assert "The sky is blue.</textarea>" in text
    assert 'value="Mine"' in text
    assert response.context["adding"]["text"].errors == {"text": ["This file is larger than 0 MB."]}


def test_a_form_without_anything_says_what_to_do(signed_in):
    response = signed_in.post(LIST, {})
    assert response.context["adding"]["text"].errors == {"text": ["Paste or type some text."]}


def test_a_page_on_its_way_shows_its_stage_and_no_file(signed_in, owner):
    signed_in.post(LIST, {"url": "https://pages.example/sky"})
    document = the_document(owner)
    with scope(owner):
        Document.objects.update(status="processing", stage="fetching", progress=2)
    assert "Fetching the page" in signed_in.get(LIST).content.decode()
    text = signed_in.get(f"{LIST}{document.pk}/").content.decode()
    assert "Fetching the page" in text
    assert "Original" not in text
    response = signed_in.get(f"{LIST}{document.pk}/download/", follow=True)
    assert response.redirect_chain == [(f"{LIST}{document.pk}/", 302)]
    assert said(response) == ["This page has not been fetched yet, so there is no file."]


def test_a_fetched_page_names_its_address_and_can_be_fetched_again(signed_in, owner, web):
    signed_in.post(LIST, {"url": web.url("/sky")})
    document = the_document(owner)
    ingesting.ingest(document.pk, owner.pk)
    text = signed_in.get(f"{LIST}{document.pk}/").content.decode()
    assert f'<a href="{web.url("/sky")}" rel="noopener noreferrer nofollow" dir="ltr">' in text
    assert "Fetched" in text
    assert "Fetch again" in text
    assert "Process again" not in text
    signed_in.post(f"{LIST}{document.pk}/reprocess/")
    assert the_document(owner).status == "pending"


def test_a_page_that_could_not_be_fetched_says_why_and_offers_another_try(signed_in, owner, web):
    signed_in.post(LIST, {"url": web.url("/missing")})
    document = the_document(owner)
    ingesting.ingest(document.pk, owner.pk)
    for address in (LIST, f"{LIST}{document.pk}/"):
        text = signed_in.get(address).content.decode()
        assert "127.0.0.1 has no page at this address." in text
        assert "Try again" in text
    assert "download it" not in text


def test_only_addresses_of_the_web_become_links(signed_in, owner, make_document):
    document = make_document(owner)
    with scope(owner):
        Document.objects.update(source_url="javascript:alert(1)")
    assert "javascript:" not in signed_in.get(f"{LIST}{document.pk}/").content.decode()


def test_an_outsider_cannot_fetch_again(client, owner, outsider, make_document):
    document = make_document(owner)
    client.force_login(outsider)
    assert client.post(f"{LIST}{document.pk}/reprocess/").status_code == 404
    with scope(owner), pytest.raises(queue.NotNow):
        queue.cancel(document, actor=owner)
