"""What of a page is not its body: hidden parts, menus, consent banners, lists of links below.

In doubt a part stays: a footer keeps its address, a recipe for cookies is no banner.
"""

import re
from collections.abc import Mapping

from selectolax.lexbor import LexborNode

LEFT_OUT = {
    *("head", "script", "style", "template", "noscript", "noembed", "noframes", "iframe"),
    *("object", "embed", "canvas", "audio", "video", "svg", "select", "datalist", "rt"),
    *("rp", "-comment", "-doctype"),
}
# Hidden from screen readers are also icons, doubled formulas, and, behind a dialog, whole pages.
DECORATION = {
    *("a", "abbr", "b", "em", "i", "s", "small", "span", "strong", "sub", "sup"),
}
MENUS = {"navigation", "search", "menu", "menubar"}
INVISIBLE = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.I)
CONSENT = re.compile(
    r"(?:cookie|consent|gdpr|ccpa)s?[-_]?(?:banner|bar|box|dialog|layer|law|message|modal|notice|"
    r"overlay|popup|prompt|wall)|onetrust|cookiebot|didomi|usercentrics|qc-cmp|\bcc-window",
    re.I,
)
LONGEST_BANNER = 3000
MOST_LOOKED_AT = 500  # nodes; what is larger is no banner and no list of links
NEAR = 6

Attributes = Mapping[str, str | None]


def is_hidden(tag: str, attributes: Attributes) -> bool:
    if "hidden" in attributes and attributes["hidden"] != "until-found":
        return True
    if attributes.get("aria-hidden") == "true" and tag in DECORATION:
        return True
    return INVISIBLE.search(attributes.get("style") or "") is not None


def is_furniture(attributes: Attributes, node: LexborNode) -> bool:
    if attributes.get("role") in MENUS:
        return True
    name = f"{attributes.get('id') or ''} {attributes.get('class') or ''}"
    return len(name) < 1000 and CONSENT.search(name) is not None and _is_short(node)


def is_list_of_links(node: LexborNode) -> bool:
    for number, part in enumerate(node.traverse(include_text=True, skip_empty=True)):
        if number == MOST_LOOKED_AT or (part.is_text_node and not _is_in_link(part)):
            return False
    return True


def _is_short(node: LexborNode) -> bool:
    length = 0
    for number, part in enumerate(node.traverse(include_text=True, skip_empty=True)):
        length += len(part.text_content or "")
        if number == MOST_LOOKED_AT or length > LONGEST_BANNER or part.tag in {"main", "article"}:
            return False
    return True


def _is_in_link(node: LexborNode) -> bool:
    above = node.parent
    for _ in range(NEAR):
        if above is None or above.tag == "a":
            break
        above = above.parent
    return above is not None and above.tag == "a"
