"""Paths of the API below `/projects/`, whose parts live in several rooms, and of invitations."""

from django.urls import path

from accounts.sharing.api import MemberViewSet, ProjectInvitationViewSet
from accounts.sharing.received_api import ReceivedInvitationViewSet
from chatbots.api.projects import ProjectChatbotViewSet
from documents.api.projects import ProjectDocumentViewSet

LIST = {"get": "list", "post": "create"}

urlpatterns = [
    path(
        "invitations/",
        ReceivedInvitationViewSet.as_view({"get": "list"}),
        name="api-invitations-list",
    ),
    path(
        "invitations/<uuid:pk>/accept/",
        ReceivedInvitationViewSet.as_view({"post": "accept"}),
        name="api-invitations-accept",
    ),
    path(
        "invitations/<uuid:pk>/decline/",
        ReceivedInvitationViewSet.as_view({"post": "decline"}),
        name="api-invitations-decline",
    ),
    path("projects/<uuid:pk>/members/", MemberViewSet.as_view(LIST), name="api-project-members"),
    path(
        "projects/<uuid:pk>/members/<uuid:member>/",
        MemberViewSet.as_view({"patch": "partial_update", "delete": "destroy"}),
        name="api-project-member",
    ),
    path(
        "projects/<uuid:pk>/invitations/",
        ProjectInvitationViewSet.as_view(LIST),
        name="api-project-invitations",
    ),
    path(
        "projects/<uuid:pk>/invitations/<uuid:invitation>/",
        ProjectInvitationViewSet.as_view({"delete": "destroy"}),
        name="api-project-invitation",
    ),
    path(
        "projects/<uuid:pk>/documents/",
        ProjectDocumentViewSet.as_view(LIST),
        name="api-project-documents",
    ),
    path(
        "projects/<uuid:pk>/documents/<uuid:document>/",
        ProjectDocumentViewSet.as_view({"delete": "destroy"}),
        name="api-project-document",
    ),
    path(
        "projects/<uuid:pk>/chatbots/",
        ProjectChatbotViewSet.as_view(LIST),
        name="api-project-chatbots",
    ),
]
