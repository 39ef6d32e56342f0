"""What the data say of a package, for people."""

from __future__ import annotations

from garboard.model.answers import Comparison, PackageAnswer
from garboard.reporters import terminal
from garboard.reporters.answers import names, standing, versions


def render(answer: PackageAnswer) -> bytes:
    """A paragraph for each record, UTF-8, ending in a line feed."""
    asked = f"{answer.package}@{answer.version}" if answer.version else answer.package
    lines = []
    for told in answer.told:
        lines.append(f"{told.affected.ecosystem}  {names(told)}")
        if told.advisory.summary:
            lines.append(f"  {told.advisory.summary}")
        lines.append(f"  {versions(told.affected)}")
        lines += [f"  {one}" for one in standing(told)]
    count = len(answer.told)
    of = f"{len(answer.ecosystems)} ecosystem{'s' if len(answer.ecosystems) != 1 else ''}"
    affecting = sum(told.verdict is Comparison.AFFECTED for told in answer.told)
    affect = f", {affecting} of them affect it" if answer.version else ""
    lines.append(f"{asked}: {count} record{'s' if count != 1 else ''} in the data of {of}{affect}")
    if not count:
        lines.append("Distributions list source packages by their own names: is it spelled as theirs is?")
    return terminal.document(lines, color=False)
