"""E-mail: subject, sender, date and text; its files are handed over as documents of their own."""

import re
from email.errors import CloseBoundaryNotFoundDefect
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from pathlib import Path

from documents.extraction import reasons
from documents.extraction.cleaning import clean
from documents.extraction.email_headers import header
from documents.extraction.email_parts import SMIME, Letter, attachments, read_parts, text_of
from documents.extraction.html import write_page
from documents.extraction.limits import MEBIBYTE, Limits
from documents.extraction.result import EMAIL, Extracted
from documents.extraction.writing import Writer

SHOWN = ("From", "To", "Cc", "Date")
MOST_ATTACHMENTS = 50
MOST_ATTACHED = 48 * MEBIBYTE
SPARE = MEBIBYTE  # of the output, for what is neither text nor attachment
PGP = "-----BEGIN PGP MESSAGE-----"
QUOTED = re.compile(r">*")


def parse(path: Path, limits: Limits) -> Extracted:
    message = _parsed(path)
    letter = read_parts(message)
    _refuse_encrypted(message, letter)
    writer = Writer(limits)
    subject = header(message, "subject")
    if subject:
        writer.heading(1, subject)
    given = [(name, header(message, name)) for name in SHOWN]
    writer.paragraph("\n".join(f"{name}: {value}" for name, value in given if value))
    for part in letter.texts:
        _write(part, writer)
    extracted = writer.finish(EMAIL, subject)
    room = min(MOST_ATTACHED, limits.output_bytes - SPARE - len(extracted.text.encode()))
    found = attachments(letter.files, most=MOST_ATTACHMENTS, room=room)
    extracted.attachments = list(found)
    return extracted


def _parsed(path: Path) -> Message:
    # The newer policies parse every header by grammar and fail at what real ones hold.
    try:
        with path.open("rb") as file:
            message = BytesParser(policy=compat32).parse(file)
    except RecursionError as error:
        raise reasons.damaged(EMAIL, "its parts are nested too deep") from error
    if any(isinstance(defect, CloseBoundaryNotFoundDefect) for defect in message.defects):
        raise reasons.damaged(EMAIL, "the end of its last part is missing")
    return message


def _refuse_encrypted(message: Message, letter: Letter) -> None:
    if message.get_content_type() == "multipart/encrypted":
        raise reasons.encrypted_email("encrypted with PGP")
    if letter.texts:
        texts = (text_of(part).strip() for part in letter.texts)
        if any(text.startswith(PGP) for text in texts):
            raise reasons.encrypted_email("encrypted with PGP")
        return
    if any(part.get_content_type() in SMIME for part in letter.files):
        raise reasons.encrypted_email("encrypted or sealed with S/MIME")


def _write(part: Message, writer: Writer) -> None:
    text = text_of(part)
    if part.get_content_type() == "text/html":
        write_page(text, writer, below=1)
        return
    if part.get_param("format", "") == "flowed":
        text = _unflowed(text, joint="" if part.get_param("delsp", "") == "yes" else " ")
    writer.paragraph(clean(text).strip())


def _unflowed(text: str, joint: str) -> str:
    """RFC 3676: a line that ends in a space goes on in the next one quoted as deep."""
    lines: list[str] = []
    depth = -1  # of the line that goes on
    for line in text.splitlines():
        marks = _quote(line)
        words = line[marks:].removeprefix(" ")
        if marks == depth:
            lines[-1] += joint + words.rstrip(" ")
        else:
            lines.append(line[:marks] + (" " if marks else "") + words.rstrip(" "))
        depth = marks if words.endswith(" ") and words != "-- " else -1
    return "\n".join(lines)


def _quote(line: str) -> int:
    found = QUOTED.match(line)
    return len(found[0]) if found else 0
