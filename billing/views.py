"""What was used, beside what the plan allows."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from billing import limits
from billing.models import DailyUsage
from billing.usage import summary


@login_required
@require_GET
def usage(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    today = DailyUsage.objects.filter(user=request.user, date=now.date()).first()
    context = {
        "plan": limits.plan_of(request.user),
        "today": today or DailyUsage(user=request.user, date=now.date()),
        "held": request.user.documents.aggregate(
            count=Count("pk"), bytes=Coalesce(Sum("file_size"), 0)
        ),
        "month": summary(request.user, month, limits.tomorrow()),
    }
    return render(request, "billing/usage.html", context)
