"""Ranges of versions as policies write them: ``>=1.2 <2``, in the order of the package's own ecosystem."""

from __future__ import annotations

import re
from typing import Any, Final

from garboard import ecosystems
from garboard.model.package import Package
from garboard.policy.values import Unfit
from garboard.versions.invalid import InvalidVersion

_PART: Final = re.compile(r"\s*(<=|>=|==|<|>|=)?\s*([^\s,<>=]+)\s*,?")


def parts(text: str) -> tuple[tuple[str, str], ...]:
    """Comparisons of a range, each an operator and a version.

    Raises:
        Unfit: the text is no range.
    """
    found, at = [], 0
    while at < len(text):
        part = _PART.match(text, at)
        if part is None:
            raise Unfit('a range of versions: "<1.2.3", ">=1.0 <2", "1.2.3"')
        found.append((part[1] or "=", part[2]))
        at = part.end()
    if not found:
        raise Unfit('a range of versions: "<1.2.3", ">=1.0 <2", "1.2.3"')
    return tuple(found)


def within(text: str, package: Package) -> bool:
    """Whether a package's version is in the range; one that cannot be compared is not."""
    order = ecosystems.order(package.scheme)
    if order is None:
        return all(sign in {"=", "=="} and version == package.version for sign, version in parts(text))
    try:
        own = order.key(package.version)
        return all(_holds(sign, own, order.key(version)) for sign, version in parts(text))
    except InvalidVersion:
        return False


def _holds(sign: str, own: Any, other: Any) -> bool:
    if sign.startswith("<"):
        return bool(own < other or (sign == "<=" and own == other))
    if sign.startswith(">"):
        return bool(own > other or (sign == ">=" and own == other))
    return bool(own == other)
