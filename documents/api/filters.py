"""How lists of documents and searches can be narrowed: AND between kinds, OR within one."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from uuid import UUID

import django_filters
from django import forms
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from django_filters import MultipleChoiceFilter
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Project
from accounts.rest.strict import StrictSerializer
from documents.api.serializers import TagsField
from documents.filters import Filters, first_moment, last_moment
from documents.models import KINDS, Document, DocumentQuerySet

LANGUAGE = r"^[a-z]{2,3}$"
NO_LANGUAGE = _("Languages are named by their ISO 639-1 codes, such as en or th.")
HAS_TAG = "Has this tag; one of them, when repeated."
BACKWARDS = _("This day is before added_from.")


class Tags(forms.MultipleChoiceField):
    def valid_value(self, value: str) -> bool:
        return "\0" not in value


class Languages(forms.MultipleChoiceField):
    default_error_messages = {"invalid_choice": NO_LANGUAGE}

    def valid_value(self, value: str) -> bool:
        return bool(re.search(LANGUAGE, value))


@extend_schema_field({"type": "string", "description": HAS_TAG})
class TagsFilter(MultipleChoiceFilter):
    field_class = Tags


class LanguagesFilter(MultipleChoiceFilter):
    field_class = Languages


class DocumentFilter(django_filters.FilterSet):
    status = MultipleChoiceFilter(
        choices=Document.Status, distinct=False, label="One of them, when repeated."
    )
    tag = TagsFilter(method="with_tags", label=HAS_TAG)
    type = MultipleChoiceFilter(
        choices=[(kind, kind) for kind in KINDS],
        method="of_types",
        label="A family of formats; one of them, when repeated.",
    )
    mime_type = django_filters.CharFilter()
    language = LanguagesFilter(
        method="in_languages", label="As it was detected: ISO 639-1. One of them, when repeated."
    )
    added_from = django_filters.DateFilter(
        method="since", label="Added on this day or later, in your time zone."
    )
    added_to = django_filters.DateFilter(
        method="until", label="Added on this day or earlier, in your time zone."
    )
    source = django_filters.ChoiceFilter(
        choices=[("file", "file"), ("web", "web")],
        method="from_source",
        label="Where it came from.",
    )
    parent = django_filters.UUIDFilter(label="Came with this e-mail.")
    project = django_filters.UUIDFilter(
        method="in_project", label="Of this project, whoever owns it; without it, one's own."
    )
    q = django_filters.CharFilter(method="named", label="Name, title or path contains this.")

    class Meta:
        model = Document
        fields: list[str] = []

    def with_tags(self, rows: DocumentQuerySet, name: str, tags: list[str]) -> DocumentQuerySet:
        return rows.fitting(Filters(tags=tuple(tags)))

    def of_types(self, rows: DocumentQuerySet, name: str, types: list[str]) -> DocumentQuerySet:
        return rows.fitting(Filters(types=tuple(types)))

    def in_languages(self, rows: DocumentQuerySet, name: str, codes: list[str]) -> DocumentQuerySet:
        return rows.fitting(Filters(languages=tuple(codes)))

    def since(self, rows: DocumentQuerySet, name: str, day: date) -> DocumentQuerySet:
        return rows.fitting(Filters(added_from=first_moment(day)))

    def until(self, rows: DocumentQuerySet, name: str, day: date) -> DocumentQuerySet:
        return rows.fitting(Filters(added_to=last_moment(day)))

    def from_source(self, rows: QuerySet[Document], name: str, source: str) -> QuerySet[Document]:
        return rows.exclude(source_url="") if source == "web" else rows.filter(source_url="")

    def in_project(self, rows: DocumentQuerySet, name: str, pk: UUID) -> DocumentQuerySet:
        return rows.in_project(
            get_object_or_404(Project.objects.visible_to(self.request.user), pk=pk)
        )

    def named(self, rows: DocumentQuerySet, name: str, part: str) -> DocumentQuerySet:
        return rows.named(part)


class FiltersSerializer(StrictSerializer):
    """The same in the body of a search; `filters()` of what was sent, once it is valid."""

    tags = TagsField(
        required=False, allow_empty=False, help_text="Only documents with one of these."
    )
    types = serializers.ListField(
        child=serializers.ChoiceField(choices=list(KINDS)),
        required=False,
        allow_empty=False,
        max_length=len(KINDS),
        help_text="Only documents of one of these families of formats.",
    )
    languages = serializers.ListField(
        child=serializers.RegexField(LANGUAGE, error_messages={"invalid": NO_LANGUAGE}),
        required=False,
        allow_empty=False,
        max_length=20,
        help_text="Only documents in one of these, as it was detected: ISO 639-1.",
    )
    added_from = serializers.DateField(
        required=False, help_text="Only documents added on this day or later, in your time zone."
    )
    added_to = serializers.DateField(
        required=False, help_text="Only documents added on this day or earlier, in your time zone."
    )

    def validate_tags(self, tags: list[str]) -> list[str]:
        if not tags:  # they were spaces and commas
            self.fields["tags"].fail("empty")
        return tags

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        first, last = asked.get("added_from"), asked.get("added_to")
        if first and last and last < first:
            raise serializers.ValidationError({"added_to": [BACKWARDS]})
        return asked

    def filters(self) -> Filters:
        asked = self.validated_data
        return Filters(
            tags=tuple(asked.get("tags", ())),
            types=tuple(asked.get("types", ())),
            languages=tuple(asked.get("languages", ())),
            added_from=first_moment(asked.get("added_from")),
            added_to=last_moment(asked.get("added_to")),
        )
