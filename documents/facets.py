"""The filters that a library offers: how many documents each would leave, the others given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Count
from django.utils.translation import gettext as _

from documents.filters import KINDS, Filters
from documents.forms import TYPES
from documents.languages import names
from documents.models import DocumentQuerySet

MOST = 12  # chips of a kind, and whatever is chosen
FAMILY = {name: kind for kind, types in KINDS.items() for name in types}
FIELDS = {"tags": "tag", "types": "type", "languages": "language", "added": "added"}


@dataclass(frozen=True)
class Chip:
    value: str
    name: str
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class Facet:
    field: str  # its name in the address
    label: str
    chips: list[Chip]


@dataclass(frozen=True)
class Removal:
    """A kind of filter, and how many documents there are without it."""

    field: str
    label: str
    count: int


def facets(library: DocumentQuerySet, filters: Filters) -> list[Facet]:
    """Those kinds of which the library has something to choose."""
    spoken = names()
    made = [
        _facet(library, filters, "tags", str),
        _facet(library, filters, "types", lambda kind: str(dict(TYPES)[kind])),
        _facet(library, filters, "languages", lambda code: spoken.get(code, code)),
    ]
    return [facet for facet in made if facet.chips]


def removals(library: DocumentQuerySet, filters: Filters) -> list[Removal]:
    """Of filters that leave no document, those whose removal leaves some; else all of them."""
    made = [
        Removal(FIELDS[kind], _labels()[kind], library.fitting(rest).count())
        for kind in FIELDS
        if (rest := filters.without(kind)) != filters
    ]
    return [removal for removal in made if removal.count] or made


def _facet(
    library: DocumentQuerySet, filters: Filters, kind: str, name_of: Callable[[str], str]
) -> Facet:
    counts = _counts(library.fitting(filters.without(kind)), kind)
    chosen: tuple[str, ...] = getattr(filters, kind)
    shown = dict.fromkeys([*chosen, *(value for value, _count in counts.most_common(MOST))])
    chips = [Chip(value, name_of(value), counts[value], value in chosen) for value in shown]
    ordered = sorted(chips, key=lambda chip: (-chip.count, chip.name))
    return Facet(FIELDS[kind], _labels()[kind], ordered)


def _counts(documents: DocumentQuerySet, kind: str) -> Counter[str]:
    if kind == "tags":
        return Counter(documents.tag_counts())
    field = "mime_type" if kind == "types" else "language"
    counts: Counter[str] = Counter()
    for value, count in documents.order_by().values_list(field).annotate(count=Count("pk")):
        counts[FAMILY.get(value, "") if kind == "types" else value] += count
    del counts[""]
    return counts


def _labels() -> dict[str, str]:
    return {"tags": _("Tag"), "types": _("Type"), "languages": _("Language"), "added": _("Added")}
