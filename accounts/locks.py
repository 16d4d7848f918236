"""Holding a row until the transaction ends."""

from __future__ import annotations

from django.db import models
from django.http import Http404


def hold(row: models.Model) -> None:
    """Lock it before anything is written to the audit log, whose chain is a lock as well: in one
    order everywhere, two changes wait for each other instead of both for ever. 404 once it is gone.
    """
    rows = type(row)._base_manager.select_for_update(of=("self",)).filter(pk=row.pk)
    if rows.values_list("pk", flat=True).first() is None:
        raise Http404
