"""Documents, chunks and search as the API shows them and takes them."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Project, User
from accounts.rest.strict import StrictModelSerializer, StrictSerializer
from documents import batches, neighbours, sharing, uploads
from documents.addresses import add_address
from documents.api.paths import PathField
from documents.models import Document, DocumentChunk

MAX_TAGS = 20
MAX_IDS = 200


class TagsField(serializers.ListField):
    """A list; in a form also one value with commas. Trimmed, without repetitions."""

    child = serializers.CharField(max_length=500)

    def to_internal_value(self, data: Any) -> list[str]:
        given = ",".join(super().to_internal_value(data)).split(",")
        tags = list(dict.fromkeys(tag.strip() for tag in given if tag.strip()))
        if len(tags) > MAX_TAGS or any(len(tag) > 50 for tag in tags):
            raise serializers.ValidationError(_("At most 20 tags of 50 characters each."))
        return tags


class PageNumbersField(serializers.ListField):
    """Pages noted in the metadata of a document under the field's own name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=serializers.IntegerField(), read_only=True, **kwargs)

    def get_attribute(self, document: Document) -> list[int]:
        return document.metadata.get(self.field_name, [])


class DocumentSerializer(StrictModelSerializer):
    owner = serializers.UUIDField(
        source="owner_id", read_only=True, help_text="Whose it is: a project's owner's, or yours."
    )
    tags = TagsField(required=False)
    path = serializers.CharField(read_only=True, help_text="Within the folder it came with.")
    stage_times = serializers.DictField(
        child=serializers.DateTimeField(), read_only=True, help_text="When each stage began."
    )
    source_url = serializers.CharField(read_only=True, help_text="Empty for files.")
    fetched_url = serializers.CharField(
        read_only=True, help_text="Where the redirects of `source_url` ended; empty for files."
    )
    fetched_at = serializers.DateTimeField(read_only=True, allow_null=True)
    recognised_pages = PageNumbersField(
        help_text="Whose text was recognised in pictures and may contain mistakes.",
    )
    unread_pages = PageNumbersField(
        help_text="Pictures that were not read: too many, or too much work.",
    )

    class Meta:
        model = Document
        fields = [
            "id",
            "owner",
            "name",
            "path",
            "title",
            "description",
            "tags",
            "status",
            "stage",
            "progress",
            "error_code",
            "error_message",
            "attempt",
            "heartbeat_at",
            "stage_times",
            "parent",
            "source_url",
            "fetched_url",
            "fetched_at",
            "mime_type",
            "file_size",
            "content_hash",
            "page_count",
            "recognised_pages",
            "unread_pages",
            "chunk_count",
            "token_count",
            "language",
            "embedding_model",
            "created_at",
            "updated_at",
            "processed_at",
        ]
        read_only_fields = [
            name for name in fields if name not in {"name", "title", "description", "tags"}
        ]
        extra_kwargs = {"description": {"max_length": 10_000}}

    def validate_name(self, name: str) -> str:
        return uploads.clean_name(name)

    def update(self, document: Document, values: dict[str, Any]) -> Document:
        # Only what was sent: a worker may be writing the rest of the row right now.
        for field, value in values.items():
            setattr(document, field, value)
        document.save(update_fields=[*values, "updated_at"])
        return document


# Without a format: forms that are filled in by themselves would make an id up.
@extend_schema_field({"type": "string", "default": ""})
class OptionalIdField(serializers.UUIDField):
    def __init__(self, **options: Any) -> None:
        super().__init__(allow_null=True, default=None, **options)


class NewDocumentSerializer(StrictSerializer):
    """One of the ways into the library; `add_for` says whether the document is new."""

    title = serializers.CharField(max_length=300, allow_blank=True, default="")
    tags = TagsField(required=False)
    project = OptionalIdField(
        help_text="Link it to this project: it is its owner's then, and counts in their plan."
    )

    def add_for(self, user: User, project: Project | None) -> tuple[Document, bool]:
        values = dict(self.validated_data)
        del values["project"]
        return sharing.add_to(project, user, partial(self.add, values))

    def add(self, values: dict[str, Any], owner: User, **who: User) -> tuple[Document, bool]:
        raise NotImplementedError


class UploadSerializer(NewDocumentSerializer):
    file = serializers.FileField(allow_empty_file=True)
    upload = OptionalIdField(
        help_text="Of `/uploads/`, where the file was announced with its path."
    )
    path = PathField(allow_blank=True, default="")

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        if values["upload"] and not values["path"]:
            raise serializers.ValidationError({"path": [_("Which of the announced files is it?")]})
        return values

    def add_for(self, user: User, project: Project | None) -> tuple[Document, bool]:
        if self.validated_data["upload"] and project and project.owner_id != user.pk:
            text = _("Files of an upload are your own. Send them to this project one by one.")
            raise serializers.ValidationError({"upload": [text]})
        return super().add_for(user, project)

    def add(self, values: dict[str, Any], owner: User, **who: User) -> tuple[Document, bool]:
        if not (upload := values.pop("upload")):
            return uploads.add_document(owner, **values, **who)
        item = batches.awaited(owner, upload, values.pop("path"))
        return batches.receive(item, values.pop("file"), **values)


class PastedTextSerializer(NewDocumentSerializer):
    text = serializers.CharField(max_length=uploads.MAX_PASTED, trim_whitespace=False)
    name = serializers.CharField(max_length=255, default=uploads.PASTED_NAME)

    def add(self, values: dict[str, Any], owner: User, **who: User) -> tuple[Document, bool]:
        return uploads.add_text(owner, **values, **who)


class WebAddressSerializer(NewDocumentSerializer):
    url = serializers.CharField(max_length=2000, help_text="http or https, on port 80 or 443.")

    def add(self, values: dict[str, Any], owner: User, **who: User) -> tuple[Document, bool]:
        return add_address(owner, **values, **who)


class TextSerializer(serializers.Serializer):
    """`pages` are [start, end] of each page in the whole text, in code points."""

    content = serializers.CharField()
    start_char = serializers.IntegerField(help_text="Where `content` starts in the whole text.")
    page = serializers.IntegerField(allow_null=True)
    page_count = serializers.IntegerField()
    pages = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField(), min_length=2, max_length=2)
    )


class ChunkSerializer(serializers.ModelSerializer):
    original = serializers.CharField(
        help_text="What the document says from start_char to end_char, where `content` was edited."
    )
    recognised = serializers.BooleanField(source="is_recognised", help_text="Read from a picture.")

    class Meta:
        model = DocumentChunk
        fields = [
            "id",
            "chunk_index",
            "content",
            "page",
            "section",
            "start_char",
            "end_char",
            "token_count",
            "enabled",
            "edited_at",
            "original",
            "recognised",
        ]


class NeighboursSerializer(serializers.Serializer):
    """Only some of a document's chunks: one and those next to it."""

    around = serializers.UUIDField(required=False, help_text="A chunk of this document.")
    before = serializers.IntegerField(
        min_value=0, max_value=neighbours.MOST, default=1, help_text="How many stand before it."
    )
    after = serializers.IntegerField(
        min_value=0, max_value=neighbours.MOST, default=1, help_text="How many stand after it."
    )

    def narrowed(self, chunks: QuerySet[DocumentChunk]) -> QuerySet[DocumentChunk]:
        """Those wanted of a document's chunks; Http404 when it has no such chunk."""
        if "around" not in self.validated_data:
            return chunks
        chunk = get_object_or_404(chunks, pk=self.validated_data["around"])
        before, after = self.validated_data["before"], self.validated_data["after"]
        return neighbours.around(chunk, before, after)


class ReprocessSerializer(StrictSerializer):
    discard_edits = serializers.BooleanField(
        default=False, help_text="Or edited and disabled chunks stay, where their words still are."
    )


class BulkSerializer(StrictSerializer):
    ids = serializers.ListField(
        child=serializers.UUIDField(), allow_empty=False, max_length=MAX_IDS
    )
    action = serializers.ChoiceField(choices=["delete", "reprocess", "cancel"])


class BulkDoneSerializer(serializers.Serializer):
    action = serializers.CharField()
    ids = serializers.ListField(child=serializers.UUIDField())
