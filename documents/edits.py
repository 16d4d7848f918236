"""What people changed in a document's passages outlives its being read again.

A change belongs to the words it was made to: it is taken over by the new passage that holds
exactly these. Where there is none any more, the change is kept aside and shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from accounts.tenancy import scope
from documents.models import Document, DocumentChunk
from documents.work.lease import Lease

DISCARD = "discard_edits"  # in a document's metadata while it waits to be read without them
LOST = "lost_edits"  # there too, until the person has seen them
MOST_LOST = 50
LONGEST_LOST = 4_000  # characters of each

Lost = list[dict[str, Any]]


def carry_over(held: Lease, chunks: Sequence[DocumentChunk]) -> Lost:
    """Give each new row, not yet stored, the change that was made to the very same words.

    Returns the changes whose words are gone, for `keep_aside`.
    """
    with scope(held.owner_id):
        changed = changes_of(held.document())
    found = _places({chunk.words for chunk in changed}, chunks)
    lost = []
    for chunk in changed:
        if same := found[chunk.words]:
            nearest = min(same, key=lambda new: abs(new.start_char - chunk.start_char))
            same.remove(nearest)
            _take_over(nearest, chunk)
        else:
            lost.append(_described(chunk))
    return lost


def keep_aside(document: Document, lost: Lost) -> None:
    """Note the lost changes; call in the transaction that stores the new passages."""
    document.metadata.pop(DISCARD, None)
    if lost:
        document.metadata[LOST] = [*document.metadata.get(LOST, []), *lost][-MOST_LOST:]


def dismiss(document: Document) -> None:
    """Forget what was kept aside. Nothing else of the row is touched: a worker may hold it."""
    row = Document.objects.select_for_update().get(pk=document.pk)
    if row.metadata.pop(LOST, None) is not None:
        row.save(update_fields=["metadata"])


def counted(changed: Sequence[DocumentChunk]) -> dict[str, int]:
    edited = sum(bool(chunk.edited_at) for chunk in changed)
    return {"edited": edited, "off": sum(not chunk.enabled for chunk in changed)}


def changes_of(document: Document) -> list[DocumentChunk]:
    """The passages that were edited or switched off, but for those to be discarded."""
    if document.metadata.get(DISCARD):
        return []
    changed = DocumentChunk.objects.present().changed().filter(document=document)
    return list(changed.light())


def _places(
    wanted: set[str], chunks: Sequence[DocumentChunk]
) -> defaultdict[str, list[DocumentChunk]]:
    """The new rows that hold these words."""
    places = defaultdict(list)
    for chunk in chunks if wanted else ():
        if chunk.content in wanted:
            places[chunk.content].append(chunk)
    return places


def _take_over(new: DocumentChunk, changed: DocumentChunk) -> None:
    new.enabled = changed.enabled
    if changed.edited_at:
        new.content, new.original = changed.content, changed.original
        new.edited_at, new.token_count = changed.edited_at, changed.token_count


def _described(chunk: DocumentChunk) -> dict[str, Any]:
    return {
        "content": chunk.content[:LONGEST_LOST] if chunk.edited_at else "",
        "original": chunk.words[:LONGEST_LOST],
        "enabled": chunk.enabled,
        "section": chunk.section,
        "page": chunk.page,
    }
