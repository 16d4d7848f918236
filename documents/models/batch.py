"""Many files that one person brings at once, and what became of each."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from uuid_utils.compat import uuid7

from accounts.models import User
from documents.models.document import Document


class UploadBatch(models.Model):
    """A folder or a list of files; it can be gone on with until every file has arrived."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="upload_batches")
    name = models.CharField(max_length=255)
    file_count = models.PositiveIntegerField()
    total_bytes = models.BigIntegerField()
    closed_at = models.DateTimeField(null=True, blank=True)  # all arrived, or given up
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(file_count__gt=0, total_bytes__gte=0), name="batch_not_empty"
            )
        ]
        indexes = [
            models.Index("owner", F("created_at").desc(), F("id").desc(), name="batch_owner_new")
        ]

    def __str__(self) -> str:
        return self.name


class UploadItem(models.Model):
    """One file of a batch: announced, then arrived as a document or refused with a reason."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    batch = models.ForeignKey(UploadBatch, on_delete=models.CASCADE, related_name="items")
    path = models.CharField(max_length=1000)  # within the folder, as the person has it
    size = models.BigIntegerField()
    document = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.SET_NULL, related_name="upload_items"
    )
    received_at = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(max_length=40, blank=True)
    error_message = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "path"], name="item_once_per_batch"),
            models.CheckConstraint(condition=Q(size__gte=0), name="item_size"),
        ]
        indexes = [models.Index("owner", name="item_owner")]

    def __str__(self) -> str:
        return self.path
