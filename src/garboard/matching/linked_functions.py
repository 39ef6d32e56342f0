"""Whether a program of Go holds the functions that have a vulnerability. It is evidence, and never drops a finding."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from garboard.ecosystems.golang.functions import has
from garboard.model.advisory import Hit
from garboard.model.package import Package

_NAMED: Final = 3


def not_linked(package: Package, hits: Iterable[Hit]) -> str:
    """What to note of a finding whose functions are not in the program; empty where one is, or it is not known.

    Records that name no functions tell nothing of them; a record that does is of the same vulnerability.
    """
    symbols = list(dict.fromkeys(name for hit in hits for name in hit.affected.symbols))
    if not symbols or not package.functions or any(has(package.functions, name) for name in symbols):
        return ""
    more = f" and {len(symbols) - _NAMED} more" if len(symbols) > _NAMED else ""
    return f"the program does not hold what has the vulnerability: {', '.join(symbols[:_NAMED])}{more}"
