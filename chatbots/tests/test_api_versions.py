"""Publishing, comparing and restoring through the API, by owner, editor, viewer and outsider."""

import pytest

from accounts.tenancy import scope
from chatbots.models import Chatbot, ChatbotVersion
from conftest import api_of

pytestmark = pytest.mark.django_db
CHATBOTS = "/api/v1/chatbots/"


@pytest.fixture
def url(api, project) -> str:
    made = api.post(CHATBOTS, {"name": "Colours", "project": str(project.pk)}).json()
    return f"{CHATBOTS}{made['id']}/"


def test_a_draft_is_published_compared_and_restored(api, url):
    first = api.post(f"{url}publish/", {"note": "First"})
    assert (first.status_code, first.json()["number"], first.json()["is_published"]) == (
        201,
        1,
        True,
    )
    assert first.json()["behaviour"]["temperature"] == 0.7
    assert api.patch(url, {"temperature": 0.2}).json()["has_unpublished_changes"] is True
    second = api.post(f"{url}publish/", {}).json()
    assert (second["number"], second["note"]) == (2, "")
    shown = api.get(url).json()
    assert (shown["published_version"], shown["has_unpublished_changes"]) == (2, False)
    restored = api.post(f"{url}versions/1/restore/")
    assert (restored.status_code, restored.json()["temperature"]) == (200, 0.7)
    assert restored.json()["published_version"] == 2
    compared = api.get(f"{url}versions/2/?against=draft").json()["changes"]
    assert compared == [{"field": "temperature", "before": 0.7, "after": 0.2, "lines": []}]
    assert api.get(f"{url}versions/1/?against=1").json()["changes"] == []
    assert api.get(f"{url}versions/1/").json()["changes"] is None


def test_nothing_to_publish_is_said(api, url):
    api.post(f"{url}publish/", {})
    refused = api.post(f"{url}publish/", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_to_publish")


def test_versions_are_listed_in_pages(api, url, owner, django_assert_num_queries):
    for number in range(3):
        api.patch(url, {"top_k": number + 1})
        api.post(f"{url}publish/", {"note": str(number)})
    with django_assert_num_queries(9):
        page = api.get(f"{url}versions/?limit=2").json()
    assert [row["number"] for row in page["results"]] == [3, 2]
    rest = api.get(page["next"]).json()["results"]
    assert [(row["number"], row["is_published"]) for row in rest] == [(1, False)]


@pytest.mark.parametrize("path", ["versions/9/", "versions/9/restore/", f"versions/{10**12}/"])
def test_a_version_there_is_not_is_not_found(api, url, path):
    ask = api.post if path.endswith("restore/") else api.get
    assert ask(f"{url}{path}").status_code == 404


@pytest.mark.parametrize("against", ["x", "-1", "²", "9" * 400])
def test_odd_comparisons_are_refused(api, url, against):
    api.post(f"{url}publish/", {})
    assert api.get(f"{url}versions/1/", {"against": against}).status_code == 400


def statuses(client, url, top_k) -> list[int]:
    return [
        client.get(url).status_code,
        client.get(f"{url}versions/").status_code,
        client.get(f"{url}versions/1/").status_code,
        client.patch(url, {"top_k": top_k}).status_code,
        client.post(f"{url}publish/", {}).status_code,
        client.post(f"{url}versions/1/restore/").status_code,
        client.patch(url, {"project": None}).status_code,
        client.delete(url).status_code,
    ]


def test_each_role_does_what_it_may(api, outsiders_api, url, member):
    api.post(f"{url}publish/", {})
    assert statuses(outsiders_api, url, 1) == [404] * 8
    assert statuses(api_of(member("viewer")), url, 2) == [200, 200, 200, *[403] * 5]
    assert statuses(api_of(member("editor")), url, 3) == [200, 200, 200, 200, 201, 200, 403, 403]
    assert statuses(api, url, 4) == [200, 200, 200, 200, 201, 200, 200, 204]


def test_its_owner_alone_caps_what_others_spend(api, url, member, project):
    assert api.patch(url, {"visitor_credits_daily": 50}).json()["visitor_credits_daily"] == 50
    editor = api_of(member("editor"))
    made = {"name": "Another", "project": str(project.pk), "visitor_credits_daily": None}
    for refused in (
        editor.patch(url, {"visitor_credits_daily": None}),
        editor.post(CHATBOTS, made),
    ):
        assert (refused.status_code, refused.json()["code"]) == (403, "role_missing")
    for wrong in (-1, "many", 2**40):
        assert api.patch(url, {"visitor_credits_daily": wrong}).status_code == 400
    assert api.get(url).json()["visitor_credits_daily"] == 50


def test_the_refusal_names_the_role(url, api, member):
    refused = api_of(member("viewer")).patch(url, {"name": "Mine"})
    assert (refused.json()["code"], refused.json()["role"]) == ("role_missing", "editor")


def test_what_an_editor_makes_belongs_to_the_project_s_owner(
    api, owner, member, project, make_document
):
    editor = member("editor")
    theirs, mine = make_document(editor), make_document(owner, "Grass is green.", "grass.txt")
    editors = api_of(editor)
    wanted = {"name": "Green", "project": str(project.pk)}
    for document in (theirs, mine):  # neither is in the project
        refused = editors.post(CHATBOTS, {**wanted, "documents": [str(document.pk)]})
        assert refused.status_code == 404
    with scope(owner):
        project.project_documents.create(document=mine, owner=owner)
    made = editors.post(CHATBOTS, {**wanted, "documents": [str(mine.pk)]})
    assert (made.status_code, made.json()["project"]) == (201, str(project.pk))
    with scope(owner):
        chatbot = Chatbot.objects.get()
        assert (chatbot.owner_id, chatbot.project_id) == (owner.pk, project.pk)
    assert [row["id"] for row in api.get(CHATBOTS).json()["results"]] == [str(chatbot.pk)]


def test_projects_one_may_not_change_take_no_chatbot(owner, outsiders_api, member, project):
    wanted = {"name": "Thief", "project": str(project.pk)}
    assert outsiders_api.post(CHATBOTS, wanted).status_code == 404
    assert api_of(member("viewer")).post(CHATBOTS, wanted).status_code == 403
    with scope(owner):
        assert not Chatbot.objects.exists()


def test_it_is_moved_only_where_its_documents_are(api, owner, project, make_document):
    document = make_document(owner)
    made = api.post(CHATBOTS, {"name": "Sky", "documents": [str(document.pk)]}).json()
    url = f"{CHATBOTS}{made['id']}/"
    refused = api.patch(url, {"project": str(project.pk)})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["documents"])
    assert api.get(url).json()["project"] is None
    with scope(owner):
        project.project_documents.create(document=document, owner=owner)
    assert api.patch(url, {"project": str(project.pk)}).json()["project"] == str(project.pk)


@pytest.mark.parametrize(
    "wrong",
    [
        {"tools": ["telepathy"]},
        {"tools": ["calculator", "calculator"]},
        {"configuration": {"accent": "ultraviolet"}},
        {"configuration": {"css": "body{}"}},
        {"suggested_questions": ["?"] * 7},
        {"suggested_questions": [""]},
        {"suggested_questions": ["Why?", 5]},
        {"avatar": "x" * 9},
        {"published_version": 1},
    ],
    ids=str,
)
def test_behaviour_that_makes_no_sense_is_refused(api, url, owner, wrong):
    assert api.patch(url, wrong).status_code == 400
    with scope(owner):
        assert not ChatbotVersion.objects.exists()


def test_behaviour_is_kept_as_it_was_sent(api, url):
    sent = {
        "tools": ["calculator"],
        "configuration": {"accent": "violet"},
        "suggested_questions": ["Why is the sky blue?"],
        "avatar": "🌈",
        "strict": False,
    }
    shown = api.patch(url, sent).json()
    assert {name: shown[name] for name in sent} == sent
