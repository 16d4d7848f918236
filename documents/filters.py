"""What a person may ask of documents, for lists and searches: one vocabulary, one meaning."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from documents.extraction import result

# Families of formats.
KINDS = {
    "pdf": (result.PDF,),
    "word": (result.DOCX, result.ODT, result.RTF),
    "slides": (result.PPTX,),
    "sheet": (result.XLSX, result.XLS, result.ODS, result.CSV),
    "web": (result.HTML,),
    "book": (result.EPUB,),
    "picture": (result.PNG, result.JPEG, result.TIFF, result.WEBP),
    "email": (result.EMAIL,),
    "json": (result.JSON,),
    "markdown": (result.MARKDOWN,),
    "text": (result.PLAIN,),
}


@dataclass(frozen=True)
class Filters:
    """AND between the kinds, OR within one; a kind that is empty asks for nothing.

    `types` are of KINDS, `languages` ISO 639-1; the moments are those of `first_moment` and
    `last_moment`. Lists ask `DocumentQuerySet.fitting`, searches `documents_fitting` in SQL.
    """

    tags: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    added_from: datetime | None = None
    added_to: datetime | None = None

    def __bool__(self) -> bool:
        return self != ANY

    @property
    def mime_types(self) -> tuple[str, ...]:
        return tuple(name for kind in self.types for name in KINDS[kind])

    def without(self, kind: str) -> Filters:
        fields = ("added_from", "added_to") if kind == "added" else (kind,)
        return replace(self, **{field: getattr(ANY, field) for field in fields})

    def as_json(self) -> dict[str, Any]:
        """What is asked for and nothing else."""
        asked = {name: value for name, value in asdict(self).items() if value}
        moments = {name: asked[name].isoformat() for name in asked if name.startswith("added")}
        return asked | moments


ANY = Filters()


def first_moment(day: date | None) -> datetime | None:
    """When the day begins where the person is (the time zone in force)."""
    return timezone.make_aware(datetime.combine(day, time.min)) if day else None


def last_moment(day: date | None) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time.max)) if day else None
