"""The words that place a chunk, embedded and indexed above it.

These are the document's title, the path of headings and, where a table or a block of code goes on,
its header or the fence that names the language. They are kept with the chunk, so that embedding it
again, or after an edit, needs nothing else.
"""

PATH = " › "
TITLE_CHARS = 80


def contexts(title: str, section: str, lead: str) -> tuple[str, ...]:
    """From the fullest to the shortest; the first that leaves the content enough room is taken."""
    last = section.rpartition(PATH)[2]
    titled = _titled(title, section)
    return _lines(titled, lead), _lines(section, lead), _lines(last, lead), last


def _titled(title: str, section: str) -> str:
    """Most titles are the heading above all others anyway."""
    title = " ".join(title.split())[:TITLE_CHARS]
    return section if section.startswith(title) else PATH.join(filter(None, [title, section]))


def under(context: str, content: str) -> str:
    """What is embedded and indexed of a chunk."""
    return _lines(context, content)


def _lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)
