"""Many files that one person brings at once, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Count, F, Q, Sum, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from uuid_utils.compat import uuid7

from accounts.models import User
from documents.models.document import Document

ZERO = Value(0, models.BigIntegerField())
# Refused for a reason that passes: sent again, the file may be kept.
PASSING = ("quota_exceeded", "storage_full", "storage_down")


@dataclass(frozen=True)
class Counts:
    """How far a batch is: files, and the bytes of those that were to come and have."""

    announced: int = 0
    arrived: int = 0
    ready: int = 0
    failed: int = 0
    refused: int = 0
    missing: int = 0
    bytes_announced: int = 0
    bytes_arrived: int = 0

    @property
    def is_finished(self) -> bool:
        """Nothing is missing, and nothing that arrived waits to be read."""
        return not self.missing and self.ready + self.failed >= self.arrived


class UploadBatchQuerySet(models.QuerySet["UploadBatch"]):
    def for_user(self, user: User) -> UploadBatchQuerySet:
        return self.filter(owner=user)

    def unfinished(self) -> UploadBatchQuerySet:
        """Some of their files have not arrived yet."""
        return self.filter(closed_at=None)

    def newest_first(self) -> UploadBatchQuerySet:
        return self.order_by("-created_at", "-id")


class UploadBatch(models.Model):
    """A folder or a list of files; it can be gone on with until every file has arrived."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="upload_batches")
    name = models.CharField(max_length=255)
    file_count = models.PositiveIntegerField()
    total_bytes = models.BigIntegerField()
    closed_at = models.DateTimeField(null=True, blank=True)  # each file has arrived or is refused
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = UploadBatchQuerySet.as_manager()
    counts = Counts()  # filled by `documents.batches.count`, for as many as a page shows at once

    class Meta:
        verbose_name_plural = "upload batches"
        constraints = [
            models.CheckConstraint(
                condition=Q(file_count__gt=0, total_bytes__gte=0), name="batch_not_empty"
            )
        ]
        indexes = [
            models.Index("owner", F("created_at").desc(), F("id").desc(), name="batch_owner_new"),
            models.Index("closed_at", name="batch_closed"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("documents:upload_detail", args=[self.pk])


class UploadItemQuerySet(models.QuerySet["UploadItem"]):
    def for_user(self, user: User) -> UploadItemQuerySet:
        return self.filter(owner=user)

    def missing(self) -> UploadItemQuerySet:
        return self.filter(received_at=None, error_code="")

    def unsent(self) -> UploadItemQuerySet:
        """What is worth sending: missing, or refused for a reason that passes."""
        return self.filter(received_at=None, error_code__in=("", *PASSING))

    def arrived(self) -> UploadItemQuerySet:
        return self.exclude(received_at=None)

    def refused(self) -> UploadItemQuerySet:
        return self.filter(received_at=None).exclude(error_code="")

    def ready(self) -> UploadItemQuerySet:
        return self.filter(document__status=Document.Status.READY)

    def failed(self) -> UploadItemQuerySet:
        return self.filter(document__status=Document.Status.ERROR)

    def counted(self) -> dict[Any, Counts]:
        """Batch → how far it is, in one query."""
        # A document that was deleted since was read, or will not be.
        done = Q(received_at__isnull=False, document=None) | Q(document__status="ready")
        here, gone = Q(received_at__isnull=False), Q(received_at=None)
        rows = self.order_by().values("batch_id").annotate(
            announced=Count("pk"),
            arrived=Count("pk", filter=here),
            ready=Count("pk", filter=done),
            failed=Count("pk", filter=Q(document__status="error")),
            refused=Count("pk", filter=gone & ~Q(error_code="")),
            missing=Count("pk", filter=gone & Q(error_code="")),
            bytes_announced=Coalesce(Sum("size", filter=here | Q(error_code="")), ZERO),
            bytes_arrived=Coalesce(Sum("size", filter=here), ZERO),
        )  # fmt: skip
        return {row.pop("batch_id"): Counts(**row) for row in rows}


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

    objects = UploadItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "path"], name="item_once_per_batch"),
            models.CheckConstraint(condition=Q(size__gte=0), name="item_size"),
        ]
        indexes = [
            models.Index("owner", name="item_owner"),
            models.Index("batch", name="item_not_here", condition=Q(received_at=None)),
        ]

    def __str__(self) -> str:
        return self.path

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def folder(self) -> str:
        return self.path.rpartition("/")[0]

    @property
    def state(self) -> str:
        if self.received_at:
            return "arrived"
        return "refused" if self.error_code else "missing"

    @property
    def can_retry(self) -> bool:
        return self.received_at is None and self.error_code in PASSING

    @property
    def was_there(self) -> bool:
        """Its bytes were in the library before, from this batch or long since."""
        return self.document is not None and (
            self.document.created_at < self.created_at
            or self.document.metadata.get("path") != self.path
        )
