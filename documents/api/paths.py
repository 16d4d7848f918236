"""Where a file lay in the folder it came with."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class PathField(serializers.CharField):
    """Where a file lies within its folder, with `/` between the parts; kept as it is given."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=1000, trim_whitespace=False, **options)

    def to_internal_value(self, data: Any) -> str:
        path: str = super().to_internal_value(data)
        if path.startswith("/") or {".", ".."} & set(path.split("/")) or CONTROL.search(path):
            raise serializers.ValidationError(
                _("A path within the folder, such as a/b.txt, without . and ..")
            )
        return path
