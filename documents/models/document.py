"""What people bring: the file or the page, and how far its processing is."""

from __future__ import annotations

import mimetypes
from datetime import datetime
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.models import Project, User
from accounts.projects import ProjectQuerySet
from documents.extraction import result
from documents.extraction.formats import BY_SUFFIX
from documents.filters import Filters
from documents.languages import name_of
from documents.pages import in_runs

MAX_TAGS_SHOWN = 100
TYPE_LABELS = {
    result.PDF: "PDF",
    result.DOCX: "Word",
    result.ODT: "OpenDocument",
    result.RTF: "RTF",
    result.PPTX: "PowerPoint",
    result.XLSX: "Excel",
    result.XLS: "Excel",
    result.ODS: "OpenDocument",
    result.CSV: "CSV",
    result.HTML: _("Web page"),
    result.EPUB: "EPUB",
    result.PNG: "PNG",
    result.JPEG: "JPEG",
    result.TIFF: "TIFF",
    result.WEBP: "WebP",
    result.EMAIL: _("E-mail"),
    result.JSON: "JSON",
    result.MARKDOWN: "Markdown",
    result.PLAIN: _("Text"),
}


def storage_path(document: Document, name: str) -> str:
    """Where the original lies: made of ids alone, the person's file name is only data."""
    return f"documents/{document.owner_id}/{document.pk}"


class DocumentQuerySet(models.QuerySet["Document"]):
    def for_user(self, user: User) -> DocumentQuerySet:
        """One's own, with every right; not those of projects."""
        return self.filter(owner=user)

    def visible_to(self, user: User) -> DocumentQuerySet:
        """One's own, and those of projects one is a member of."""
        return self._own_or_in(user, Project.objects.visible_to(user))

    def editable_by(self, user: User) -> DocumentQuerySet:
        """One's own, and those of projects one may change."""
        return self._own_or_in(user, Project.objects.editable_by(user))

    def _own_or_in(self, user: User, projects: ProjectQuerySet) -> DocumentQuerySet:
        shared = Document.objects.filter(project_documents__project__in=projects)
        return self.filter(Q(owner=user) | Q(pk__in=shared))

    def in_project(self, project: Project) -> DocumentQuerySet:
        return self.filter(project_documents__project=project)

    def library(self) -> DocumentQuerySet:
        return self.filter(kind=Document.Kind.LIBRARY)

    def searchable(self) -> DocumentQuerySet:
        """Of the library, with passages to find: also while they are processed again."""
        return self.library().filter(chunk_count__gt=0)

    def ready(self) -> DocumentQuerySet:
        return self.filter(status=Document.Status.READY)

    def unfinished(self) -> DocumentQuerySet:
        return self.filter(status__in=[Document.Status.PENDING, Document.Status.PROCESSING])

    def failed(self) -> DocumentQuerySet:
        """Of themselves: what a person has cancelled did not fail."""
        return self.filter(Document.FAILED)

    def named(self, part: str) -> DocumentQuerySet:
        """Their name, title or folder contains this."""
        return self.filter(
            Q(name__icontains=part) | Q(title__icontains=part) | Q(metadata__path__icontains=part)
        )

    def fitting(self, wanted: Filters) -> DocumentQuerySet:
        """Of every kind asked for: with one of the tags, and of one of the types …"""
        asked = {
            "tags__overlap": list(wanted.tags),
            "mime_type__in": wanted.mime_types,
            "language__in": wanted.languages,
            "created_at__gte": wanted.added_from,
            "created_at__lte": wanted.added_to,
        }
        return self.filter(**{lookup: value for lookup, value in asked.items() if value})

    def newest_first(self) -> DocumentQuerySet:
        return self.order_by("-created_at", "-id")

    def tag_counts(self) -> dict[str, int]:
        """How many documents have each tag."""
        tags = self.order_by().annotate(
            tag=Func("tags", function="unnest", output_field=models.CharField())
        )
        return dict(tags.values_list("tag").annotate(count=models.Count("pk")))

    def tags(self) -> list[str]:
        """The tags in use, by the alphabet."""
        used = (
            self.order_by()
            .annotate(tag=Func("tags", function="unnest", output_field=models.CharField()))
            .values_list("tag")
        )
        return [tag for (tag,) in used.distinct().order_by("tag")[:MAX_TAGS_SHOWN]]


class Document(models.Model):
    class Kind(models.TextChoices):
        LIBRARY = "library", _("library")
        ATTACHMENT = "attachment", _("attachment")

    class Status(models.TextChoices):
        PENDING = "pending", _("waiting")
        PROCESSING = "processing", _("processing")
        READY = "ready", _("ready")
        ERROR = "error", _("error")

    class Stage(models.TextChoices):
        QUEUED = "queued", _("waiting for a worker")
        FETCHING = "fetching", _("fetching the page")
        EXTRACTING = "extracting", _("reading the text")
        RECOGNISING = "recognising", _("reading the pictures")
        CHUNKING = "chunking", _("splitting into passages")
        EMBEDDING = "embedding", _("understanding the passages")
        SAVING = "saving", _("saving")
        DONE = "done", _("done")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="documents")
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.LIBRARY)
    name = models.CharField(_("name"), max_length=255)
    # The e-mail it was attached to.
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="attachments"
    )
    # Empty until the page at source_url has been fetched.
    file = models.FileField(upload_to=storage_path, max_length=200, blank=True)
    source_url = models.URLField(max_length=2000, blank=True)
    mime_type = models.CharField(max_length=120, blank=True)
    file_size = models.BigIntegerField()
    content_hash = models.CharField(max_length=64)
    sealed_password = models.TextField(blank=True)  # of an encrypted PDF
    status = models.CharField(max_length=12, choices=Status, default=Status.PENDING)
    stage = models.CharField(max_length=12, choices=Stage, default=Stage.QUEUED)
    progress = models.PositiveSmallIntegerField(default=0)
    stage_times = models.JSONField(default=dict, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    attempt = models.PositiveIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)
    error_code = models.CharField(max_length=40, blank=True)
    error_message = models.TextField(blank=True)
    title = models.CharField(_("title"), max_length=300, blank=True)
    description = models.TextField(_("description"), blank=True)
    tags = ArrayField(models.CharField(max_length=50), default=list, blank=True)
    language = models.CharField(max_length=16, blank=True)
    page_count = models.IntegerField(null=True, blank=True)
    chunk_count = models.IntegerField(default=0)
    token_count = models.BigIntegerField(default=0)
    tokens_used = models.BigIntegerField(default=0)
    embedding_model = models.CharField(max_length=120, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    processed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    FAILED = Q(status=Status.ERROR) & ~Q(error_code="cancelled")

    objects = DocumentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "content_hash"],
                condition=Q(kind="library"),
                name="document_once_per_owner",
            ),
            models.CheckConstraint(
                condition=Q(file_size__gt=0)
                | (Q(file_size=0) & ~Q(source_url="") & ~Q(status="ready")),
                name="document_file_not_empty",
            ),
            models.CheckConstraint(condition=Q(progress__lte=100), name="document_progress"),
            models.CheckConstraint(
                condition=Q(kind__in=["library", "attachment"]), name="document_kind"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["pending", "processing", "ready", "error"]),
                name="document_status",
            ),
            models.CheckConstraint(
                condition=Q(chunk_count__gte=0, token_count__gte=0, tokens_used__gte=0),
                name="document_counts_positive",
            ),
        ]
        indexes = [
            models.Index("owner", "status", name="document_owner_status"),
            models.Index(
                "owner", F("created_at").desc(), F("id").desc(), name="document_owner_new"
            ),
            models.Index("status", "created_at", name="document_status_created"),
            models.Index("content_hash", name="document_hash"),
            models.Index("mime_type", name="document_mime_type"),
            GinIndex(fields=["tags"], name="document_tags"),
            GinIndex(fields=["metadata"], name="document_metadata"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def places(self) -> list[str]:
        """Where its bytes may lie; those of a fetched page move between two places."""
        first = storage_path(self, self.name)
        return [first, f"{first}.b"] if self.source_url else [self.file.name]

    @property
    def source_link(self) -> str:
        """The address, where a browser may be sent to it."""
        is_web = self.source_url.startswith(("http://", "https://"))
        return self.source_url if is_web else ""

    @property
    def fetched_url(self) -> str:
        """Where the redirects ended when its page was last fetched."""
        return str(self.metadata.get("fetched", {}).get("url", ""))

    @property
    def fetched_at(self) -> datetime | None:
        at = self.metadata.get("fetched", {}).get("at")
        return datetime.fromisoformat(at) if at else None

    @property
    def path(self) -> str:
        """Within the folder it came with."""
        return str(self.metadata.get("path", ""))

    @property
    def folder(self) -> str:
        return self.path.rpartition("/")[0]

    @property
    def removed_at(self) -> datetime | None:
        """Since when the site it came from has it no more."""
        at = self.metadata.get("removed_from_site")
        return datetime.fromisoformat(at) if at else None

    @property
    def is_finished(self) -> bool:
        return self.status in {self.Status.READY, self.Status.ERROR}

    @property
    def is_silent(self) -> bool:
        """Its worker should have given a sign of life: the next one that is free takes it over."""
        until = self.lease_until
        return self.status == self.Status.PROCESSING and bool(until and until < timezone.now())

    @property
    def serves_old_text(self) -> bool:
        """The last attempt failed, but passages of an earlier one are found and cited."""
        return self.status == self.Status.ERROR and self.chunk_count > 0

    @property
    def lost_edits(self) -> list[dict[str, Any]]:
        """Changes of passages whose words the last processing did not find (documents.edits)."""
        return list(self.metadata.get("lost_edits", []))

    @property
    def language_name(self) -> str:
        return name_of(self.language)

    @property
    def recognised_pages(self) -> str:
        """Pages whose text was recognised in pictures: 2–4, 7"""
        return in_runs(self.metadata.get("recognised_pages", []))

    @property
    def unread_pages(self) -> str:
        """Pages that are pictures and were not read."""
        return in_runs(self.metadata.get("unread_pages", []))

    most_recognised = settings.OCR_PAGES

    @property
    def asks_for_password(self) -> bool:
        return self.status == self.Status.ERROR and self.error_code in {
            "password_needed",
            "wrong_password",
        }

    @property
    def can_be_drawn(self) -> bool:
        """A browser can show its pages as they look: it is given no password that we keep."""
        return self.mime_type == result.PDF and bool(self.file) and not self.sealed_password

    @property
    def display_title(self) -> str:
        return self.title or self.name

    @property
    def type_label(self) -> str:
        """PDF, Word, Excel …, from the content once it is known, else from the name."""
        if self.source_url and not self.mime_type:
            return _("Web address")
        suffix = PurePath(self.name).suffix.lower()
        named = BY_SUFFIX.get(suffix) or mimetypes.guess_type(self.name)[0]
        label = TYPE_LABELS.get(self.mime_type or named or "")
        return label or suffix.lstrip(".").upper()[:8] or _("File")
