"""Query filters that refuse what they cannot read."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext as _


class TrueOrFalse(forms.NullBooleanField):
    """Django's takes whatever else is said for nothing said."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> bool | None:
        found = super().to_python(value.lower() if isinstance(value, str) else value)
        if found is None and value not in self.empty_values:
            raise forms.ValidationError(_("true or false."))
        return found


class BooleanFilter(django_filters.BooleanFilter):
    field_class = TrueOrFalse
