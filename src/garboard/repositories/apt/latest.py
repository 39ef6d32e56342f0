"""The newest version of every package that apt would find, in the image's own or another release of its distribution."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final, NamedTuple

from garboard.model.gap import Gap
from garboard.model.mirror import Asking, InstalledSystem
from garboard.model.package import Package
from garboard.repositories.apt import config
from garboard.repositories.apt import policy as policies
from garboard.repositories.apt.candidates import TYPE, _native
from garboard.repositories.apt.config import AptSource
from garboard.repositories.apt.deb822 import Group, holds
from garboard.repositories.apt.fetch import read
from garboard.repositories.apt.index import AptIndexes
from garboard.repositories.apt.package import Version
from garboard.repositories.apt.policy import Policy
from garboard.repositories.config_files import by_path

_SCHEME: Final = "deb"
_CODENAME: Final = re.compile(r"[a-z]{2,40}")
_RELATIVE: Final = re.compile(r"(?:old)*stable(?:[-/].*)?|testing(?:[-/].*)?")
"""Suites that switch to another release from time to time."""
_PRIORITIES: Final = ("required", "important", "standard", "optional", "extra")
_BACKPORTS: Final = re.compile(r"-backports(?:-sloppy)?")


class Exchange(NamedTuple):
    """The codename of the image's release, and that of the requested release."""

    old: str
    new: str


class NewestFound(NamedTuple):
    """The packages; None if not all sources could be read, because the others may have something newer."""

    packages: Newest | None
    gaps: tuple[Gap, ...]


def newest(
    image: InstalledSystem, exchange: Exchange | None, finish: Callable[[Package], Package]
) -> Asking[NewestFound]:
    """Find the newest packages in the image's sources; with ``exchange``, those of the other release instead.

    ``finish`` is called with each requested package. Only the image's own keys are trusted for sources.
    """
    files = by_path(image)
    native = _native(image, files)
    listed = config.sources(files, native)
    sources = tuple(listed.found.values())
    if not sources:
        reason = "the image names no package mirror: it has no sources.list that apt could use"
        return NewestFound(None, (*listed.gaps, Gap(stage="mirrors", subject="apt", reason=reason)))
    gaps = list(listed.gaps)
    if exchange is not None:
        sources = tuple(_exchanged(sources, exchange, gaps))
    whole = not gaps and bool(sources)
    conf = config.configuration(files)
    expires = config.truth(conf.get("acquire::check-valid-until", "")) is not False
    found = yield from read(sources, files, (native,), image.now, expires=expires)
    gaps += found.gaps
    if not whole or found.missing or len(found.repositories) < len(sources):
        return NewestFound(None, tuple(gaps))
    policy = Policy(policies.pins(files, conf.get("apt::default-release", "")))
    return NewestFound(Newest(AptIndexes(found.indexes, native), policy, native, finish), tuple(gaps))


def _exchanged(sources: tuple[AptSource, ...], exchange: Exchange, gaps: list[Gap]) -> Iterator[AptSource]:
    """Yield the same sources for the other release, without backports: nothing is taken from these unless requested."""
    if not (_CODENAME.fullmatch(exchange.old) and _CODENAME.fullmatch(exchange.new)):
        gaps.append(Gap(stage="mirrors", subject=exchange.new, reason="is no codename that a mirror could have"))
        return
    for one in sources:
        name, rest = one.suite[: len(exchange.old)], one.suite[len(exchange.old) :]
        if name == exchange.old and not rest[:1].isalnum():
            if not _BACKPORTS.fullmatch(rest):
                yield replace(one, suite=exchange.new + rest)
        elif _RELATIVE.fullmatch(one.suite):
            reason = f"what stands for {one.suite} on {exchange.new} is not known (named in {one.where})"
            gaps.append(Gap(stage="mirrors", subject=f"{one.uri} {one.suite}", reason=reason))
        else:
            yield one


class Newest:
    """Packages by name, each parsed on request."""

    def __init__(self, archive: AptIndexes, policy: Policy, native: str, finish: Callable[[Package], Package]) -> None:
        self._archive = archive
        self._policy = policy
        self._native = native
        self._finish = finish
        self._versions: dict[str, Version | None] = {}
        self._packages: dict[str, Package] = {}

    def _version(self, name: str) -> Version | None:
        if name not in self._versions:
            self._versions[name] = self._policy.candidate(self._archive.versions(name, self._native), None)
        return self._versions[name]

    def _providers(self, name: str) -> list[Version]:
        """Return the providers of a name that no package has: newest versions only, and of these the highest priority."""
        every = map(self._version, self._archive.providing(name))
        found = [one for one in every if one is not None and any(each.name == name for each in one.provides)]
        best = min(map(_rank, found), default=None)
        return [one for one in found if _rank(one) == best]

    def __contains__(self, name: object) -> bool:
        """Report whether the name is a package or is provided by one."""
        return isinstance(name, str) and (self._version(name) is not None or bool(self._providers(name)))

    def get(self, name: str, default: Package | None = None) -> Package | None:
        """Return the package of this name, else its provider.

        Of several providers the one with the highest priority is returned, as in apt; if several share it, none.
        """
        one = self._version(name)
        if one is None:
            found = self._providers(name)
            one = found[0] if len(found) == 1 else None
        if one is None:
            return default
        if one.name not in self._packages:
            self._packages[one.name] = self._finish(_package(one))
        return self._packages[one.name]

    def suffices(self, package: Package, number: int, other: Package) -> bool:
        """Report whether the version of ``other`` satisfies the package's requirement with this number."""
        group = self._group(package, number)
        named = [relation for relation in group if relation.name == other.name]
        return not named or any(holds(relation, other.version) for relation in named)

    def tied(self, package: Package, number: int, name: str) -> bool:
        """Report whether this requirement is satisfied only by one version of the named package."""
        return any(relation.name == name and relation.test == "=" for relation in self._group(package, number))

    def _group(self, package: Package, number: int) -> Group:
        """Return the requirement; empty for a version that is not the newest, because nothing is known about it here."""
        one = self._version(package.name)
        if one is None or one.version != package.version:
            return ()
        groups = (*one.depends, *one.recommends)
        return groups[number] if number < len(groups) else ()


def _rank(one: Version) -> tuple[bool, int]:
    """Return the rank: apt chooses the lowest first."""
    rank = _PRIORITIES.index(one.priority) if one.priority in _PRIORITIES else len(_PRIORITIES)
    return not one.essential, rank


def _package(one: Version) -> Package:
    """Return the package as dpkg would list it if it were installed."""
    own = one.source == one.name and one.source_version == one.version
    return Package(
        type=TYPE,
        name=one.name,
        version=one.version,
        scheme=_SCHEME,
        arch=one.arch,
        source_name="" if own else one.source,
        source_version="" if one.source_version == one.version else one.source_version,
        requires=_names(one.depends),
        recommends=_names(one.recommends),
        essential=one.essential or one.priority == "required",
        provides=tuple(each.name for each in one.provides),
    )


def _names(groups: tuple[Group, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(relation.name for relation in group) for group in groups)
