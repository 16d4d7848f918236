"""The kinds of file that are read: how people know them, and which module reads each."""

from dataclasses import dataclass

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
)


@dataclass(frozen=True)
class Format:
    name: str
    what: str  # completes "its content is not …"
    again: str  # what mends a damaged one, without the full stop
    suffixes: tuple[str, ...]
    parser: str  # module of this package with parse(path, limits) -> Extracted

    @property
    def code(self) -> str:
        """As error codes spell it: damaged_docx, damaged_eml."""
        return self.suffixes[0].lstrip(".")


FORMATS = {
    PDF: Format("PDF", "a PDF", "Export it as PDF again", (".pdf",), "pdf"),
    DOCX: Format("DOCX", "a Word document", "Save it again in Word", (".docx",), "docx"),
    PPTX: Format(
        "PPTX", "a PowerPoint presentation", "Save it again in PowerPoint", (".pptx",), "pptx"
    ),
    XLSX: Format("XLSX", "an Excel workbook", "Save it again in Excel", (".xlsx",), "xlsx"),
    XLS: Format("XLS", "an Excel workbook", "Save it again in Excel", (".xls",), "xls"),
    ODS: Format("ODS", "a spreadsheet", "Save it again in LibreOffice", (".ods",), "ods"),
    ODT: Format("ODT", "a text document", "Save it again in LibreOffice", (".odt",), "odt"),
    RTF: Format("RTF", "rich text", "Save it again in Word", (".rtf",), "rtf"),
    EPUB: Format("EPUB", "an e-book", "Export it as EPUB again", (".epub",), "epub"),
    HTML: Format("HTML", "a web page", "Save the page again", (".html", ".htm", ".xhtml"), "html"),
    EMAIL: Format(
        "e-mail", "an e-mail", "Save it again in your mail program", (".eml",), "email_message"
    ),
    JSON: Format("JSON", "JSON", "Export it again", (".json", ".jsonl", ".ndjson"), "json_file"),
    CSV: Format("CSV", "a table", "Export it again", (".csv", ".tsv", ".tab"), "csv_table"),
    PNG: Format("PNG", "a PNG picture", "Save it again", (".png",), "picture"),
    JPEG: Format("JPEG", "a JPEG picture", "Save it again", (".jpg", ".jpeg"), "picture"),
    TIFF: Format("TIFF", "a TIFF picture", "Save or scan it again", (".tiff", ".tif"), "picture"),
    WEBP: Format("WebP", "a WebP picture", "Save it again", (".webp",), "picture"),
}
BY_SUFFIX = {suffix: kind for kind, format in FORMATS.items() for suffix in format.suffixes}
