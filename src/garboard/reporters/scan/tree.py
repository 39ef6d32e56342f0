"""The dependency tree, as ``docker scan --dependency-tree`` prints it.

What a package needs is listed under its first appearance only.
"""

from __future__ import annotations

from collections.abc import Iterator

from garboard.model.package import Package
from garboard.model.report import Report
from garboard.packages.graph import roots


def dependency_tree(report: Report) -> Iterator[str]:
    """The lines of the tree."""
    packages = {package.id: package for package in report.inventory.packages if not package.owner}
    yield f"docker-image|{report.image.name}"
    expanded: set[str] = set()
    top = roots(packages)
    stack: list[tuple[Package, str, bool]] = [(p, "   ", at == len(top) - 1) for at, p in enumerate(top)][::-1]
    while stack:
        package, indent, last = stack.pop()
        yield f"{indent}{'└─' if last else '├─'} {package.display_name} @ {package.version}"
        if package.id in expanded:
            continue
        expanded.add(package.id)
        children = [packages[need] for need in package.depends_on if need in packages]
        deeper = indent + ("   " if last else "│  ")
        stack += [(child, deeper, at == len(children) - 1) for at, child in enumerate(children)][::-1]
