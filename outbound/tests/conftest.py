"""Servers on loopback, and what the operator would have to permit to reach them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from outbound import permits
from outbound.tests.servers import Site, inner_sites, site


@pytest.fixture(autouse=True)
def _nothing_permitted() -> Iterator[None]:
    before = permits.current()
    permits.configure()
    yield
    permits._current = before


@pytest.fixture
def outside() -> Iterator[Site]:
    """A site that stands for the public internet: the operator permits its place."""
    with site() as here:
        permits.configure([here.place])
        yield here


@pytest.fixture
def inside() -> Iterator[list[Site]]:
    with inner_sites() as sites:
        yield sites
