"""How a chatbot looks: the colours there are, and what its configuration may hold."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Their values, with enough contrast in light and dark, are in static/css/components/accent.css.
ACCENTS = {
    "teal": _("Teal"),
    "blue": _("Blue"),
    "violet": _("Violet"),
    "pink": _("Pink"),
    "red": _("Red"),
    "orange": _("Orange"),
    "green": _("Green"),
    "grey": _("Grey"),
}
DEFAULT_ACCENT = "teal"


def validate_configuration(configuration: Any) -> None:
    if not isinstance(configuration, dict) or configuration.keys() - {"accent"}:
        raise ValidationError(_("Only “accent” can be configured."), code="unknown")
    if configuration.get("accent", DEFAULT_ACCENT) not in ACCENTS:
        raise ValidationError(_("There is no such colour."), code="unknown_accent")
