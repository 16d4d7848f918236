"""Serializers that refuse what they do not know: a misspelt field must not be lost in silence."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers


class StrictSerializer(serializers.Serializer):
    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            writable = {name for name, field in self.fields.items() if not field.read_only}
            if unknown := sorted(set(data) - writable):
                known = [name for name in unknown if name in self.fields]
                raise serializers.ValidationError(
                    {name: [_read_only() if name in known else _unknown()] for name in unknown}
                )
        return super().to_internal_value(data)


class StrictModelSerializer(StrictSerializer, serializers.ModelSerializer):
    pass


def _unknown() -> str:
    return _("There is no such field.")


def _read_only() -> str:
    return _("This field cannot be set.")


def finite(value: float) -> None:
    """Not a number passes every comparison of minimum and maximum."""
    if not math.isfinite(value):
        raise serializers.ValidationError(_("A valid number is required."))
