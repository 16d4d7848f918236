"""The security page of the settings: how one signs in, and ways to shut others out."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from accounts import keys
from accounts.models import ApiKey


@login_required
@require_GET
def security(request: HttpRequest) -> HttpResponse:
    held = list(Authenticator.objects.filter(user=request.user).order_by("pk"))
    by_type = {authenticator.type: authenticator for authenticator in held}
    recovery = by_type.get(Authenticator.Type.RECOVERY_CODES)
    context = {
        "addresses": request.user.emailaddress_set.order_by("-primary", "email"),
        "app": by_type.get(Authenticator.Type.TOTP),
        "security_keys": [a for a in held if a.type == Authenticator.Type.WEBAUTHN],
        "recovery": recovery,
        "codes_left": len(recovery.wrap().get_unused_codes()) if recovery else 0,
        "session_count": len(UserSession.objects.purge_and_list(request.user)),
        "api_keys": ApiKey.objects.for_user(request.user).count(),
    }
    return render(request, "accounts/security.html", context)


@login_required
@require_http_methods(["GET", "POST"])
@reauthentication_required(allow_get=True)
def revoke_all_keys(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        count = keys.revoke_all(request.user, actor=request.user)
        text = ngettext("%s key no longer works.", "%s keys no longer work.", count)
        messages.success(request, text % count)
        return redirect("accounts:security")
    context = {
        "question": _("Revoke all your API keys?"),
        "consequence": _("Programs that use them are refused at once. This cannot be undone."),
        "action": _("Revoke all"),
        "back_url": reverse("accounts:security"),
    }
    return render(request, "confirm.html", context)
