"""Answers as HTML: Markdown by a CommonMark library, our citation marks, then an allow-list.

Nothing in an answer is trusted. It can hold no raw HTML, no image and no link but http, https
and mailto; classes and relative addresses stand only on the marks made here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

import nh3
from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

MARK = re.compile(r"\s?\[(\d{1,2})\]")
SCHEMES = {"http", "https", "mailto"}
FIRST_HEADING = 3  # the page itself has h1 and h2
ATTRIBUTES = {
    "a": {"href", "class", "data-citation", "title", "aria-label", "rel", "target"},
    "ol": {"start"},
    "th": {"class"},
    "td": {"class"},
}
CLASSES = {"cite", "cite cite-gone", "number"}
TAGS = {
    *("a", "p", "br", "hr", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li"),
    *("h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}


class AnswerRenderer(RendererHTML):
    """Text with marks; headings below the page's own; links that lead away safely."""

    def text(self, tokens: Sequence[Token], idx: int, options: Any, env: dict) -> str:
        if env.get("in_link"):
            return escape(tokens[idx].content)
        return _with_marks(tokens[idx].content, env["marks"])

    def image(self, tokens: Sequence[Token], idx: int, options: Any, env: dict) -> str:
        return escape(tokens[idx].content)  # its description; the picture itself never loads

    def link_open(self, tokens: Sequence[Token], idx: int, options: Any, env: dict) -> str:
        env["in_link"] = True
        href = escape(tokens[idx].attrGet("href"))
        return f'<a href="{href}" target="_blank" rel="noopener nofollow">'

    def link_close(self, tokens: Sequence[Token], idx: int, options: Any, env: dict) -> str:
        env["in_link"] = False
        return "</a>"

    def heading_open(self, tokens: Sequence[Token], idx: int, options: Any, env: dict) -> str:
        return f"<{_lowered(tokens[idx].tag, env)}>"

    def heading_close(self, tokens: Sequence[Token], idx: int, options: Any, env: dict) -> str:
        return f"</{_lowered(tokens[idx].tag, env)}>\n"

    def th_open(self, tokens: Sequence[Token], idx: int, options: Any, env: dict) -> str:
        return f"<{tokens[idx].tag}{_alignment(tokens[idx])}>"

    td_open = th_open


def render_answer(
    content: str, citations: Sequence[dict[str, Any]] = (), gone: Collection[str] = ()
) -> SafeString:
    """The HTML of an answer. `gone` holds ids of cited documents that no longer exist."""
    marks = {citation["number"]: citation_mark(citation, gone) for citation in citations}
    return mark_safe(  # noqa: S308  (the allow-list is what makes it safe)
        nh3.clean(
            _markdown.render(content, {"marks": marks}),
            tags=TAGS,
            attributes=ATTRIBUTES,
            attribute_filter=_allowed,
            url_schemes=SCHEMES,
            link_rel=None,
        )
    )


def citation_mark(citation: dict[str, Any], gone: Collection[str] = ()) -> SafeString:
    name, page = citation["document_name"], citation["page"]
    label = _("Source %(number)s: %(name)s") % {"number": citation["number"], "name": name}
    if page:
        label += ", " + _("page %s") % page
    is_gone = citation["document_id"] in gone
    return format_html(
        '<a class="{}" href="{}" data-citation="{}" title="{}" aria-label="{}">{}</a>',
        "cite cite-gone" if is_gone else "cite",
        passage_url(citation),
        citation["number"],
        _("This document has been deleted.") if is_gone else citation["quote"],
        label,
        citation["number"],
    )


def passage_url(citation: dict[str, Any]) -> str:
    """The document's page, opened at the passage."""
    query = {
        "page": citation["page"],
        "start": citation["start_char"],
        "end": citation["end_char"],
    }
    given = urlencode({name: value for name, value in query.items() if value is not None})
    return f"{reverse('documents:detail', args=[citation['document_id']])}?{given}#passage"


def _with_marks(text: str, marks: dict[int, SafeString]) -> str:
    parts, position = [], 0
    for found in MARK.finditer(text):
        mark = marks.get(int(found[1]))
        if mark is None:
            continue
        parts += [escape(text[position : found.start()]), mark]
        position = found.end()
    return "".join([*parts, escape(text[position:])])


def _lowered(tag: str, env: dict) -> str:
    """The answer's first heading comes right below the page's own; others follow."""
    level = int(tag[1])
    first = env.setdefault("first_heading", level)
    return f"h{min(6, max(FIRST_HEADING, level - first + FIRST_HEADING))}"


def _alignment(cell: Token) -> str:
    """Right-aligned cells are numbers; the style attribute itself is not allowed on our pages."""
    return ' class="number"' if cell.attrGet("style") == "text-align:right" else ""


def _has_allowed_scheme(url: str) -> bool:
    try:
        return urlsplit(url).scheme.lower() in SCHEMES
    except ValueError:
        return False


def _allowed(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "href" and not _has_allowed_scheme(value):
        return value if value.startswith("/documents/") else None
    if attribute == "class":
        return value if value in CLASSES else None
    return value


def _configured() -> MarkdownIt:
    markdown = MarkdownIt(
        "commonmark", {"html": False, "linkify": False}, renderer_cls=AnswerRenderer
    )
    markdown.enable(["table", "strikethrough"])
    # "[1]: http://…" would turn our marks into links of the model's choice.
    markdown.disable("reference")
    markdown.validateLink = _has_allowed_scheme
    return markdown


_markdown = _configured()
