"""Beginning and ending a change of the embedding model, and how it stands.

A generation to come is filled in the background (`work`). Once no passage is missing in it, one
short transaction makes it the present one. Nobody notices but by what is found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.delivery import owe
from accounts.models import User
from accounts.tenancy import system
from documents import generations
from documents.models import EmbeddingGeneration
from documents.reembedding import lacking
from providers import registry

log = structlog.get_logger(__name__)
KIND = "documents.reembed"
PLATFORM = UUID(int=0)  # whose work it is: nobody's in particular
FUTURE, PRESENT, PAST = EmbeddingGeneration.State
TRIAL = "Is this model there?"


class CannotStart(Exception):
    """The change is not possible now; the text says why and what to do."""


@dataclass(frozen=True)
class Standing:
    """The model in use, the one the settings name, and the change that is under way, if any."""

    present: EmbeddingGeneration
    future: EmbeddingGeneration | None
    wanted: str

    @property
    def differs(self) -> bool:
        """The settings ask for another model than the one in use, and nobody has acted."""
        coming = self.future or self.present
        return self.wanted not in {self.present.model, coming.model}

    @property
    def advice(self) -> str:
        """A sentence for the operator; empty when there is nothing to do."""
        if not self.differs:
            return ""
        return _(
            "KYRO_EMBEDDING_MODEL names %(wanted)s, but documents are read and searched by"
            " %(present)s. Run “manage.py reembed”, press the button in the staff site, or set"
            " KYRO_EMBEDDING_MODEL back."
        ) % {"wanted": self.wanted, "present": self.present.model}


def standing() -> Standing:
    """One query, where the settings and the model in use agree. To look makes nothing begin."""
    rows = {row.state: row for row in EmbeddingGeneration.objects.exclude(state=PAST)}
    wanted = registry.wanted_embedder()
    present = rows.get(PRESENT) or EmbeddingGeneration(model=wanted, state=PRESENT)
    if present.model != wanted:
        present = generations.present()
    return Standing(present, rows.get(FUTURE), wanted)


def log_advice() -> None:
    """At the start of a program: what the operator should know of settings and model."""
    if advice := standing().advice:
        log.warning("search_model_differs", advice=advice)


def future() -> EmbeddingGeneration | None:
    return EmbeddingGeneration.objects.filter(state=FUTURE).first()


def start(model: str | None = None, *, actor: User | None = None) -> EmbeddingGeneration:
    """Begin to make vectors of this model, by default the wanted one, for every document.

    Naming the model in use makes its vectors anew, for a server that has changed behind its name.
    Asks the model once, outside any transaction. Raises CannotStart and ProviderError.
    """
    name = model or registry.wanted_embedder()
    if not model and name == generations.present().model:
        raise CannotStart(_("Documents are read by %s already.") % name)
    dimension = _tried(name)
    with system():
        generations.lock()
        if coming := future():
            text = _("The change to %s is under way. Cancel it before you begin another.")
            raise CannotStart(text % coming.model)
        begun = EmbeddingGeneration.objects.create(model=name, dimension=dimension, state=FUTURE)
        owe(KIND, PLATFORM, PLATFORM)
        _note("reembed.start", begun, actor)
    return begun


def _tried(name: str) -> int:
    """The length of the model's vectors; a wrong name or key shows before the work begins."""
    embedder = registry.embedder(name=name)
    embedder.embed_query(TRIAL)
    return embedder.dimension


def cancel(*, actor: User | None = None) -> EmbeddingGeneration:
    """Give up the generation to come; what was made of it is removed. Raises CannotStart."""
    with system():
        generations.lock()
        given_up = future()
        if given_up is None:
            raise CannotStart(_("No change of the embedding model is under way."))
        given_up.state, given_up.past_from = PAST, timezone.now()
        given_up.save()
        owe(KIND, PLATFORM, PLATFORM)
        _note("reembed.cancel", given_up, actor)
    return given_up


def switch(coming: EmbeddingGeneration) -> bool:
    """Make it the present one if no passage lacks in it; otherwise nothing happens."""
    with system():
        generations.lock()
        new = EmbeddingGeneration.objects.filter(pk=coming.pk, state=FUTURE).first()
        if new is None or lacking.first(new):
            return False
        now = timezone.now()
        EmbeddingGeneration.objects.filter(state=PRESENT).update(state=PAST, past_from=now)
        new.state, new.present_from, new.last_error = PRESENT, now, ""
        new.documents_done = new.documents_total
        new.save()
        owe(KIND, PLATFORM, PLATFORM)
        _note("reembed.switch", new, None)
    return True


def _note(action: str, generation: EmbeddingGeneration, actor: User | None) -> None:
    told: dict[str, Any] = {"model": generation.model, "generation": generation.pk}
    audit.record(action, actor=actor, owner_id=None if actor else PLATFORM, metadata=told)
