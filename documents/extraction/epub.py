"""EPUB: the chapters in the order of the spine, each read as the web page it is."""

from pathlib import Path

from documents.extraction.archive import opened
from documents.extraction.epub_package import Shelf, read_book
from documents.extraction.html import write_page
from documents.extraction.limits import Limits
from documents.extraction.result import EPUB, Extracted
from documents.extraction.writing import Writer


def parse(path: Path, limits: Limits) -> Extracted:
    with opened(path, EPUB) as archive:
        shelf = Shelf(archive, limits)
        book = read_book(shelf)
        writer = Writer(limits)
        for chapter in book.chapters:
            write_page(shelf.text(chapter), writer, heading=book.contents.get(chapter, ""))
        return writer.finish(EPUB, book.title)
