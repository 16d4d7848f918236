"""The person's queue, as it stands above the library: paused, resumed, its failures tried again."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from documents.queue import retry_failed
from documents.views.returning import back
from documents.work import pausing


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def queue(request: HttpRequest) -> HttpResponse:
    """The strip as it stands; a POST changes what its `action` says."""
    if request.method == "POST":
        _change(request, request.POST.get("action"))
        return redirect(back(request, reverse("documents:list")))
    return render(request, "documents/_queue.html", {"queue": pausing.state_of(request.user)})


def _change(request: HttpRequest, action: str | None) -> None:
    user = request.user
    if action == "pause":
        pausing.pause(user, actor=user)
        messages.success(request, _("Paused. Documents wait until you resume."))
    elif action == "resume":
        pausing.resume(user, actor=user)
        messages.success(request, _("The queue goes on."))
    elif action == "retry":
        count = retry_failed(user, actor=user)
        text = ngettext("%s document is queued again.", "%s documents are queued again.", count)
        messages.success(request, text % count)
