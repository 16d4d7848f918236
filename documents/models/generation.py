"""Which model made the vectors that are compared with one another."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class EmbeddingGeneration(models.Model):
    """All vectors of one model in one run. Search compares only those of the present one; a
    future one is filled in the background, then they are switched, then the past one is dropped."""

    class State(models.TextChoices):
        FUTURE = "future", _("being made")
        PRESENT = "present", _("in use")
        PAST = "past", _("replaced")

    model = models.CharField(max_length=120)
    dimension = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=State)
    documents_total = models.PositiveIntegerField(default=0)
    documents_done = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)
    started_at = models.DateTimeField(auto_now_add=True)
    present_from = models.DateTimeField(null=True, blank=True)
    past_from = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["future", "present", "past"]), name="generation_state"
            ),
            models.UniqueConstraint(
                fields=["state"],
                condition=Q(state__in=["future", "present"]),
                name="generation_one_of_a_state",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model} ({self.get_state_display()})"
