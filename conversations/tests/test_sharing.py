"""Links for readers without an account: what they show, when they end, who may make them."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Project, ProjectMember
from accounts.tenancy import scope
from chatbots.models import Chatbot
from conversations import sharing
from conversations.models import Conversation, Message, ShareLink

pytestmark = pytest.mark.django_db
CITED = {
    **{"number": 1, "document_id": "018f0000-0000-7000-8000-000000000000", "document_name": "sky"},
    **{
        "chunk_id": "018f0000-0000-7000-8000-000000000001",
        "page": 3,
        "quote": "It is <b>blue</b>.",
    },
    **{"start_char": 0, "end_char": 4},
}


def say(conversation, number, content, role="assistant", **fields) -> Message:
    with scope(conversation.owner_id):
        message = Message.objects.create(
            owner_id=conversation.owner_id,
            conversation=conversation,
            role=role,
            content=content,
            message_index=number,
            **fields,
        )
    return message


@pytest.fixture
def said(conversation):
    question = say(conversation, 0, "What colour is the sky?", "user")
    return say(conversation, 1, "Blue [1].", parent=question, citations=[CITED])


def link_to(owner, conversation, kind="snapshot", **kwargs) -> tuple[ShareLink, str]:
    with scope(owner):
        link = sharing.share(owner, conversation, kind, **kwargs)
        return link, sharing.address_of(link).partition("/share/")[2]


def look(address: str, then: str = ""):
    return Client().get(f"/share/{address}{then}")


def test_a_stranger_reads_questions_answers_and_quotes_and_no_document(owner, conversation, said):
    _link, address = link_to(owner, conversation)
    response = look(address)
    html = response.content.decode()
    assert response.status_code == 200
    assert "What colour is the sky?" in html
    assert "It is &lt;b&gt;blue&lt;/b&gt;." in html
    assert f'href="#source-{said.pk}-1"' in html
    assert "/documents/" not in html
    assert (response["Cache-Control"], response["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert response["X-Robots-Tag"] == "noindex, nofollow"


def test_a_snapshot_stays_as_it_was_and_a_live_link_goes_on(owner, conversation, said):
    _link, snapshot = link_to(owner, conversation)
    _link, live = link_to(owner, conversation, "live")
    version = look(live).content.decode().partition('data-version="')[2][:16]
    assert look(live, f"thread/?version={version}").status_code == 204
    say(conversation, 2, "And the grass?", "user", parent=said)
    changed = look(live, f"thread/?version={version}")
    assert (changed.status_code, "And the grass?" in changed.content.decode()) == (200, True)
    assert "And the grass?" not in look(snapshot).content.decode()


def test_a_snapshot_leaves_out_an_answer_that_is_being_written(owner, conversation, said):
    say(conversation, 2, "half a", parent=said, status="streaming")
    _link, address = link_to(owner, conversation)
    assert "half a" not in look(address).content.decode()


def test_revoked_expired_and_made_up_links_lead_nowhere(owner, conversation, said):
    link, address = link_to(owner, conversation)
    hour = dt.timedelta(hours=1)
    _link, past = link_to(owner, conversation, expires_at=timezone.now() - hour)  # it has passed
    _link, later = link_to(owner, conversation, expires_at=timezone.now() + hour)
    with scope(owner):
        sharing.revoke(owner, link)
    for gone in (look(address), look(address, "thread/"), look(past), look("x" * 43 + "/")):
        assert (gone.status_code, b"This is not shared any more" in gone.content) == (404, True)
    assert look(later).status_code == 200


def test_a_deleted_conversation_and_a_deactivated_author_close_it(owner, conversation, said):
    _link, address = link_to(owner, conversation)
    owner.is_active = False
    owner.save()
    assert look(address).status_code == 404
    owner.is_active = True
    owner.save()
    assert look(address).status_code == 200
    with scope(owner):
        conversation.delete()
    assert look(address).status_code == 404


@pytest.fixture
def member(owner, outsider, chatbot):
    """The outsider's conversation with a chatbot of a project they are in."""
    with scope(owner):
        project = Project.objects.create(owner=owner, name="Colours")
        ProjectMember.objects.create(project=project, owner=owner, user=owner, role="owner")
        member = ProjectMember.objects.create(project=project, owner=owner, user=outsider)
        Chatbot.objects.filter(pk=chatbot.pk).update(project=project)
        talk = Conversation.objects.create(owner=owner, chatbot=chatbot, user=outsider)
    say(talk, 0, "A viewer asks", "user")
    return member, talk


def test_a_viewer_may_not_give_away_what_the_project_quotes(outsider, member):
    _member, talk = member
    with scope(outsider), pytest.raises(sharing.NotShared):
        sharing.share(outsider, talk, "live")


@pytest.mark.parametrize("lose", ["the role", "the membership"])
def test_an_editor_s_link_ends_with(lose, owner, outsider, member):
    membership, talk = member
    with scope(owner):
        rows = ProjectMember.objects.filter(pk=membership.pk)
        rows.update(role="editor")
    _link, address = link_to(outsider, talk, "live")
    assert "A viewer asks" in look(address).content.decode()
    with scope(owner):
        if lose == "the role":
            rows.update(role="viewer")
        else:
            rows.delete()
    assert look(address).status_code == 404


def test_its_page_makes_shows_and_revokes_links(owner, conversation, said, client):
    client.force_login(owner)
    url = reverse("conversations:links", args=[conversation.pk])
    assert client.post(url, {"kind": "live", "days": "7"}).status_code == 302
    with scope(owner):
        link = ShareLink.objects.get()
        address = sharing.address_of(link)
    assert address in client.get(url).content.decode()
    client.post(reverse("conversations:revoke-link", args=[conversation.pk, link.pk]))
    assert address not in client.get(url).content.decode()
    assert client.post(url, {"kind": "all", "days": "7"}).status_code == 200
    with scope(owner):
        assert ShareLink.objects.count() == 1


def test_an_empty_conversation_is_not_shared(owner, conversation, client):
    client.force_login(owner)
    url = reverse("conversations:links", args=[conversation.pk])
    response = client.post(url, {"kind": "snapshot", "days": "7"})
    assert response.status_code == 422
    assert "There is nothing to share yet." in response.content.decode()


def test_by_api(owner, conversation, said, api):
    url = f"/api/v1/conversations/{conversation.pk}/share/"
    made = api.post(url, {"kind": "live"}, "json")
    assert (made.status_code, made.json()["kind"], made.json()["expires_at"]) == (201, "live", None)
    assert api.get(url).json()["results"] == [made.json()]
    assert look(made.json()["url"].partition("/share/")[2]).status_code == 200
    gone = f"{url}{made.json()['id']}/"
    assert (api.delete(gone).status_code, api.delete(gone).status_code) == (204, 404)
    assert api.get(url).json()["results"] == []


def test_a_moment_that_has_passed_ends_nothing(owner, conversation, said, api):
    url = f"/api/v1/conversations/{conversation.pk}/share/"
    response = api.post(url, {"expires_at": "2020-01-01T00:00:00Z"}, "json")
    assert (response.status_code, list(response.json()["errors"])) == (400, ["expires_at"])
    assert api.get(url).json()["results"] == []


def test_a_token_is_kept_sealed_and_survives_new_keys(owner, conversation, said):
    link, address = link_to(owner, conversation)
    token = address.rstrip("/")
    assert token not in link.sealed_token + link.token_hash
    with scope(owner):
        assert sharing.reseal_all() == (1, [])
        link.refresh_from_db()
        assert sharing.address_of(link).endswith(f"/share/{token}/")
