"""Payments by Stripe: what a person pays there decides the plan they are on here.

Without keys nothing of it is called, and staff assign plans.
"""

from __future__ import annotations

from django.conf import settings


def is_configured() -> bool:
    return bool(settings.STRIPE_SECRET_KEY)
