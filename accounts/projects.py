"""Projects: what a person shares with others, and who these are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

if TYPE_CHECKING:
    from accounts.models import User


class Role(models.TextChoices):
    OWNER = "owner", _("owner")
    EDITOR = "editor", _("editor")
    VIEWER = "viewer", _("viewer")


CHANGING = (Role.OWNER, Role.EDITOR)


def _is(user: User, roles: Sequence[Role]) -> models.Exists:
    """The person has one of these roles in the project."""
    mine = ProjectMember.objects.filter(project=models.OuterRef("pk"), user=user)
    return models.Exists(mine.filter(role__in=roles))


def _count(relation: str) -> models.Subquery:
    """How many rows of a relation a project has, whichever room up the house they live in."""
    counted = Project.objects.filter(pk=models.OuterRef("pk")).order_by()
    return models.Subquery(counted.annotate(n=models.Count(relation)).values("n"))


class ProjectQuerySet(models.QuerySet["Project"]):
    def for_user(self, user: User) -> ProjectQuerySet:
        return self.filter(owner=user)

    def visible_to(self, user: User) -> ProjectQuerySet:
        """Those the person is a member of, their own included; none of closed accounts."""
        return self.filter(members__user=user, owner__is_active=True)

    def editable_by(self, user: User) -> ProjectQuerySet:
        """Those whose documents and chatbots the person may change."""
        return self.visible_to(user).filter(_is(user, CHANGING))

    def with_role(self, user: User) -> ProjectQuerySet:
        """`role` is the person's own."""
        mine = ProjectMember.objects.filter(project=models.OuterRef("pk"), user=user)
        return self.annotate(role=models.Subquery(mine.values("role")))

    def with_counts(self) -> ProjectQuerySet:
        """`member_count`, `document_count` and `chatbot_count`, each counted by itself."""
        counted = {
            f"{name}_count": _count(relation)
            for name, relation in (
                ("member", "members"),
                ("document", "project_documents"),
                ("chatbot", "chatbots"),
            )
        }
        return self.annotate(**counted)

    def active(self) -> ProjectQuerySet:
        return self.filter(archived_at__isnull=True)


class Project(models.Model):
    """Documents and chatbots of one owner that its members use together."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="projects"
    )
    name = models.CharField(_("name"), max_length=100)
    description = models.CharField(_("description"), max_length=500, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        app_label = "accounts"
        indexes = [models.Index("owner", F("created_at").desc(), name="project_owner_created")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("projects:detail", args=[self.pk])

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None


class ProjectMemberQuerySet(models.QuerySet["ProjectMember"]):
    def for_user(self, user: User) -> ProjectMemberQuerySet:
        """Those of one's own projects."""
        return self.filter(owner=user)

    def visible_to(self, user: User) -> ProjectMemberQuerySet:
        """Everybody in the projects one is a member of."""
        return self.filter(project__in=Project.objects.visible_to(user))


class ProjectMember(models.Model):
    """One person in a project; its owner is one of them."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="members")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.VIEWER)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ProjectMemberQuerySet.as_manager()

    class Meta:
        app_label = "accounts"
        constraints = [
            models.UniqueConstraint(fields=["project", "user"], name="member_once_per_project"),
            models.CheckConstraint(
                condition=Q(role="owner", user=F("owner"))
                | (Q(role__in=["editor", "viewer"]) & ~Q(user=F("owner"))),
                name="member_role",
            ),
        ]
        # What every request asks: whose rows the person may reach.
        indexes = [models.Index("user", "owner", name="member_user_owner")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.project_id}: {self.role}"
