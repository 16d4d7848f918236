"""Web sources in every state, as the pages show them; nothing is fetched."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import User
from accounts.tenancy import scope
from documents import uploads
from documents.models import WebPage, WebSource

DEEP = "https://blog.example.net/a/path/so/long/that/no/line/of/a/telephone/can/hold/it/whole.html"
NO_SITEMAP = "There is no sitemap at https://www.example.org/sitemap.xml. Read a section instead."


def show_sources(user: User) -> list[WebSource]:
    with scope(user):
        whole = _source(user, "https://docs.example.com/", "idle", tags=["docs"], schedule="daily")
        running = _source(user, "https://handbook.example.com/people/", "running")
        waiting = _source(user, "https://help.example.com/", "pending")
        failed = _source(user, "https://www.example.org/sitemap.xml", "error", kind="sitemap")
        failed.error_code, failed.error_message = "no_sitemap", NO_SITEMAP
        failed.save()
        paused = _source(user, DEEP, "paused", kind="page", schedule="hourly")
        _pages(whole)
        WebPage.objects.bulk_create(
            WebPage(
                owner=user, source=running, url=f"{running.url}{n}", wanted_run=1, seen_run=n % 2
            )
            for n in range(60)
        )
    return [whole, running, waiting, failed, paused]


def _source(user: User, url: str, status: str, kind: str = "section", **fields: Any) -> WebSource:
    counts = {"new": 3, "changed": 1, "removed": 1, "skipped": 1, "failed": 1}
    return WebSource.objects.create(
        owner=user,
        url=url,
        kind=kind,
        host=url.split("/")[2],
        status=status,
        run=1,
        run_counts=counts if status in {"idle", "running"} else {},
        last_run=timezone.now(),
        next_run=timezone.now() if fields.get("schedule") and status == "idle" else None,
        **fields,
    )


def _pages(source: WebSource) -> None:
    told = {
        "kept": "",
        "removed": "No page of the section leads here any more.",
        "skipped": "The site's robots.txt asks programs not to read this address.",
        "failed": "docs.example.com has a problem of its own (500).",
    }
    for number, (state, reason) in enumerate(told.items()):
        text = ContentFile(f"Page {number} of {source.url}".encode(), f"page-{number}.txt")
        document = uploads.add_document(source.owner, text)[0] if number < 2 else None
        WebPage.objects.create(
            owner=source.owner,
            source=source,
            url=f"{source.url}{state}/{'x' * 80}-{number}.html",
            document=document,
            state=state,
            reason=reason,
            wanted_run=1,
            seen_run=1,
            fetched_at=timezone.now(),
        )
