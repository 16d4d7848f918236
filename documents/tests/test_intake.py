"""A file beyond the limit is refused without having been written as a whole."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

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
