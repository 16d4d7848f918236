"""What a plan includes besides figures, where it bites, and the one way onto a plan."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db.models import ProtectedError

from accounts import answering, keys
from accounts.models import AuditLog, User
from accounts.tenancy import scope, system
from billing import features, plans, refusals
from billing.models import CreditBalance, CreditChange, Plan, Subscription
from chatbots.models import Chatbot
from providers import registry

pytestmark = pytest.mark.django_db
MODELS = ("gpt-large", "gpt-small")


@pytest.fixture
def free() -> Plan:
    return Plan.objects.get(name="free")


def give(plan: Plan, **wanted: object) -> None:
    with system():
        plan.features = wanted
        plan.save()


def put(user: User, plan: str) -> bool:
    with system():
        held = Subscription.objects.get(user=user)
        return plans.set_plan(held, Plan.objects.get(name=plan), reason="a test")


def test_what_a_plan_does_not_name_it_includes(owner, free):
    assert features.allows(owner, "workflows")
    give(free, workflows=False)
    assert not features.allows(owner, "workflows")
    assert features.allows(owner, "widget_branding")


def test_without_the_api_keys_open_nothing_and_browsers_everything(api, client, owner, free):
    give(free, api=False)
    refused = api.get("/api/v1/documents/")
    told = refused.json()
    assert (refused.status_code, told["code"], told["limit"]) == (402, "quota_exceeded", "api")
    assert (told["value"], told["left"], told["resets_at"]) == (0, 0, None)
    client.force_login(owner)
    assert client.get("/api/v1/documents/").status_code == 200
    put(owner, "pro")
    assert api.get("/api/v1/documents/").status_code == 200


def test_each_persons_key_goes_by_their_own_plan(api, outsiders_api, outsider, free):
    put(outsider, "pro")
    give(free, api=False)
    assert api.get("/api/v1/me/").status_code == 402
    assert outsiders_api.get("/api/v1/me/").status_code == 200


def test_openai_s_clients_are_told_in_openai_s_words(api, free):
    give(free, api=False)
    refused = api.get("/api/openai/v1/models")
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "insufficient_quota")


@pytest.fixture
def vendor() -> None:
    registry.configure(
        registry.ProviderSettings(
            chat_model="openai/gpt-large",
            embedding_model="fake",
            openai_api_key="sk-platform",
            openai_chat_models=MODELS,
        )
    )


def test_models_beyond_the_plan_are_not_offered_and_not_the_default(vendor, owner, free):
    with scope(owner):
        assert answering.models_of(owner).default.name == "openai/gpt-large"
        give(free, models=["openai/gpt-small"])
        offered = answering.models_of(owner)
    names = [choice.name for choice in offered.choices]
    assert (offered.default.name, names) == ("extractive", ["extractive", "openai/gpt-small"])
    assert offered.include("openai/gpt-small")
    assert not offered.include("openai/gpt-large")


def test_a_prefix_stands_for_all_of_a_vendor(owner, free):
    give(free, models=["gemini/", "openai/gpt-small"])
    named = ("gemini/any", "openai/gpt-small", "openai/gpt-small-2", "extractive")
    assert [features.allows_model(owner, name) for name in named] == [True, True, False, True]


def test_the_api_takes_no_model_beyond_the_plan_and_a_chatbot_that_has_one_says_so(
    vendor, api, owner, free
):
    chatbots = "/api/v1/chatbots/"
    made = api.post(chatbots, {"name": "Large", "model": "openai/gpt-large"}).json()
    give(free, models=["openai/gpt-small"])
    assert api.post(chatbots, {"name": "L", "model": "openai/gpt-large"}).status_code == 400
    kept = api.patch(f"{chatbots}{made['id']}/", {"model": "openai/gpt-large", "name": "Same"})
    assert kept.status_code == 200
    talk = api.post("/api/v1/conversations/", {"chatbot": made["id"]}).json()["id"]
    asked = api.post(f"/api/v1/conversations/{talk}/messages/", {"content": "Which colour?"})
    told = asked.json()
    assert (asked.status_code, told["limit"]) == (402, "models")
    assert told["detail"].startswith("Your plan does not include the model openai/gpt-large.")
    assert api.get(f"/api/v1/conversations/{talk}/messages/").json()["results"] == []


def test_a_form_offers_what_the_plan_includes(vendor, client, owner, free):
    give(free, models=["openai/gpt-small"])
    client.force_login(owner)
    with scope(owner):
        chatbot = Chatbot.objects.create(owner=owner, name="Small")
    html = client.get(f"/chatbots/{chatbot.slug}/behaviour/").content.decode()
    assert ("openai/gpt-small" in html, "openai/gpt-large" in html) == (True, False)


# -- Onto a plan ----------------------------------------------------------------------------------


def test_a_new_plan_brings_its_tier_and_credits_once_and_is_noted(owner):
    assert put(owner, "pro")
    assert not put(owner, "pro")
    owner.refresh_from_db()
    with system():
        assert owner.tier == "pro"
        assert CreditBalance.objects.get(owner=owner).balance == 100_000
        changes = CreditChange.objects.filter(owner=owner).order_by("created_at", "id")
        assert [change.amount for change in changes] == [10_000, -10_000, 100_000]
        (noted,) = AuditLog.objects.filter(owner_id=owner.pk, action="subscription.plan")
    assert noted.metadata == {"from": "free", "to": "pro", "reason": "a test"}


def test_there_and_back_within_a_period_gives_each_plan_s_credits_less_what_was_used(owner):
    for plan, credits in (("pro", 100_000), ("free", 10_000), ("pro", 100_000)):
        put(owner, plan)
        with system():
            assert CreditBalance.objects.get(owner=owner).balance == credits


def test_a_plan_in_use_cannot_be_deleted(owner, free):
    with system(), pytest.raises(ProtectedError):
        free.delete()


def test_a_refusal_names_limit_rest_and_reset_on_the_person_s_own_clock():
    resets_at = dt.datetime(2026, 11, 22, 23, tzinfo=dt.UTC)
    told = refusals.tokens_used_up(1_000_000, 0, resets_at, "Europe/Berlin")
    assert str(told) == (
        "Your plan's 1,000,000 tokens for today are used up, 0 are left. They come back on"
        " 23 November at 00:00 (Europe/Berlin)."
    )


@pytest.mark.parametrize(
    ("key", "way_out"),
    [
        ("", "Ask the staff here for credits or a larger plan to go on now."),
        ("sk_test_1", "Buy credits, or choose a larger plan, to go on now."),
    ],
)
def test_who_has_too_few_credits_is_told_where_to_get_some(settings, key, way_out):
    settings.STRIPE_SECRET_KEY = key
    resets_at = dt.datetime(2026, 11, 22, 23, tzinfo=dt.UTC)
    told = refusals.credits_used_up(10_000, 3, 5, resets_at, "Asia/Bangkok")
    assert (told.limit, told.value, told.left) == ("credits", 10_000, 3)
    assert str(told) == (
        "This may cost 5 credits, and you have 3. Your plan's 10,000 credits come anew on"
        f" 23 November at 06:00 (Asia/Bangkok). {way_out}"
    )


def test_the_page_of_the_keys_says_when_they_open_nothing(client, owner, free):
    client.force_login(owner)
    said = "Your plan does not include the API"
    assert said not in client.get("/settings/keys/").content.decode()
    give(free, api=False)
    assert said in client.get("/settings/keys/").content.decode()


def test_more_than_a_smaller_plan_allows_is_said_to_stay(client, owner, make_document):
    make_document(owner)
    client.force_login(owner)
    said = "All of it stays, to read and to ask"
    assert said not in client.get("/settings/plan/").content.decode()
    with system():
        Plan.objects.filter(name="free").update(document_limit=0)
    assert said in client.get("/settings/plan/").content.decode()


def test_keys_are_still_made_and_revoked_without_the_api(owner, free):
    give(free, api=False)
    with scope(owner):
        key, _secret = keys.issue(owner, "for later")
        keys.revoke(key, actor=owner)
