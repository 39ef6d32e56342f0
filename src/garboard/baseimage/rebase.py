"""What an image would hold on another base: your own packages kept, the base's replaced.

The problem. The bases alone do not show which of two is better for you: your lines install packages, those need others,
and which of them the base already has differs. Building the image on each candidate would show it, but would cost
minutes and a network each time. This module predicts the packages of the result from inventories and, if there is one,
an index of what the package manager would find.

The algorithm. The image was first taken apart at its base (`garboard.baseimage.delta`): what your lines added, what
they raised to another version, what they removed, and what they asked the package manager for. Then, for a new base:

1. *Language packages* (PyPI, npm …) do not depend on the base: yours are there at their versions, replacing the base's
   in the same folder; what your lines removed is removed.
2. *System packages.* If your lines ask for nothing there is nothing to do: the new base's are taken as they are. On the
   same release, `_Installing` starts with what your lines brought and asked for. On another release the old versions
   say nothing: with an index it starts with what was installed by its own name; without one, those that the new base
   does not have are *unknown*.
   What came only as a recommendation of a package that the new base has already does not come again: a package manager
   installs recommendations with what they are of.
3. *Installing* goes outwards from the start: a package that the new base has stays, unless your lines asked for it by
   name or raised it and what they bring wins; one that it does not have is chosen at the index's version, or else at
   your image's. Each chosen package's requirements (and recommendations, if your lines allow them) that nothing there
   meets join the next round. With an index that knows versions (`Exacting`), a package of the base that is too old for
   a requirement is *outgrown* and is raised, and so is what is tied to one version of it.
4. *Upgrading.* If a line upgrades everything and the mirrors are known, the base's packages are raised too.
5. *Doubts.* Every uncertain assumption behind the result becomes a sentence: versions borrowed from the old base,
   requests that cannot be named, packages that no mirror has.

Invariants:

* Every name is looked at once: it is marked as seen, and only being outgrown, or upgraded with all the rest, unmarks a
  package of the base, once each. So it terminates.
* A package is either the new base's, chosen, removed or unknown; nothing is silently left out. Unknown packages count
  neither for nor against a base: `Predicted.undetermined` has everything they may have brought along, and comparing
  leaves those out.
* The order of work is by name, so the same inputs give the same prediction.

The cost is linear in the requirements of what is chosen, for each base. What depends on your image alone is computed
once, in `Predictor`; an index is large, so the caller asks for one release at a time.

What it does not do: it resolves no conflicts, and weighs no alternatives beyond the one that your image took (else the
first available one); it knows no file that your lines compile or copy; and it does not know packages that neither the
image, its base nor an index knows.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final, NamedTuple, Protocol, runtime_checkable

from garboard import ecosystems
from garboard.baseimage.delta import Key, Requested, Yours, key
from garboard.model.package import SYSTEM_TYPES, Inventory, Package
from garboard.versions.invalid import InvalidVersion


class Available(Protocol):
    """The newest package of each name that the package manager would find."""

    def __contains__(self, name: object, /) -> bool:
        """Whether a package has or provides the name."""
        ...

    def get(self, name: str, default: Package | None, /) -> Package | None:
        """The package of this name, or the one that provides it; the default if there is none or maybe several."""
        ...


@runtime_checkable
class Exacting(Protocol):
    """An index that knows which versions its packages require.

    A requirement's number counts `Package.requires`, then `Package.recommends`.
    """

    def suffices(self, package: Package, number: int, other: Package, /) -> bool:
        """Whether ``other`` is of a version that satisfies the package's requirement of this number."""
        ...

    def tied(self, package: Package, number: int, name: str, /) -> bool:
        """Whether this requirement accepts only one version of the package of this name."""
        ...


class Predicted(NamedTuple):
    """The packages, those of yours that nothing can be said about, and what is uncertain about the rest.

    ``undetermined`` are the names of your image's system packages that may or may not be there: the unknown ones, what
    they brought along, and what they need.
    """

    packages: tuple[Package, ...]
    unknown: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    undetermined: frozenset[str] = frozenset()
    least: bool = False
    """Whether something comes with the base's own tools, in a version that is not known: all numbers are minima."""


class Predictor:
    """Predicts your image on other bases. What does not depend on the other base is computed once."""

    def __init__(self, yours: Yours) -> None:
        self._yours = yours
        self._here = {one.name: one for one in yours.image.packages if one.type in SYSTEM_TYPES}
        provided = _providers(self._here.values())
        self._old = _Old(self._here, provided, _bare(yours.asked, self._here, provided))
        self._asked = {name if name in self._here else provided.get(name, "") for name in yours.asked.names} - {""}
        self._languages = {place: one for place, one in yours.language.items() if not one.owner}

    @property
    def asks(self) -> bool:
        """Whether an index would change anything: your lines concern system packages."""
        yours = self._yours
        return bool(yours.added or yours.raised or self._asked or yours.removed or yours.asked.upgrades)

    def upon(self, base: Inventory, available: Available | None = None) -> Predicted:
        """Your image on ``base`` instead of its own; ``available`` is the index of packages of that base's release."""
        yours = self._yours
        dropped = {key(one) for one in base.packages if one.type not in SYSTEM_TYPES} & (
            self._languages.keys() | yours.language_removed
        )
        kept = [one for one in base.packages if one.type in SYSTEM_TYPES or not dropped or key(one) not in dropped]
        system = self._system(base, available)
        gone = system.removed | {one.name for one in system.packages}
        if gone:
            kept = [one for one in kept if one.type not in SYSTEM_TYPES or one.name not in gone]
        bundled = self._bundled(base)
        languages = (one for place, one in self._languages.items() if place not in bundled)
        packages = (*kept, *system.packages, *languages)
        gaps = (*system.gaps, *_of_tools(bundled.values()))
        undetermined = self._undetermined(system.unknown, packages)
        return Predicted(packages, system.unknown, gaps, undetermined, least=bool(bundled))

    def _bundled(self, base: Inventory) -> dict[Key, Package]:
        """What `python3 -m venv` put in, if the new base has another Python: that brings its own versions, or none."""
        if not self._yours.asked.environments:
            return {}
        has = {version for one in base.packages for version in _pythons(one)}
        return {
            place: one
            for place, one in self._languages.items()
            if one.name in _BUNDLED and one.name not in self._yours.asked.tools and not has & set(_pythons(one))
        }

    def _undetermined(self, unknown: tuple[str, ...], packages: Iterable[Package]) -> frozenset[str]:
        """Packages that your image has through the unknown ones and that are not known to be on the other base."""
        if not unknown:
            return frozenset()
        reached = _reached(unknown, self._here, self._old.providers, recommends=True)
        return frozenset(
            {*unknown, *self._yours.added, *reached} - {one.name for one in packages if one.type in SYSTEM_TYPES}
        )

    def _system(self, base: Inventory, available: Available | None) -> _System:
        yours = self._yours
        if not self.asks:
            return _System()
        if _alike(base, yours.image):
            old = self._old
            start = {*yours.added, *self._asked} - self._recommended_there(_New(base))
        else:
            old = _Old({}, {}, self._old.bare)
            start = {name for name, one in yours.added.items() if one.automatic is not True} | self._asked
            if available is None:
                return self._elsewhere(base, start)
        return _Installing(yours, self._asked, old, available, _New(base)).of(start)

    def _recommended_there(self, new: _New) -> set[str]:
        """What your lines brought only because packages recommend it that the new base has already."""
        added = self._yours.added
        automatic = {name for name, one in added.items() if one.automatic is True} - self._asked
        present = {name for name in (*added, *self._asked) if name in new.packages and name in self._here}
        if not automatic or not any(self._here[name].recommends for name in present):
            return set()
        roots = (added.keys() - automatic) | self._asked
        every = _reached(roots, self._here, self._old.providers, recommends=True)
        still = _reached(roots, self._here, self._old.providers, recommends=True, except_of=present)
        return automatic & (every - still)

    def _elsewhere(self, base: Inventory, wanted: set[str]) -> _System:
        """The packages on another release, without an index of it."""
        has = {one.name for one in base.packages if one.type in SYSTEM_TYPES}
        gaps = ("your lines upgrade what the base has; to which versions is not known",)
        return _System(unknown=tuple(sorted(wanted - has)), gaps=gaps if self._yours.asked.upgrades else ())


class _Old(NamedTuple):
    """What your image shows about packages: by name, what provides what, and which recommendations were not wanted."""

    known: Mapping[str, Package]
    providers: Mapping[str, str]
    bare: frozenset[str]


class _Installing:
    """One run of the package manager on a new base."""

    def __init__(self, yours: Yours, asked: set[str], old: _Old, available: Available | None, new: _New) -> None:
        self._yours = yours
        self._asked = asked
        self._old = old
        before = {package.name: package for package in yours.base.packages if package.type in SYSTEM_TYPES}
        self._lowered = {name for name, package in yours.raised.items() if _higher(before[name], package)}
        self._available = available
        self._exact: Exacting | None = available if isinstance(available, Exacting) else None
        self._new = new
        self._chosen: dict[str, Package] = {}
        self._unknown: set[str] = set()
        self._seen: set[str] = set()
        self._provided: set[str] = set()
        self._outgrown: set[str] = set()
        """What the new base has in a version that is not sufficient."""
        self._recommends = False
        self._brought: set[str] = set()
        """New packages that an upgrade of the new base's own would need."""

    def of(self, start: Iterable[str]) -> _System:
        """Install what is asked for, with everything it needs."""
        start, bare = frozenset(start), self._old.bare
        if self._available is not None:  # which of what is there to be had came along is not in your image to be seen
            for names, recommends in self._yours.asked.steps:
                self._run(self._resolved(names) & start, recommends=recommends)
        self._run(start - bare, recommends=self._yours.asked.recommends)
        self._run(start & bare, recommends=False)
        removed = self._yours.removed - self._seen
        self._upgrade(removed)
        self._raise()
        return _System(
            packages=tuple(self._chosen.values()),
            removed=frozenset(removed & self._new.packages.keys()),
            unknown=tuple(sorted(self._unknown)),
            gaps=tuple(self._doubts()),
        )

    def _resolved(self, names: Iterable[str]) -> set[str]:
        """What a command asks for, by the names that the packages have."""
        return {name if name in self._asked else self._old.providers.get(name, name) for name in names}

    def _run(self, start: Iterable[str], *, recommends: bool) -> None:
        """Install these, then what they need, and so on: a requested package may be needed by another one."""
        self._recommends = recommends
        waiting: Iterable[str] = start
        while names := [name for name in sorted(waiting) if name not in self._seen]:
            self._seen.update(names)
            chosen = [one for name in names for one in self._install(name)]
            waiting = {need for one in chosen for need in (*self._missing(one), *self._tied(one))}

    def _install(self, name: str) -> Iterator[Package]:
        """Install one package, unless it is already there as needed."""
        there = self._new.packages.get(name)
        one = self._version_of(name, there)
        if one is None:
            if not self._new.has(name):
                self._unknown.add(name)
        elif one.name != name and one.name not in self._seen:
            self._seen.add(one.name)
            yield from self._install(one.name)
        elif one.name == name and one is not there:  # else it is there already, and so is what it needs
            self._chosen[name] = one
            self._provided.update(one.provides)
            yield one

    def _upgrade(self, removed: Iterable[str]) -> None:
        """Raise the new base's packages to the mirrors' versions, if your lines upgrade it and mirrors are known."""
        if self._available is None or not self._yours.asked.upgrades:
            return
        left = self._new.packages.keys() - self._chosen.keys() - set(removed)
        self._outgrown |= left
        self._seen -= left
        before = self._chosen.keys() | self._new.packages.keys()
        self._run(left, recommends=False)
        self._brought = (self._chosen.keys() | self._unknown) - before

    def _raise(self) -> None:
        """Raise again what your lines raised to another version, unless a better reason for it is known."""
        known = self._exact is not None and self._yours.asked.certain
        for name, one in self._yours.raised.items():
            if known and name not in self._lowered:
                continue
            there = self._new.packages.get(name)
            if name not in self._chosen and there is not None and self._wins(one, there):
                self._chosen[name] = one

    def _wins(self, one: Package, there: Package) -> bool:
        """Whether your lines' version wins over another one on the new base: it is newer, or older on purpose."""
        return _higher(one, there) or one.name in self._lowered

    def _version_of(self, name: str, there: Package | None) -> Package | None:
        """The package of this name that would be there; None if none is known."""
        found = self._to_be_had(name)
        if there is None:
            return found
        wanted = name in self._asked or name in self._yours.raised or name in self._outgrown
        if found is None or found.name != name or not wanted:
            return there
        return found if self._wins(found, there) else there

    def _to_be_had(self, name: str) -> Package | None:
        """What your lines would install by this name, whatever is there."""
        known = self._old.known.get(name)
        if self._available is None:
            return known
        if name in self._yours.asked.pinned:
            return known
        found = self._available.get(name, known)
        own = known is not None and (name in self._yours.added or name in self._yours.raised)
        # A version of yours that no mirror has yet is from elsewhere, and will be again.
        return known if own and known and found and _higher(known, found) else found

    def _missing(self, one: Package) -> Iterator[str]:
        """What a package to install needs and the new base does not have."""
        recommends = self._recommends and (self._available is not None or one.name not in self._old.bare)
        there = self._new.packages.get(one.name)
        known = frozenset(there.recommends) if there is not None else frozenset()
        wanted = [*one.requires, *(one.recommends if recommends else ())]
        for number, alternatives in enumerate(wanted):
            if number >= len(one.requires) and alternatives in known:  # of what was there, and was not wanted with it
                continue
            if any(self._met(one, number, name) for name in alternatives):
                continue
            outgrown = next((name for name in alternatives if name in self._new.packages), "")
            needed = number < len(one.requires)
            own = self._yours.added.get(one.name)
            best = outgrown or self._best(
                alternatives, beyond=needed or own is None or alternatives not in own.recommends
            )
            if outgrown:
                self._outgrown.add(outgrown)
                self._seen.discard(outgrown)
            if best:
                yield best
            elif self._available is not None and alternatives and needed:
                yield alternatives[0]
            # else nothing satisfied it where the package is installed today

    def _met(self, one: Package, number: int, name: str) -> bool:
        """Whether what is there, or was already seen, satisfies an alternative of a requirement."""
        there = self._chosen.get(name) or self._new.packages.get(name)
        if there is None or self._exact is None or name in self._outgrown:
            return name in self._seen or name in self._provided or self._new.has(name)
        return self._exact.suffices(one, number, there)

    def _tied(self, one: Package) -> Iterator[str]:
        """Packages of the new base that accept only one version of what was raised, and so are raised with it."""
        if one.name not in self._new.packages or self._exact is None or self._available is None:
            return
        for other in self._new.requiring(one.name):
            newest = self._available.get(other, None)
            if other not in self._outgrown and newest is not None and newest.name == other and self._ties(newest, one):
                self._outgrown.add(other)
                self._seen.discard(other)
                yield other

    def _ties(self, newest: Package, one: Package) -> bool:
        exact = self._exact
        return exact is not None and any(exact.tied(newest, at, one.name) for at in range(len(newest.requires)))

    def _best(self, alternatives: Iterable[str], *, beyond: bool) -> str:
        """The package that satisfied a requirement in your image, else (``beyond``) the first one available.

        What your lines brought without its recommendations is brought without them again.
        """
        for name in alternatives:
            if name in self._old.known:
                return name
            if name in self._old.providers:
                return self._old.providers[name]
        if not beyond and self._old.known:
            return ""
        return next((name for name in alternatives if name in (self._available or ())), "")

    def _doubts(self) -> Iterator[str]:
        asked = self._yours.asked
        if not asked.certain:
            yield "your lines install something that cannot be named; it is taken as it is in your image"
        if not self._yours.exact:
            yield "the catalog does not have the very image that yours was built on"
        if self._available is not None:
            yield from self._doubts_of_mirrors(self._available)
            return
        borrowed = self._chosen.keys() - self._yours.added.keys() - self._yours.raised.keys()
        if borrowed:
            yield f"taken at the old base's version, though the archive may have a newer one: {_some(borrowed)}"
        behind = {name for name, one in self._chosen.items() if name not in borrowed and self._is_behind(one)}
        if behind:
            yield f"the new base has newer packages of the same source, so these will be newer too: {_some(behind)}"
        if asked.upgrades:
            yield "your lines upgrade what the base has, so what only the new base has may become newer"

    def _doubts_of_mirrors(self, available: Available) -> Iterator[str]:
        pinned = self._yours.asked.pinned & (self._chosen.keys() | self._unknown)
        if pinned:
            yield f"your lines ask for a version or a release of these, so the mirrors' newest is not taken: {_some(pinned)}"
        elsewhere = {name for name in self._chosen if name not in pinned and available.get(name, None) is None}
        if elsewhere:
            yield f"no mirror has these, so they are taken as your image or its base has them: {_some(elsewhere)}"
        if self._brought:
            yield f"an upgrade of what the new base has needs these, so it may be kept back: {_some(self._brought)}"

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
        self.packages = {one.name: one for one in base.packages if one.type in SYSTEM_TYPES}
        self._provided: frozenset[str] | None = None
        self._sources: dict[str, str] | None = None
        self._requiring: dict[str, list[str]] | None = None

    def requiring(self, name: str) -> Iterable[str]:
        """Names of those that require a package by its own name."""
        if self._requiring is None:
            self._requiring = {}
            for one in self.packages.values():
                for each in {each for alternatives in one.requires for each in alternatives}:
                    self._requiring.setdefault(each, []).append(one.name)
        return self._requiring.get(name, ())

    def provided(self) -> frozenset[str]:
        """All capabilities that are not names."""
        if self._provided is None:
            self._provided = frozenset(name for one in self.packages.values() for name in one.provides)
        return self._provided

    def has(self, name: str) -> bool:
        """Whether a package has or provides the name."""
        return name in self.packages or name in self.provided()

    def source_version(self, source: str) -> str:
        """Of the packages that are there."""
        if self._sources is None:
            self._sources = {one.source: one.source_version_or_own for one in self.packages.values()}
        return self._sources.get(source, "")


_BUNDLED: Final = frozenset(("pip", "setuptools", "wheel"))
_PYTHON: Final = re.compile(r"(?:^|/)python(\d+\.\d+)(?=/|\Z)")


def _pythons(package: Package) -> Iterator[str]:
    """The versions of Python that a package belongs to: by its folder, or by its own name (``python3.11``)."""
    for path in (*(one.path for one in package.locations[:1]), package.name):
        yield from _PYTHON.findall(path)


def _of_tools(packages: Iterable[Package]) -> Iterator[str]:
    names = {one.name for one in packages}
    if names:
        yield f"the base's own tools bring these in versions that are not known, so the numbers are minima: {_some(names)}"


def _providers(packages: Iterable[Package]) -> dict[str, str]:
    return {name: one.name for one in packages for name in one.provides}


def _bare(asked: Requested, known: Mapping[str, Package], providers: Mapping[str, str]) -> frozenset[str]:
    """The packages that came only with requests that excluded recommendations."""
    bare = _reached(asked.bare, known, providers, recommends=False)
    return (
        frozenset(bare - _reached(asked.names - asked.bare, known, providers, recommends=True)) if bare else frozenset()
    )


def _reached(
    start: Iterable[str],
    known: Mapping[str, Package],
    providers: Mapping[str, str],
    *,
    recommends: bool,
    except_of: Collection[str] = (),
) -> set[str]:
    """The installed packages that some names lead to, including those named; not by recommendations ``except_of`` these."""
    found: set[str] = set()
    waiting = list(start)
    while waiting:
        name = waiting.pop()
        name = name if name in known else providers.get(name, "")
        if name and name not in found:
            found.add(name)
            one = known[name]
            wanted = (*one.requires, *(one.recommends if recommends and name not in except_of else ()))
            waiting += [each for alternatives in wanted for each in alternatives]
    return found


def _alike(one: Inventory, other: Inventory) -> bool:
    """Whether packages of one release install on the other."""
    if one.distro is None or other.distro is None:
        return False
    return (one.distro.id, one.distro.ecosystem or one.distro.version) == (
        other.distro.id,
        other.distro.ecosystem or other.distro.version,
    )


def _higher(one: Package, other: Package) -> bool:
    return _above(one.scheme, one.version, other.version)


def _above(scheme: str, one: str, other: str) -> bool:
    known = ecosystems.order(scheme)
    if known is None:
        return False
    order = known.key
    try:
        return bool(order(one) > order(other))
    except InvalidVersion:
        return False


def _some(names: Iterable[str]) -> str:
    ordered = sorted(names)
    return ", ".join(ordered[:5]) + (f" and {len(ordered) - 5} more" if len(ordered) > 5 else "")
