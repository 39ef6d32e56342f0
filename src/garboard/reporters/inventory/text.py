"""An inventory for people: a table of packages, totals, and what was not covered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from garboard import ecosystems
from garboard.model.image import Image
from garboard.model.package import Package
from garboard.model.report import Report
from garboard.packages.ownership import counted
from garboard.reporters.several import Texts
from garboard.reporters.terminal import document, paint, plain
from garboard.reporters.view import View, subject

_HEADINGS: Final = ("NAME", "VERSION", "TYPE", "LAYER", "")
_OF_FILES: Final = ("NAME", "VERSION", "TYPE", "FILE", "")
"""Of what has no layers."""
_SUBJECTS: Final = {"image": "Image:", "tree": "Source tree:", "file": "File:"}
_WIDEST: Final = 48
"""Characters of a column; a longer text is shown in full and pushes the rest of its row to the right."""
_SHORT: Final = 12

Row = tuple[str, ...]


def totals(packages: Iterable[Package]) -> dict[str, int]:
    """Packages by type, most first; applications and packages that another package owns are not counted."""
    found = Counter(package.type for package in counted(packages))
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def render(report: Report, view: View) -> bytes:
    """The whole text, UTF-8, ending in a line feed."""
    return b"".join(parts(report, view))


def parts(report: Report, view: View) -> Iterator[bytes]:
    """The same, at once."""
    packages = report.inventory.packages
    lines: list[str] = []
    if packages:
        owners = {package.id: package.name for package in packages}
        rows = [_row(package, owners, report.image) for package in packages]
        lines += [*_table([_HEADINGS if report.image.layers else _OF_FILES, *rows]), ""]
    lines += [*_summary(report), "", *_coverage(report, color=view.color)]
    yield document(lines, color=view.color)


def _row(package: Package, owners: dict[str, str], image: Image) -> Row:
    return tuple(
        map(
            plain,
            (
                ecosystems.spelled(package),
                package.version or "-",
                package.type,
                _layer(package.layer, image) if image.layers else _file(package),
                _remark(package, owners),
            ),
        )
    )


def _file(package: Package) -> str:
    """Where it is stated, or lies."""
    if not package.locations:
        return "-"
    place = package.locations[0]
    return f"{place.path}:{place.line}" if place.line else place.path


def _layer(index: int | None, image: Image) -> str:
    if index is None:
        return "-"
    if index >= len(image.layers):
        return str(index)
    return f"{index} {image.layers[index].diff_id.partition(':')[2][:_SHORT]}"


def _remark(package: Package, owners: dict[str, str]) -> str:
    if package.owner:
        return f"part of {owners.get(package.owner, package.owner)}"
    if package.evidence is not None:
        return f"by what its file holds, {package.evidence.confidence} confidence"
    if package.vendored_by:
        return f"vendored by {package.vendored_by}"
    return "application" if package.application else ""


def _table(rows: list[Row]) -> Iterator[str]:
    widths = [min(max(map(len, column)), _WIDEST) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join([cell.ljust(width) for cell, width in zip(row, widths, strict=True)]).rstrip()


def _summary(report: Report) -> Iterator[str]:
    packages = report.inventory.packages
    distro = report.inventory.distro
    by_type = totals(packages)
    applications = sum(1 for package in packages if package.application and not package.owner)
    owned = len(packages) - applications - sum(by_type.values())
    listed = ", ".join(f"{count} {kind}" for kind, count in by_type.items())
    aside = [f"{owned} part of another package"] if owned else []
    if applications:
        aside.append(f"{applications} application{'s' if applications > 1 else ''}")
    rows = (
        (_SUBJECTS[subject(report)], report.image.name),
        ("Platform:", str(report.image.platform) if report.image.layers else ""),
        ("Distribution:", distro.pretty_name or f"{distro.id} {distro.version}".strip() if distro else "none found"),
        (
            "Packages:",
            f"{sum(by_type.values())}{f' ({listed})' if listed else ''}"
            + (f"; not counted: {', '.join(aside)}" if aside else ""),
        ),
    )
    yield from (f"{label:<15}{plain(text)}" for label, text in rows if text)


def _coverage(report: Report, *, color: bool) -> Iterator[str]:
    if not report.gaps:
        yield "Not covered: nothing that this inventory knows of."
        return
    yield paint("Not covered:", "33", color=color)
    for gap in report.gaps:
        yield plain(f"  - {gap.subject}: {gap.reason}")


def several(count: int, view: View) -> Texts:
    """Such tables, and one of the images' numbers of packages."""
    return Texts(parts, ("PACKAGES", "GAPS", "VERDICT"), _cells, count, view)


def _cells(report: Report, _view: View) -> tuple[str, str, str]:
    packages = report.inventory.packages
    return (
        str(sum(totals(packages).values())),
        str(len(report.gaps)),
        "packages are listed" if packages else "no package was found",
    )
