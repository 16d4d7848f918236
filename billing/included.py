"""What a plan includes, a line each, for those who choose one."""

from __future__ import annotations

from django.template.defaultfilters import filesizeformat
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.models import Plan


def included(plan: Plan) -> list[str]:
    """In the order in which people ask."""
    return [text for text in (*_amounts(plan), *_features(plan)) if text]


def _amounts(plan: Plan) -> list[str]:
    credits = ngettext("%s credit a month", "%s credits a month", plan.credits_monthly)
    return [
        credits % number(plan.credits_monthly),
        _many(plan.token_limit_daily, _("%s tokens a day"), _("Unlimited tokens")),
        _many(plan.document_limit, _("%s documents"), _("Unlimited documents")),
        _storage(plan.storage_limit),
        _many(plan.attachment_limit, _("%s files in a chat"), _("Unlimited files in a chat")),
        _many(plan.session_limit, _("%s chats answered at once"), _("Unlimited chats at once")),
        _people(plan.member_limit),
    ]


def _features(plan: Plan) -> list[str]:
    has = plan.features.get
    return [
        _("API") if has("api", True) else "",
        _("Workflows") if has("workflows", True) else "",
        _("Every model") if has("models") is None else _("Some models"),
        "" if has("widget_branding", True) else _("No KyroChat mark on the widget"),
    ]


def _many(limit: int | None, some: str, unlimited: str) -> str:
    return unlimited if limit is None else some % number(limit)


def _storage(limit: int | None) -> str:
    return _("Unlimited storage") if limit is None else _("%s of storage") % filesizeformat(limit)


def _people(limit: int | None) -> str:
    if limit is None:
        return _("Unlimited people in your projects")
    text = ngettext("%s other person in your projects", "%s others in your projects", limit)
    return text % number(limit)


def number(value: int) -> str:
    return number_format(value, force_grouping=True)
