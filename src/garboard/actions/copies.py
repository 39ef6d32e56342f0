"""Packages that a RUN copied from elsewhere in the image: what mends the original mends the copy too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from garboard.model.finding import Finding
from garboard.model.package import SYSTEM_TYPES

_PAIRS: Final = 100_000
"""Pairs of copies of one package that are compared; of more, none is taken for another's copy."""
_COPYING: Final = re.compile(r"(?:^|[\s;&|(])(?:cp|rsync|tar)\s")


def copied(findings: Iterable[Finding]) -> Mapping[int, Finding]:
    """The findings in copied packages, by `id`, each with that of the original."""
    alike: dict[tuple[str, str, str, str], list[Finding]] = {}
    for one in findings:
        package = one.package
        if package.type not in SYSTEM_TYPES:
            key = (one.vulnerability.id, package.type, package.full_name, package.version)
            alike.setdefault(key, []).append(one)
    result: dict[int, Finding] = {}
    for found in alike.values():
        copies = [one for one in found if _may_be_copied(one)]
        if len(found) * len(copies) <= _PAIRS:
            result |= {id(copy): one for copy in copies for one in found if _is_copied(copy, one)}
    return result


def _may_be_copied(finding: Finding) -> bool:
    """Whether a RUN that copies brought the finding's package."""
    who = finding.who
    return not who.copied_from and _COPYING.search(who.instruction) is not None


def _is_copied(copy: Finding, original: Finding) -> bool:
    """Whether a RUN copied a finding's package from where the original's is, in an earlier layer."""
    who, other = copy.who, original.who
    if who.layer is None or other.layer is None or other.layer >= who.layer:
        return False
    there = {f"/{one.path}" for one in original.package.locations}
    words = (word.rstrip("/") for word in who.instruction.split() if word.startswith("/"))
    return any(path == word or path.startswith(f"{word}/") for word in words for path in there)
