"""What a file is, by its content; parsers are imported only for the kind at hand."""

import re
import zipfile
from pathlib import Path

from documents.extraction import reasons
from documents.extraction.limits import Limits
from documents.extraction.result import Extracted

HEADER = re.compile(rb"%PDF-\d")
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
RTF = b"{\\rtf"
# How an OLE directory spells the stream that a password-protected DOCX lives in.
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")


def parse(path: Path, suffix: str, limits: Limits) -> Extracted:
    with path.open("rb") as file:
        head = file.read(1024)
    if not head:
        raise reasons.empty_file()
    if is_pdf(head, suffix):
        from documents.extraction import pdf

        return pdf.parse(path, limits)
    if head.startswith(ZIP):
        return _parse_zip(path, suffix, limits)
    if head.startswith(OLE):
        raise _old_office(path)
    if head.startswith(RTF):
        raise reasons.unsupported_type("This is an RTF file. Save it as DOCX and upload that")
    return _parse_text(path, suffix, limits)


def is_pdf(head: bytes, suffix: str) -> bool:
    """Readers accept the header within the first kilobyte; prose may mention it there too."""
    match = HEADER.search(head)
    if match is None:
        return False
    before = head[: match.start()].removeprefix(b"\xef\xbb\xbf").strip()
    return not before or suffix == ".pdf"


def _parse_zip(path: Path, suffix: str, limits: Limits) -> Extracted:
    from documents.extraction import docx

    try:
        with zipfile.ZipFile(path) as archive:
            if "word/document.xml" in archive.namelist():
                return docx.parse(archive, limits)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError) as error:
        if suffix == ".docx":
            raise reasons.damaged_docx(str(error)) from error
    raise _misnamed(suffix) or reasons.unsupported_type(
        "This is a ZIP archive or another kind of Office file"
    )


def _old_office(path: Path) -> Exception:
    if ENCRYPTED_PACKAGE in path.read_bytes():
        return reasons.encrypted_docx()
    return reasons.unsupported_type("This is an old Office file. Save it as DOCX and upload that")


def _misnamed(suffix: str) -> Exception | None:
    if suffix == ".pdf":
        return reasons.not_a_pdf()
    return reasons.not_a_docx() if suffix == ".docx" else None


def _parse_text(path: Path, suffix: str, limits: Limits) -> Extracted:
    from documents.extraction import text

    if misnamed := _misnamed(suffix):
        raise misnamed
    return text.parse(path, suffix, limits)
