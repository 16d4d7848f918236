"""Whether the arguments of a call fit the tool: of JSON schema what our tools use."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from chatbots.tools.tool import ToolError
from language.storable import UNSTORABLE

TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}
LONGEST = 2_000  # characters of a text, where the schema does not say


def fitting(arguments: dict[str, Any] | None, schema: dict[str, Any]) -> dict[str, Any]:
    """The arguments as they are. Raises ToolError for those the schema does not allow."""
    if arguments is None:
        raise ToolError(_("The arguments are not a JSON object."))
    properties = schema["properties"]
    for name in arguments:
        if name not in properties:
            raise ToolError(_("There is no argument “%s”.") % name[:40])
    for name in schema.get("required", ()):
        if name not in arguments:
            raise ToolError(_("The argument “%s” is missing.") % name)
    for name, value in arguments.items():
        _check(name, value, properties[name])
    return arguments


def _check(name: str, value: Any, wanted: dict[str, Any]) -> None:
    is_odd_bool = isinstance(value, bool) and wanted["type"] != "boolean"
    if is_odd_bool or not isinstance(value, TYPES[wanted["type"]]):
        values = {"name": name, "type": wanted["type"]}
        raise ToolError(_("The argument “%(name)s” has to be a %(type)s.") % values)
    if isinstance(value, str) and not value.strip():
        raise ToolError(_("The argument “%s” is empty.") % name)
    if isinstance(value, str) and UNSTORABLE.search(value):
        raise ToolError(_("The argument “%s” holds characters that are no text.") % name)
    if isinstance(value, str) and len(value) > wanted.get("maxLength", LONGEST):
        raise ToolError(_("The argument “%s” is too long.") % name)
    if value not in wanted.get("enum", [value]):
        raise ToolError(_("The argument “%s” is none of those that are allowed.") % name)
