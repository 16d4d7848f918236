"""The parts of an e-mail: what its reader sees as its text, and the files that came with it."""

import mimetypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.generator import BytesGenerator
from email.message import Message
from io import BytesIO
from pathlib import PurePath

from documents.extraction.charsets import decode_letter
from documents.extraction.email_headers import header, readable
from documents.extraction.encodings import decode
from documents.extraction.formats import BY_SUFFIX, FORMATS
from documents.extraction.result import Attachment

TEXTS = ("text/plain", "text/html")
# Parts that say nothing: signatures, and invitations, whose words stand in the text as well.
SILENT = {
    *("application/pgp-signature", "application/pgp-keys", "application/ics", "text/calendar"),
    *("application/pkcs7-signature", "application/x-pkcs7-signature"),
    *("message/delivery-status", "text/rfc822-headers", "application/pgp-encrypted"),
}
SMIME = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
TNEF = {"application/ms-tnef", "application/vnd.ms-tnef"}
SLASHES = re.compile(r"\s*[/\\]\s*")
SAMPLE = 1 << 16
MOST_NAMED = 200

PACKED_BY_OUTLOOK = (
    "Outlook packed the files of this e-mail in a format of its own (TNEF). Ask the sender for them"
)
NOT_READ = "files of this kind are not read"
# Most are logos and photographs; each would be a document without text.
PICTURE = "pictures of an e-mail are not read. Upload those that show text"
ENCRYPTED = "it is encrypted"
DAMAGED = "it is damaged"
TOO_MANY = "an e-mail's first {} files are kept"
TOO_LARGE = "the files of this e-mail are larger than {} MB together"


@dataclass
class Letter:
    texts: list[Message] = field(default_factory=list)
    files: list[Message] = field(default_factory=list)


def read_parts(message: Message) -> Letter:
    letter = Letter()
    # A stack of our own: parts nest as deep as their sender likes.
    todo = [(message, True)]
    while todo:
        part, shown = todo.pop()
        kind = part.get_content_type()
        if kind == "message/rfc822" or not part.is_multipart():
            _sort(part, kind, letter, shown=shown)
            continue
        inside = [one for one in part.get_payload() if isinstance(one, Message)]
        chosen = _best(inside) if kind == "multipart/alternative" else None
        views = [(one, shown and (chosen is None or one is chosen)) for one in inside]
        todo += reversed(views)
    return letter


def text_of(part: Message) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    return decode_letter(content, part.get_content_charset() or "")


def _sort(part: Message, kind: str, letter: Letter, *, shown: bool) -> None:
    disposition = part.get_content_disposition()
    named = part.get_filename() is not None
    if kind.startswith("multipart/"):  # whose parts were not found: what is there is the text
        part.set_type("text/plain")
        kind = "text/plain"
    if kind in TEXTS and disposition != "attachment" and not (named and disposition):
        if shown:
            letter.texts.append(part)
    elif kind not in SILENT and not (kind.startswith("image/") and disposition != "attachment"):
        letter.files.append(part)


def _best(views: list[Message]) -> Message | None:
    """Of several views of the same words the plain one, unless it is empty; else the last."""
    for view in views:
        if view.get_content_type() == "text/plain" and text_of(view).strip():
            return view
    pages = [one for one in views if one.is_multipart() or one.get_content_type() == "text/html"]
    return pages[-1] if pages else None


# Files


def attachments(parts: list[Message], *, most: int, room: int) -> Iterator[Attachment]:
    """Those that can be read, with their content, as many as fit into `room` bytes."""
    left, total = most, room
    for number, part in enumerate(parts[:MOST_NAMED], start=1):
        found = _attachment(part, number)
        if found.content and left == 0:
            found = Attachment(found.name, reason=TOO_MANY.format(most))
        elif len(found.content) > room:
            found = Attachment(found.name, reason=TOO_LARGE.format(total >> 20))
        if found.content:
            left -= 1
            room -= len(found.content)
        yield found
    if len(parts) > MOST_NAMED:
        others = f"{len(parts) - MOST_NAMED:,} more"
        yield Attachment(others, reason=TOO_MANY.format(most))


def _attachment(part: Message, number: int) -> Attachment:
    kind = part.get_content_type()
    name = _name(part, kind, number)
    if kind in TNEF or name.lower() == "winmail.dat":
        return Attachment(name, reason=PACKED_BY_OUTLOOK)
    content = _message(part) if kind == "message/rfc822" else part.get_payload(decode=True)
    if kind in SMIME:
        return Attachment(name, reason=ENCRYPTED)
    if not isinstance(content, bytes) or not content:
        return Attachment(name, reason=DAMAGED)
    if BY_SUFFIX.get(PurePath(name).suffix.lower(), "").startswith("image/"):
        return Attachment(name, reason=PICTURE)
    if kind == "message/rfc822" or _is_readable(name, content):
        return Attachment(name, content)
    return Attachment(name, reason=NOT_READ)


def _name(part: Message, kind: str, number: int) -> str:
    name = readable(part.get_filename() or "")
    if kind == "message/rfc822":
        inner = _inner(part)
        subject = header(inner, "subject")[:100] if inner is not None else ""
        # Names of files have no folders in them, subjects have strokes.
        name = name or SLASHES.sub("-", subject) or f"attachment-{number}"
        return name if name.lower().endswith(".eml") else name + ".eml"
    name = name or f"attachment-{number}"
    if PurePath(name).suffix or kind == "application/octet-stream":
        return name
    known = FORMATS[kind].suffixes[0] if kind in FORMATS else mimetypes.guess_extension(kind)
    return name + (known or "")


def _is_readable(name: str, content: bytes) -> bool:
    if PurePath(name).suffix.lower() in BY_SUFFIX or content.startswith(b"%PDF-"):
        return True
    return decode(content[:SAMPLE]) is not None


def _inner(part: Message) -> Message | None:
    inside = part.get_payload()
    first = inside[0] if isinstance(inside, list) and inside else None
    return first if isinstance(first, Message) else None


def _message(part: Message) -> bytes | None:
    """The e-mail within an e-mail; some programs encode it, which the standard forbids."""
    inner = _inner(part)
    if inner is None:
        return None
    if (part.get("content-transfer-encoding") or "").strip().lower() == "base64":
        inner["Content-Transfer-Encoding"] = "base64"
        decoded = inner.get_payload(decode=True)
        return decoded if isinstance(decoded, bytes) else None
    written = BytesIO()
    try:
        BytesGenerator(written, mangle_from_=False, maxheaderlen=0).flatten(inner)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
    return written.getvalue()
