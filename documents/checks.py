"""Before serving: does the model in use agree with the settings?"""

from __future__ import annotations

from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import DatabaseError

from documents.reembedding import change


@register(Tags.database)
def search_model_is_the_wanted_one(
    databases: list[str] | None = None, **_: object
) -> list[CheckMessage]:
    """Runs with `check --database default`, also before the tables are there."""
    if not databases:
        return []
    try:
        advice = change.standing().advice
    except DatabaseError:
        return []
    return [Warning(advice, id="kyro.W001")] if advice else []
