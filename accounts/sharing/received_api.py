"""Invitations to the caller: by every verified address of theirs, accepted or declined."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Invitation, Project
from accounts.rest.idempotent import idempotent
from accounts.rest.schema import fails_with
from accounts.rest.views import OwnRowsViewSet
from accounts.sharing import joining
from accounts.sharing.joining import Offer
from accounts.sharing.serializers import OfferSerializer, ProjectSerializer
from accounts.tenancy import scope


class ReceivedInvitationViewSet(OwnRowsViewSet):
    area = "projects"
    queryset: QuerySet[Invitation] = Invitation.objects.all()
    serializer_class = OfferSerializer

    def reached(self, rows: QuerySet[Invitation]) -> QuerySet[Invitation]:
        return joining.open_for(self.request.user)

    def within_limit(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows  # limited keys do not get here

    @extend_schema(summary="Invitations to you", responses=OfferSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Those for your verified addresses that are open."""
        page = joining.offers(self.paginate_queryset(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(summary="Join", request=None, responses={200: ProjectSerializer})
    @fails_with(409)
    @idempotent
    def accept(self, request: Request, pk: UUID) -> Response:
        offer = self._offer(pk)
        joining.accept(offer, request.user)
        with scope({offer.project.owner_id, request.user.pk}):
            rows = Project.objects.select_related("owner").with_counts()
            project = rows.with_role(request.user).get(pk=offer.project.pk)
            return Response(ProjectSerializer(project, context={"request": request}).data)

    @extend_schema(summary="Decline", request=None, responses={204: None})
    def decline(self, request: Request, pk: UUID) -> Response:
        joining.decline(self._offer(pk), request.user)
        return Response(status=204)

    def _offer(self, pk: UUID) -> Offer:
        found = joining.offer_of(self.request.user, pk)
        if found is None:
            raise Http404
        return found
