"""Ranges of versions as policies write them: ``>=1.2 <2 || 3.0``, in the order of the package's own ecosystem."""

from __future__ import annotations

import re
from typing import Any, Final

from garboard import ecosystems
from garboard.model.package import Package
from garboard.policy.values import Unfit
from garboard.versions.invalid import InvalidVersion

_PART: Final = re.compile(r"\s*(<=|>=|==|!=|<|>|=)?\s*([0-9A-Za-z][^\s,<>=*?|()\[\]{}]*)\s*,?")
_EQUAL: Final = ("=", "==")
_LIKE: Final = 'a range of versions: "<1.2.3", ">=1.0 <2", "1.2.3", "!=1.2.3", or several of them with || between'

Comparisons = tuple[tuple[str, str], ...]
"""Each an operator and a version; all of them have to hold."""


def alternatives(text: str) -> tuple[Comparisons, ...]:
    """The parts of a range of which any has to hold.

    Raises:
        Unfit: the text is no range.
    """
    return tuple(_comparisons(one) for one in text.split("||"))


def _comparisons(text: str) -> Comparisons:
    found, at = [], 0
    while at < len(text.rstrip()):
        part = _PART.match(text, at)
        if part is None:
            raise Unfit(f"{_LIKE}; {text.strip()[:60]} is none")
        found.append((part[1] or "=", part[2]))
        at = part.end()
    if not found:
        raise Unfit(_LIKE)
    exact = [version for sign, version in found if sign in _EQUAL]
    if len(exact) > 1:
        raise Unfit(f'one version, or several with || between: "{" || ".join(exact)[:60]}"')
    return tuple(found)


def within(text: str, package: Package) -> bool:
    """Whether a package's version is in the range; one that cannot be compared is not."""
    return any(_all_hold(one, package) for one in alternatives(text))


def _all_hold(comparisons: Comparisons, package: Package) -> bool:
    order = ecosystems.order(package.scheme)
    if order is None:
        return all(sign in _EQUAL and version == package.version for sign, version in comparisons)
    try:
        own = order.key(package.version)
        return all(_holds(sign, own, order.key(version)) for sign, version in comparisons)
    except InvalidVersion:
        return False


def _holds(sign: str, own: Any, other: Any) -> bool:
    if sign == "!=":
        return bool(own != other)
    if sign.startswith("<"):
        return bool(own < other or (sign == "<=" and own == other))
    if sign.startswith(">"):
        return bool(own > other or (sign == ">=" and own == other))
    return bool(own == other)
