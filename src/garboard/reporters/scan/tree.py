"""The dependency tree, as ``docker scan --dependency-tree`` prints it.

What a package needs is listed under its first appearance only.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garboard import ecosystems
from garboard.model.limits import MIB
from garboard.model.package import Package
from garboard.model.report import Report
from garboard.packages.graph import roots

_LARGEST: Final = 8 * MIB
"""Characters of a tree: in a chain each line is indented by all that are above it."""


def dependency_tree(report: Report, name: str) -> Iterator[str]:
    """The lines of the tree, below the name of what it is of."""
    packages = {package.id: package for package in report.inventory.packages if not package.owner}
    yield name
    expanded: set[str] = set()
    top = roots(packages)
    levels: list[tuple[str, list[Package], int]] = [("   ", top, 0)]
    size = 0
    while levels:
        indent, siblings, at = levels.pop()
        if at == len(siblings):
            continue
        levels.append((indent, siblings, at + 1))
        package, last = siblings[at], at == len(siblings) - 1
        line = f"{indent}{'└─' if last else '├─'} {ecosystems.displayed(package)} @ {package.version}"
        size += len(line)
        if size > _LARGEST:
            yield f"   … beyond the limit of {_LARGEST} characters the tree is not shown; garboard inventory --json has all of it"
            return
        yield line
        if package.id not in expanded:
            expanded.add(package.id)
            children = [packages[need] for need in package.depends_on if need in packages]
            levels.append((indent + ("   " if last else "│  "), children, 0))
