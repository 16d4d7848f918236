"""Files that are left over when their document is gone."""

from __future__ import annotations

from django.db import models


class ErasedFile(models.Model):
    """A stored file whose document is gone: deleted from storage by a task that may retry."""

    path = models.CharField(max_length=200, primary_key=True)
    owner_id = models.UUIDField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.path
