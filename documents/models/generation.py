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

    model = models.CharField(max_length=120)  # as providers.registry names it
    dimension = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=State)
    documents_total = models.PositiveIntegerField(default=0)
    documents_done = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)
    # How far the worker that fills it has come in this round, and who that is until when.
    position = models.UUIDField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(auto_now_add=True)
    present_from = models.DateTimeField(null=True, blank=True)  # None: it never was
    past_from = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)  # none of its chunks is left

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

    @property
    def progress(self) -> int:
        """Percent of the documents; 100 only when there is nothing left to do."""
        if not self.documents_total:
            return 0
        return min(99, 100 * self.documents_done // self.documents_total)
