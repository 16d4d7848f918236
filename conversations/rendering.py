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
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from conversations.claims import doubted

MARK = re.compile(r"\s?\[(\d{1,2})(\??)\]")
# Left as they are written: $x_1$, $$x$$, \(x\), \[x\]; not the $5 and $10 of a price.
MATHS = re.compile(
    r"\$\$[^$]{1,1000}\$\$|\$(?![\s\d$])[^$\n]{0,300}(?<!\s)\$(?!\d)"
    r"|\\\((?:[^\\]|\\(?![()])){1,1000}\\\)|\\\[(?:[^\\]|\\(?![\[\]])){1,1000}\\\]"
)
LANGUAGE = re.compile(r"[\w+#-]{1,20}", re.ASCII)
SCHEMES = {"http", "https", "mailto"}
FIRST_HEADING = 3  # the page itself has h1 and h2
ATTRIBUTES = {
    "a": {"href", "class", "data-citation", "title", "aria-label", "rel", "target"},
    "code": {"data-language"},
    "ol": {"start"},
    "span": {"class"},
    "th": {"class"},
    "td": {"class"},
}
CLASSES = {"cite", "cite cite-gone", "cite cite-weak", "cite cite-weak cite-gone"}
CLASSES |= {"number", "maths"}
TAGS = {
    *("a", "p", "br", "hr", "strong", "em", "s", "span", "code", "pre", "blockquote"),
    *("ul", "ol", "li", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}


class AnswerRenderer(RendererHTML):
    """Text with marks; headings below the page's own; links that lead away safely."""

    def text(self, tokens: Sequence[Token], idx: int, options: Any, env: dict) -> str:
        if env.get("in_link"):
            return escape(tokens[idx].content)
        return _with_marks(tokens[idx].content, env["marks"])

    def maths(self, tokens: Sequence[Token], idx: int, options: Any, env: dict) -> str:
        return f'<span class="maths">{escape(tokens[idx].content)}</span>'

    def fence(self, tokens: Sequence[Token], idx: int, options: Any, env: dict) -> str:
        """With the language it names, for its colours."""
        named = LANGUAGE.match(tokens[idx].info)
        language = f' data-language="{named[0].lower()}"' if named else ""
        return f"<pre><code{language}>{escape(tokens[idx].content)}</code></pre>\n"

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
    content: str,
    citations: Sequence[dict[str, Any]] = (),
    gone: Collection[str] = (),
    claims: Sequence[dict[str, Any]] = (),
) -> SafeString:
    """The HTML of an answer. `gone` holds ids of cited documents that no longer exist, `claims`
    what became of each cited statement: the marks of weak ones look and say so."""
    marks = {
        (citation["number"], is_weak): citation_mark(citation, gone, is_weak=is_weak)
        for citation in citations
        for is_weak in ((False, True) if claims else (False,))
    }
    return mark_safe(  # noqa: S308  (the allow-list is what makes it safe)
        nh3.clean(
            _markdown.render(doubted(content, claims), {"marks": marks}),
            tags=TAGS,
            attributes=ATTRIBUTES,
            attribute_filter=_allowed,
            url_schemes=SCHEMES,
            link_rel=None,
        )
    )


def citation_mark(
    citation: dict[str, Any], gone: Collection[str] = (), *, is_weak: bool = False
) -> SafeString:
    """Its title is what the page's script shows in a card, its label what it is."""
    number, is_gone = citation["number"], citation["document_id"] in gone
    title = _("This document has been deleted.") if is_gone else citation["quote"]
    if is_weak and not is_gone:
        title = _("Not clearly supported by this source: “%s”") % citation["quote"]
    return format_html(
        '<a class="{}" href="{}" data-citation="{}" title="{}" aria-label="{}">{}</a>',
        "cite" + " cite-weak" * is_weak + " cite-gone" * is_gone,
        passage_url(citation),
        number,
        title,
        _label(citation, is_weak),
        f"{number}?" if is_weak else number,
    )


def _label(citation: dict[str, Any], is_weak: bool) -> str:
    """The page's script shows what stands behind the colon."""
    named = {"number": citation["number"], "name": citation["document_name"]}
    if is_weak:
        label = _("Source %(number)s, not clearly supported: %(name)s") % named
    else:
        label = _("Source %(number)s: %(name)s") % named
    return f"{label}, {_('page %s') % citation['page']}" if citation["page"] else label


def passage_url(citation: dict[str, Any]) -> str:
    """The document's page, opened at the passage; or what a citation names itself, where readers
    cannot open documents."""
    if "url" in citation:
        return citation["url"]
    query = {
        "page": citation["page"],
        "start": citation["start_char"],
        "end": citation["end_char"],
    }
    given = urlencode({name: value for name, value in query.items() if value is not None})
    return f"{reverse('documents:detail', args=[citation['document_id']])}?{given}#passage"


def _with_marks(text: str, marks: dict[tuple[int, bool], SafeString]) -> str:
    parts, position = [], 0
    for found in MARK.finditer(text):
        mark = marks.get((int(found[1]), bool(found[2])))
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
        return value if value.startswith(("/documents/", "#source-")) else None
    if attribute == "class":
        return value if value in CLASSES else None
    return value


def _read_maths(state: StateInline, silent: bool) -> bool:
    found = MATHS.match(state.src, state.pos)
    if not found:
        return False
    if not silent:
        state.push("maths", "", 0).content = found[0]
    state.pos = found.end()
    return True


def _configured() -> MarkdownIt:
    # Line breaks stay: while the answer streams nobody can tell soft ones from others.
    options = {"html": False, "linkify": False, "breaks": True}
    markdown = MarkdownIt("commonmark", options, renderer_cls=AnswerRenderer)
    markdown.enable(["table", "strikethrough"])
    markdown.inline.ruler.before("escape", "maths", _read_maths)
    # "[1]: http://…" would turn our marks into links of the model's choice.
    markdown.disable("reference")
    markdown.validateLink = _has_allowed_scheme
    return markdown


_markdown = _configured()
