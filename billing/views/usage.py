"""Settings → Usage: what was used of what, today, in this period and in 90 days."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from billing import alerts, standing
from billing.forms import MailsForm
from billing.models import RequestType, Subscription
from billing.usage import summary

SPANS = {
    "today": gettext_lazy("Today"),
    "period": gettext_lazy("This period"),
    "90": gettext_lazy("90 days"),
}
DAYS = 90


@login_required
@require_GET
def usage(request: HttpRequest) -> HttpResponse:
    user = request.user
    span = request.GET.get("span", "period")
    held, today = standing.subscription_of(user), standing.today_of(user)
    with timezone.override(user.timezone):
        now = timezone.localtime()
        since = begin(span if span in SPANS else "period", held, now)
        figures = summary(user, since, now + dt.timedelta(minutes=1))
        context = {
            "spans": SPANS.items(),
            "span": span if span in SPANS else "period",
            "since": since,
            "today": today,
            "near": standing.renewed(held, today),
            "figures": figures,
            "days": each_day(figures["by_day"], since.date(), now.date()),
            "breakdowns": breakdowns(user, figures),
            "form": MailsForm(initial={"percents": alerts.wanted_by(user)}),
        }
        return render(request, "billing/usage.html", context)


@login_required
@require_POST
def choose_mails(request: HttpRequest) -> HttpResponse:
    form = MailsForm(request.POST)
    if form.is_valid():
        alerts.choose(request.user, form.cleaned_data["percents"])
        messages.success(request, _("Saved."))
    else:
        messages.error(request, _("Choose from the mails that are offered."))
    return redirect("billing:usage")


def begin(span: str, held: Subscription, now: dt.datetime) -> dt.datetime:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if span == "today":
        return midnight
    if span == "period":
        start = held.current_period_start or midnight.replace(day=1)
        return max(timezone.localtime(start), midnight - dt.timedelta(days=366))
    return midnight - dt.timedelta(days=DAYS - 1)


def each_day(used: list[dict[str, Any]], first: dt.date, last: dt.date) -> list[dict[str, Any]]:
    """Newest first; a day without use is a day of zeros."""
    known = {row["date"]: row for row in used}
    nothing = {"credits": 0, "tokens_input": 0, "tokens_output": 0, "requests": 0}
    count = (last - first).days + 1
    dates = [last - dt.timedelta(days=number) for number in range(count)]
    days = [{**nothing, **known.get(date, {}), "date": date} for date in dates]
    return [{**day, "tokens": day["tokens_input"] + day["tokens_output"]} for day in days]


def breakdowns(user: User, figures: dict[str, Any]) -> list[dict[str, Any]]:
    """A table each; the largest first, with its part of the largest for the bar beside it."""
    names = dict(user.chatbots.values_list("pk", "name"))
    gone = _("a chatbot that is gone")
    tables = [
        (_("By chatbot"), "chatbot", "by_chatbot", lambda row: names.get(row["chatbot_id"], gone)),
        (_("By model"), "model", "by_model", lambda row: row["model"]),
        (_("By kind"), "kind", "by_kind", lambda row: RequestType(row["kind"]).label.capitalize()),
    ]
    return [
        {"title": title, "name": name, "rows": ranked(figures[key], label)}
        for title, name, key, label in tables
    ]


def ranked(rows: list[dict[str, Any]], label: Any) -> list[dict[str, Any]]:
    shown = [
        {**row, "label": label(row), "tokens": row["tokens_input"] + row["tokens_output"]}
        for row in rows
    ]
    return sorted(shown, key=lambda row: (-row["credits"], -row["tokens"], row["label"]))
