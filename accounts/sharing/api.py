"""Projects, who is in them and who was asked to join."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Invitation, Project, ProjectMember
from accounts.projects import ProjectQuerySet
from accounts.rest.filters import BooleanFilter
from accounts.rest.idempotent import idempotent
from accounts.rest.problems import Problem, problem_for
from accounts.rest.schema import fails_with
from accounts.rest.shared import OWN, VISIBLE, SharedRows, check_role, shared_or_problem
from accounts.rest.views import OwnRowsViewSet
from accounts.sharing import changing, inviting, members
from accounts.sharing.refusals import SharingRefused
from accounts.sharing.serializers import (
    InvitationSerializer,
    MemberSerializer,
    NewInvitationSerializer,
    ProjectSerializer,
    RoleSerializer,
)


@problem_for(SharingRefused)
def sharing_refused(error: SharingRefused) -> Problem:
    if error.retry_after:
        return Problem(429, error.code, error.message, retry_after=error.retry_after)
    return Problem(409, error.code, error.message)


class ProjectFilter(django_filters.FilterSet):
    archived = BooleanFilter(
        field_name="archived_at", lookup_expr="isnull", exclude=True, label="Put aside, or not."
    )
    q = django_filters.CharFilter(
        field_name="name", lookup_expr="icontains", max_length=100, label="Name contains this."
    )

    class Meta:
        model = Project
        fields: list[str] = []


@extend_schema_view(
    list=extend_schema(summary="Projects one is a member of"),
    retrieve=extend_schema(summary="One project, and one's role in it"),
)
class ProjectViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, SharedRows):
    area = "projects"
    project_methods, project_field = ("GET",), "pk"
    rights = {"partial_update": OWN, "destroy": OWN}
    orderings = ("-created_at", "created_at", "name", "-name")
    queryset: QuerySet[Project] = Project.objects.select_related("owner").with_counts()
    serializer_class = ProjectSerializer
    filterset_class = ProjectFilter

    def reached(self, rows: ProjectQuerySet) -> ProjectQuerySet:
        return rows.visible_to(self.request.user).with_role(self.request.user)

    @extend_schema(summary="Make a project")
    @fails_with(409)
    @idempotent
    def create(self, request: Request) -> Response:
        wanted = self.get_serializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        fields = dict(wanted.validated_data)
        fields.pop("archived", None)
        project = changing.create_project(request.user, **fields)
        return self._shown(project, 201)

    @extend_schema(summary="Name it anew, describe it, archive it or bring it back")
    def partial_update(self, request: Request, pk: str) -> Response:
        project = self.get_object()
        wanted = self.get_serializer(project, data=request.data, partial=True)
        wanted.is_valid(raise_exception=True)
        changing.change_project(project, dict(wanted.validated_data), actor=request.user)
        return self._shown(project, 200)

    @extend_schema(
        summary="Delete a project",
        description="Its members lose it at once. Documents, chatbots and conversations stay the "
        "owner's. A chatbot that reads all of the project goes on with its documents as chosen "
        "ones, never with the whole library.",
    )
    def destroy(self, request: Request, pk: str) -> Response:
        changing.delete_project(self.get_object(), actor=request.user)
        return Response(status=204)

    def _shown(self, project: Project, status: int) -> Response:
        found = self.get_queryset().get(pk=project.pk)
        return Response(self.get_serializer(found).data, status=status)


class OfProject(OwnRowsViewSet):
    """Rows below one project of the address; `project` finds it, with what the person's role allows
    there."""

    area = "projects"

    def project(self, pk: UUID, right: str = VISIBLE) -> Project:
        rows = Project.objects.visible_to(self.request.user).select_related("owner")
        if limit := getattr(self.request.auth, "project_id", None):
            rows = rows.filter(pk=limit)
        found: Project = shared_or_problem(rows, self.request.user, right, pk=pk)
        return found

    def reached(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.visible_to(self.request.user)

    def within_limit(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows  # `project` has seen to it

    def page_of(self, rows: QuerySet[Any]) -> Response:
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


def invite(view: OfProject, request: Request, pk: UUID) -> Response:
    project = view.project(pk, OWN)
    wanted = NewInvitationSerializer(data=request.data)
    wanted.is_valid(raise_exception=True)
    invitation, is_new = inviting.invite(project, **wanted.validated_data, actor=request.user)
    return Response(InvitationSerializer(invitation).data, status=201 if is_new else 200)


INVITES = {
    "request": NewInvitationSerializer,
    "responses": {201: InvitationSerializer, 200: InvitationSerializer},
    "description": "The owner's alone. An address that was asked already is sent another link "
    "(200). The answer is the same whether or not the address has an account.",
}


class MemberViewSet(OfProject):
    queryset: QuerySet[ProjectMember] = ProjectMember.objects.select_related("user")
    orderings = ("created_at", "-created_at")
    serializer_class = MemberSerializer

    @extend_schema(summary="Who is in a project")
    def list(self, request: Request, pk: UUID) -> Response:
        return self.page_of(self.get_queryset().filter(project=self.project(pk)))

    @extend_schema(summary="Ask somebody into a project", **INVITES)
    @fails_with(402, 409)
    @idempotent
    def create(self, request: Request, pk: UUID) -> Response:
        return invite(self, request, pk)

    @extend_schema(summary="Give a member another role", request=RoleSerializer)
    @fails_with(409)
    def partial_update(self, request: Request, pk: UUID, member: UUID) -> Response:
        found = self._member(pk, member)
        check_role([found], request.user, OWN)
        wanted = RoleSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        members.change_role(found, wanted.validated_data["role"], actor=request.user)
        return Response(self.get_serializer(found).data)

    @extend_schema(summary="Remove a member, or leave")
    @fails_with(409)
    def destroy(self, request: Request, pk: UUID, member: UUID) -> Response:
        """The owner removes anybody else; everybody may go. Open streams end within a second."""
        found = self._member(pk, member)
        if found.user_id != request.user.pk:
            check_role([found], request.user, OWN)
        members.remove_member(found, actor=request.user)
        return Response(status=204)

    def _member(self, pk: UUID, member: UUID) -> ProjectMember:
        rows = self.get_queryset().filter(project=self.project(pk))
        return get_object_or_404(rows, pk=member)


class ProjectInvitationViewSet(OfProject):
    queryset: QuerySet[Invitation] = Invitation.objects.all()
    serializer_class = InvitationSerializer

    @extend_schema(summary="Who was asked into a project and has not answered")
    def list(self, request: Request, pk: UUID) -> Response:
        return self.page_of(inviting.pending(self.project(pk, OWN)))

    @extend_schema(summary="Ask somebody into a project", **INVITES)
    @fails_with(402, 409)
    @idempotent
    def create(self, request: Request, pk: UUID) -> Response:
        return invite(self, request, pk)

    @extend_schema(summary="Take an invitation back")
    def destroy(self, request: Request, pk: UUID, invitation: UUID) -> Response:
        pending = inviting.pending(self.project(pk, OWN)).select_related("project__owner")
        inviting.revoke(get_object_or_404(pending, pk=invitation), actor=request.user)
        return Response(status=204)
