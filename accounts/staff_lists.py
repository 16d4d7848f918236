"""How staff see a table: searched by id or person, counted no further than needed, never forged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from uuid import UUID

from django.apps import apps
from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.text import capfirst

from accounts.models import User

COUNTED = 10_000  # rows counted exactly; a count beyond may read the whole table
PEOPLE_SEARCHED = 100
PERSON_COLUMNS = {"owner", "owner_id", "user", "user_id", "actor_id", "invited_by"}
# How a page of ours narrows a list by one of its filters; none compares a part of a text.
COMPARED = ("exact", "in", "isnull", "gte", "lt")


def count_of(rows: QuerySet) -> int:
    """How many, no further than it takes to say "more than that"."""
    return rows.order_by().values("pk")[: COUNTED + 1].count()


class CappedPaginator(Paginator):
    @cached_property
    def count(self) -> int:
        return count_of(self.object_list)


class SeeAlso(NamedTuple):
    """Rows of another table that name this object in `column`, one click away."""

    model: str
    column: str


class StaffAdmin(admin.ModelAdmin):
    """Ids are found by index, an e-mail address through its person, anything else as text.

    Newest first by primary key: a UUIDv7 is in order of time, and its index is there.
    """

    ids: list[str] = ["id"]  # indexed columns that an id typed into a search box may stand in
    see_also: list[SeeAlso] = []
    list_per_page = 50
    ordering = ["-pk"]
    paginator = CappedPaginator
    show_facets = admin.ShowFacets.NEVER  # a count of the whole table for each value
    show_full_result_count = False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Only what our filters and links ask.

        Django allows any column of the table, and who may compare a secret may guess it.
        """
        return lookup in self.ids or lookup in set(self._lookups())

    def _lookups(self) -> Iterator[str]:
        if self.date_hierarchy:
            yield from (f"{self.date_hierarchy}__{part}" for part in ("year", "month", "day"))
        for shown in self.list_filter:
            if not isinstance(shown, str):
                yield shown.parameter_name
                continue
            yield shown
            yield from (f"{shown}__{way}" for way in COMPARED)
            if self.opts.get_field(shown).is_relation:
                yield f"{shown}__id__exact"

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        """Without any, Django would show no search box."""
        return [*super().get_search_fields(request)] or ["pk"]

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str):
        found = self.found_by(search_term.strip())
        if found is None:
            return super().get_search_results(request, queryset, search_term)
        return queryset.filter(found), False

    def found_by(self, term: str) -> Q | None:
        """The rows that an id or an e-mail address names; None where the term is neither."""
        if identity := as_uuid(term):
            named = Q(*((column, identity) for column in self.ids), _connector=Q.OR)
            return (named | (self.of_request(term) or Q())) or None
        return self._of_person(term) if "@" in term else None

    def of_request(self, request_id: str) -> Q | None:
        """What one request left here; our own request ids are UUIDs, so they look like any id."""
        return Q(request_id=request_id) if self._has("request_id") else None

    def _of_person(self, email: str) -> Q:
        columns = ["pk"] if self.model is User else [c for c in self.ids if c in PERSON_COLUMNS]
        people = people_called(email) if columns else []
        ways: list[tuple[str, Any]] = [(f"{column}__in", people) for column in columns]
        ways += [(f"{name}__icontains", email) for name in ("email", "to") if self._has(name)]
        return Q(*ways, _connector=Q.OR) if ways else Q(pk__in=[])

    def _has(self, name: str) -> bool:
        return any(field.name == name for field in self.opts.concrete_fields)

    def changelist_view(self, request: HttpRequest, extra_context=None):
        title = {"title": capfirst(self.opts.verbose_name_plural)}
        return super().changelist_view(request, title | (extra_context or {}))

    def change_view(self, request, object_id, form_url="", extra_context=None):
        links = list(self._links(request, object_id)) if as_uuid(object_id) else []
        context = {"see_also": links, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def _links(self, request: HttpRequest, pk: str) -> Iterator[tuple[str, int, str]]:
        """(label, count, address) of each list that holds rows of this object."""
        for also in self.see_also:
            model = apps.get_model(also.model)
            if self.admin_site.get_model_admin(model).has_view_permission(request):
                rows = model._default_manager.filter(**{also.column: pk})
                address = f"{list_of(model)}?{also.column}={pk}"
                yield model._meta.verbose_name_plural, count_of(rows), address


class ReadOnlyAdmin(StaffAdmin):
    """Rows that only the program writes: staff look, nobody changes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False


def as_uuid(term: str) -> UUID | None:
    try:
        return UUID(term)
    except ValueError:
        return None


def people_called(email: str) -> list[UUID]:
    """Whoever has given this address, or one that contains it."""
    named = Q(email__icontains=email) | Q(emailaddress__email__icontains=email)
    return list(User.objects.filter(named).values_list("pk", flat=True)[:PEOPLE_SEARCHED])


def list_of(model: type[Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def page_of(model: type[Model], pk: object) -> str:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
    return reverse(name, args=[pk])


def link(column: str) -> Callable:
    """A column that leads to the object it names; load the relation by list_select_related."""

    @admin.display(description=column.replace("_", " "), ordering=column, empty_value="–")
    def shown(self: StaffAdmin, row: Model) -> str | None:
        value = getattr(row, column)
        return value and format_html('<a href="{}">{}</a>', page_of(type(value), value.pk), value)

    return shown


def link_by_id(column: str, model: type[Model] = User) -> Callable:
    """The same for a plain id, whose row may be gone; its tail, since heads are times."""

    @admin.display(description=column.removesuffix("_id"), empty_value="–")
    def shown(self: StaffAdmin, row: Model) -> str | None:
        pk = getattr(row, column)
        if pk is None:
            return None
        tag = '<a href="{}" title="{}"><code>…{}</code></a>'
        return format_html(tag, page_of(model, pk), pk, str(pk)[-12:])

    return shown
