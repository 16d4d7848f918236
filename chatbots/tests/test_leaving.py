"""A project that goes leaves its chatbots what they read in it, never its owner's library."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from accounts.closing import erase_account
from accounts.models import Project, User
from accounts.tenancy import scope, system
from chatbots.models import Chatbot, ChatbotDocument
from documents.models import Document
from tests.sharing import share

pytestmark = pytest.mark.django_db


@pytest.fixture
def shared(make_document, owner: User) -> Document:
    return make_document(owner, "The finch sings at dawn.", "finch.txt")


@pytest.fixture
def private(make_document, owner: User) -> Document:
    return make_document(owner, "The raven sings at night.", "raven.txt")


@pytest.fixture
def project(owner: User, shared: Document, private: Document) -> Project:
    return share(owner, shared)


@pytest.fixture
def chatbot(owner: User, project: Project) -> Chatbot:
    with scope(owner):
        return Chatbot.objects.create(owner=owner, project=project, name="Birds")


def read_by(chatbot: Chatbot) -> tuple[bool, tuple | None]:
    with scope(chatbot.owner_id):
        chatbot.refresh_from_db()
        return chatbot.reads_library, chatbot.search_scope().document_ids


def by_page(client: Any, api: Any, project: Project) -> int:
    client.force_login(project.owner)
    return client.post(reverse("projects:delete", args=[project.pk])).status_code


def by_api(client: Any, api: Any, project: Project) -> int:
    return api.delete(f"/api/v1/projects/{project.pk}/").status_code


@pytest.mark.parametrize(("delete", "status"), [(by_page, 302), (by_api, 204)])
def test_a_chatbot_of_the_whole_project_goes_on_with_its_documents(
    delete, status, client, api, project, chatbot, shared
) -> None:
    assert read_by(chatbot) == (True, (shared.pk,))
    assert delete(client, api, project) == status
    assert read_by(chatbot) == (False, (shared.pk,))
    assert chatbot.project_id is None


def test_of_an_empty_project_it_goes_on_with_nothing(api, owner, private) -> None:
    empty = share(owner)
    with scope(owner):
        chatbot = Chatbot.objects.create(owner=owner, project=empty, name="Birds")
    assert by_api(None, api, empty) == 204
    assert read_by(chatbot) == (False, ())


def test_what_was_chosen_for_a_chatbot_stays_as_it_was(api, owner, project, shared) -> None:
    with scope(owner):
        chatbot = Chatbot.objects.create(owner=owner, project=project, name="Birds")
        chatbot.read_documents([shared])
    assert by_api(None, api, project) == 204
    assert read_by(chatbot) == (False, (shared.pk,))


def test_answers_after_it_find_nothing_of_the_rest_of_the_library(api, project, chatbot) -> None:
    by_api(None, api, project)
    body = {"query": "sings", "chatbot": str(chatbot.pk)}
    found = api.post("/api/v1/search/", body).json()["results"]
    assert [passage["document_name"] for passage in found] == ["finch.txt"]


def test_chatbots_outside_the_project_read_what_they_read(api, owner, project) -> None:
    with scope(owner):
        other = Chatbot.objects.create(owner=owner, name="Library")
    by_api(None, api, project)
    assert read_by(other) == (True, None)


def test_with_its_owners_account_all_of_it_goes(owner, project, chatbot) -> None:
    with system():
        erase_account(owner)
    with system():
        left = [model.objects.count() for model in (Project, Chatbot, ChatbotDocument, Document)]
    assert left == [0, 0, 0, 0]
