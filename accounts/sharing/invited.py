"""Where an invitation's link leads, and how it is answered."""

from __future__ import annotations

from uuid import UUID

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts import invitations
from accounts.requests import unscoped
from accounts.sharing import inviting, joining
from accounts.sharing.joining import Offer
from accounts.sharing.refusals import SharingRefused


@unscoped  # who holds the link may have no account yet
@never_cache
@require_GET
def join(request: HttpRequest, token: str) -> HttpResponse:
    offer = joining.offer_by(token)
    if offer is None:
        return render(request, "projects/join_over.html", status=404)
    if request.user.is_authenticated:
        context = {"offer": offer, "is_mine": joining.is_for(offer, request.user)}
        return render(request, "projects/join.html", context)
    invitations.remember(request, token)
    context = {
        "offer": offer,
        "next": urlencode({"next": request.path}),
        "may_sign_up": get_adapter().is_open_for_signup(request),
    }
    return render(request, "projects/join_signed_out.html", context)


@login_required
@require_POST
def accept(request: HttpRequest, pk: UUID) -> HttpResponse:
    offer = _mine(request, pk)
    try:
        joining.accept(offer, request.user)
    except inviting.REFUSALS as refusal:
        messages.warning(request, str(refusal))
        return redirect("projects:list")
    messages.success(request, _("You are in. Welcome to %s.") % offer.project)
    return redirect(offer.project)


@login_required
@require_POST
def decline(request: HttpRequest, pk: UUID) -> HttpResponse:
    offer = _mine(request, pk)
    try:
        joining.decline(offer, request.user)
    except SharingRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("You have declined."))
    return redirect("projects:list")


def _mine(request: HttpRequest, pk: UUID) -> Offer:
    offer = joining.offer_of(request.user, pk)
    if offer is None:
        raise Http404
    return offer
