"""What would end an issue: a package manager command, a rebuild, or removing what asked for the package."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from types import MappingProxyType
from typing import Final

from garboard import ecosystems
from garboard.model.advisory import Status
from garboard.model.attribution import Introduction, Origin
from garboard.model.explanation import Remedy
from garboard.model.finding import Finding
from garboard.model.package import SYSTEM_TYPES, Package
from garboard.model.program import FIXED, Fix
from garboard.model.report import Report
from garboard.packages.pins import pinned

_STATUS: Final = MappingProxyType(
    {
        Status.DEFERRED: "the distribution has put the fix off",
        Status.WILL_NOT_FIX: "the distribution will not fix it",
        Status.END_OF_LIFE: "the package has no security support in this release; only a newer release can help",
        Status.SUBSCRIBERS: "its fix is only for those who pay for support",
    }
)
_REBUILD: Final = re.compile(r"\+b\d+$")


def remedies(findings: Sequence[Finding], report: Report) -> tuple[Remedy, ...]:
    """What would end one issue, the surest first. ``findings`` are of one vulnerability and one source package."""
    first = findings[0]
    if first.vulnerability.malicious:
        return (
            Remedy(text=f"the package is malware: remove {first.package.display_name} and rebuild what it touched"),
        )
    installed = [one for one in findings if not one.package.vendored_by]
    if len(installed) < len(findings):
        carried = tuple(_carried([one for one in findings if one.package.vendored_by]))
        return (*remedies(installed, report), *carried) if installed else carried
    owner = next(
        (one for one in report.inventory.packages if first.package.owner and one.purl == first.package.owner), None
    )
    if owner is not None:
        text = f"it is part of {owner.display_name}, whose own version decides: raise or replace {owner.display_name}"
        return (Remedy(text=text),)
    found = list(_upgrade(findings, report)) if first.fixed_in else list(_without_fix(first))
    found += _rebuild(first, report) if first.fixed_in else []
    found += _drop(findings, report)
    return tuple(found)


def _carried(findings: Sequence[Finding]) -> Iterator[Remedy]:
    """What helps with copies that other packages carry: nothing else replaces them."""
    for name in dict.fromkeys(one.package.vendored_by for one in findings):
        of = next(one for one in findings if one.package.vendored_by == name)
        wanted = f" of {of.fixed_in} or later" if of.fixed_in else " without the issue"
        yield Remedy(
            text=f"{name} carries its own copy of {of.package.display_name}: raise {name} to a version whose copy is one{wanted}, "
            f"or remove {name} where nothing needs it when the image runs"
        )


def _without_fix(finding: Finding) -> Iterator[Remedy]:
    status = _STATUS.get(finding.status, "no fixed version is known")
    yield Remedy(text=f"no fix: {status}" + (f" ({finding.note})" if finding.note else ""))


def _pins(findings: Sequence[Finding]) -> list[tuple[Package, str]]:
    """For a distribution the fix is the source package's version; a binary's is the same only if it was before."""
    pins: dict[str, tuple[Package, str]] = {}
    for finding in findings:
        package = finding.package
        own = _REBUILD.sub("", package.version)
        known = own == (package.source_version or own)
        pins.setdefault(package.id, (package, finding.fixed_in if known else ""))
    return list(pins.values())


def _upgrade(findings: Sequence[Finding], report: Report) -> Iterator[Remedy]:
    first = findings[0]
    write = ecosystems.commands(first.package.type).remedy
    pins = _pins(findings)
    if write is None:
        yield Remedy(text=f"upgrade {first.package.display_name} to {first.fixed_in} or later")
        return
    distro = report.inventory.distro
    indirect = len(first.from_paths[0]) > 1 if first.from_paths else False
    text, command = write(Fix(pins=pins, distro=distro.id if distro else "", indirect=indirect))
    source = "" if all(version for _, version in pins) else f" (of the source package {first.package.source})"
    yield Remedy(text=text.replace(FIXED, first.fixed_in + source), command=command)


def _rebuild(finding: Finding, report: Report) -> Iterator[Remedy]:
    introduced = finding.who
    if introduced.origin is Origin.BASE:
        name = (report.attribution.base.name if report.attribution else "") or report.base_image
        yield Remedy(
            text=f"it is the base image's{f' ({name})' if name else ''}: a newer build of that may have the fix",
            command="docker build --pull --no-cache .",
        )
    elif introduced.copied_from:
        yield Remedy(text=f"it was copied from {introduced.copied_from}: mend it there and build again")
    elif introduced.origin is Origin.DOCKERFILE:
        if pinned(finding.package, introduced):
            yield Remedy(text=f"`{_words(introduced)}` names the version: change it there{_at(introduced)}")
        elif finding.package.type in SYSTEM_TYPES:
            yield Remedy(
                text=f"`{_words(introduced)}`{_at(introduced)} names no version: a build without cache gets the newest",
                command="docker build --no-cache .",
            )


def _words(introduced: Introduction) -> str:
    return " ".join(introduced.text.split())


def _at(introduced: Introduction) -> str:
    return f" ({introduced.place.file}:{introduced.place.line})" if introduced.place else ""


def _drop(findings: Sequence[Finding], report: Report) -> Iterator[Remedy]:
    """Remove the one requested package that alone leads to all of them; not offered if any of them is the base's."""
    roots = {path[0] for finding in findings for path in finding.from_paths}
    if len(roots) != 1:
        return
    root = next((package for package in report.inventory.packages if package.id in roots), None)
    if root is None or _of_base(root, report) or any(_of_base(finding.package, report) for finding in findings):
        return
    itself = all(finding.package.id == root.id for finding in findings)
    who = "nothing else needs it" if itself else f"only {root.display_name} leads to it"
    yield Remedy(text=f"{who}: an image without {root.display_name} does not have the issue")


def _of_base(package: Package, report: Report) -> bool:
    """Whether the base image brought it, or that is not known."""
    boundary = report.attribution.base.layers if report.attribution else None
    if boundary is None or package.layer is None:
        return package.type in SYSTEM_TYPES
    return package.layer < boundary
