"""What an image would hold upon another base: your own packages kept, the base's replaced.

A package of the distribution that your lines asked for is there, with all that it needs: from the new base where that has
it, else at the version that your image or its base has. Of another release of the distribution those versions say nothing,
so there such packages are unknown, unless an index of packages tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from garboard.baseimage.owning import SYSTEM, Asked, Yours, key
from garboard.model.package import Inventory, Package
from garboard.versions import BY_NAME
from garboard.versions.invalid import InvalidVersion

Available = Mapping[str, Package]
"""The newest package of each name that the package manager would find."""


class Predicted(NamedTuple):
    """The packages, those of yours of which nothing can be said, and what the rest rests on that is not certain."""

    packages: tuple[Package, ...]
    unknown: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()


class Predictor:
    """Your image upon other bases. What does not depend on the other base is worked out once."""

    def __init__(self, yours: Yours) -> None:
        self._yours = yours
        self._here = {one.name: one for one in yours.image.packages if one.type in SYSTEM}
        provided = _providers(self._here.values())
        self._old = _Old(self._here, provided, _bare(yours.asked, self._here, provided))
        self._asked = {name if name in self._here else provided.get(name, "") for name in yours.asked.names} - {""}
        self._languages = {place: one for place, one in yours.language.items() if not one.owner}

    def upon(self, base: Inventory, available: Available | None = None) -> Predicted:
        """Your image with ``base`` in its base's place; ``available`` is the index of packages of that base's release."""
        yours = self._yours
        dropped = {key(one) for one in base.packages if one.type not in SYSTEM} & (
            self._languages.keys() | yours.language_removed
        )
        kept = [one for one in base.packages if one.type in SYSTEM or not dropped or key(one) not in dropped]
        system = self._system(base, available)
        gone = system.removed | {one.name for one in system.packages}
        if gone:
            kept = [one for one in kept if one.type not in SYSTEM or one.name not in gone]
        return Predicted((*kept, *system.packages, *self._languages.values()), system.unknown, system.gaps)

    def _system(self, base: Inventory, available: Available | None) -> _System:
        yours = self._yours
        if not (yours.added or yours.raised or self._asked or yours.removed or yours.asked.upgrades):
            return _System()
        if _alike(base, yours.image):
            old = self._old
            start = {*yours.added, *self._asked}
        else:
            old = _Old({}, {}, self._old.bare)
            start = {name for name, one in yours.added.items() if one.automatic is not True} | self._asked
            if available is None:
                return self._elsewhere(base, start)
        return _Installing(yours, self._asked, old, available, _New(base)).of(start)

    def _elsewhere(self, base: Inventory, wanted: set[str]) -> _System:
        """Upon another release, without an index of it."""
        has = {one.name for one in base.packages if one.type in SYSTEM}
        gaps = ("your lines upgrade what the base has; to which versions is not known",)
        return _System(unknown=tuple(sorted(wanted - has)), gaps=gaps if self._yours.asked.upgrades else ())


class _Old(NamedTuple):
    """What your image tells of packages: by name, which provides something, and those whose recommendations were not wanted."""

    known: Mapping[str, Package]
    providers: Mapping[str, str]
    bare: frozenset[str]


class _Installing:
    """One run of the package manager upon a new base."""

    def __init__(self, yours: Yours, asked: set[str], old: _Old, available: Available | None, new: _New) -> None:
        self._yours = yours
        self._asked = asked
        self._old = old
        before = {package.name: package for package in yours.base.packages if package.type in SYSTEM}
        self._lowered = {name for name, package in yours.raised.items() if _higher(before[name], package)}
        self._available = available
        self._new = new
        self._chosen: dict[str, Package] = {}
        self._unknown: set[str] = set()
        self._seen: set[str] = set()

    def of(self, start: Iterable[str]) -> _System:
        """Install what is asked for, with all that it needs."""
        waiting = sorted(start)
        while waiting:
            name = waiting.pop()
            if name not in self._seen:
                self._seen.add(name)
                waiting += self._install(name)
        self._raise()
        removed = self._yours.removed - self._seen
        return _System(
            packages=tuple(self._chosen.values()),
            removed=frozenset(removed & self._new.packages.keys()),
            unknown=tuple(sorted(self._unknown)),
            gaps=tuple(self._doubts()),
        )

    def _install(self, name: str) -> Iterator[str]:
        """Install one; what it needs besides."""
        there = self._new.packages.get(name)
        one = self._version_of(name, there)
        if one is None:
            if not self._new.has(name):
                self._unknown.add(name)
        elif one is not there:  # else it is there already, and so is what it needs
            self._chosen[name] = one
            yield from self._missing(one)

    def _raise(self) -> None:
        """What your lines brought to another version of, they bring there again."""
        for name, one in self._yours.raised.items():
            there = self._new.packages.get(name)
            if name not in self._chosen and there is not None and self._wins(one, there):
                self._chosen[name] = one

    def _wins(self, one: Package, there: Package) -> bool:
        """Whether your lines bring their version where the new base has another: a newer one, or an older one on purpose."""
        return _higher(one, there) or one.name in self._lowered

    def _version_of(self, name: str, there: Package | None) -> Package | None:
        """The package of this name that would be there; None where none is known."""
        found = self._old.known.get(name)
        if self._available is not None:
            found = self._available.get(name, found)
        if there is None:
            return found
        if found is None or not (name in self._asked or name in self._yours.raised):
            return there
        return found if self._wins(found, there) else there

    def _missing(self, one: Package) -> Iterator[str]:
        """What a package that would be installed needs and the new base has not."""
        recommends = self._yours.asked.recommends and one.name not in self._old.bare
        wanted = [*one.requires, *(one.recommends if recommends else ())]
        for number, alternatives in enumerate(wanted):
            if any(name in self._seen or self._new.has(name) for name in alternatives):
                continue
            best = self._best(alternatives)
            if best:
                yield best
            elif self._available is not None and alternatives and number < len(one.requires):
                yield alternatives[0]
            # else nothing satisfied it where the package is installed today

    def _best(self, alternatives: Iterable[str]) -> str:
        """The package that satisfied a requirement in your image, else the first that there is to be had."""
        for name in alternatives:
            if name in self._old.known:
                return name
            if name in self._old.providers:
                return self._old.providers[name]
        return next((name for name in alternatives if name in (self._available or ())), "")

    def _doubts(self) -> Iterator[str]:
        asked = self._yours.asked
        if not asked.certain:
            yield "your lines install something that cannot be named; it is taken as it is in your image"
        if not self._yours.exact:
            yield "the catalogue does not have the very image that yours was built on"
        if self._available is not None:
            return
        borrowed = self._chosen.keys() - self._yours.added.keys() - self._yours.raised.keys()
        if borrowed:
            yield f"taken at the old base's version, though the archive may have a newer one: {_some(borrowed)}"
        behind = {name for name, one in self._chosen.items() if name not in borrowed and self._is_behind(one)}
        if behind:
            yield f"the new base has newer packages of the same source, so these will be newer too: {_some(behind)}"
        if asked.upgrades:
            yield "your lines upgrade what the base has, so what only the new base has may become newer"

    def _is_behind(self, one: Package) -> bool:
        theirs = self._new.source_version(one.source)
        own = one.source_version_or_own
        return theirs not in {"", own} and _above(one.scheme, theirs, own)


class _System(NamedTuple):
    packages: tuple[Package, ...] = ()
    removed: frozenset[str] = frozenset()
    unknown: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()


class _New:
    """The system packages of a new base, by name and by what they provide."""

    def __init__(self, base: Inventory) -> None:
        self.packages = {one.name: one for one in base.packages if one.type in SYSTEM}
        self._provided: frozenset[str] | None = None
        self._sources: dict[str, str] | None = None

    def provided(self) -> frozenset[str]:
        """All capabilities that are no names."""
        if self._provided is None:
            self._provided = frozenset(name for one in self.packages.values() for name in one.provides)
        return self._provided

    def has(self, name: str) -> bool:
        """Whether something answers to the name."""
        return name in self.packages or name in self.provided()

    def source_version(self, source: str) -> str:
        """Of the packages that are there."""
        if self._sources is None:
            self._sources = {one.source: one.source_version_or_own for one in self.packages.values()}
        return self._sources.get(source, "")


def _providers(packages: Iterable[Package]) -> dict[str, str]:
    return {name: one.name for one in packages for name in one.provides}


def _bare(asked: Asked, known: Mapping[str, Package], providers: Mapping[str, str]) -> frozenset[str]:
    """The packages that came only with requests that wanted nothing recommended."""
    bare = _reached(asked.bare, known, providers, recommends=False)
    return (
        frozenset(bare - _reached(asked.names - asked.bare, known, providers, recommends=True)) if bare else frozenset()
    )


def _reached(
    start: Iterable[str], known: Mapping[str, Package], providers: Mapping[str, str], *, recommends: bool
) -> set[str]:
    """The installed packages that some names lead to, themselves included."""
    found: set[str] = set()
    waiting = list(start)
    while waiting:
        name = waiting.pop()
        name = name if name in known else providers.get(name, "")
        if name and name not in found:
            found.add(name)
            one = known[name]
            wanted = (*one.requires, *(one.recommends if recommends else ()))
            waiting += [each for alternatives in wanted for each in alternatives]
    return found


def _alike(one: Inventory, other: Inventory) -> bool:
    """Whether packages of the one release install upon the other."""
    if one.distro is None or other.distro is None:
        return False
    return (one.distro.id, one.distro.ecosystem or one.distro.version) == (
        other.distro.id,
        other.distro.ecosystem or other.distro.version,
    )


def _higher(one: Package, other: Package) -> bool:
    return _above(one.scheme, one.version, other.version)


def _above(scheme: str, one: str, other: str) -> bool:
    if scheme not in BY_NAME:
        return False
    order = BY_NAME[scheme].key
    try:
        return bool(order(one) > order(other))
    except InvalidVersion:
        return False


def _some(names: Iterable[str]) -> str:
    ordered = sorted(names)
    return ", ".join(ordered[:5]) + (f" and {len(ordered) - 5} more" if len(ordered) > 5 else "")
