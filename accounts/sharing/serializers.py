"""Projects, members and invitations as the API shows them and takes them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.models import Invitation, Project, ProjectMember, Role, User
from accounts.rest.strict import StrictModelSerializer, StrictSerializer

GIVEN = [(Role.EDITOR.value, Role.EDITOR.label), (Role.VIEWER.value, Role.VIEWER.label)]


class PersonSerializer(serializers.ModelSerializer):
    name = serializers.CharField(source="get_full_name", read_only=True)

    class Meta:
        model = User
        fields = ["id", "name"]


class ProjectSerializer(StrictModelSerializer):
    role = serializers.ChoiceField(
        choices=Role.choices, read_only=True, help_text="The caller's own."
    )
    owner = PersonSerializer(read_only=True)
    archived = serializers.BooleanField(
        source="is_archived", required=False, help_text="Put aside: nothing is added to it."
    )
    member_count = serializers.IntegerField(read_only=True, help_text="With its owner.")
    document_count = serializers.IntegerField(read_only=True)
    chatbot_count = serializers.IntegerField(read_only=True)

    class Meta:
        model = Project
        fields = [
            *("id", "name", "description", "role", "owner", "archived", "archived_at"),
            *("member_count", "document_count", "chatbot_count", "created_at", "updated_at"),
        ]
        read_only_fields = ["archived_at"]

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        values = super().to_internal_value(data)
        if "is_archived" in values:
            values["archived"] = values.pop("is_archived")
        return values


class MemberSerializer(serializers.ModelSerializer):
    user = PersonSerializer()
    email = serializers.SerializerMethodField(help_text="The owner sees it, and the person.")

    class Meta:
        model = ProjectMember
        fields = ["id", "user", "email", "role", "created_at", "updated_at"]

    def get_email(self, member: ProjectMember) -> str:
        caller = self.context["request"].user.pk
        return member.user.email if caller in {member.owner_id, member.user_id} else ""


class RoleSerializer(StrictSerializer):
    role = serializers.ChoiceField(choices=GIVEN)


class NewInvitationSerializer(StrictSerializer):
    email = serializers.EmailField(max_length=254)
    role = serializers.ChoiceField(choices=GIVEN, default=Role.VIEWER.value)


class InvitationSerializer(serializers.ModelSerializer):
    expired = serializers.SerializerMethodField(help_text="Send it again to open it anew.")

    class Meta:
        model = Invitation
        fields = ["id", "email", "role", "expired", "expires_at", "created_at"]

    def get_expired(self, invitation: Invitation) -> bool:
        return not invitation.is_open


class OfferSerializer(serializers.Serializer):
    """An invitation as its receiver sees it."""

    id = serializers.UUIDField(source="invitation.id")
    project = serializers.CharField(source="project.name", help_text="Its name.")
    description = serializers.CharField(source="project.description")
    role = serializers.ChoiceField(choices=GIVEN, source="invitation.role")
    invited_by = serializers.CharField(source="inviter.get_full_name", help_text="Their name.")
    expires_at = serializers.DateTimeField(source="invitation.expires_at")
    created_at = serializers.DateTimeField(source="invitation.created_at")
