"""The text found in a document."""

from __future__ import annotations

from django.db import models

from accounts.models import User
from documents.models.document import Document


class DocumentText(models.Model):
    """The text of a document; every offset in the product counts code points in `content`."""

    document = models.OneToOneField(
        Document, primary_key=True, on_delete=models.CASCADE, related_name="text"
    )
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    content = models.TextField()
    pages = models.JSONField(default=list)  # [[start, end], …], empty when the format has no pages
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"text of {self.document_id}"
