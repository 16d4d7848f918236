"""How it stands, in ten queries: queue, documents, answers, errors, people, workers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Q, Sum
from django.db.models.functions import Now
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.delivery import PendingTask
from accounts.models import User
from accounts.staff_lists import list_of
from analytics.models import ErrorLog
from config import health
from conversations.models import Message
from documents.models import Document, EmbeddingGeneration
from documents.reembedding import change

LATE = dt.timedelta(minutes=2)  # due for so long, work is not being done
LATEST = 6


@dataclass(frozen=True)
class Figure:
    label: str
    value: Any
    url: str
    note: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Overview:
    work: list[Figure]
    documents: list[Figure]
    answers: list[Figure]
    people: list[Figure]
    search: list[Figure]
    failed: list[Document] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)


def overview() -> Overview:
    """Call it inside system()."""
    now = timezone.now()
    failed = Document.objects.filter(status=Document.Status.ERROR).select_related("owner")
    return Overview(
        work=[_workers(), *_queue(now)],
        documents=_documents(now),
        answers=[*_answers(now), _errors(now)],
        people=_people(now),
        search=_search_model(),
        failed=list(failed.order_by("-created_at")[:LATEST]),
        errors=_latest_errors(now),
    )


def first_id_since(at: dt.datetime) -> UUID:
    """The smallest UUIDv7 of this moment: a range of primary keys is a range of time."""
    return UUID(int=(int(at.timestamp() * 1000) << 80) | (7 << 76) | (2 << 62))


def _workers() -> Figure:
    is_up = health.state("workers", health.PARTS["workers"]) == "ok"
    return Figure(
        _("Workers"),
        _("answering") if is_up else _("silent"),
        list_of(PendingTask),
        tone="success" if is_up else "danger",
    )


def _queue(now: dt.datetime) -> list[Figure]:
    owed = PendingTask.objects.order_by("kind").values("kind")
    rows = list(owed.annotate(count=Count("pk"), retried=Count("pk", filter=Q(attempts__gt=1))))
    oldest = PendingTask.objects.due().first()
    figures = [
        Figure(
            row["kind"],
            row["count"],
            f"{list_of(PendingTask)}?kind__exact={row['kind']}",
            note=_("%s tried more than once") % row["retried"] if row["retried"] else "",
        )
        for row in rows
    ] or [Figure(_("Queue"), 0, list_of(PendingTask), note=_("nothing is owed"))]
    return [*figures, _oldest(oldest, now)]


def _oldest(task: PendingTask | None, now: dt.datetime) -> Figure:
    if task is None:
        return Figure(_("Oldest due work"), _("none"), list_of(PendingTask))
    age = now - task.due_at
    return Figure(
        _("Oldest due work"),
        timesince(task.due_at, now) if age >= dt.timedelta(minutes=1) else _("under a minute"),
        f"{list_of(PendingTask)}?q={task.object_id}",
        note=task.kind,
        tone="danger" if age > LATE else "",
    )


def _documents(now: dt.datetime) -> list[Figure]:
    since = now - dt.timedelta(days=1)
    error = Document.Status.ERROR
    rows = (
        Document.objects.order_by()
        .values("status")
        .annotate(
            count=Count("pk"),
            size=Sum("file_size"),
            lately=Count("pk", filter=Q(updated_at__gte=since)),
            silent=Count("pk", filter=Q(status=Document.Status.PROCESSING, lease_until__lt=Now())),
        )
    )
    by_status = {row["status"]: row for row in rows}
    none = {"count": 0, "size": 0, "lately": 0, "silent": 0}
    lately = by_status.get(error, none)["lately"]
    silent = sum(row["silent"] for row in by_status.values())
    page = list_of(Document)
    return [
        *(
            Figure(
                label.capitalize(),
                by_status.get(status, none)["count"],
                f"{page}?status__exact={status}",
            )
            for status, label in Document.Status.choices
            if status != error
        ),
        Figure(
            _("Failed"),
            by_status.get(error, none)["count"],
            f"{page}?outcome=failed-today" if lately else f"{page}?outcome=failed",
            note=_("%s in the last day") % lately,
            tone="danger" if lately else "",
        ),
        Figure(
            _("Worker fell silent"),
            silent,
            f"{page}?outcome=silent",
            tone="danger" if silent else "",
        ),
        Figure(_("Storage"), filesizeformat(sum(r["size"] or 0 for r in by_status.values())), page),
    ]


def _answers(now: dt.datetime) -> list[Figure]:
    page = list_of(Message)
    running = Message.objects.filter(status=Message.Status.STREAMING).aggregate(
        count=Count("pk"), lost=Count("pk", filter=Q(lease_until__lt=Now()))
    )
    answers = Message.objects.filter(
        pk__gte=first_id_since(now - dt.timedelta(days=1)), role=Message.Role.ASSISTANT
    )
    broken = Q(status__in=[Message.Status.ERROR, Message.Status.INCOMPLETE])
    day = answers.aggregate(count=Count("pk"), broken=Count("pk", filter=broken))
    return [
        Figure(
            _("Streaming now"),
            running["count"],
            f"{page}?status__exact=streaming",
            note=_("%s without a producer") % running["lost"] if running["lost"] else "",
            tone="danger" if running["lost"] else "",
        ),
        Figure(_("Answers in a day"), day["count"], f"{page}?role__exact=assistant"),
        Figure(
            _("Ended badly in a day"),
            day["broken"],
            f"{page}?status__in=error,incomplete",
            tone="danger" if day["broken"] else "",
        ),
    ]


def _errors(now: dt.datetime) -> Figure:
    count = ErrorLog.objects.filter(created_at__gte=now - dt.timedelta(days=1)).count()
    tone = "danger" if count else ""
    return Figure(_("Errors in a day"), count, list_of(ErrorLog), tone=tone)


def _latest_errors(now: dt.datetime) -> list[dict[str, Any]]:
    """The kinds of error of the last week, the latest first."""
    rows = ErrorLog.objects.filter(created_at__gte=now - dt.timedelta(days=7)).order_by()
    kinds = rows.values("group", "error_type", "service").annotate(
        count=Count("pk"), last=Max("created_at"), message=Max("error_message")
    )
    page = list_of(ErrorLog)
    return [row | {"url": f"{page}?q={row['group']}"} for row in kinds.order_by("-last")[:LATEST]]


def _people(now: dt.datetime) -> list[Figure]:
    page = list_of(User)
    day, week = now - dt.timedelta(days=1), now - dt.timedelta(days=7)
    counts = User.objects.aggregate(
        all=Count("pk"),
        day=Count("pk", filter=Q(created_at__gte=day)),
        week=Count("pk", filter=Q(created_at__gte=week)),
        closed=Count("pk", filter=Q(deleted_at__isnull=False)),
    )
    return [
        Figure(_("People"), counts["all"], page),
        Figure(
            _("Sign-ups in a day"),
            counts["day"],
            f"{page}?{urlencode({'created_at__gte': day.isoformat(timespec='seconds')})}",
            note=ngettext("%s this week", "%s this week", counts["week"]) % counts["week"],
        ),
        Figure(_("Closing"), counts["closed"], f"{page}?deleted_at__isnull=False"),
    ]


def _search_model() -> list[Figure]:
    page = list_of(EmbeddingGeneration)
    standing = change.standing()
    figures = [Figure(_("Reads and searches"), standing.present.model, page)]
    if coming := standing.future:
        done = _("%(done)s of %(all)s documents") % {
            "done": coming.documents_done,
            "all": coming.documents_total,
        }
        tone = "danger" if coming.last_error else ""
        figures += [
            Figure(_("Will take over"), coming.model, page, note=coming.last_error[:120]),
            Figure(_("Read anew"), f"{coming.progress} %", page, note=done, tone=tone),
        ]
    if standing.differs:
        note = _("another one than is in use: look here")
        figures.append(Figure(_("The settings name"), standing.wanted, page, note, "danger"))
    return figures
