"""Which files of a folder are worth sending, by name and size alone; content is read later."""

from __future__ import annotations

from pathlib import PurePosixPath

from django.utils.translation import gettext as _

from documents.extraction.formats import BY_SUFFIX
from documents.extraction.reasons import SUPPORTED
from documents.uploads import UploadRefused, check_size

# Written by systems and programs beside people's files; what begins with a dot is left out too.
LEFTOVERS = ("thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r", "$recycle.bin", "__macosx")
LEFTOVER_STARTS = (".", "~$")
# Never text, whatever their content. Old Office files are here because they can be saved anew.
_NEVER_READ = """
    7z aac ai aif app apk avi avif bin blend bmp bz2 cab class com db dll dmg doc dot ds_store dwg
    dylib eps exe fla flac flv gif gz heic heif icns ico img indd iso jar jpeg jpg key m4a m4v mdb
    mid mkv mov mp3 mp4 mpeg mpg msg msi numbers o obj odp ogg ogv opus otf pages pkg png pps ppt
    psd pyc qt rar raw rpm so sqlite stl svgz swf tar tgz tif tiff ttf vsd wasm wav webm webp wma
    wmv woff woff2 xlsb xps xz z zip zst
"""
NEVER_READ = {f".{suffix}" for suffix in _NEVER_READ.split()} - BY_SUFFIX.keys()


def is_leftover(path: str) -> bool:
    """A hidden file, one of the system's, or one inside such a folder."""
    parts = [part.lower() for part in PurePosixPath(path).parts]
    return any(part.startswith(LEFTOVER_STARTS) or part in LEFTOVERS for part in parts)


def sift(path: str, size: int) -> None:
    """Raises UploadRefused for what is not worth sending."""
    if is_leftover(path):
        raise UploadRefused("hidden_file", _("This is a hidden file or one of the system's."))
    suffix = PurePosixPath(path).suffix.lower()
    if suffix in NEVER_READ:
        reason = _("A file of the kind %s cannot be read.") % suffix
        raise UploadRefused("unsupported_type", f"{reason} {SUPPORTED}")
    check_size(size)
