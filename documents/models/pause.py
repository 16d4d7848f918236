"""Whose documents wait because somebody said so."""

from __future__ import annotations

from django.db import models

from accounts.models import User


class QueuePause(models.Model):
    """While the row is there, none of the owner's waiting documents is taken by a worker."""

    owner = models.OneToOneField(
        User, primary_key=True, on_delete=models.CASCADE, related_name="queue_pause"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"pause of {self.owner_id}"
