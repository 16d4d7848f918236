"""Settings → Model providers: what answers and why, and one's own keys as forms."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.credentials import ProviderCredential
from accounts.tenancy import scope
from chatbots.models import Chatbot
from providers import registry
from tests.own_server import KEY

pytestmark = pytest.mark.django_db
PAGE = "/settings/providers/"


@pytest.fixture
def signed_in(client, owner, own_server):
    client.force_login(owner)
    return client


@pytest.fixture
def form(own_server) -> dict[str, str]:
    return {"provider": "openai", "secret": KEY, "label": "", "base_url": own_server.base_url}


@pytest.fixture
def kept(signed_in, owner, form) -> ProviderCredential:
    assert signed_in.post(PAGE, form)["Location"] == PAGE
    with scope(owner):
        return ProviderCredential.objects.get()


def shown(client) -> str:
    return " ".join(client.get(PAGE).content.decode().split())


def act(name: str, credential: ProviderCredential) -> str:
    return reverse(f"accounts:{name}_provider_key", args=[credential.pk])


def test_strangers_are_asked_to_sign_in(client):
    assert client.get(PAGE)["Location"] == f"/accounts/login/?next={PAGE}"


def test_without_a_key_the_page_says_why_answers_are_quoted(signed_in):
    registry.configure(registry.ProviderSettings(embedding_model="fake"))
    html = shown(signed_in)
    assert "by the offline reader, because no provider key is set." in html
    assert "Documents are read for search by Fake model for tests on this machine" in html
    assert "No key of your own yet" in html


def test_the_installations_key_is_named_as_such(signed_in):
    registry.configure(
        registry.ProviderSettings(
            embedding_model="fake", openai_api_key="sk-platform", openai_chat_models=("gpt-x",)
        )
    )
    html = shown(signed_in)
    assert "gpt-x (OpenAI) answers with this installation's key." in html
    assert "sk-platform" not in html


def test_an_added_key_answers_from_then_on_and_is_not_shown(signed_in, kept):
    html = shown(signed_in)
    assert "llama3.2 answers with your own key …4711." in html
    assert "In use" in html
    assert KEY not in html
    assert "no-store" in signed_in.get(PAGE)["Cache-Control"]


def test_a_refused_key_is_said_at_its_field_and_not_sent_back(signed_in, owner, form):
    page = signed_in.post(PAGE, {**form, "secret": "sk-mistyped-secret"})
    assert page.context["form"].errors["secret"] == [
        "The model provider refused your key. Check it in your settings."
    ]
    assert "sk-mistyped-secret" not in page.content.decode()
    with scope(owner):
        assert not ProviderCredential.objects.exists()


def test_a_private_address_is_refused_at_its_field(signed_in, form):
    page = signed_in.post(PAGE, {**form, "base_url": "http://10.0.0.7/v1"})
    [reason] = page.context["form"].errors["base_url"]
    assert reason.startswith("10.0.0.7 is inside a private network")


def test_a_test_that_fails_stays_on_the_page_with_its_reason(signed_in, kept, own_server):
    own_server.key = "sk-revoked-meanwhile"
    signed_in.post(act("test", kept))
    html = shown(signed_in)
    assert "Does not work" in html
    assert "The model provider refused your key. Check it in your settings." in html


def test_a_key_is_replaced_only_by_one_that_works(signed_in, owner, kept, own_server):
    page = signed_in.post(act("replace", kept), {"secret": "sk-wrong-one-0000"})
    assert "secret" in page.context["form"].errors
    own_server.key = "sk-the-new-key-0815"
    assert signed_in.post(act("replace", kept), {"secret": own_server.key})["Location"] == PAGE
    with scope(owner):
        assert ProviderCredential.objects.get().hint == "0815"


def test_switched_off_it_answers_no_more(signed_in, kept):
    signed_in.post(act("switch", kept), {"use": "no"})
    signed_in.post(act("switch", kept), {"use": "no"})  # twice is once
    html = shown(signed_in)
    assert "Not in use" in html
    assert "answers with your own key" not in html
    signed_in.post(act("switch", kept), {"use": "yes"})
    assert "llama3.2 answers with your own key" in shown(signed_in)


def test_removing_asks_first_and_says_what_stops(signed_in, owner, kept):
    with scope(owner):
        for number in range(2):
            Chatbot.objects.create(owner=owner, name=f"No. {number}", model="openai/llama3.2")
    page = signed_in.get(act("remove", kept)).content.decode()
    assert "2 chatbots name a model of OpenAI and cannot answer until you choose another." in page
    signed_in.post(act("remove", kept))
    with scope(owner):
        assert not ProviderCredential.objects.exists()
    assert "answers with your own key" not in shown(signed_in)


def test_what_goes_on_with_the_installations_key_is_said(signed_in, kept):
    registry.configure(registry.ProviderSettings(embedding_model="fake", openai_api_key="sk-p"))
    page = signed_in.get(act("remove", kept)).content.decode()
    assert "OpenAI models go on with this installation&#x27;s key." in page


def test_a_default_model_is_chosen_and_kept(signed_in, owner, kept):
    signed_in.post(reverse("accounts:default_model"), {"chat_model": "extractive"})
    owner.refresh_from_db()
    assert owner.chat_model == "extractive"
    assert "by the offline reader, because you chose it." in shown(signed_in)


def test_a_model_that_is_not_offered_cannot_be_the_default(signed_in, owner, kept):
    signed_in.post(reverse("accounts:default_model"), {"chat_model": "gemini/stolen"})
    owner.refresh_from_db()
    assert owner.chat_model == "openai/llama3.2"


def test_a_key_that_can_no_longer_be_opened_is_told_plainly(signed_in, owner, kept, settings):
    with scope(owner):
        ProviderCredential.objects.update(secret="sealed by a key that is lost")
    html = shown(signed_in)
    assert "This key can no longer be read" in html
    assert "Does not work" in html


def test_a_hostile_name_stays_text(signed_in, form, owner):
    signed_in.post(PAGE, {**form, "label": "<img src=x onerror=alert(1)>"})
    html = shown(signed_in)
    assert "&lt;img src=x onerror=alert(1)&gt;" in html
    assert "<img" not in html


def test_the_page_costs_the_same_whatever_its_length(
    signed_in, owner, kept, django_assert_num_queries
):
    with django_assert_num_queries(10):
        shown(signed_in)
    with scope(owner):
        for _number in range(9):
            more = ProviderCredential(owner=owner, provider="openai", is_active=False)
            more.keep(KEY)
            more.save()
    with django_assert_num_queries(10):
        shown(signed_in)
