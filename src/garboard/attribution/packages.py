"""Who brought each package in: its layer's instruction, the command in it, and what that command asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from garboard import ecosystems
from garboard.attribution.alignment import BuildStep
from garboard.attribution.layers import Attributed
from garboard.model.attribution import Introduction, LayerOrigin, Origin
from garboard.model.dockerfile import PackageRequest, Request, UnknownRequest
from garboard.model.gap import Gap
from garboard.model.package import Package
from garboard.shellcommands.upgrades import may_upgrade


class Introduced(NamedTuple):
    """The introduction of every package that has a layer, by the package's id; and lines that a limit left unread."""

    by_id: dict[str, Introduction]
    gaps: tuple[Gap, ...] = ()


def introductions(packages: Sequence[Package], attributed: Attributed) -> Introduced:
    """Who brought in each package."""
    layers = {layer.index: layer for layer in attributed.attribution.layers}
    askers = _Askers(packages, attributed.steps)
    found = {}
    for package in packages:
        layer = layers.get(package.layer) if package.layer is not None else None
        if layer is not None:
            found[package.id] = _introduction(layer, *askers.of(package))
    return Introduced(found, tuple(_unread(askers.requests, layers)))


def _unread(requests: Mapping[int, Iterable[Request]], layers: Mapping[int, LayerOrigin]) -> Iterator[Gap]:
    """One gap for each limit, with the first of the lines that pass it."""
    beyond: dict[str, list[int]] = {}
    for layer, asked in requests.items():
        for reason in dict.fromkeys(one.reason for one in asked if isinstance(one, UnknownRequest) and one.limit):
            beyond.setdefault(reason, []).append(layer)
    for reason, found in beyond.items():
        place = layers[found[0]].place
        subject = f"{place.file}:{place.line}" if place else f"layer {found[0]}"
        others = f", and {len(found) - 1} more like it" if len(found) > 1 else ""
        yield Gap(stage="dockerfile", subject=subject, reason=f"what the line installs was not read: {reason}{others}")


def _introduction(layer: LayerOrigin, command: str, asked_for: str) -> Introduction:
    return Introduction(
        origin=layer.origin,
        layer=layer.index,
        instruction=layer.text,
        command=command if layer.origin is not Origin.BASE else "",
        asked_for=asked_for if layer.origin is not Origin.BASE else "",
        place=layer.place,
        copied_from=layer.copied_from,
    )


def _name(text: str, kind: str) -> str:
    return ecosystems.of(kind).normalize(text)


def _requests(steps: Mapping[int, BuildStep]) -> dict[int, tuple[Request, ...]]:
    """What the instruction of each layer asks for; without instructions, the parser is not imported."""
    if not steps:
        return {}
    from garboard.shellcommands.install_requests import requests

    return {layer: requests(step.instruction, step.scope) for layer, step in steps.items()}


class _Askers:
    """Which command asked for a package, through the packages that need it."""

    def __init__(self, packages: Sequence[Package], steps: Mapping[int, BuildStep]) -> None:
        self._packages = {package.id: package for package in packages}
        self._by_purl = {package.purl: package for package in packages if package.purl and not package.owner}
        self._needed_by: dict[str, list[str]] = defaultdict(list)
        for package in packages:
            for need in package.depends_on:
                self._needed_by[need].append(package.id)
        self.requests = _requests(steps)
        self._upgrading = {layer for layer, step in steps.items() if may_upgrade(step.instruction.original)}

    def of(self, package: Package) -> tuple[str, str]:
        """The command and the name that it asked for; each is empty if not known."""
        asking = self._by_purl.get(package.owner, package) if package.owner else package
        if asking.layer != package.layer or package.layer is None:
            return "", ""
        asked = [one for one in self.requests.get(package.layer, ()) if _installs(one, asking.type)]
        if not asked:
            return "", ""
        named = {_name(one.name, asking.type): one for one in reversed(asked) if isinstance(one, PackageRequest)}
        own = named.get(_name(asking.full_name, asking.type))
        if own is not None:
            return own.command, own.name
        if package.layer in self._upgrading:
            return "", ""
        leading = self._leading(asking, named)
        return self._command(asked, leading), leading[0].name if leading else ""

    @staticmethod
    def _command(asked: Sequence[Request], leading: Sequence[PackageRequest]) -> str:
        """The one command that can have brought it: the only one there is, or the only one that leads to it."""
        if len({one.command for one in asked}) == 1:
            return asked[0].command
        known = all(isinstance(one, PackageRequest) and not one.conditional for one in asked)
        commands = {one.command for one in leading}
        return commands.pop() if known and len(commands) == 1 else ""

    def _leading(self, package: Package, named: Mapping[str, PackageRequest]) -> list[PackageRequest]:
        """The requests that lead to a package, the nearest first."""
        found: list[PackageRequest] = []
        seen = {package.id}
        level: Iterable[str] = (package.id,)
        while level:
            above = []
            for one in level:
                for parent in self._needed_by.get(one, ()):
                    if parent not in seen:
                        seen.add(parent)
                        above.append(parent)
            names = {_name(self._packages[one].full_name, package.type) for one in above}
            found += [request for name, request in reversed(tuple(named.items())) if name in names]
            level = above
        return found


def _installs(request: Request, kind: str) -> bool:
    """Whether a request may bring packages of a type: it is of that type, or its type is not known."""
    if isinstance(request, PackageRequest):
        return request.ecosystem == kind
    manager = ecosystems.OF_PROGRAM.get(request.manager)
    return manager is None or manager.type == kind
