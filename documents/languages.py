"""What languages are called, as Django knows them in the reader's own."""

from __future__ import annotations

from django.conf.locale import LANG_INFO
from django.utils.translation import gettext as _


def names() -> dict[str, str]:
    """ISO 639-1 to the name."""
    found = {code: about["name"] for code, about in LANG_INFO.items() if "name" in about}
    found = {code: _(name) for code, name in found.items() if len(code) == 2}
    return found | {"zh": _("Chinese"), "no": _("Norwegian"), "la": _("Latin"), "lo": _("Lao")}


def name_of(code: str) -> str:
    return names().get(code, code)
