"""Keys open the API where their person's plan includes it. Signed-in browsers always may: the pages
are made with it."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.models import ApiKey
from billing import features


class PlanPermission(BasePermission):
    """Raises QuotaExceeded, which is told as 402."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if isinstance(request.auth, ApiKey):
            features.check_api(request.user)
        return True
