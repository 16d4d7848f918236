"""How a list of documents can be narrowed."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet

from documents.models import KINDS, Document, DocumentQuerySet


class DocumentFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(choices=Document.Status)
    tag = django_filters.CharFilter(field_name="tags", method="with_tag", label="Has this tag.")
    type = django_filters.ChoiceFilter(
        choices=[(kind, kind) for kind in KINDS], method="of_type", label="A family of formats."
    )
    mime_type = django_filters.CharFilter()
    language = django_filters.CharFilter(label="As it was detected: ISO 639-1.")
    source = django_filters.ChoiceFilter(
        choices=[("file", "file"), ("web", "web")],
        method="from_source",
        label="Where it came from.",
    )
    parent = django_filters.UUIDFilter(label="Came with this e-mail.")
    q = django_filters.CharFilter(method="named", label="Name, title or path contains this.")

    class Meta:
        model = Document
        fields: list[str] = []

    def with_tag(self, rows: QuerySet[Document], name: str, tag: str) -> QuerySet[Document]:
        return rows.filter(tags__contains=[tag])

    def of_type(self, rows: QuerySet[Document], name: str, kind: str) -> QuerySet[Document]:
        return rows.filter(mime_type__in=KINDS[kind])

    def from_source(self, rows: QuerySet[Document], name: str, source: str) -> QuerySet[Document]:
        return rows.exclude(source_url="") if source == "web" else rows.filter(source_url="")

    def named(self, rows: DocumentQuerySet, name: str, part: str) -> DocumentQuerySet:
        return rows.named(part)
