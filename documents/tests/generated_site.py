"""A site of generated pages on loopback that knows its pages' tags and notes what was asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler

from outbound.tests.servers import Answer, Site, outside_site, page


@dataclass
class GeneratedSite:
    """`asked` are the paths of all requests, `sent` of those that were answered with a page."""

    site: Site
    asked: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)

    def url(self, path: str = "/") -> str:
        return self.site.url(path)

    def put(self, path: str, text: str, *links: str, head: str = "", **headers: str) -> None:
        """A page of HTML with these links."""
        anchors = "".join(f'<li><a href="{link}">{link}</a></li>' for link in links)
        title = f"<title>Page {path}</title>{head}"
        body = f"<h1>Page {path}</h1><p>{text}</p><ul>{anchors}</ul>"
        content = f"<!doctype html><html><head>{title}</head><body>{body}</body></html>".encode()
        self.answer(path, content, Content_Type="text/html", **headers)

    def answer(self, path: str, content: bytes, status: int = 200, **headers: str) -> None:
        tag = f'"{sha256(content).hexdigest()[:16]}"'
        whole = page(content, status, ETag=tag, **headers)

        def answer(handler: BaseHTTPRequestHandler) -> None:
            self.asked.append(handler.path)
            if status == 200 and handler.headers["If-None-Match"] == tag:
                page(b"", 304, ETag=tag)(handler)
                return
            self.sent.append(handler.path)
            whole(handler)

        self.site.pages[path] = answer

    def say(self, path: str, answer: Answer) -> None:
        """Any other answer, noted."""

        def noted(handler: BaseHTTPRequestHandler) -> None:
            self.asked.append(handler.path)
            answer(handler)

        self.site.pages[path] = noted

    def gone(self, path: str, status: int = 404) -> None:
        self.say(path, page(b"Gone.", status))

    def robots(self, text: str) -> None:
        self.say("/robots.txt", page(text.encode()))

    def forget(self) -> None:
        self.asked.clear()
        self.sent.clear()


@contextmanager
def generated_site() -> Iterator[GeneratedSite]:
    with outside_site() as outside:
        site = GeneratedSite(outside)
        site.robots("User-agent: *\nAllow: /\n")
        yield site


def with_pages(site: GeneratedSite, count: int) -> list[str]:
    """A section /docs/ of this many pages, its start included: chapters and their pages."""
    chapters = [f"/docs/chapter-{number}/" for number in range(1, 6)]
    site.put("/docs/", "Everything there is to know.", *chapters, "/about", "/docs/logo.png")
    paths = ["/docs/", *chapters]
    for number in range(count - len(paths)):
        paths.append(f"{chapters[number % 5]}page-{number}.html")
    for chapter in chapters:
        pages = [path for path in paths if path.startswith(chapter) and path != chapter]
        site.put(chapter, f"The chapter {chapter}.", "/docs/", *pages, *chapters)
    for path in paths[6:]:
        site.put(path, f"The fact of {path} is {path[::-1]}.", "/docs/", "https://example.org/")
    return paths
