"""Arithmetic as people write it: numbers, operators and a few functions, exact as fractions are.

The parser knows nothing else, so an expression can reach nothing; numbers are limited before they
are made, so that none takes long.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal, localcontext
from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple

from django.utils.translation import gettext as _

from chatbots.tools.tool import ToolError

LONGEST = 300  # characters
DEEPEST = 40  # parentheses within each other
MOST_BITS = 4_000  # of a numerator or denominator, about 1,200 digits
HIGHEST_EXPONENT = 1_000
DIGITS = 30  # of a result; roots are made with a few more, so that they never look exact
TOKEN = re.compile(r"\s*(?:((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?)|([a-z]+)|(\*\*|[-+*/%^(),]))")
SPELLINGS = str.maketrans({"×": "*", "·": "*", "÷": "/", "−": "-", "–": "-"})


class Symbol(NamedTuple):
    kind: str  # number, name, sign, end
    text: str


def compute(expression: str) -> Fraction:
    """Raises ToolError, in a sentence."""
    if len(expression) > LONGEST:
        raise ToolError(_("The expression is too long; %s characters are the most.") % LONGEST)
    return _Parser(_symbols(expression)).whole()


def written(number: Fraction) -> str:
    """As a decimal; what has no end, or a late one, is rounded and says so by “≈”."""
    with localcontext() as context:
        context.prec = DIGITS
        shown = (Decimal(number.numerator) / Decimal(number.denominator)).normalize()
    if Fraction(shown) != number:
        return f"≈ {shown}"
    return f"{shown:f}" if abs(shown.adjusted()) < DIGITS else str(shown)


def _symbols(expression: str) -> list[Symbol]:
    text, place, found = expression.translate(SPELLINGS).strip(), 0, []
    while place < len(text):
        match = TOKEN.match(text, place)
        if not match:
            message = _("“%s” is no part of a calculation: numbers, + - * / %% ** and parentheses.")
            raise ToolError(message % text[place:].strip()[:20])
        place = match.end()
        number, name, sign = match.groups()
        kind = "number" if number else "name" if name else "sign"
        found.append(Symbol(kind, number or name or sign.replace("^", "**")))
    return [*found, Symbol("end", "")]


class _Parser:
    """Sums of products of powers, as in school: -2**2 is -4, 2**3**2 is 2**9."""

    def __init__(self, symbols: list[Symbol]) -> None:
        self._symbols, self._place, self._depth = symbols, 0, 0

    def whole(self) -> Fraction:
        number = self._sum()
        if self._next().kind != "end":
            raise ToolError(_("The calculation goes on after its end: “%s”.") % self._next().text)
        return number

    def _next(self) -> Symbol:
        return self._symbols[self._place]

    def _takes(self, *signs: str) -> str:
        symbol = self._next()
        if symbol.kind != "sign" or symbol.text not in signs:
            return ""
        self._place += 1
        return symbol.text

    def _sum(self) -> Fraction:
        number = self._product()
        while sign := self._takes("+", "-"):
            other = self._product()
            number = _limited(number + other if sign == "+" else number - other)
        return number

    def _product(self) -> Fraction:
        number = self._signed()
        while sign := self._takes("*", "/", "%"):
            other = self._signed()
            if sign != "*" and not other:
                raise ToolError(_("Nothing can be divided by zero."))
            number = _limited(_PRODUCTS[sign](number, other))
        return number

    def _signed(self) -> Fraction:
        negative = False
        while sign := self._takes("+", "-"):
            negative ^= sign == "-"
        number = self._power()
        return -number if negative else number

    def _power(self) -> Fraction:
        base = self._single()
        return _power(base, self._deeper(self._signed)) if self._takes("**") else base

    def _single(self) -> Fraction:
        symbol = self._next()
        self._place += symbol.kind != "end"
        if symbol.kind == "number":
            return _limited(_number(symbol.text))
        if symbol.kind == "name":
            return self._function(symbol.text)
        if symbol.text == "(":
            number = self._deeper(self._sum)
            self._close()
            return number
        raise ToolError(_("The calculation is not complete: a number is missing."))

    def _function(self, name: str) -> Fraction:
        if name not in FUNCTIONS:
            known = ", ".join(sorted(FUNCTIONS))
            raise ToolError(_("There is no function “%(name)s”; there are %(known)s.")
                            % {"name": name[:20], "known": known})  # fmt: skip
        if not self._takes("("):
            raise ToolError(_("After “%s” its numbers stand in parentheses.") % name)
        numbers = [self._deeper(self._sum)]
        while self._takes(","):
            numbers.append(self._deeper(self._sum))
        self._close()
        try:
            return _limited(FUNCTIONS[name](*numbers))
        except TypeError:
            raise ToolError(_("“%s” takes another count of numbers.") % name) from None

    def _close(self) -> None:
        if not self._takes(")"):
            raise ToolError(_("A parenthesis is not closed."))

    def _deeper(self, part: Callable[[], Fraction]) -> Fraction:
        self._depth += 1
        if self._depth > DEEPEST:
            raise ToolError(_("The expression is nested too deep."))
        number = part()
        self._depth -= 1
        return number


def _number(text: str) -> Fraction:
    exponent = text.lower().partition("e")[2]
    if exponent and abs(int(exponent)) > HIGHEST_EXPONENT:
        raise _too_large()
    return Fraction(text)


def _limited(number: Fraction) -> Fraction:
    if _bits(number) > MOST_BITS:
        raise _too_large()
    return number


def _bits(number: Fraction) -> int:
    return max(number.numerator.bit_length(), number.denominator.bit_length())


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if abs(exponent) > HIGHEST_EXPONENT:
        raise _too_large()
    if not base and exponent < 0:
        raise ToolError(_("Nothing can be divided by zero."))
    if exponent.denominator != 1:
        return _root(base, exponent)
    if _bits(base) * abs(exponent.numerator) > MOST_BITS and abs(base) != 1:
        raise _too_large()
    return Fraction(base**exponent.numerator)


def _root(base: Fraction, exponent: Fraction) -> Fraction:
    if base < 0:
        raise ToolError(_("A negative number has no such root."))
    if _bits(base) * abs(exponent) > MOST_BITS:
        raise _too_large()
    with localcontext() as context:
        context.prec = DIGITS + 5
        ratio, power = (Decimal(one.numerator) / Decimal(one.denominator)
                        for one in (base, exponent))  # fmt: skip
        root = Fraction(ratio**power)
    near = Fraction(round(root))
    exact = exponent.denominator <= DIGITS and near**exponent.denominator == (
        _power(base, Fraction(exponent.numerator))
    )
    return _limited(near if exact else root)


def _too_large() -> ToolError:
    return ToolError(_("The numbers become too large."))


def _rounded(number: Fraction, places: Fraction = Fraction(0)) -> Fraction:
    """Halves away from zero, as people round money."""
    if places.denominator != 1 or abs(places) > DIGITS:
        raise ToolError(_("Round to a whole number of places, %s at most.") % DIGITS)
    unit = Fraction(10) ** places.numerator
    return Fraction(floor(abs(number) * unit + Fraction(1, 2))) / unit * (1 if number > 0 else -1)


_PRODUCTS: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "*": lambda one, other: one * other,
    "/": lambda one, other: one / other,
    "%": lambda one, other: one % other,
}
FUNCTIONS: dict[str, Callable[..., Fraction]] = {
    "abs": lambda number: abs(number),
    "ceil": lambda number: Fraction(ceil(number)),
    "floor": lambda number: Fraction(floor(number)),
    "max": lambda *numbers: max(numbers),
    "mean": lambda *numbers: sum(numbers, Fraction(0)) / len(numbers),
    "min": lambda *numbers: min(numbers),
    "round": _rounded,
    "sqrt": lambda number: _root(number, Fraction(1, 2)),
    "sum": lambda *numbers: sum(numbers, Fraction(0)),
}
