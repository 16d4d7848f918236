"""Serializers that refuse what they would lose in silence: misspelt fields, repeated ones."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping
from typing import Any

from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from rest_framework import serializers


class StrictSerializer(serializers.Serializer):
    def get_fields(self) -> dict[str, serializers.Field]:
        """Copies of the declared fields, which REST framework would make from their arguments
        anew, at a tenth of a request's cost."""
        if isinstance(self, serializers.ModelSerializer):
            return super().get_fields()
        return {name: _copied(field) for name, field in self._declared_fields.items()}

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            writable = {name for name, field in self.fields.items() if not field.read_only}
            if unknown := sorted(set(data) - writable):
                known = [name for name in unknown if name in self.fields]
                raise serializers.ValidationError(
                    {name: [_read_only() if name in known else _unknown()] for name in unknown}
                )
        if isinstance(data, MultiValueDict):
            self._refuse_repeated(data)
        return super().to_internal_value(data)

    def _refuse_repeated(self, form: MultiValueDict[str, Any]) -> None:
        """In a form every field may come twice; only the last would be read."""
        single = {
            name: field
            for name, field in self.fields.items()
            if len(form.getlist(name)) > 1 and not isinstance(field, serializers.ListField)
        }
        if single:
            raise serializers.ValidationError(
                {name: [_repeated(field)] for name, field in single.items()}
            )


class WordsField(serializers.CharField):
    """Numbers are none; a text field would write them out."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class StrictModelSerializer(StrictSerializer, serializers.ModelSerializer):
    pass


def _copied(field: serializers.Field) -> serializers.Field:
    if isinstance(field, serializers.BaseSerializer | serializers.ManyRelatedField):
        return copy.deepcopy(field)
    copied = copy.copy(field)
    if child := getattr(field, "child", None):
        copied.child = _copied(child)
        copied.child.parent = copied
    return copied


def _unknown() -> str:
    return _("There is no such field.")


def _repeated(field: serializers.Field) -> str:
    if isinstance(field, serializers.FileField):
        return _("Send one file a request.")
    return _("Send this field once.")


def _read_only() -> str:
    return _("This field cannot be set.")


def finite(value: float) -> None:
    """Not a number passes every comparison of minimum and maximum."""
    if not math.isfinite(value):
        raise serializers.ValidationError(_("A valid number is required."))
