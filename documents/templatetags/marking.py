"""Passages with the words that were asked for, on any page that searches."""

from __future__ import annotations

from django import template

from language.marking import Part, marked

register = template.Library()


@register.filter
def marked_by(content: str, query: str) -> list[Part]:
    return marked(content, query)
