"""Which documents a project has."""

from __future__ import annotations

from django.db import models
from uuid_utils.compat import uuid7

from accounts.models import Project, User
from documents.models.document import Document


class ProjectDocument(models.Model):
    """A document of the project's owner that its members may read."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="project_documents")
    document = models.ForeignKey(
        Document, on_delete=models.CASCADE, related_name="project_documents"
    )
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "document"], name="document_once_per_project"
            )
        ]

    def __str__(self) -> str:
        return f"{self.document_id} in {self.project_id}"
