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
MARKDOWN = "text/markdown"
PLAIN = "text/plain"


@dataclass(frozen=True)
class Heading:
    start: int
    level: int
    title: str


@dataclass
class Extracted:
    """Text as it is stored. All offsets count code points; `pages` is filled for PDF only."""

    mime_type: str
    text: str
    pages: list[tuple[int, int]] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    title: str = ""


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
    """One JSON line, then the text by the megabyte: 20 million characters exist only once."""
    about = {
        "mime_type": extracted.mime_type,
        "pages": extracted.pages,
        "headings": [asdict(heading) for heading in extracted.headings],
        "title": extracted.title,
        "characters": len(extracted.text),
    }
    stream.write(json.dumps(about).encode() + b"\n")
    for start in range(0, len(extracted.text), 1 << 20):
        stream.write(extracted.text[start : start + (1 << 20)].encode())


def write_error(error: ExtractionError, stream: BinaryIO) -> None:
    about = {"code": error.code, "message": error.message, "detail": error.detail[:2000]}
    stream.write(json.dumps({"error": about}).encode() + b"\n")


def decode(output: bytes) -> Extracted:
    """Raises ExtractionError if the child reported one, ValueError or KeyError if cut short."""
    line, _, body = output.partition(b"\n")
    about = json.loads(line)
    if "error" in about:
        raise ExtractionError(**about["error"])
    text = body.decode()
    if len(text) != about["characters"]:
        raise ValueError("the result is cut short")
    return Extracted(
        mime_type=about["mime_type"],
        text=text,
        pages=[(start, end) for start, end in about["pages"]],
        headings=[Heading(**heading) for heading in about["headings"]],
        title=about["title"],
    )
