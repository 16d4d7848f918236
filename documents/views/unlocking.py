"""The form that a locked PDF shows."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts.rates import guessable
from documents.queue import NotNow
from documents.unlocking import MAX_PASSWORD, unlock
from documents.views.returning import back
from documents.views.shown import editable


class PasswordForm(forms.Form):
    password = forms.CharField(max_length=MAX_PASSWORD, strip=False)


@guessable
@sensitive_post_parameters("password")
@login_required
@require_POST
def password(request: HttpRequest, pk: UUID) -> HttpResponse:
    document = editable(request, pk)
    form = PasswordForm(request.POST)
    try:
        if form.is_valid():
            unlock(document, form.cleaned_data["password"], actor=request.user)
            messages.success(request, _("%s is in the queue.") % document.display_title)
        else:
            messages.warning(request, _("Enter the password of this document."))
    except NotNow as reason:
        messages.warning(request, str(reason))
    return redirect(back(request, reverse("documents:detail", args=[pk])))
