"""Fixtures for every test: real PostgreSQL and Valkey, fake models, an owner and an outsider."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection
from rest_framework.test import APIClient

from accounts import keys
from accounts.management.commands import flush
from accounts.models import User
from accounts.tenancy import scope
from billing import features
from config.embedded.stack import Services, start_services
from documents import uploads
from documents.models import Document
from providers import registry
from providers.fake import FakeChatModel
from tests import emptying, ingesting, template
from tests.pooler import pooler
from tests.stack import DATA, IN_COMPANY, POOLED

pytest_plugins = ["tests.browser", "tests.own_server", "tests.isolation.paying"]


@contextmanager
def running() -> Iterator[Services]:
    with start_services(DATA, durable=False) as found, pooler(DATA) if POOLED else nullcontext():
        yield found


@pytest.fixture(scope="session")
def services(django_db_blocker: Any) -> Iterator[Services]:
    if IN_COMPANY:
        with django_db_blocker.unblock():
            template.take(DATA, running)
    with running() as found:
        yield found


@pytest.fixture(scope="session")
def django_db_setup(services: Services, django_db_blocker: Any) -> Iterator[None]:
    emptying.permit(DATA)
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        if not services.migrated:
            call_command("migrate", verbosity=0)
        patch.setattr(flush.Command, "handle", emptying.empty)
        yield
        connection.close_pool()


@pytest.fixture(autouse=True)
def quick(settings: Any) -> None:
    """A real hash takes half a second, and nearly every test makes a person. Every new client
    would look at each static file there is; now one is looked for when it is asked for."""
    settings.PASSWORD_HASHERS = ["tests.passwords.QuickHasher"]
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(autouse=True)
def fake_models() -> None:
    """Every test starts with fresh fake models; the chat model repeats the question."""
    registry.configure(registry.ProviderSettings(chat_model="fake", embedding_model="fake"))


@pytest.fixture(autouse=True)
def plans_as_they_are() -> None:
    """What an earlier test made of a plan went with its transaction."""
    features.forget()


@pytest.fixture
def chat_model() -> FakeChatModel:
    return registry.chat_model()  # type: ignore[return-value]


@pytest.fixture
def make_user(db: None) -> Callable[..., User]:
    def make(name: str = "person", **fields: Any) -> User:
        user = User.objects.create_user(f"{name}@example.com", "correct horse battery", **fields)
        user.emailaddress_set.create(email=user.email, verified=True, primary=True)
        return user

    return make


@pytest.fixture
def owner(make_user: Callable[..., User]) -> User:
    return make_user("owner")


@pytest.fixture
def outsider(make_user: Callable[..., User]) -> User:
    return make_user("outsider")


@pytest.fixture
def make_document(db: None) -> Callable[..., Document]:
    """A document of a user, ingested on the spot."""

    def make(user: User, text: str = "The sky is blue.", name: str = "sky.txt") -> Document:
        with scope(user):
            document, _ = uploads.add_document(user, ContentFile(text.encode(), name), name=name)
        ingesting.ingest(document.pk, user.pk)
        with scope(user):
            document.refresh_from_db()
        return document

    return make


@pytest.fixture
def api(owner: User) -> APIClient:
    """The owner's program: the API with a key of every scope."""
    return api_of(owner)


@pytest.fixture
def outsiders_api(outsider: User) -> APIClient:
    return api_of(outsider)


def api_of(user: User) -> APIClient:
    client = APIClient()
    with scope(user):
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {keys.issue(user, 'test')[1]}")
        features.check_api(user)  # known from now on, as after any earlier request
    return client


# By what they take, the longest first; embedded ones migrate databases of their own, so that they
# need not wait for the first migrated one.
LONGEST = [
    "tests/test_accessibility.py",
    "config/tests/test_embedded_whole_stack.py",
    "tests/test_migrations.py",
    "tests/test_isolation.py",
    "tests/test_schema.py",
    "tests/test_journey.py",
    "tests/test_deployed.py",
    "tests/test_chat_browser.py",
]


def pytest_collection_modifyitems(items):
    """Journeys and started servers first: no process is left with a long one at the end."""
    items.sort(key=_place)


def _place(item):
    file, _, _ = item.nodeid.partition("::")
    place = LONGEST.index(file) if file in LONGEST else len(LONGEST)
    return place, not file.startswith(("tests/", "config/"))
