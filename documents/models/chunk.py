"""The passages that search reads."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from pgvector.django import (
    CosineDistance,
    HalfVectorField,
    L2Distance,
    MaxInnerProduct,
    SparseVectorField,
)
from uuid_utils.compat import uuid7

from accounts.models import User
from documents.lexical import TERMS
from documents.models.document import Document
from documents.models.generation import EmbeddingGeneration

DIMENSION = 768


class DocumentChunkQuerySet(models.QuerySet["DocumentChunk"]):
    METRICS = {"cosine": CosineDistance, "l2": L2Distance, "ip": MaxInnerProduct}

    def for_user(self, user: User) -> DocumentChunkQuerySet:
        """Of one's own documents."""
        return self.filter(owner=user)

    def visible_to(self, user: User) -> DocumentChunkQuerySet:
        return self.filter(document__in=Document.objects.visible_to(user))

    def editable_by(self, user: User) -> DocumentChunkQuerySet:
        return self.filter(document__in=Document.objects.editable_by(user))

    def light(self) -> DocumentChunkQuerySet:
        return self.defer("embedding", "lexical")

    def present(self) -> DocumentChunkQuerySet:
        """Those that are shown, counted and searched: of the generation in use."""
        return self.filter(generation__state=EmbeddingGeneration.State.PRESENT)

    def changed(self) -> DocumentChunkQuerySet:
        """Those that a person has edited or switched off."""
        return self.filter(Q(edited_at__isnull=False) | Q(enabled=False))

    def nearest(self, vector: list[float], metric: str = "cosine") -> DocumentChunkQuerySet:
        return self.annotate(distance=self.METRICS[metric]("embedding", vector)).order_by(
            "distance"
        )


class DocumentChunk(models.Model):
    """One passage: `content` is exactly the document's text from start_char to end_char, unless
    somebody has edited it: then `original` is."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="chunks")
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    generation = models.ForeignKey(
        EmbeddingGeneration, on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    chunk_index = models.IntegerField()
    content = models.TextField()
    # Its index terms, weighed (`documents.lexical`); NULL only until upkeep has come by.
    lexical = SparseVectorField(dimensions=TERMS, null=True, blank=True)
    token_count = models.IntegerField(default=0)
    start_char = models.IntegerField()
    end_char = models.IntegerField()
    page = models.IntegerField(null=True, blank=True)
    section = models.CharField(max_length=500, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    enabled = models.BooleanField(default=True)
    edited_at = models.DateTimeField(null=True, blank=True)
    original = models.TextField(blank=True)
    # 128 bits of the SHA-256 of what was embedded; the same passage is not embedded again.
    passage_hash = models.UUIDField(null=True, blank=True)
    # Whether it is in the graph and the index of terms; who has few passages is scanned instead.
    indexed = models.BooleanField(default=False)
    # Of what was dropped into a chat: found by searches that name its document, by no others.
    attached = models.BooleanField(default=False, db_default=False)
    embedding = HalfVectorField(dimensions=DIMENSION)
    embedding_model = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = DocumentChunkQuerySet.as_manager()

    class Meta:
        ordering = ["chunk_index"]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "generation", "chunk_index"], name="chunk_once_per_generation"
            ),
            models.CheckConstraint(
                condition=Q(start_char__gte=0, end_char__gt=F("start_char")), name="chunk_offsets"
            ),
        ]
        indexes = [
            models.Index("owner", "generation", "document", name="chunk_owner_generation"),
            models.Index("owner", "passage_hash", name="chunk_owner_passage"),
            models.Index(
                "owner", "generation", condition=Q(indexed=False), name="chunk_not_indexed"
            ),
            models.Index("embedding_model", name="chunk_embedding_model"),
        ]

    def __str__(self) -> str:
        return f"chunk {self.chunk_index} of {self.document_id}"

    @property
    def is_recognised(self) -> bool:
        """Its text was read from a picture."""
        return bool(self.metadata.get("ocr"))

    @property
    def words(self) -> str:
        """The document's own, from start_char to end_char, whatever the passage was edited to."""
        return self.original if self.edited_at else self.content
