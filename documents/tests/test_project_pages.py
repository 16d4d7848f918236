"""Pages of documents for the members of a project: what is listed, added, shown and offered."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import Project, User
from accounts.tenancy import scope
from documents.models import Document, DocumentChunk, ProjectDocument
from tests.sharing import share

pytestmark = pytest.mark.django_db
LIST = "/documents/"


@pytest.fixture
def editor(make_user) -> User:
    return make_user("editor", full_name="Eve Editor")


@pytest.fixture
def viewer(make_user) -> User:
    return make_user("viewer", full_name="Vera Viewer")


@pytest.fixture
def document(make_document, owner: User) -> Document:
    return make_document(owner, "The finch sings at dawn.", "finch.txt")


@pytest.fixture
def private(make_document, owner: User) -> Document:
    return make_document(owner, "The raven sings at night.", "raven.txt")


@pytest.fixture
def project(owner, document, private, editor, viewer) -> Project:
    return share(owner, document, editor=editor, viewer=viewer)


@pytest.fixture
def as_(client):
    def sign_in(user: User):
        client.force_login(user)
        return client

    return sign_in


def listed(response) -> list[str]:
    return [document.name for document in response.context["page"]]


def chunk_of(document: Document) -> DocumentChunk:
    with scope(document.owner_id):
        return DocumentChunk.objects.get(document=document)


def test_the_list_is_ones_own_library_until_a_project_is_chosen(
    as_, owner, viewer, outsider, project
) -> None:
    assert listed(as_(owner).get(LIST)) == ["raven.txt", "finch.txt"]
    assert listed(as_(viewer).get(LIST)) == []
    in_project = f"{LIST}?project={project.pk}"
    assert listed(as_(owner).get(in_project)) == ["finch.txt"]
    assert listed(as_(viewer).get(in_project)) == ["finch.txt"]
    assert listed(as_(viewer).get(f"{in_project}&name=raven")) == []
    assert as_(outsider).get(in_project).status_code == 404
    assert as_(owner).get(f"{LIST}?project=x").status_code == 404


def test_the_project_stands_in_the_row_of_filters_and_is_kept_when_they_are_cleared(
    as_, viewer, project
) -> None:
    html = as_(viewer).get(f"{LIST}?project={project.pk}&type=pdf").content.decode()
    assert f'<option value="{project.pk}" selected>Handbooks</option>' in html
    assert f'href="/documents/?project={project.pk}">Clear</a>' in html


@pytest.mark.parametrize(
    "fields", [{"text": "The wren sings."}, {"url": "https://pages.example/wren"}]
)
def test_an_editor_adds_a_text_or_an_address_to_the_owners_project(
    as_, owner, editor, project, fields
) -> None:
    response = as_(editor).post(f"{LIST}?project={project.pk}", fields)
    assert (response.status_code, response.url) == (302, project.get_absolute_url())
    with scope(owner):
        added = ProjectDocument.objects.filter(project=project).latest("created_at").document
    assert added.owner_id == owner.pk
    assert Document.objects.filter(owner=editor).count() == 0


def test_a_viewer_adds_nothing_and_is_offered_nothing(as_, owner, viewer, project) -> None:
    address = f"{LIST}?project={project.pk}"
    assert as_(viewer).post(address, {"text": "The wren sings."}).status_code == 403
    html = as_(viewer).get(address).content.decode()
    offers = ("data-dropzone", "documents-address", 'form="selected"', 'value="reprocess"')
    assert [offer for offer in offers if offer in html] == []
    with scope(owner):
        assert Document.objects.filter(owner=owner).count() == 2


def test_what_cannot_be_added_is_said_on_the_projects_list(as_, editor, project) -> None:
    response = as_(editor).post(f"{LIST}?project={project.pk}", {"text": ""})
    assert (response.status_code, listed(response)) == (422, ["finch.txt"])
    assert "Paste or type some text." in response.content.decode()


def test_an_archived_project_is_listed_and_takes_nothing(as_, owner, editor, project) -> None:
    with scope(owner):
        Project.objects.filter(pk=project.pk).update(archived_at=project.created_at)
    address = f"{LIST}?project={project.pk}"
    response = as_(editor).get(address)
    assert (listed(response), "data-dropzone" in response.content.decode()) == (
        ["finch.txt"],
        False,
    )
    refused = as_(editor).post(address, {"text": "The wren sings."})
    assert (refused.status_code, "archived" in refused.content.decode()) == (422, True)


def test_rows_asked_for_again_offer_what_the_role_allows(as_, editor, viewer, document, project):
    address = f"{reverse('documents:progress')}?id={document.pk}"
    assert 'name="id"' in as_(editor).get(address).content.decode()
    html = as_(viewer).get(address).content.decode()
    assert ("finch.txt" in html, 'name="id"' in html) == (True, False)


def test_editors_process_ticked_documents_again_and_delete_none(
    as_, owner, editor, document, project
) -> None:
    ticked = {"id": str(document.pk)}
    as_(editor).post(reverse("documents:selected"), {**ticked, "action": "delete-confirmed"})
    as_(editor).post(reverse("documents:selected"), {**ticked, "action": "reprocess"})
    with scope(owner):
        assert Document.objects.get(pk=document.pk).status == "pending"


ACTS = {
    "edit": "/edit/",
    "reprocess": "/reprocess/",
    "delete": "/delete/",
    "download": "/download/",
}


@pytest.mark.parametrize(
    ("who", "offered", "told"),
    [
        ("owner", ["edit", "reprocess", "delete", "download"], False),
        ("editor", ["edit", "reprocess", "download"], True),
        ("viewer", ["download"], True),
    ],
)
def test_a_document_says_where_it_is_who_shares_it_and_what_one_may_do(
    who, offered, told, as_, request, document, project, owner
) -> None:
    owner.full_name = "Olga Owner"
    owner.save(update_fields=["full_name"])
    page = reverse("documents:detail", args=[document.pk])
    html = as_(request.getfixturevalue(who)).get(page).content.decode()
    assert [name for name, end in ACTS.items() if f"{document.pk}{end}" in html] == offered
    assert ("Shared by Olga Owner" in html) is told
    assert f'<a href="{project.get_absolute_url()}" dir="auto">Handbooks</a>' in html


def test_a_project_one_is_not_in_is_not_named(as_, owner, viewer, document, project) -> None:
    share(owner, document, name="Board papers")
    page = reverse("documents:detail", args=[document.pk])
    assert "Board papers" not in as_(viewer).get(page).content.decode()
    assert "Board papers" in as_(owner).get(page).content.decode()


def test_viewers_read_passages_and_editors_change_them(
    as_, editor, viewer, document, project
) -> None:
    chunk = chunk_of(document)
    pages = [
        reverse("documents:passages", args=[document.pk]),
        reverse("documents:passage", args=[chunk.pk]),
    ]
    acts = ("/switch/", "/edit/", 'type="checkbox"')
    for page in pages:
        html = as_(viewer).get(page).content.decode()
        assert ("The finch sings at dawn." in html, [act for act in acts if act in html]) == (
            True,
            [],
        )
        assert "/switch/" in as_(editor).get(page).content.decode()
    edit = reverse("documents:edit_passage", args=[chunk.pk])
    assert as_(viewer).post(edit, {"content": "No."}).status_code == 404
    assert as_(editor).post(edit, {"content": "The finch sings at noon."}).status_code == 302
    assert chunk_of(document).content == "The finch sings at noon."
