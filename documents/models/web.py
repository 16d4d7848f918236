"""Addresses that are read again and again: a source, and what each of its pages answered last."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, F, Func, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.models import User
from documents.models.document import Document

MAX_PAGES = 5000
FIGURES = ("new", "changed", "unchanged", "removed", "skipped", "failed")


class WebSourceQuerySet(models.QuerySet["WebSource"]):
    def for_user(self, user: User) -> WebSourceQuerySet:
        return self.filter(owner=user)

    def newest_first(self) -> WebSourceQuerySet:
        return self.order_by("-created_at", "-id")

    def with_progress(self) -> WebSourceQuerySet:
        """Counted in the same query: how many pages the run has found and visited."""
        wanted = WebPage.objects.filter(source=OuterRef("pk"), wanted_run=OuterRef("run"))
        return self.annotate(
            pages_found=_count(wanted),
            pages_visited=_count(wanted.filter(seen_run=OuterRef("run"))),
        )

    def due(self) -> WebSourceQuerySet:
        """Those whose time has come, of people who are still with us."""
        resting = [WebSource.Status.IDLE, WebSource.Status.ERROR]
        return self.filter(
            next_run__lte=timezone.now(), status__in=resting, owner__is_active=True
        ).order_by("next_run")


class WebSource(models.Model):
    """A page, a sitemap or a section of a site whose pages are documents, kept up to date.

    A run visits every page once, in slices of some seconds: `began_at` is empty until its first
    slice has read robots.txt, and `wanted_run` and `seen_run` of the pages are its frontier.
    """

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
    # Where the redirects of `url` ended in this run; the section is measured from here.
    root = models.URLField(max_length=2000, blank=True)
    host = models.CharField(max_length=260)  # with its port: one request at a time goes there
    kind = models.CharField(max_length=8, choices=Kind)
    schedule = models.CharField(max_length=8, choices=Schedule, default=Schedule.MANUAL)
    page_limit = models.PositiveIntegerField(default=100)
    tags = ArrayField(models.CharField(max_length=50), default=list, blank=True)
    delete_removed = models.BooleanField(default=False)
    status = models.CharField(max_length=8, choices=Status, default=Status.PENDING)
    error_code = models.CharField(max_length=40, blank=True)
    error_message = models.TextField(blank=True)
    robots = models.TextField(blank=True)  # robots.txt of this run
    run = models.PositiveIntegerField(default=0)
    run_counts = models.JSONField(default=dict, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)  # in a row
    lease_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField(default=timezone.now)  # the next request to the host
    served_at = models.DateTimeField(null=True, blank=True)  # the end of its last slice
    began_at = models.DateTimeField(null=True, blank=True)
    last_run = models.DateTimeField(null=True, blank=True)
    next_run = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = WebSourceQuerySet.as_manager()

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
                condition=Q(page_limit__gte=1, page_limit__lte=MAX_PAGES), name="source_page_limit"
            ),
        ]
        indexes = [
            models.Index("owner", F("created_at").desc(), F("id").desc(), name="source_owner_new"),
            models.Index("next_run", condition=Q(next_run__isnull=False), name="source_next_run"),
            models.Index("host", "lease_until", name="source_host"),
        ]

    def __str__(self) -> str:
        return self.url

    @property
    def is_running(self) -> bool:
        return self.status in {self.Status.PENDING, self.Status.RUNNING}

    @property
    def is_paused(self) -> bool:
        return self.status == self.Status.PAUSED

    @property
    def name(self) -> str:
        """The address as people say it."""
        parts = urlsplit(self.url)
        return f"{parts.netloc}{parts.path}".rstrip("/")

    @property
    def progress(self) -> dict[str, Any]:
        """Of the present or last run: how many pages were found, and what became of them."""
        figures = {name: self.run_counts.get(name, 0) for name in FIGURES}
        return {"found": self.found, "visited": self.visited, **figures, "limited": self.limited}

    @property
    def limited(self) -> str:
        """What ended the run before all was visited: pages, time, cancelled; else nothing."""
        return str(self.run_counts.get("limited", ""))

    @property
    def found(self) -> int:
        counted: int | None = getattr(self, "pages_found", None)
        return self._wanted().count() if counted is None else counted

    @property
    def visited(self) -> int:
        counted: int | None = getattr(self, "pages_visited", None)
        return self._wanted().filter(seen_run=self.run).count() if counted is None else counted

    def tally(self, came_of_it: str) -> None:
        """One more page of this run ended so; the caller saves the source."""
        self.run_counts[came_of_it] = self.run_counts.get(came_of_it, 0) + 1

    def _wanted(self) -> models.QuerySet[WebPage]:
        return self.pages.filter(wanted_run=self.run)


_INTEGER = models.IntegerField()


def _count(rows: models.QuerySet[WebPage]) -> Coalesce:
    counted = (
        rows.order_by()
        .annotate(count=Func("pk", function="count", output_field=_INTEGER))
        .values("count")
    )
    return Coalesce(Subquery(counted), 0)


class WebPageQuerySet(models.QuerySet["WebPage"]):
    def for_user(self, user: User) -> WebPageQuerySet:
        return self.filter(owner=user)

    def light(self) -> WebPageQuerySet:
        """Without the addresses each page leads to."""
        return self.defer("links")

    def removed(self) -> WebPageQuerySet:
        """Gone from the site, their documents still here."""
        return self.filter(state=WebPage.State.REMOVED, document__isnull=False)

    def by_state(self) -> dict[str, int]:
        rows = self.order_by().values_list("state").annotate(count=Count("pk"))
        return dict(rows)


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
    code = models.CharField(max_length=40, blank=True)  # why it is left out, removed or failed
    reason = models.TextField(blank=True)
    depth = models.PositiveSmallIntegerField(default=0)
    etag = models.CharField(max_length=300, blank=True)
    last_modified = models.CharField(max_length=60, blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    # Where it led: a page that has not changed is not sent again, and still leads there.
    links = ArrayField(models.TextField(), default=list, blank=True)
    wanted_run = models.PositiveIntegerField(default=0)  # the last run that found its address
    seen_run = models.PositiveIntegerField(default=0)  # the last run that visited it
    changed_at = models.DateTimeField(null=True, blank=True)
    fetched_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = WebPageQuerySet.as_manager()

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
            models.Index("source", "wanted_run", "depth", "id", name="page_frontier"),
        ]

    def __str__(self) -> str:
        return self.url

    @property
    def path(self) -> str:
        """The address within its site."""
        parts = urlsplit(self.url)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path
