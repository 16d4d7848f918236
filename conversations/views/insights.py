"""The insights tab of a chatbot's page, for those who may change it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from chatbots.views.found import editable, head_of
from chatbots.views.tabs import framing
from conversations import insights


@framing
@login_required
@require_GET
def detail(request: HttpRequest, slug: str) -> HttpResponse:
    chatbot = editable(request.user, slug)
    asked = request.GET.get("days", "")
    days = next((n for n in insights.PERIODS if str(n) == asked), 30)
    start = insights.since(days)
    context = {
        **head_of(request.user, chatbot),
        "days": days,
        "periods": insights.PERIODS,
        "figures": insights.figures_of(chatbot, start),
        "opinions": insights.opinions_of(chatbot, start),
        "cited": insights.top_cited(chatbot, start),
        "unanswered": insights.unanswered(chatbot, start),
    }
    return render(request, "chatbots/insights.html", context)
