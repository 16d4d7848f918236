"""What a person's plan includes, for templates of any room."""

from __future__ import annotations

from django import template

from accounts.models import User
from billing import features

register = template.Library()


@register.filter
def plan_allows(user: User, name: str) -> bool:
    return features.allows(user, name)
