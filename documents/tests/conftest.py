from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from accounts.models import User
from accounts.tenancy import scope
from documents.extraction import extract
from documents.models import WebSource
from documents.tests.generated_site import GeneratedSite, generated_site
from documents.web import crawling, runs, sources


@pytest.fixture
def read(tmp_path):
    """Extract a file with this content and name, in the child that uploads are read in."""

    def read(content, name="file", **options):
        path = tmp_path / "upload"
        path.write_bytes(content)
        return extract(path, name, **options)

    return read


@pytest.fixture
def site() -> Iterator[GeneratedSite]:
    with generated_site() as here:
        yield here


@pytest.fixture
def add_source(owner: User, site: GeneratedSite) -> Callable[..., WebSource]:
    """A source of the owner's, not yet read."""

    def add(path: str = "/docs/", **wishes: Any) -> WebSource:
        with scope(owner):
            return sources.add_source(owner, site.url(path), **wishes)[0]

    return add


def crawl(source: WebSource) -> WebSource:
    """Every slice of the run that waits, as workers would; a pause between two ends at once."""
    while held := runs.claim(source.pk, source.owner_id):
        crawling.crawl(held)
        with scope(source.owner_id):
            source = WebSource.objects.get(pk=source.pk)
        if source.lease_token is None and source.error_message:
            break  # it waits for the site
    with scope(source.owner_id):
        return WebSource.objects.get(pk=source.pk)
