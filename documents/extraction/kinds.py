"""What a file is, by its content; the name only decides between kinds of text.

Parsers are imported only for the kind at hand.
"""

import re
import zipfile
from importlib import import_module
from pathlib import Path

from documents.extraction import ole, reasons
from documents.extraction.formats import BY_SUFFIX, FORMATS
from documents.extraction.limits import Limits
from documents.extraction.result import (
    CSV,
    DOCX,
    EMAIL,
    EPUB,
    HTML,
    JPEG,
    JSON,
    ODS,
    ODT,
    PDF,
    PNG,
    PPTX,
    RTF,
    TIFF,
    WEBP,
    XLS,
    XLSX,
    Extracted,
)

HEAD_BYTES = 4096
PDF_HEADER = re.compile(rb"%PDF-\d")
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PICTURES = {
    PNG: re.compile(rb"\x89PNG\r\n\x1a\n"),
    JPEG: re.compile(rb"\xff\xd8\xff"),
    TIFF: re.compile(rb"II\*\0|MM\0\*"),
    WEBP: re.compile(rb"RIFF.{4}WEBP", re.S),
}
BY_FOLDER = {"word": DOCX, "ppt": PPTX, "xl": XLSX}
BY_MIMETYPE = {ODT: ODT, ODT + "-template": ODT, ODS: ODS, ODS + "-template": ODS, EPUB: EPUB}
ODP = "application/vnd.oasis.opendocument.presentation"
OTHER_MEMBERS = {
    "xl/workbook.bin": "This is a binary workbook (.xlsb). Save it as XLSX and upload that",
    "Index/Document.iwa": "This is a Pages, Numbers or Keynote file. Export it as PDF",
    "Index/Presentation.iwa": "This is a Keynote presentation. Export it as PPTX or PDF",
}
BY_STREAM = {"Workbook": XLS, "Book": XLS}
OLD_OFFICE = {
    "WordDocument": "This is an old Word document (.doc). Save it as DOCX and upload that",
    "PowerPoint Document": (
        "This is an old PowerPoint presentation (.ppt). Save it as PPTX and upload that"
    ),
    "__properties_version1.0": "This is an Outlook message (.msg). Save it as EML and upload that",
}
MAILBOXES = {".mbox", ".mbx"}
MAILBOX = "This is a mailbox with many messages (mbox). Save those you need as EML and upload them"
# Kinds of text; the others of FORMATS are not text, whatever the name says.
TEXTUAL = {HTML, EMAIL, JSON, CSV}
BLANK = b" \t\r\n\xef\xbb\xbf\xff\xfe"
HTML_START = re.compile(
    rb"(?>(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*)<(?:!doctype\s+html|html)[\s>]", re.I | re.S
)
TAG = re.compile(rb"<(?:!--|/?[a-z][a-z0-9]*[\s/>])", re.I)
MAIL_HEADER = re.compile(
    rb"^(received|return-path|delivered-to|from|to|subject|date|message-id|mime-version|"
    rb"content-type|dkim-signature):[ \t]",
    re.I | re.M,
)
HEADER_LINES = re.compile(rb"(?:[!-9;-~]+:.*\r?\n(?:[ \t].*\r?\n)*)+")


def parse(path: Path, suffix: str, limits: Limits, password: str = "") -> Extracted:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head:
        raise reasons.empty_file()
    kind = _kind(path, head, suffix)
    if kind is None:
        from documents.extraction import text

        return text.parse(path, suffix, limits)
    parser = import_module(f"documents.extraction.{FORMATS[kind].parser}")
    locked = {"password": password} if kind == PDF else {}
    extracted: Extracted = parser.parse(path, limits, **locked)
    return extracted


def _kind(path: Path, head: bytes, suffix: str) -> str | None:
    """The mime type of a file with structure, None for plain text and Markdown."""
    if is_pdf(head[:1024], suffix):
        return PDF
    if head.startswith(ZIP):
        return _kind_of_zip(path, suffix)
    if head.startswith(OLE):
        return _kind_of_ole(path, suffix)
    if head.startswith(b"{\\rtf"):
        return RTF
    for kind, start in PICTURES.items():
        if start.match(head):
            return kind
    if suffix in BY_SUFFIX and BY_SUFFIX[suffix] not in TEXTUAL:
        raise reasons.misnamed(suffix, BY_SUFFIX[suffix])
    return kind_of_text(head, suffix)


def is_pdf(head: bytes, suffix: str) -> bool:
    """Readers accept the header within the first kilobyte; prose may mention it there too."""
    match = PDF_HEADER.search(head)
    if match is None:
        return False
    before = head[: match.start()].removeprefix(b"\xef\xbb\xbf").strip()
    return not before or suffix == ".pdf"


def _kind_of_zip(path: Path, suffix: str) -> str:
    named = BY_SUFFIX.get(suffix)
    try:
        with zipfile.ZipFile(path) as archive:
            members = set(archive.namelist())
            mimetype = _mimetype(archive) if "mimetype" in members else ""
    except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError) as error:
        fault = reasons.damaged(named, str(error)) if named else reasons.unreadable(str(error))
        raise fault from error
    for member, sentence in OTHER_MEMBERS.items():
        if member in members:
            raise reasons.unsupported_type(sentence)
    if mimetype in BY_MIMETYPE:
        return BY_MIMETYPE[mimetype]
    if mimetype == ODP:
        raise reasons.unsupported_type("This is an OpenDocument presentation. Save it as PPTX")
    for folder, kind in BY_FOLDER.items():
        if "[Content_Types].xml" in members and any(m.startswith(f"{folder}/") for m in members):
            return kind
    if "META-INF/container.xml" in members:
        return EPUB
    if named:
        raise reasons.misnamed(suffix, named)
    raise reasons.unsupported_type("This is a ZIP archive or another kind of Office file")


def _mimetype(archive: zipfile.ZipFile) -> str:
    """OpenDocument and EPUB say there what they are."""
    with archive.open("mimetype") as member:
        return member.read(100).decode("ascii", "replace").strip()


def _kind_of_ole(path: Path, suffix: str) -> str:
    streams = ole.root_streams(path)
    if "EncryptedPackage" in streams:
        named = BY_SUFFIX.get(suffix)
        raise reasons.encrypted(named if named in {PPTX, XLSX} else DOCX)
    for stream, kind in BY_STREAM.items():
        if stream in streams:
            return kind
    for stream, sentence in OLD_OFFICE.items():
        if stream in streams:
            raise reasons.unsupported_type(sentence)
    if suffix == ".xls":
        raise reasons.damaged(XLS, f"its streams are {sorted(streams)}")
    raise reasons.unsupported_type("This is an old Office file. Save it as DOCX and upload that")


def kind_of_text(head: bytes, suffix: str) -> str | None:
    # Marks are ASCII: without its NULs UTF-16 shows them as well.
    start = head.replace(b"\0", b"").lstrip(BLANK)
    if HTML_START.match(start):
        return HTML
    named = BY_SUFFIX.get(suffix)
    if start.startswith(b"From "):  # how a mailbox sets its messages apart
        letter = start.partition(b"\n")[2]
        if suffix in MAILBOXES or (named != EMAIL and _is_email(letter, named=False)):
            raise reasons.unsupported_type(MAILBOX)
        start = letter if named == EMAIL else start
    if _is_email(start, named == EMAIL):
        return EMAIL
    if named == EMAIL:
        raise reasons.misnamed(suffix, EMAIL)
    if named == HTML:
        return HTML if TAG.search(start) else None
    return named


def _is_email(start: bytes, named: bool) -> bool:
    """Header lines from the first line on; one will do if the name says so too."""
    lines = HEADER_LINES.match(start)
    known = {name.lower() for name in MAIL_HEADER.findall(lines[0])} if lines else set()
    return len(known) >= (1 if named else 3)
