"""Texts amid a prompt, between marks such as <passage> and </passage>."""

import re


def quoted(mark: str, *texts: str) -> str:
    """The texts between the marks. Nothing in them ends the quotation or begins another: whoever
    writes a document could else go on in our own voice behind it."""
    own = re.compile(rf"<(?=\s*/?\s*{mark}\b)", re.IGNORECASE)
    return "\n".join([f"<{mark}>", *(own.sub("‹", text) for text in texts), f"</{mark}>"])
