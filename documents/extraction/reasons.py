"""Why a document could not be read: one sentence each, saying what the person can do."""

from documents.extraction.formats import FORMATS
from documents.extraction.limits import Limits
from documents.extraction.result import ExtractionError

SUPPORTED = (
    "KyroChat reads PDF, Word, PowerPoint, Excel, OpenDocument, RTF, EPUB, HTML, CSV, JSON, "
    "e-mail (.eml), Markdown and text files, and text in pictures (PNG, JPEG, TIFF, WebP)."
)


def lost() -> ExtractionError:
    message = "Reading this document was interrupted. Try again, or upload it anew."
    return ExtractionError("parser_lost", message, permanent=False)


def crashed(limits: Limits, detail: str) -> ExtractionError:
    # A C library that gets no memory aborts just like one that meets nonsense.
    return ExtractionError(
        "parser_crashed",
        f"The reader broke down on this file: it is damaged or needs more than {limits.memory} "
        "of memory. Save it anew and upload it again.",
        detail=detail,
    )


def unreadable(detail: str) -> ExtractionError:
    message = "This file is damaged and cannot be read. Save it anew and upload it again."
    return ExtractionError("unreadable", message, detail=detail)


def _too_much(code: str, what: str) -> ExtractionError:
    return ExtractionError(code, f"{what}. Split it into smaller files and upload them.")


def too_much_computing(limits: Limits) -> ExtractionError:
    what = f"Reading this file took more than {limits.cpu_seconds} s of computing"
    return _too_much("too_much_computing", what)


def took_too_long(limits: Limits) -> ExtractionError:
    what = f"Reading this file took more than {limits.wall_seconds:g} s"
    return _too_much("took_too_long", what)


def too_much_memory(limits: Limits) -> ExtractionError:
    what = f"Reading this file needs more than {limits.memory} of memory"
    return _too_much("too_much_memory", what)


def nested_too_deep(deepest: int) -> ExtractionError:
    return ExtractionError(
        "nested_too_deep",
        f"This page nests more than {deepest:,} elements in one another, so it is not read. "
        "Save it again, or copy its text, and upload that.",
    )


def too_large_text(limits: Limits) -> ExtractionError:
    what = f"This document holds more than {limits.text_chars:,} characters of text"
    return _too_much("too_large_text", what)


def too_many_pages(count: int, limits: Limits) -> ExtractionError:
    what = f"This PDF has {count:,} pages, more than the {limits.pages:,} that are read"
    return _too_much("too_many_pages", what)


def empty_file() -> ExtractionError:
    return ExtractionError("empty_file", "This file is empty. Choose the right file and upload it.")


def no_text(what: str) -> ExtractionError:
    return ExtractionError("no_text", f"No text was found in this {what}.")


def no_text_in_pictures() -> ExtractionError:
    return ExtractionError(
        "no_text",
        "No text was recognised in this document. Text in pictures is read in Chinese, Japanese "
        "and the languages of Europe in Latin letters; scan other languages with text recognition "
        "(OCR) of your own and upload that.",
    )


def scans_not_read() -> ExtractionError:
    return ExtractionError(
        "no_text",
        "This document is a scan, and this installation does not read text in pictures. "
        "Run text recognition (OCR) on it and upload that.",
    )


def page_unread(why: ExtractionError) -> ExtractionError:
    """Every picture of a document failed; this is how the first one did."""
    message = f"The text in the pictures of this document could not be read. {why.message}"
    return ExtractionError(why.code, message, detail=why.detail)


def too_large_picture(width: int, height: int, most: int) -> ExtractionError:
    return ExtractionError(
        "too_large_picture",
        f"This picture has {width:,} × {height:,} points, more than the {most:,} million that are "
        "read. Make it smaller or cut it into parts, and upload those.",
    )


def too_many_pictures(count: int, limits: Limits) -> ExtractionError:
    what = f"This file holds {count:,} pictures, more than the {limits.pages:,} that are read"
    return _too_much("too_many_pages", what)


def unsupported_type(what: str = "This is not a kind of file that can be read") -> ExtractionError:
    return ExtractionError("unsupported_type", f"{what}. {SUPPORTED}")


def truncated_pdf() -> ExtractionError:
    message = "This PDF is cut off: its end is missing. Upload it again."
    return ExtractionError("truncated_pdf", message)


# Faults that any kind of file can have; `kind` is its mime type, the code is damaged_docx etc.


def _fault(fault: str, kind: str, message: str, detail: str = "") -> ExtractionError:
    format = FORMATS[kind]
    message = message.format(name=format.name, what=format.what, again=format.again)
    return ExtractionError(f"{fault}_{format.code}", message, detail=detail)


def damaged(kind: str, detail: str) -> ExtractionError:
    message = "This {name} is cut off or damaged. {again} and upload that."
    return _fault("damaged", kind, message, detail)


def encrypted(kind: str) -> ExtractionError:
    message = "This {name} needs a password. Save a copy without password and upload that."
    return _fault("encrypted", kind, message)


def locked(password: str) -> ExtractionError:
    """A PDF that this password does not open; none was given if it is empty."""
    if password:
        message = "This password does not open the PDF. Enter the right one."
        return ExtractionError("wrong_password", message)
    message = "This PDF is locked. Enter its password to have it read."
    return ExtractionError("password_needed", message)


def locked_book() -> ExtractionError:
    message = (
        "This e-book is locked by the shop it comes from (DRM), so its text cannot be read. "
        "Upload a copy without lock."
    )
    return ExtractionError("encrypted_epub", message)


def encrypted_email(how: str) -> ExtractionError:
    message = (
        f"This e-mail is {how}, so its text cannot be read. "
        "Open it in your mail program, save it without encryption and upload that."
    )
    return ExtractionError("encrypted_eml", message)


def unsafe(kind: str) -> ExtractionError:
    message = (
        "This {name} defines XML entities, which no office program writes, so it is not read. "
        "{again} and upload that."
    )
    return _fault("unsafe", kind, message)


def misnamed(suffix: str, kind: str) -> ExtractionError:
    message = f"This file is named {suffix}, but its content is not {{what}}. "
    return _fault("not_a", kind, message + "Save it as {name} again.")


def zip_bomb(expanded_bytes: int) -> ExtractionError:
    return ExtractionError(
        "zip_bomb",
        f"This file is refused because its content expands to {expanded_bytes >> 20:,} MB or more. "
        "Save it again in the program it comes from and upload that.",
    )


def too_many_parts(count: int) -> ExtractionError:
    message = (
        f"This file is refused because it is made of {count:,} parts. "
        "Save it again in the program it comes from."
    )
    return ExtractionError("zip_bomb", message)
