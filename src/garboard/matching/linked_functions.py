"""Whether a program of Go holds the functions that have a vulnerability, and was built for a system that has it.

It is evidence, and never drops a finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from garboard.ecosystems.golang.functions import has
from garboard.model.advisory import Hit
from garboard.model.package import Package

_NAMED: Final = 3


def evidence(package: Package, hits: Sequence[Hit]) -> str:
    """What to note of a finding that the program cannot have by all that is known; empty where it may."""
    return _built_elsewhere(package, hits) or not_linked(package, hits)


def _built_elsewhere(package: Package, hits: Sequence[Hit]) -> str:
    """Records that name no systems tell nothing of them; a record that does is of the same vulnerability."""
    platforms = list(dict.fromkeys(one for hit in hits for one in hit.affected.platforms))
    if not platforms or not package.built_for or any(_covers(one, package.built_for) for one in platforms):
        return ""
    named = [one.removesuffix("/*").removeprefix("*/") for one in platforms]
    more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
    return f"the program is built for {package.built_for}, and only {', '.join(named[:_NAMED])}{more} has the vulnerability"


def _covers(platform: str, built_for: str) -> bool:
    return all(one in {"*", other} for one, other in zip(platform.split("/"), built_for.split("/"), strict=True))


def not_linked(package: Package, hits: Iterable[Hit]) -> str:
    """What to note of a finding whose functions are not in the program; empty where one is, or it is not known.

    Records that name no functions tell nothing of them; a record that does is of the same vulnerability.
    """
    symbols = list(dict.fromkeys(name for hit in hits for name in hit.affected.symbols))
    if not symbols or not package.functions or any(has(package.functions, name) for name in symbols):
        return ""
    more = f" and {len(symbols) - _NAMED} more" if len(symbols) > _NAMED else ""
    return f"the program does not hold what has the vulnerability: {', '.join(symbols[:_NAMED])}{more}"
