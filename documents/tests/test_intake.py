"""A file that the limit or the disk cannot take is refused, and nothing of it is kept."""

from __future__ import annotations

import errno

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.tenancy import scope
from documents.models import Document

pytestmark = pytest.mark.django_db
LIMIT = 2**20
BLOCK = 2**16  # what Django reads at once


@pytest.mark.parametrize("size", [LIMIT, 8 * LIMIT])
def test_no_more_than_the_limit_is_kept_on_the_way_in(client, owner, settings, size):
    settings.MAX_FILE_SIZE = LIMIT
    client.force_login(owner)
    file = SimpleUploadedFile("large.txt", b"x" * size)
    response = client.post("/documents/upload/", {"files": file})
    [received] = response.wsgi_request.FILES.getlist("files")
    assert received.size == size or LIMIT < received.size <= LIMIT + BLOCK
    [result] = response.context["received"]
    assert result.reason == ("" if size == LIMIT else "This file is larger than 1 MB.")


def test_a_full_disk_is_said_and_nothing_is_kept(api, owner, monkeypatch):
    def full(*_args, **_kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(default_storage, "save", full)
    answer = api.post("/api/v1/documents/", {"text": "The sky is blue.", "name": "sky.txt"})
    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
    with scope(owner):
        assert not Document.objects.exists()
