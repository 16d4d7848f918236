"""Lists of the staff site compare nothing that their pages do not offer: who compares may guess."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.options import TO_FIELD_VAR

from accounts.staff_lists import list_of
from tests.filling import fill
from tests.test_admin import MODELS, SECRET, administrator  # noqa: F401 (a fixture)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("administrator")]
PRIVATE = SECRET | {"content", "pages", "search_text", "content_tsv", "lexical", "body", "query"}
each_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)


def admin_of(model):
    return admin.site.get_model_admin(model)


def declared(model_admin) -> set[str]:
    filters = {name for name in model_admin.list_filter if isinstance(name, str)}
    own = {
        filter.parameter_name for filter in model_admin.list_filter if not isinstance(filter, str)
    }
    return filters | own | {*model_admin.ids}


def allowed(model, asked: list[str]) -> list[str]:
    return [lookup for lookup in asked if admin_of(model).lookup_allowed(lookup, "1")]


@each_model
def test_what_no_filter_and_no_link_asks_is_refused(client, model):
    offered = declared(admin_of(model))
    for field in model._meta.concrete_fields:
        for name in {field.name, field.attname}:
            ways = ["__startswith", "__contains", "__regex", "__gt"]
            ways += [] if {field.name, field.attname} & offered else ["", "__exact", "__gte"]
            assert allowed(model, [f"{name}{way}" for way in ways]) == []
    asked = {f"{model._meta.pk.name}__regex": "1"}
    assert client.get(list_of(model), asked).status_code == 400


@each_model
def test_what_is_behind_a_relation_is_refused(client, model):
    for field in model._meta.concrete_fields:
        for far in field.related_model._meta.concrete_fields if field.is_relation else []:
            asked = [f"{field.name}__{far.name}__{way}" for way in ("startswith", "gte")]
            assert allowed(model, asked) == []
        if field.is_relation:
            assert client.get(list_of(model), {asked[0]: "1"}).status_code == 400


@each_model
def test_every_choice_of_every_filter_still_opens(client, owner, model):
    fill(owner)
    shown = client.get(list_of(model)).context["cl"]
    for spec in shown.filter_specs:
        for choice in spec.choices(shown):
            page = client.get(list_of(model) + choice["query_string"])
            assert (choice, page.status_code) == (choice, 200)


@each_model
def test_every_link_to_other_rows_still_opens(client, owner, model):
    for also in admin_of(model).see_also:
        listed = list_of(apps.get_model(also.model))
        assert client.get(listed, {also.column: str(owner.pk)}).status_code == 200


@each_model
def test_nothing_private_is_searched_sorted_by_or_referred_to(client, model):
    model_admin = admin_of(model)
    searched = {name.lstrip("^=@").split("__")[-1] for name in model_admin.get_search_fields(None)}
    searched |= {part for name in model_admin.search_fields for part in name.split("__")}
    shown = client.get(list_of(model)).context["cl"]
    sorted_by = {shown.get_ordering_field(name) for name in shown.list_display[1:]}
    assert PRIVATE & (searched | sorted_by | {*model_admin.ids}) == set()
    for name in PRIVATE & {field.name for field in model._meta.concrete_fields}:
        assert client.get(list_of(model), {TO_FIELD_VAR: name}).status_code == 400
