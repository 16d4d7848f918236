"""The chatbot pages: make one, tune it, delete it, and the one click from documents to chat."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import AuditLog
from accounts.tenancy import scope
from billing import credits
from chatbots.models import Chatbot
from documents.models import Document

pytestmark = pytest.mark.django_db(transaction=True)
FIELDS = {"name": "Handbook", "reads": "library", "model": ""}

BEHAVIOUR = {"model": "", "temperature": "0.2", "max_tokens": "500", "strict": "on"}


@pytest.fixture
def chatbot(owner) -> Chatbot:
    with scope(owner):
        return Chatbot.objects.create(owner=owner, name="Colours")


@pytest.fixture
def as_owner(owner, client):
    client.force_login(owner)
    return client


def test_an_empty_list_teaches(as_owner):
    assert "Make your first chatbot" in as_owner.get(reverse("chatbots:list")).content.decode()


def test_a_chatbot_is_made_and_can_be_asked_at_once(owner, as_owner):
    response = as_owner.post(reverse("chatbots:create"), FIELDS)
    with scope(owner):
        made = Chatbot.objects.get()
        assert AuditLog.objects.get(action="chatbot.create").resource_id == made.pk
    assert response["Location"] == f"/chat/new/{made.slug}/"
    assert (made.name, made.reads_library) == ("Handbook", True)


def test_it_reads_the_chosen_documents_alone(owner, as_owner, make_document):
    sky, grass = make_document(owner), make_document(owner, "Grass is green.", "grass.txt")
    as_owner.post(
        reverse("chatbots:create"), {**FIELDS, "reads": "chosen", "documents": [str(grass.pk)]}
    )
    with scope(owner):
        made = Chatbot.objects.get()
        assert made.search_scope().document_ids == (grass.pk,)
    html = as_owner.get(made.get_absolute_url()).content.decode()
    assert f'value="{grass.pk}" checked' in html
    assert f'value="{sky.pk}" checked' not in html


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": ""}, "This field is required."),
        ({"reads": "chosen"}, "Choose at least one document, or everything."),
        ({"model": "openai/stolen"}, "is not one of the available choices"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_made(owner, as_owner, fields, sentence):
    html = as_owner.post(reverse("chatbots:create"), FIELDS | fields).content.decode()
    assert sentence in html
    with scope(owner):
        assert not Chatbot.objects.exists()


def test_another_person_s_document_cannot_be_chosen(owner, outsider, as_owner, make_document):
    foreign = make_document(outsider)
    fields = {**FIELDS, "reads": "chosen", "documents": [str(foreign.pk)]}
    assert as_owner.post(reverse("chatbots:create"), fields).status_code == 200
    with scope(owner):
        assert not Chatbot.objects.exists()


def test_a_chatbot_is_changed_and_switched_off(owner, as_owner, chatbot):
    page = chatbot.get_absolute_url()
    as_owner.post(page, FIELDS)
    as_owner.post(f"{page}behaviour/", {**BEHAVIOUR, "system_prompt": "Be brief."})
    as_owner.post(f"{page}share/", {"project": "", "visitor_credits_daily": "50"})
    with scope(owner):
        chatbot.refresh_from_db()
    assert chatbot.visitor_credits_daily == 50
    assert (chatbot.name, chatbot.system_prompt, chatbot.is_active) == (
        "Handbook",
        "Be brief.",
        False,
    )
    html = as_owner.get(reverse("conversations:new", args=[chatbot.slug])).content.decode()
    assert "This chatbot is switched off" in html


def test_the_owner_caps_what_others_spend_in_a_day(owner, as_owner, chatbot):
    page = f"{chatbot.get_absolute_url()}share/"
    assert "They have spent" not in as_owner.get(page).content.decode()
    as_owner.post(page, {"is_active": "on", "visitor_credits_daily": "50"})
    with scope(owner):
        asked = credits.Charge(3, chatbot_id=chatbot.pk, cap=50)
        credits.settle(credits.reserve(owner.pk, asked), 3)
    assert "They have spent 3 credits today." in as_owner.get(page).content.decode()
    as_owner.post(page, {"is_active": "on", "visitor_credits_daily": "-1"})
    as_owner.post(page, {"is_active": "on", "visitor_credits_daily": "9" * 30})
    with scope(owner):
        chatbot.refresh_from_db()
    assert chatbot.visitor_credits_daily == 50
    as_owner.post(page, {"is_active": "on"})
    with scope(owner):
        chatbot.refresh_from_db()
    assert chatbot.visitor_credits_daily is None


def test_deleting_says_what_is_lost(owner, as_owner, chatbot):
    with scope(owner):
        chatbot.conversations.create(owner=owner, user=owner)
    url = reverse("chatbots:delete", args=[chatbot.slug])
    assert "One conversation with it goes too." in as_owner.get(url).content.decode()
    as_owner.post(url)
    with scope(owner):
        assert not Chatbot.objects.exists()


def test_one_click_makes_the_library_s_chatbot_once(owner, as_owner):
    first = as_owner.post(reverse("chatbots:ask"))
    second = as_owner.post(reverse("chatbots:ask"))
    with scope(owner):
        made = Chatbot.objects.get()
    assert made.name == "My documents"
    assert first["Location"] == second["Location"] == f"/chat/new/{made.slug}/"


def test_the_picker_finds_documents_and_keeps_what_is_ticked(owner, as_owner, make_document):
    sky, grass = make_document(owner), make_document(owner, "Grass is green.", "grass.txt")
    url = reverse("chatbots:documents")
    html = as_owner.get(url, {"q": "grass", "documents": str(sky.pk)}).content.decode()
    assert f'value="{sky.pk}" checked' in html
    assert f'value="{grass.pk}"' in html
    assert str(grass.pk) not in as_owner.get(url, {"q": "zebra"}).content.decode()
    assert as_owner.get(url, {"documents": "junk"}).status_code == 200


def test_strangers_find_nothing(outsider, client, chatbot):
    client.force_login(outsider)
    for url in (chatbot.get_absolute_url(), reverse("chatbots:delete", args=[chatbot.slug])):
        assert client.get(url).status_code == 404
        assert client.post(url, FIELDS).status_code == 404


def test_queries_do_not_grow_with_the_list(owner, as_owner, chatbot, django_assert_num_queries):
    with django_assert_num_queries(8):
        as_owner.get(reverse("chatbots:list"))
    with scope(owner):
        for number in range(8):
            made = Chatbot.objects.create(owner=owner, name=f"No. {number}", reads_library=False)
            made.conversations.create(owner=owner, user=owner)
    with django_assert_num_queries(8):
        as_owner.get(reverse("chatbots:list"))


def test_a_hostile_name_stays_text(owner, as_owner, chatbot):
    with scope(owner):
        Chatbot.objects.filter(pk=chatbot.pk).update(name="<img src=x onerror=alert(1)>")
        Document.objects.filter(owner=owner).update(name="<script>alert(1)</script>")
    for url in (reverse("chatbots:list"), chatbot.get_absolute_url()):
        html = as_owner.get(url).content.decode()
        assert "<img" not in html
        assert "<script>alert" not in html


# -- The tabs -------------------------------------------------------------------------------


def test_behaviour_is_saved_for_itself_and_search_settings_stay(owner, as_owner, chatbot):
    with scope(owner):
        Chatbot.objects.update(top_k=3)
    url = reverse("chatbots:behaviour", args=[chatbot.slug])
    html = as_owner.post(url, BEHAVIOUR | {"temperature": "3"}).content.decode()
    assert "less than or equal to 2" in html
    sent = {**BEHAVIOUR, "tools": ["calculator"], "refusal_text": "No idea."}
    del sent["strict"]  # a box that is not ticked
    assert as_owner.post(url, sent).status_code == 302
    with scope(owner):
        chatbot.refresh_from_db()
    assert (chatbot.temperature, chatbot.max_tokens, chatbot.top_k) == (0.2, 500, 3)
    assert (chatbot.strict, chatbot.tools, chatbot.refusal_text) == (
        False,
        ["calculator"],
        "No idea.",
    )


def test_the_look_takes_a_question_a_line(owner, as_owner, chatbot):
    url = reverse("chatbots:look", args=[chatbot.slug])
    look = {"avatar": "🎨", "accent": "blue", "welcome_message": "Ask."}
    as_owner.post(url, {**look, "suggested_questions": " Why?\n\nHow long?\r\n"})
    with scope(owner):
        chatbot.refresh_from_db()
    assert chatbot.suggested_questions == ["Why?", "How long?"]
    assert (chatbot.sign, chatbot.accent) == ("🎨", "blue")
    html = as_owner.post(url, {**look, "suggested_questions": "?\n" * 7}).content.decode()
    assert "At most 6 questions." in html
    new = as_owner.get(reverse("conversations:new", args=[chatbot.slug])).content.decode()
    assert 'value="How long?"' in new
    assert 'data-accent="blue"' in new


def test_a_draft_is_published_compared_and_restored_by_page(owner, as_owner, chatbot):
    page = chatbot.get_absolute_url()
    assert "Not published yet" in as_owner.get(page).content.decode()
    as_owner.post(f"{page}publish/", {"note": "First words"})
    as_owner.post(f"{page}behaviour/", {**BEHAVIOUR, "system_prompt": "Be brief."})
    html = as_owner.get(f"{page}versions/").content.decode()
    assert "First words" in html
    assert "Draft has changes" in html
    compared = as_owner.get(f"{page}versions/1/?against=draft").content.decode()
    assert "<del>Be brief.\n</del>" in compared
    as_owner.post(f"{page}versions/1/restore/")
    with scope(owner):
        chatbot.refresh_from_db()
    assert (chatbot.system_prompt, chatbot.temperature) == ("", 0.7)


def test_of_a_shared_chatbot_members_see_what_their_role_allows(
    owner, outsider, client, member, project, chatbot
):
    with scope(owner):
        Chatbot.objects.update(project=project)
    page = chatbot.get_absolute_url()
    tabs = [page, *(f"{page}{tab}/" for tab in ("behaviour", "look", "share", "versions"))]
    acts = {f"{page}look/": {"accent": "red"}, f"{page}publish/": {}}
    expected = {"editor": (200, 302), "viewer": (200, 404), "outsider": (404, 404)}
    for role, (looks, does) in expected.items():
        client.force_login(outsider if role == "outsider" else member(role))
        assert [client.get(tab).status_code for tab in tabs] == [looks] * 5, role
        assert [client.post(url, body).status_code for url, body in acts.items()] == [does] * 2
        insights = client.get(f"{page}insights/").status_code
        preview = client.get(f"{page}preview/").status_code
        assert (insights, preview) == ((200, 200) if role == "editor" else (404, 404))
        assert client.post(f"{page}delete/").status_code == 404
        share = {"is_active": "on", "visitor_credits_daily": "1"}
        client.post(f"{page}share/", share)
        assert 'name="visitor_credits_daily"' not in client.get(f"{page}share/").content.decode()
    with scope(owner):
        kept = Chatbot.objects.get()
        assert (kept.accent, kept.visitor_credits_daily) == ("red", None)


def test_the_list_says_who_shares_and_costs_the_same_whatever_its_length(
    owner, client, member, project
):
    viewer = member("viewer")
    client.force_login(viewer)
    counts = []
    for number in range(3):
        with scope(owner):
            Chatbot.objects.create(owner=owner, name=f"Bot {number}", project=project)
        with CaptureQueriesContext(connection) as queries:
            html = client.get(reverse("chatbots:list")).content.decode()
        counts.append(len(queries))
    assert html.count("Shared by owner") == 3
    assert len(set(counts)) == 1
