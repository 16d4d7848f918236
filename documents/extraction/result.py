import json
from dataclasses import asdict, dataclass, field
from typing import BinaryIO

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLS = "application/vnd.ms-excel"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
ODT = "application/vnd.oasis.opendocument.text"
RTF = "application/rtf"
EPUB = "application/epub+zip"
HTML = "text/html"
EMAIL = "message/rfc822"
JSON = "application/json"
CSV = "text/csv"
PNG = "image/png"
JPEG = "image/jpeg"
TIFF = "image/tiff"
WEBP = "image/webp"
MARKDOWN = "text/markdown"
PLAIN = "text/plain"


@dataclass(frozen=True)
class Heading:
    start: int
    level: int
    title: str


@dataclass(frozen=True)
class Attachment:
    """A file that came with an e-mail: its content, or the reason why it is not handed over."""

    name: str
    content: bytes = b""
    reason: str = ""


@dataclass
class Extracted:
    """Text as it is stored. All offsets count code points; `pages` is filled where it has some.

    Pages are named by number, from 1: those whose text is in a picture still to be read (`scans`),
    those it was read from (`recognised`), and those it could not be read from (`unread`).
    """

    mime_type: str
    text: str
    pages: list[tuple[int, int]] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    title: str = ""
    attachments: list[Attachment] = field(default_factory=list)
    scans: tuple[int, ...] = ()
    recognised: tuple[int, ...] = ()
    unread: tuple[int, ...] = ()


class ExtractionError(Exception):
    """`message` is for the person, `detail` for the log. Trying again helps unless permanent."""

    def __init__(
        self, code: str, message: str, permanent: bool = True, *, detail: str = ""
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.permanent = permanent
        self.detail = detail


def write(extracted: Extracted, stream: BinaryIO) -> None:
    """One JSON line, the text by the megabyte (20 million characters exist only once), the files
    that came with it."""
    about = {
        "mime_type": extracted.mime_type,
        "pages": extracted.pages,
        "headings": [asdict(heading) for heading in extracted.headings],
        "title": extracted.title,
        "characters": len(extracted.text),
        "attachments": [[a.name, a.reason, len(a.content)] for a in extracted.attachments],
        "scans": extracted.scans,
    }
    stream.write(json.dumps(about).encode() + b"\n")
    for start in range(0, len(extracted.text), 1 << 20):
        stream.write(extracted.text[start : start + (1 << 20)].encode())
    for attachment in extracted.attachments:
        stream.write(attachment.content)


def write_error(error: ExtractionError, stream: BinaryIO) -> None:
    about = {"code": error.code, "message": error.message, "detail": error.detail[:2000]}
    stream.write(json.dumps({"error": about}).encode() + b"\n")


def decode(output: bytes) -> Extracted:
    """Raises ExtractionError if the child reported one, ValueError or KeyError if cut short."""
    line, _, body = output.partition(b"\n")
    about = json.loads(line)
    if "error" in about:
        raise ExtractionError(**about["error"])
    attachments: list[Attachment] = []
    for name, reason, size in reversed(about["attachments"]):
        body, content = body[: len(body) - size], body[len(body) - size :]
        attachments.insert(0, Attachment(name, content, reason))
    text = body.decode()
    if len(text) != about["characters"]:
        raise ValueError("the result is cut short")
    return Extracted(
        mime_type=about["mime_type"],
        text=text,
        pages=[(start, end) for start, end in about["pages"]],
        headings=[Heading(**heading) for heading in about["headings"]],
        title=about["title"],
        attachments=attachments,
        scans=tuple(about["scans"]),
    )
