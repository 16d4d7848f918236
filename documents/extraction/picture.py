"""Picture files: how many pages they hold, each of which is read later by recognition."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from documents.extraction import reasons
from documents.extraction.limits import Limits
from documents.extraction.result import JPEG, PNG, TIFF, WEBP, Extracted

MOST_POINTS = 64_000_000  # 256 MB unpacked
KINDS = {"PNG": PNG, "JPEG": JPEG, "MPO": JPEG, "TIFF": TIFF, "WEBP": WEBP}
Image.MAX_IMAGE_PIXELS = None  # what is too large is told below, in a sentence
# What Pillow's readers raise on nonsense.
BROKEN = (OSError, SyntaxError, ValueError, KeyError, IndexError, TypeError, EOFError)


def parse(path: Path, limits: Limits) -> Extracted:
    with opened(path) as picture:
        kind = KINDS[picture.format or ""]
        # The frames of others are an animation.
        count = getattr(picture, "n_frames", 1) if kind == TIFF else 1
        if count > limits.pages:
            raise reasons.too_many_pictures(count, limits)
        pages = [(0, 0)] * count
        return Extracted(kind, "", pages=pages, scans=tuple(range(1, count + 1)))


@contextmanager
def opened(path: Path, page: int = 1) -> Iterator[Image.Image]:
    """The picture on a page, still packed; its size is checked before anything is unpacked."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about odd tags
            with Image.open(path, formats=["PNG", "JPEG", "TIFF", "WEBP"]) as picture:
                if page > 1:
                    picture.seek(page - 1)
                width, height = picture.size
                if width * height > MOST_POINTS:
                    raise reasons.too_large_picture(width, height, MOST_POINTS // 1_000_000)
                yield picture
    except (UnidentifiedImageError, *BROKEN) as error:
        raise reasons.unreadable(f"{type(error).__name__}: {error}") from error
