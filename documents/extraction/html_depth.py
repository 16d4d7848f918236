"""Pages that nest without end are refused before they are parsed.

Each start of a block makes an HTML parser look through all blocks that are open for a paragraph to
close, so open blocks cost the square of their number: 300,000 of them keep it busy for minutes.
"""

import re

from documents.extraction import reasons

# Browsers go 512 deep.
DEEPEST = 5_000
# Blocks that stay open until they are closed; <p>, <li> and the like end at their next of kin.
TAG = re.compile(
    r"<(/?)(?:address|article|aside|blockquote|center|details|dialog|dir|div|dl|fieldset|"
    r"figcaption|figure|footer|header|hgroup|main|menu|nav|ol|search|section|summary|ul)\b",
    re.I,
)


def refuse_endless_nesting(source: str) -> None:
    if source.count("<") <= DEEPEST:
        return
    depth = 0
    for tag in TAG.finditer(source):
        depth = max(0, depth - 1) if tag[1] else depth + 1
        if depth > DEEPEST:
            raise reasons.nested_too_deep(DEEPEST)
