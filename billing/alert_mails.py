"""The mails that tell how much of a limit is used: what they say, in their reader's language and
time zone."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import letters
from accounts.letters import Letter
from accounts.models import PendingTask, User
from billing import alerts
from billing.models import DailyUsage, Subscription, UsageAlert

STALE = dt.timedelta(hours=12)  # a mail that could not go for so long tells nothing any more


def send_all() -> None:
    letters.send_all(alerts.MAIL, _written)


@dataclass(frozen=True)
class Standing:
    used: int
    allowed: int
    resets_at: dt.datetime | None
    left: int


def _written(task: PendingTask) -> Letter | None:
    since = timezone.now() - STALE
    found = UsageAlert.objects.select_related("owner").filter(created_at__gt=since)
    alert = found.filter(pk=task.object_id, owner__is_active=True).first()
    return _letter(alert) if alert else None


def _letter(alert: UsageAlert) -> Letter:
    user = alert.owner
    with translation.override(user.locale), timezone.override(user.timezone):
        told = {
            "is_over": alert.percent >= 100,
            "of_tokens": alert.limit == UsageAlert.Limit.TOKENS,
            "percent": alert.percent,
            "standing": standing_of(user, alert.limit),
            "zone": user.timezone.replace("_", " "),
            "plan_url": settings.BASE_URL + reverse("billing:plan"),
            "usage_url": settings.BASE_URL + reverse("billing:usage"),
            "place": urlsplit(settings.BASE_URL).netloc,
        }
        body = render_to_string("billing/email/usage_alert.txt", told)
        return Letter(user.email, _subject(alert), body)


def _subject(alert: UsageAlert) -> str:
    subjects = {
        (UsageAlert.Limit.CREDITS, False): _("%s %% of your credits are used"),
        (UsageAlert.Limit.CREDITS, True): _("The credits of your plan are used up"),
        (UsageAlert.Limit.TOKENS, False): _("%s %% of today's tokens are used"),
        (UsageAlert.Limit.TOKENS, True): _("Today's tokens are used up"),
    }
    is_over = alert.percent >= 100
    subject = subjects[UsageAlert.Limit(alert.limit), is_over]
    return subject if is_over else subject % alert.percent


def standing_of(user: User, limit: str) -> Standing:
    """As it is when the mail is written, which may be later than when the limit was passed."""
    held = Subscription.objects.select_related("plan", "user__credit_balance").get(user=user)
    if limit == UsageAlert.Limit.CREDITS:
        balance = held.user.credit_balance
        return Standing(
            balance.used, held.credits_limit, held.current_period_end, left=balance.balance
        )
    allowed = held.plan.token_limit_daily or 0
    today = DailyUsage.objects.filter(user=user, ends_at__gt=timezone.now()).first()
    used = today.tokens_used if today else 0
    return Standing(used, allowed, today and today.ends_at, left=max(0, allowed - used))
