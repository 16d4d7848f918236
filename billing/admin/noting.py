"""What staff change of what is sold stands in the audit log: which fields, from what to what."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

from accounts import audit
from accounts.staff_lists import StaffAdmin

UNTOLD = {"id", "created_at", "updated_at"}


class NotedAdmin(StaffAdmin):
    def save_model(self, request, obj, form, change) -> None:
        before = told(type(obj)._default_manager.get(pk=obj.pk)) if change else {}
        super().save_model(request, obj, form, change)
        obj.refresh_from_db()  # as the database rounds and keeps it
        note(request, "change" if change else "create", obj, differences(before, told(obj)))

    def delete_model(self, request, obj) -> None:
        note(request, "delete", obj, {"name": str(obj)})
        super().delete_model(request, obj)


def note(request, act: str, obj: Model, metadata: dict[str, Any]) -> None:
    if metadata:
        action = f"{obj._meta.model_name}.{act}"
        audit.record(action, actor=request.user, resource=obj, metadata=metadata)


def told(obj: Model) -> dict[str, Any]:
    return {
        field.name: plain(getattr(obj, field.attname))
        for field in obj._meta.concrete_fields
        if field.name not in UNTOLD
    }


def plain(value: Any) -> Any:
    kept = (str, int, bool, list, dict, type(None))
    return value if isinstance(value, kept) else str(value)


def differences(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """{field: [old, new]}; of something new only what it is."""
    if not before:
        return after
    return {name: [before[name], after[name]] for name in after if before[name] != after[name]}
