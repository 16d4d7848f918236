"""How often words occur in an owner's passages, so that search knows which are rare."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import User


class TermStatistics(models.Model):
    """Among `chunks` passages, term terms[i] is in counts[i]. Terms that are in one are left out,
    and the rarest of a very large library: they count as in one.

    Numbers of terms are ascending (`documents.lexical`); the search function looks them up.
    """

    owner = models.OneToOneField(
        User, primary_key=True, on_delete=models.CASCADE, related_name="term_statistics"
    )
    chunks = models.PositiveIntegerField()
    terms = ArrayField(models.IntegerField())
    counts = ArrayField(models.IntegerField())
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"words of {self.owner_id}"
