"""The life of a subscription, through dj-stripe's webhook view and the real stripe package."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.django_db


def test_from_checkout_to_free_again(payer):
    assert payer.standing == ("free", "active", 10_000)
    payer.subscribe("pro")
    assert payer.standing == ("pro", "active", 100_000)
