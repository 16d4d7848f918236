"""Servers on loopback, and what the operator would have to permit to reach them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from outbound import permits
from outbound.tests.servers import Site, inner_sites, outside_site


@pytest.fixture(autouse=True)
def _nothing_permitted() -> Iterator[None]:
    before = permits.current()
    permits.configure()
    yield
    permits._current = before


@pytest.fixture
def outside() -> Iterator[Site]:
    with outside_site() as here:
        yield here


@pytest.fixture
def inside() -> Iterator[list[Site]]:
    with inner_sites() as sites:
        yield sites
