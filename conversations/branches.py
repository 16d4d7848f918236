"""The tree that a conversation's messages form, and the branch of it that is shown."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from conversations.models import Conversation


@dataclass(frozen=True)
class Place:
    """A message among its alternatives: the other wordings of a question, the other answers."""

    number: int = 1
    count: int = 1
    before: UUID | None = None
    after: UUID | None = None


ALONE = Place()


class Tree:
    """Read at once, without texts: (id, parent, role) of every message, oldest first."""

    def __init__(self, conversation: Conversation) -> None:
        rows = conversation.messages.in_order().values_list("pk", "parent_id", "role")
        self.parents: dict[UUID, UUID | None] = {}
        self.roles: dict[UUID, str] = {}
        self.children: dict[UUID | None, list[UUID]] = defaultdict(list)
        for pk, parent, role in rows:
            self.parents[pk], self.roles[pk] = parent, role
            self.children[parent].append(pk)
        shown = conversation.leaf_id
        self.leaf = shown if shown in self.parents else next(reversed(self.parents), None)

    def branch(self, leaf: UUID | None = None) -> list[UUID]:
        """The messages that lead to `leaf`, by default to the end of the branch that is shown."""
        found: list[UUID] = []
        pk = leaf or self.leaf
        while pk in self.parents:
            found.append(pk)
            pk = self.parents[pk]
        return found[::-1]

    def newest_below(self, pk: UUID) -> UUID:
        """Where the branch that was last written on from this message ends."""
        below = {pk}
        newest = pk
        for later, parent in self.parents.items():
            if parent in below:
                below.add(later)
                newest = later
        return newest

    def found(self, asked: str) -> UUID | None:
        """The message of this id."""
        return next((pk for pk in self.parents if str(pk) == asked), None)

    def place(self, pk: UUID) -> Place:
        beside = [
            other
            for other in self.children[self.parents.get(pk)]
            if self.roles[other] == self.roles.get(pk)
        ]
        if pk not in beside:
            return ALONE
        at = beside.index(pk)
        return Place(
            number=at + 1,
            count=len(beside),
            before=beside[at - 1] if at else None,
            after=beside[at + 1] if at + 1 < len(beside) else None,
        )


def show(conversation: Conversation, pk: UUID) -> None:
    """Turn to the branch that runs through this message, where it was last written on."""
    leaf = Tree(conversation).newest_below(pk)
    Conversation.objects.filter(pk=conversation.pk).update(leaf=leaf)
    conversation.leaf_id = leaf
