"""Which addresses belong to a source: the same site, under its path, worth a request."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import urljoin, urlsplit

from outbound.addresses import AddressRefused, check_url

MAX_DEPTH = 20  # clicks from the start
MAX_URL = 1000
MAX_QUERY = 200
MAX_REPEATS = 3  # /a/b/a/b/a/b is a site that leads in circles
# What the product reads nothing from.
SKIPPED_SUFFIXES = {
    *(".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".svg", ".ico", ".bmp", ".tif", ".tiff"),
    *(".css", ".js", ".mjs", ".map", ".wasm", ".woff", ".woff2", ".ttf", ".otf", ".eot"),
    *(".mp3", ".mp4", ".m4a", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".ogg", ".wav", ".flac"),
    *(".zip", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".tar", ".iso", ".dmg", ".exe"),
    *(".msi", ".deb", ".rpm", ".apk", ".jar", ".whl", ".bin", ".rss", ".atom"),
}
SKIPPED_TYPES = re.compile(
    r"(image|audio|video|font|model)/.*|text/(css|javascript)|multipart/.*"
    r"|application/(javascript|x-javascript|wasm|zip|gzip|x-gzip|x-tar|x-7z-compressed|vnd\.rar"
    r"|java-archive|x-iso9660-image|x-msdownload|rss\+xml|atom\+xml|font-.*)"
)


@dataclass(frozen=True)
class Section:
    """The site (scheme, host and port) of an address, and the paths under it."""

    site: str
    path: str

    @classmethod
    def below(cls, url: str) -> Section:
        """/docs/ and /docs/index.html stand for what is under /docs/, /docs also for itself."""
        parts = urlsplit(url)
        folder, _, last = parts.path.rpartition("/")
        path = f"{folder}/" if not last or "." in last else parts.path
        return cls(_site(url), path)

    @classmethod
    def whole_site(cls, url: str) -> Section:
        return cls(_site(url), "/")

    def __contains__(self, url: str) -> bool:
        if _site(url) != self.site:
            return False
        path = urlsplit(url).path
        return path.startswith(self.path) and (
            self.path.endswith("/") or path[len(self.path) :][:1] in {"", "/"}
        )


def normal(link: str, base: str) -> str:
    """The link's whole address in its one spelling; empty when it is none, or not worth asking."""
    try:
        url = check_url(urljoin(base, link.strip()))
    except (AddressRefused, ValueError):
        return ""
    return url if is_readable(url) else ""


def is_readable(url: str) -> bool:
    parts = urlsplit(url)
    if len(url) > MAX_URL or len(parts.query) > MAX_QUERY:
        return False
    if PurePosixPath(parts.path).suffix.lower() in SKIPPED_SUFFIXES:
        return False
    repeats = Counter(segment for segment in parts.path.split("/") if segment)
    return max(repeats.values(), default=0) <= MAX_REPEATS


def is_readable_type(content_type: str) -> bool:
    return not SKIPPED_TYPES.fullmatch(content_type)


def host_of(url: str) -> str:
    return urlsplit(url).netloc


def _site(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
