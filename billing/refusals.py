"""Why a plan does not allow something: one sentence for each limit, with a way out.

Times are told in the time zone of the person whose plan it is.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.template.defaultfilters import filesizeformat
from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing import stripe


@dataclass
class QuotaExceeded(Exception):
    """A plan's limit was met. `limit` names it, `value` is its size, `left` what of it is left,
    `resets_at` when it is whole again (None: once something is removed)."""

    limit: str
    value: int
    resets_at: dt.datetime | None
    detail: str
    left: int = 0

    def __str__(self) -> str:
        return self.detail


def too_many_documents(limit: int, held: int) -> QuotaExceeded:
    text = ngettext(
        "Your plan holds %(limit)s document and you have %(held)s, so there is no room for another."
        " Delete some, or choose a larger plan.",
        "Your plan holds %(limit)s documents and you have %(held)s, so there is no room for"
        " another. Delete some, or choose a larger plan.",
        limit,
    )
    told = text % {"limit": _number(limit), "held": _number(held)}
    return QuotaExceeded("document_limit", limit, None, told)


def too_many_bytes(limit: int, stored: int, adding: int) -> QuotaExceeded:
    left = max(0, limit - stored)
    text = _(
        "Your plan stores %(limit)s and %(left)s are left, so these %(adding)s do not fit. Delete"
        " documents, or choose a larger plan."
    )
    sizes = {"limit": limit, "left": left, "adding": adding}
    told = text % {name: filesizeformat(size) for name, size in sizes.items()}
    return QuotaExceeded("storage_limit", limit, None, told, left)


def too_many_attached(limit: int) -> QuotaExceeded:
    text = ngettext(
        "Your plan allows %s document in a conversation, and no place is left in this one. Remove"
        " it first, or choose a larger plan.",
        "Your plan allows %s documents in a conversation, and no place is left in this one. Remove"
        " one first, or choose a larger plan.",
        limit,
    )
    return QuotaExceeded("attachment_limit", limit, None, text % _number(limit))


def too_many_running(limit: int) -> QuotaExceeded:
    text = ngettext(
        "Your plan answers %s conversation at a time, and it is being answered. Wait for it, or"
        " choose a larger plan.",
        "Your plan answers %s conversations at a time, and as many are being answered. Wait until"
        " one is done, or choose a larger plan.",
        limit,
    )
    return QuotaExceeded("session_limit", limit, None, text % _number(limit))


def tokens_used_up(limit: int, left: int, resets_at: dt.datetime, zone: str) -> QuotaExceeded:
    if left:
        text = _(
            "Of your plan's %(limit)s tokens a day %(left)s are left, fewer than this may take."
            " All of them come back on %(at)s."
        )
    else:
        text = _(
            "Your plan's %(limit)s tokens for today are used up, %(left)s are left. They come back"
            " on %(at)s."
        )
    figures = {"limit": _number(limit), "left": _number(left), "at": moment(resets_at, zone)}
    return QuotaExceeded("token_limit_daily", limit, resets_at, text % figures, left)


def credits_used_up(
    limit: int, left: int, wanted: int, resets_at: dt.datetime | None, zone: str
) -> QuotaExceeded:
    """`wanted` is the most that the refused work can cost."""
    text = ngettext(
        "This may cost %(wanted)s credit, and you have %(left)s.",
        "This may cost %(wanted)s credits, and you have %(left)s.",
        wanted,
    )
    told = text % {"wanted": _number(wanted), "left": _number(left)}
    if resets_at:
        text = _("Your plan's %(limit)s credits come anew on %(at)s.")
        told += " " + text % {"limit": _number(limit), "at": moment(resets_at, zone)}
    if stripe.is_configured():
        told += " " + _("Buy credits, or choose a larger plan, to go on now.")
    else:
        told += " " + _("Ask the staff here for credits or a larger plan to go on now.")
    return QuotaExceeded("credits", limit, resets_at, told, left)


def visitors_spent(limit: int, left: int, resets_at: dt.datetime, zone: str) -> QuotaExceeded:
    """For visitors: it is not their plan, so all they can do is to come back."""
    text = ngettext(
        "This chatbot may spend %(limit)s credit a day on its visitors, and %(left)s are left. Ask"
        " again after %(at)s.",
        "This chatbot may spend %(limit)s credits a day on its visitors, and %(left)s are left. Ask"
        " again after %(at)s.",
        limit,
    )
    figures = {"limit": _number(limit), "left": _number(left), "at": moment(resets_at, zone)}
    return QuotaExceeded("visitor_credits_daily", limit, resets_at, text % figures, left)


def not_yours(limit: str) -> QuotaExceeded:
    """For those who ask a chatbot of somebody else's."""
    text = _(
        "The plan of this chatbot's owner does not allow another answer now. Try again later, or"
        " tell them."
    )
    return QuotaExceeded(limit, 0, None, text)


def no_api() -> QuotaExceeded:
    text = _(
        "Your plan does not include the API, so API keys open nothing. The pages work as ever;"
        " choose a plan with the API to go on here."
    )
    return QuotaExceeded("api", 0, None, text)


def no_such_model(model: str) -> QuotaExceeded:
    text = _(
        "Your plan does not include the model %s. Choose another one for this chatbot, add a"
        " provider key of your own, or choose a larger plan."
    )
    return QuotaExceeded("models", 0, None, text % model)


def moment(at: dt.datetime, zone: str) -> str:
    """A day and a time as the person's clock shows them, with the zone they are in."""
    text = _("%(day)s at %(time)s (%(zone)s)")
    local = localtime(at, ZoneInfo(zone))
    told = {"day": date_format(local, "j F"), "time": date_format(local, "H:i"), "zone": zone}
    return text % told


def _number(value: int) -> str:
    return number_format(value, force_grouping=True)
