"""Stripe's request bodies: forms whose names nest by brackets, `items[0][price]=price_1`."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

WORDS = {"true": True, "false": False}


def decode(form: str) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for name, value in parse_qsl(form, keep_blank_values=True):
        *outer, last = re.findall(r"[^\[\]]+", name)
        branch = tree
        for part in outer:
            branch = branch.setdefault(part, {})
        branch[last] = _value(last, value)
    return _lists(tree)


def _value(name: str, text: str) -> Any:
    if text in WORDS:
        return WORDS[text]
    is_number = re.fullmatch(r"\d{1,12}", text)
    return int(text) if is_number and name in {"quantity", "limit", "trial_period_days"} else text


def _lists(tree: Any) -> Any:
    if not isinstance(tree, dict):
        return tree
    known = {name: _lists(value) for name, value in tree.items()}
    if known and all(name.isdigit() for name in known):
        return [known[name] for name in sorted(known, key=int)]
    return known
