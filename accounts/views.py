"""The settings pages, and the door that an invitation opens."""

from __future__ import annotations

from uuid import UUID

from allauth.account.views import ConfirmEmailVerificationCodeView
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts import invitations, keys
from accounts.forms import ApiKeyForm, ProfileForm
from accounts.models import ApiKey

KEYS_PER_PAGE = 25


class ConfirmEmailView(ConfirmEmailVerificationCodeView):
    """django-allauth's, which lacks an answer to a new address that is refused."""

    def _change_form_invalid(self, form: Form) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form))


@login_required
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("accounts:profile")
    return render(request, "accounts/profile.html", {"form": form})


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def api_keys(request: HttpRequest) -> HttpResponse:
    """The list; a POST makes a key and answers with its secret, which no later page can show."""
    limits = {
        "chatbots": keys.chatbots_of(request.user),
        "projects": keys.projects_of(request.user),
    }
    form, secret = ApiKeyForm(request.POST or None, **limits), ""
    if request.method == "POST" and form.is_valid():
        _key, secret = form.issue(request.user)
        form = ApiKeyForm(**limits)
    issued = Paginator(ApiKey.objects.for_user(request.user), KEYS_PER_PAGE)
    page = issued.get_page(request.GET.get("page"))
    for key in page:
        key.chatbot_name = limits["chatbots"].get(key.chatbot_id, _("a chatbot that is gone"))
        key.project_name = limits["projects"].get(key.project_id, _("a project that is gone"))
    context = {
        "form": form,
        "secret": secret,
        "page": page,
        "all_scopes": keys.SCOPES,
    }
    return render(request, "accounts/api_keys.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def revoke_key(request: HttpRequest, pk: UUID) -> HttpResponse:
    key = get_object_or_404(ApiKey.objects.for_user(request.user), pk=pk)
    if request.method == "POST":
        keys.revoke(key, actor=request.user)
        messages.success(request, _("The key %s no longer works.") % key.name)
        return redirect("accounts:api_keys")
    context = {
        "question": _("Revoke the key %s?") % key.name,
        "consequence": _("Programs that use it are refused at once. This cannot be undone."),
        "action": _("Revoke"),
        "back_url": reverse("accounts:api_keys"),
    }
    return render(request, "confirm.html", context)


@require_GET
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    invitations.remember(request, token)
    return redirect("account_signup")
