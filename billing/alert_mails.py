"""The mails that tell how much of a limit is used: what they say, in their reader's language and
time zone."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import letters
from accounts.letters import Letter
from accounts.models import PendingTask
from billing import alerts, standing
from billing.models import UsageAlert

STALE = dt.timedelta(hours=12)  # a mail that could not go for so long tells nothing any more


def send_all() -> None:
    letters.send_all(alerts.MAIL, _written)


def _written(task: PendingTask) -> Letter | None:
    since = timezone.now() - STALE
    found = UsageAlert.objects.select_related("owner").filter(created_at__gt=since)
    alert = found.filter(pk=task.object_id, owner__is_active=True).first()
    return _letter(alert) if alert else None


def _letter(alert: UsageAlert) -> Letter | None:
    """With the figures of now; none where they have begun anew since the limit was passed."""
    user = alert.owner
    held = standing.subscription_of(user)
    with translation.override(user.locale), timezone.override(user.timezone):
        limits = standing.renewed(held, standing.today_of(user))
        allowance = next(each for each in limits if each.limit == alert.limit)
        if allowance.allowed is None or allowance.used * 100 < allowance.allowed * alert.percent:
            return None
        of_tokens = alert.limit == UsageAlert.Limit.TOKENS
        told = {
            "is_over": alert.percent >= 100,
            "of_tokens": of_tokens,
            "allowance": allowance,
            "besides": 0 if of_tokens else held.user.credit_balance.balance,
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
