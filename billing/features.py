"""What a plan includes besides its figures: the API, workflows, our name on the widget, models.

Asked with every request by key and every answer, so it is kept for some seconds in this process;
a plan saved here counts at once, one saved by another process a little later.
"""

from __future__ import annotations

import time
from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from accounts.models import User
from billing.models import Plan
from billing.refusals import no_api

KEPT_SECONDS = 10.0
_kept: dict[str, tuple[float, dict[str, Any]]] = {}  # plan's name → when it was read, features


def allows(user: User, name: str) -> bool:
    """Whether the person's plan includes `api`, `workflows` or `widget_branding` (ours, shown).
    What a plan does not name it includes."""
    return bool(_features_of(user).get(name, True))


def allows_model(user: User, model: str) -> bool:
    """Whether the plan includes a model that answers by the platform's account. What runs here
    (its name is without a vendor's) costs nobody and is always open."""
    names = _features_of(user).get("models")
    if names is None or "/" not in model:
        return True
    return any(model == name or (name.endswith("/") and model.startswith(name)) for name in names)


def check_api(user: User) -> None:
    """Raises QuotaExceeded."""
    if not allows(user, "api"):
        raise no_api()


@receiver([post_save, post_delete], sender=Plan)
def forget(**_: object) -> None:
    _kept.clear()


def _features_of(user: User) -> dict[str, Any]:
    now = time.monotonic()
    read_at, features = _kept.get(user.tier, (0.0, {}))
    if not read_at or now - read_at > KEPT_SECONDS:
        plan = Plan.objects.filter(name=user.tier).values_list("features", flat=True).first()
        features = plan or {}
        _kept[user.tier] = now, features
    return features
