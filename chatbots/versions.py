"""Drafts and published versions: the row is the draft, a version is what others are answered by.

What is versioned is behaviour alone. Name, documents and project are live, and so is the switch
that turns a chatbot off.
"""

from __future__ import annotations

from copy import copy
from typing import Any

from django.db.models import Max
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts import audit
from accounts.answering import Models
from accounts.models import User
from chatbots.models import Chatbot, ChatbotVersion
from chatbots.tools import tool_named

BEHAVIOUR = (
    *("avatar", "welcome_message", "suggested_questions", "configuration"),
    *("model", "system_prompt", "temperature", "max_tokens", "strict", "refusal_text", "tools"),
    *("search_mode", "meaning", "top_k", "minimum_score", "rerank_model"),
)
Behaviour = dict[str, Any]


class NothingToPublish(Exception):
    """The draft is what has been published already."""


def behaviour_of(chatbot: Chatbot) -> Behaviour:
    return {name: _plain(getattr(chatbot, name)) for name in BEHAVIOUR}


def whole(version: ChatbotVersion) -> Behaviour:
    """What the version says; of a setting that came later, what a new chatbot has."""
    return {name: version.behaviour.get(name, default_of(name)) for name in BEHAVIOUR}


def default_of(name: str) -> Any:
    return _plain(Chatbot._meta.get_field(name).get_default())


def in_force(chatbot: Chatbot, *, draft: bool = False) -> Chatbot:
    """The chatbot with the behaviour that answers: the published one, if there is any.

    Not to be saved: that would put the published behaviour into the draft.
    """
    if draft or chatbot.published is None:
        return chatbot
    answering = copy(chatbot)
    for name, value in whole(chatbot.published).items():
        setattr(answering, name, value)
    return answering


def has_changes(chatbot: Chatbot) -> bool:
    """Whether the draft differs from what answers; never published, it is what answers."""
    return bool(chatbot.published) and whole(chatbot.published) != behaviour_of(chatbot)


def publish(user: User, chatbot: Chatbot, note: str = "") -> ChatbotVersion:
    """From now on everybody is answered as the draft says. Raises NothingToPublish."""
    row = _locked(chatbot)
    if row.published and not has_changes(row):
        raise NothingToPublish(_("There is nothing to publish: nothing has changed since."))
    newest = row.versions.aggregate(newest=Max("number"))["newest"] or 0
    version = ChatbotVersion.objects.create(
        chatbot=row,
        owner_id=row.owner_id,
        author=user,
        number=newest + 1,
        behaviour=behaviour_of(row),
        note=note,
    )
    row.published = version
    row.save(update_fields=["published", "updated_at"])
    _tell(user, version, "chatbot.publish")
    return version


def restore(user: User, chatbot: Chatbot, version: ChatbotVersion) -> Chatbot:
    """Put a version into the draft. Nobody is answered by it before it is published."""
    row = _locked(chatbot)
    for name, value in whole(version).items():
        setattr(row, name, value)
    row.save(update_fields=[*BEHAVIOUR, "updated_at"])
    _tell(user, version, "chatbot.restore")
    return row


def unavailable(behaviour: Behaviour, models: Models) -> list[str]:
    """Models and tools it names that are gone: questions to such a model end with an error,
    tools are left out."""
    model = behaviour["model"]
    lost = [model] if model and not models.include(model) else []
    return lost + [name for name in behaviour["tools"] if not tool_named(name)]


def _locked(chatbot: Chatbot) -> Chatbot:
    """As it stands now, and nobody publishes, restores or changes it meanwhile.

    Read after the lock: what is joined to a locked row is as old as the statement.
    """
    Chatbot.objects.select_for_update().only("pk").get(pk=chatbot.pk)
    return Chatbot.objects.select_related("published").get(pk=chatbot.pk)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Promise) else value


def _tell(user: User, version: ChatbotVersion, act: str) -> None:
    audit.record(
        act,
        actor=user,
        owner_id=version.owner_id,
        resource=version.chatbot,
        metadata={"version": version.number},
    )
