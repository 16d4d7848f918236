"""A person's own key, from the API to the answer: theirs reaches their server, ours never does."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection

from accounts.credentials import ProviderCredential
from accounts.models import AuditLog, User
from accounts.tenancy import scope, system
from billing.models import CreditBalance, UsageRecord
from chatbots.models import Chatbot
from conversations.models import Conversation, Message
from conversations.turns import load_turn
from providers import registry
from tests.own_server import KEY

pytestmark = pytest.mark.django_db(transaction=True)
BASE = "/api/v1/"
PLATFORM = "sk-of-the-platform-0000"


@pytest.fixture(autouse=True)
def platform(own_server) -> None:
    """An installation with a key of its own and a fallback: neither may touch a person's server."""
    registry.configure(
        registry.ProviderSettings(
            chat_model="openai/platform",
            fallback_model="fake",
            embedding_model="fake",
            openai_api_key=PLATFORM,
            openai_chat_models=("platform",),
        )
    )


@pytest.fixture
def add_key(api, own_server):
    def add() -> dict:
        body = {"provider": "openai", "secret": KEY, "base_url": own_server.base_url}
        return api.post(f"{BASE}provider-credentials/", body).json()

    return add


@pytest.fixture
def ask(api, make_document, owner):
    make_document(owner, "The sky is blue. Grass is green.")

    def ask(model: str = "") -> dict:
        chatbot = api.post(f"{BASE}chatbots/", {"name": "Colours", "model": model}).json()
        talk = api.post(f"{BASE}conversations/", {"chatbot": chatbot["id"]}).json()
        url = f"{BASE}conversations/{talk['id']}/messages/"
        return api.post(url, {"content": "What colour is the sky?"}).json()

    return ask


def test_the_persons_key_and_only_it_reaches_their_server(add_key, ask, own_server):
    add_key()
    answer = ask("openai/llama3.2")
    assert (answer["status"], answer["content"]) == ("complete", "Hello you")
    assert answer["model_used"] == "openai/llama3.2"
    assert own_server.keys_seen == {KEY}
    asked = [body["model"] for path, _key, body in own_server.requests if "chat" in path]
    assert asked == ["llama3.2"]


def test_who_brings_a_key_is_answered_by_it_unasked(api, add_key, ask, owner):
    assert api.get(f"{BASE}chat-models/").json()["results"][0]["source"] == "platform"
    add_key()
    assert api.get(f"{BASE}me/").json()["chat_model"] == "openai/llama3.2"
    [first, *others] = api.get(f"{BASE}chat-models/").json()["results"]
    assert first == {
        "name": "openai/llama3.2", "label": "llama3.2", "provider": "openai", "source": "own",
    }  # fmt: skip
    assert [choice["name"] for choice in others] == ["extractive"]
    assert ask()["model_used"] == "openai/llama3.2"


def test_another_model_chosen_as_default_stays(api, add_key, ask):
    api.patch(f"{BASE}me/", {"chat_model": "extractive"})
    add_key()
    assert ask()["model_used"] == "extractive"
    assert api.patch(f"{BASE}me/", {"chat_model": "gemini/x"}).status_code == 400


def test_another_persons_chatbots_use_the_installations_key(add_key, outsiders_api, own_server):
    add_key()
    models = outsiders_api.get(f"{BASE}chat-models/").json()["results"]
    assert {choice["source"] for choice in models} == {"platform", "offline"}
    own_server.requests.clear()
    refused = outsiders_api.post(f"{BASE}chatbots/", {"name": "Mine", "model": "openai/llama3.2"})
    assert list(refused.json()["errors"]) == ["model"]
    assert own_server.requests == []


def test_it_is_counted_and_costs_no_credits(add_key, ask, owner):
    add_key()
    ask()
    with scope(owner):
        used = UsageRecord.objects.get(request_type="rag")
        assert (used.tokens_input, used.tokens_output, used.exact) == (11, 2, True)
        assert (used.price, used.credits_used) == ({"own_key": True}, 0)
        assert CreditBalance.objects.get().used == 0


def test_a_refused_key_ends_in_a_plain_error_and_is_shown_at_the_key(api, add_key, ask, own_server):
    made = add_key()
    own_server.key = "sk-revoked-meanwhile"
    answer = ask()
    assert (answer["status"], answer["error_code"]) == ("error", "key_refused")
    assert answer["content"] == ""  # nobody else's model stepped in
    detail = f"{BASE}provider-credentials/{made['id']}/"
    assert api.get(detail).json()["last_error"] == (
        "The model provider refused your key. Check it in your settings."
    )
    own_server.key = KEY
    assert ask()["status"] == "complete"
    assert api.get(detail).json()["last_error"] == ""


def test_a_server_that_is_down_is_not_the_keys_fault(api, add_key, ask, own_server):
    made = add_key()
    own_server.behaviours += [lambda handler: handler.answer(400, {"error": {"message": "no"}})]
    assert ask()["error_code"] == "refused"
    detail = f"{BASE}provider-credentials/{made['id']}/"
    assert api.get(detail).json()["last_error"] == ""


def test_a_key_that_can_no_longer_be_opened_lets_no_other_step_in(add_key, ask, owner, own_server):
    add_key()
    with scope(owner):
        ProviderCredential.objects.update(secret="sealed by a key that is lost")
    own_server.requests.clear()
    assert ask()["error_code"] == "key_refused"
    assert own_server.keys_seen == {"unreadable"}


def test_after_removal_the_installations_default_answers_again(api, add_key, owner):
    made = add_key()
    assert api.delete(f"{BASE}provider-credentials/{made['id']}/").status_code == 204
    assert api.get(f"{BASE}me/").json()["chat_model"] == ""
    assert api.get(f"{BASE}chat-models/").json()["results"][0]["name"] == "openai/platform"


def test_closing_the_account_removes_the_secrets_at_once(api, add_key, owner):
    add_key()
    assert api.delete(f"{BASE}me/").status_code == 204
    with scope(owner):
        assert not ProviderCredential.objects.exists()
        assert AuditLog.objects.filter(action="credential.remove").count() == 1


def test_who_has_no_keys_costs_no_look_at_accounts(owner, make_document, django_assert_num_queries):
    with scope(owner):
        offline, default = (
            _running(owner, Chatbot.objects.create(owner=owner, name="Bot", model=model))
            for model in ("extractive", "")
        )
    with django_assert_num_queries(4):
        load_turn(offline.pk, owner.pk)
    with django_assert_num_queries(5):  # what the plan includes
        load_turn(default.pk, owner.pk)


def _running(owner: User, chatbot: Chatbot) -> Message:
    talk = Conversation.objects.create(owner=owner, chatbot=chatbot, user=owner)
    row = {"owner": owner, "conversation": talk}
    question = Message.objects.create(**row, role="user", content="Why?", message_index=0)
    return Message.objects.create(**row, role="assistant", parent=question, message_index=1)


def test_the_secret_is_in_no_log_and_no_row(api, add_key, ask, own_server, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    add_key()
    ask()
    own_server.key = "sk-revoked-meanwhile"
    ask()
    api.post(f"{BASE}provider-credentials/", {"provider": "openai", "secret": KEY + "\n\u0000"})
    output = capfd.readouterr()
    assert KEY not in caplog.text + output.out + output.err
    assert [name for name, text in dump().items() if KEY in text] == []


def dump() -> dict[str, str]:
    """Every table as text, as the owner of the tables sees it."""
    found = {}
    with system(), connection.cursor() as cursor:
        for model in apps.get_models():
            cursor.execute(f'SELECT t::text FROM "{model._meta.db_table}" t')
            found[model._meta.db_table] = "\n".join(row[0] for row in cursor.fetchall())
    assert "accounts_providercredential" in found
    return found


def test_no_file_of_the_data_folder_holds_it(add_key, ask, settings):
    add_key()
    ask()
    for path in Path(settings.MEDIA_ROOT).rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes()
