"""Sites and pages that are fetched again and again."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.models import User
from documents.models.document import Document


class WebSource(models.Model):
    """A page, a sitemap or a section of a site whose pages are documents, kept up to date."""

    class Kind(models.TextChoices):
        PAGE = "page", _("one page")
        SITEMAP = "sitemap", _("sitemap")
        SECTION = "section", _("section of a site")

    class Schedule(models.TextChoices):
        MANUAL = "manual", _("only when asked")
        HOURLY = "hourly", _("every hour")
        DAILY = "daily", _("every day")
        WEEKLY = "weekly", _("every week")
        MONTHLY = "monthly", _("every month")

    class Status(models.TextChoices):
        PENDING = "pending", _("waiting")
        RUNNING = "running", _("reading the site")
        IDLE = "idle", _("up to date")
        PAUSED = "paused", _("paused")
        ERROR = "error", _("error")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="web_sources")
    url = models.URLField(max_length=2000)
    kind = models.CharField(max_length=8, choices=Kind)
    schedule = models.CharField(max_length=8, choices=Schedule, default=Schedule.MANUAL)
    page_limit = models.PositiveIntegerField(default=100)
    tags = ArrayField(models.CharField(max_length=50), default=list, blank=True)
    status = models.CharField(max_length=8, choices=Status, default=Status.PENDING)
    error_code = models.CharField(max_length=40, blank=True)
    error_message = models.TextField(blank=True)
    etag = models.CharField(max_length=300, blank=True)
    run = models.PositiveIntegerField(default=0)  # counts up; a page notes the run it was seen in
    run_counts = models.JSONField(default=dict, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    last_run = models.DateTimeField(null=True, blank=True)
    next_run = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "url", "kind"], name="source_once_per_owner"),
            models.CheckConstraint(
                condition=Q(kind__in=["page", "sitemap", "section"]), name="source_kind"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["pending", "running", "idle", "paused", "error"]),
                name="source_status",
            ),
            models.CheckConstraint(
                condition=Q(schedule__in=["manual", "hourly", "daily", "weekly", "monthly"]),
                name="source_schedule",
            ),
            models.CheckConstraint(
                condition=Q(page_limit__gte=1, page_limit__lte=5000), name="source_page_limit"
            ),
        ]
        indexes = [
            models.Index("owner", F("created_at").desc(), F("id").desc(), name="source_owner_new"),
            models.Index("next_run", condition=Q(next_run__isnull=False), name="source_next_run"),
        ]

    def __str__(self) -> str:
        return self.url


class WebPage(models.Model):
    """One address of a source: what it answered last, and the document made of it."""

    class State(models.TextChoices):
        FOUND = "found", _("found")
        KEPT = "kept", _("kept")
        REMOVED = "removed", _("removed from the site")
        SKIPPED = "skipped", _("left out")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    source = models.ForeignKey(WebSource, on_delete=models.CASCADE, related_name="pages")
    url = models.CharField(max_length=2000)
    document = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.SET_NULL, related_name="web_pages"
    )
    state = models.CharField(max_length=8, choices=State, default=State.FOUND)
    reason = models.TextField(blank=True)
    depth = models.PositiveSmallIntegerField(default=0)
    etag = models.CharField(max_length=300, blank=True)
    last_modified = models.CharField(max_length=60, blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    seen_run = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(null=True, blank=True)
    fetched_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "url"], name="page_once_per_source"),
            models.CheckConstraint(
                condition=Q(state__in=["found", "kept", "removed", "skipped", "failed"]),
                name="page_state",
            ),
        ]
        indexes = [
            models.Index("owner", name="page_owner"),
            models.Index("source", "state", name="page_source_state"),
        ]

    def __str__(self) -> str:
        return self.url
