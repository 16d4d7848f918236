"""Settings → Model providers: what answers and why, and one's own keys.

These views open their own scopes: providers are asked between them, outside any transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import answering, provider_keys
from accounts.credentials import ProviderCredential
from accounts.models import User
from accounts.provider_forms import DefaultModelForm, NewKeyForm, ReplaceKeyForm
from accounts.rates import outside
from accounts.requests import unscoped
from accounts.tenancy import scope
from providers import registry

PAGE = "accounts:providers"


@contextmanager
def gone_is_not_found() -> Iterator[None]:
    """Also for a key removed in another window while its provider was asked."""
    try:
        yield
    except ProviderCredential.DoesNotExist as error:
        raise Http404 from error


@outside
@login_required
@never_cache
@unscoped
@sensitive_post_parameters("secret")
@require_http_methods(["GET", "POST"])
def providers(request: HttpRequest) -> HttpResponse:
    form = NewKeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (made := form.save_for(request.user)):
        messages.success(request, _("%s works and is kept.") % made)
        return redirect(PAGE)
    user = request.user
    with scope(user), timezone.override(user.timezone):
        models = answering.models_of(user)
        credentials = list(ProviderCredential.objects.for_user(user))
        context = {
            "form": form,
            "credentials": credentials,
            "default": models.default,
            "in_use": in_use(credentials, models.default.provider),
            "has_choice": len(models.choices) > 1,
            "default_form": DefaultModelForm(models=models),
        }
        return render(request, "accounts/providers.html", context)


@login_required
@require_POST
def choose_default_model(request: HttpRequest) -> HttpResponse:
    form = DefaultModelForm(request.POST, models=answering.models_of(request.user))
    if form.is_valid():
        answering.choose_default(request.user, form.cleaned_data["chat_model"])
        messages.success(request, _("Saved."))
    else:
        messages.error(request, _("This model cannot be used any more. Choose another one."))
    return redirect(PAGE)


@outside
@login_required
@unscoped
@require_POST
@gone_is_not_found()
def test(request: HttpRequest, pk: UUID) -> HttpResponse:
    tested = provider_keys.test(request.user, pk)
    if tested.last_error:
        messages.error(request, f"{tested}: {tested.last_error}")
    else:
        messages.success(request, _("%s works.") % tested)
    return redirect(PAGE)


@outside
@login_required
@never_cache
@unscoped
@sensitive_post_parameters("secret")
@require_http_methods(["GET", "POST"])
@gone_is_not_found()
def replace(request: HttpRequest, pk: UUID) -> HttpResponse:
    form = ReplaceKeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and form.save_for(request.user, pk):
        messages.success(request, _("The new key works and is kept."))
        return redirect(PAGE)
    with scope(request.user):
        credential = ProviderCredential.objects.for_user(request.user).get(pk=pk)
    context = {"form": form, "credential": credential}
    return render(request, "accounts/replace_provider_key.html", context)


@login_required
@require_POST
@gone_is_not_found()
def switch(request: HttpRequest, pk: UUID) -> HttpResponse:
    provider_keys.change(request.user, pk, is_active=request.POST.get("use") == "yes")
    return redirect(PAGE)


@login_required
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    credential = get_object_or_404(ProviderCredential.objects.for_user(request.user), pk=pk)
    if request.method == "POST":
        provider_keys.remove(request.user, credential)
        messages.success(request, _("%s is removed.") % credential)
        return redirect(PAGE)
    context = {
        "question": _("Remove the key %s?") % credential,
        "consequence": loss_of(request.user, credential),
        "action": _("Remove"),
        "back_url": reverse(PAGE),
    }
    return render(request, "confirm.html", context)


def in_use(credentials: list[ProviderCredential], provider: str) -> ProviderCredential | None:
    return next((c for c in credentials if c.is_active and c.provider == provider), None)


def loss_of(user: User, credential: ProviderCredential) -> str:
    """What stops with a key. Chatbots live further up the house; the person leads to them."""
    kept = _("We keep no copy; the key itself stays valid at its provider.")
    if not credential.is_active:
        return _("It is not in use, so nothing stops.") + " " + kept
    named = user.chatbots.filter(model__startswith=f"{credential.provider}/").count()
    back = _("Chatbots that name no model go back to what answers without it.")
    return " ".join([_stops(credential, named), back, kept])


def _stops(credential: ProviderCredential, named: int) -> str:
    provider = credential.get_provider_display()
    if any(choice.provider == credential.provider for choice in registry.chat_models()):
        return _("%s models go on with this installation's key.") % provider
    if not named:
        return _("%s models answer no more.") % provider
    return ngettext(
        "One chatbot names a model of %(provider)s and cannot answer until you choose another.",
        "%(count)s chatbots name a model of %(provider)s and cannot answer until you choose"
        " another.",
        named,
    ) % {"count": named, "provider": provider}
