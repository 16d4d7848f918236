"""The pages of projects: the list, who is in one, its settings. Other rooms have the other tabs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Project, ProjectMember, Role
from accounts.sharing import changing, inviting, joining, members
from accounts.sharing.forms import InviteForm, ProjectForm, RoleForm
from accounts.sharing.refusals import NoRoom, SharingRefused
from accounts.sharing.seen import seen, shown_with

PER_PAGE = 25


@login_required
@require_http_methods(["GET", "POST"])
def projects(request: HttpRequest) -> HttpResponse:
    """Those one is in and those one is asked into; a POST makes one."""
    form = ProjectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(changing.create_project(request.user, **form.cleaned_data))
        except SharingRefused as refusal:
            form.add_error(None, str(refusal))
    visible = Project.objects.visible_to(request.user).with_role(request.user)
    archived = "archived" in request.GET
    rows = visible.filter(archived_at__isnull=not archived).with_counts().select_related("owner")
    page = Paginator(rows.order_by("-created_at", "-pk"), PER_PAGE)
    context = {
        "form": form,
        "page": page.get_page(request.GET.get("page")),
        "offers": joining.offers_of(request.user),
        "archived": archived,
        "archived_count": visible.filter(archived_at__isnull=False).count(),
    }
    return render(request, "projects/list.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def people(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Members and open invitations; a POST of the owner's asks somebody in."""
    project = seen(request, pk, *([Role.OWNER] if request.method == "POST" else []))
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _invited(request, project, form):
        return redirect("projects:people", pk)
    rows = project.members.select_related("user").order_by("created_at", "pk")
    context = {
        "form": form,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "invitations": inviting.pending(project).order_by("-created_at"),
        "roles": [(role.value, role.label) for role in (Role.VIEWER, Role.EDITOR)],
    }
    status = 422 if form.errors else 200
    return shown_with(request, project, "projects/people.html", context, status=status)


def _invited(request: HttpRequest, project: Project, form: InviteForm) -> bool:
    wanted = form.cleaned_data
    try:
        inviting.invite(project, wanted["email"], wanted["role"], actor=request.user)
    except inviting.REFUSALS as refusal:
        code = "quota_exceeded" if isinstance(refusal, NoRoom) else "refused"
        form.add_error("email", ValidationError(str(refusal), code))
        return False
    messages.success(request, _("An invitation is on its way to %s.") % wanted["email"])
    return True


@login_required
@require_POST
def role(request: HttpRequest, pk: UUID, member: UUID) -> HttpResponse:
    project = seen(request, pk, Role.OWNER)
    form = RoleForm(request.POST)
    if form.is_valid():
        found = get_object_or_404(project.members.select_related("user"), pk=member)
        _tell(
            request,
            lambda: members.change_role(found, form.cleaned_data["role"], actor=request.user),
        )
    return redirect("projects:people", pk)


@login_required
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, pk: UUID, member: UUID) -> HttpResponse:
    """The owner removes somebody, or a member leaves."""
    project = seen(request, pk)
    found = get_object_or_404(project.members.select_related("user"), pk=member)
    leaves = found.user_id == request.user.pk
    if not leaves:
        seen(request, pk, Role.OWNER)
    if request.method == "POST":
        done = _tell(request, lambda: members.remove_member(found, actor=request.user))
        return redirect("projects:list") if leaves and done else redirect("projects:people", pk)
    return _asked(request, project, **_loss(project, found, leaves))


def _loss(project: Project, member: ProjectMember, leaves: bool) -> dict[str, str]:
    if leaves:
        return {
            "question": _("Leave %s?") % project,
            "consequence": _(
                "You lose its documents and chatbots at once, and your conversations with them."
                " Only its owner can ask you in again."
            ),
            "action": _("Leave"),
        }
    return {
        "question": _("Remove %s?") % member.user.get_full_name(),
        "consequence": _(
            "They lose the documents and chatbots of this project at once, also on pages that are"
            " open. What they have added stays."
        ),
        "action": _("Remove"),
    }


@login_required
@require_POST
def resend(request: HttpRequest, pk: UUID, invitation: UUID) -> HttpResponse:
    project = seen(request, pk, Role.OWNER)
    found = get_object_or_404(inviting.pending(project).select_related("project"), pk=invitation)
    if _tell(request, lambda: inviting.resend(found, actor=request.user)):
        messages.success(request, _("The invitation goes out again, with another link."))
    return redirect("projects:people", pk)


@login_required
@require_POST
def revoke(request: HttpRequest, pk: UUID, invitation: UUID) -> HttpResponse:
    project = seen(request, pk, Role.OWNER)
    found = get_object_or_404(inviting.pending(project).select_related("project"), pk=invitation)
    inviting.revoke(found, actor=request.user)
    messages.success(request, _("The invitation is taken back."))
    return redirect("projects:people", pk)


@login_required
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest, pk: UUID) -> HttpResponse:
    project = seen(request, pk, Role.OWNER)
    form = ProjectForm(request.POST or None, instance=project)
    if request.method == "POST" and form.is_valid():
        fields = dict(form.cleaned_data)
        if "archive" in request.POST:
            fields = {"archived": not project.is_archived}
        changing.change_project(project, fields, actor=request.user)
        messages.success(request, _("Saved."))
        return redirect("projects:settings", pk)
    return shown_with(request, project, "projects/settings.html", {"form": form})


@login_required
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    project = seen(request, pk, Role.OWNER)
    if request.method == "POST":
        changing.delete_project(project, actor=request.user)
        messages.success(request, _("“%s” is deleted.") % project)
        return redirect("projects:list")
    others = project.members.count() - 1
    text = ngettext(
        "One other person loses it at once.", "%s other people lose it at once.", others
    )
    told = [
        (text % others if "%s" in text else text) if others else "",
        _("Its documents, chatbots and conversations stay yours."),
        _("A chatbot that reads all of it goes on with these documents, never with your library."),
    ]
    return _asked(
        request,
        project,
        question=_("Delete “%s”?") % project,
        consequence=" ".join(filter(None, told)),
        action=_("Delete project"),
    )


def _asked(request: HttpRequest, project: Project, **told: str) -> HttpResponse:
    place = "projects:people" if told["action"] != _("Delete project") else "projects:settings"
    context: dict[str, Any] = {**told, "back_url": reverse(place, args=[project.pk])}
    return render(request, "confirm.html", context)


def _tell(request: HttpRequest, act: Any) -> bool:
    """Whether it was done; the person is told why not."""
    try:
        act()
    except inviting.REFUSALS as refusal:
        tags = "see-plans" if isinstance(refusal, NoRoom) else ""
        messages.warning(request, str(refusal), extra_tags=tags)
        return False
    return True
