"""What ``apt-get dist-upgrade`` would do: every package to its candidate, with its dependencies, and nothing broken.

The problem. A fixed version in a mirror helps only if an upgrade installs it. Whether it does is decided by apt's
resolver: the new version may need packages that no mirror has, may conflict with one that stays, or may break one that
has no newer version. The general question is NP-complete, and apt answers it with scores. Almost none of that is needed
here: the image was consistent before, and the archive's newer versions are built to work together. So this is a fixed
point rather than a search.

The algorithm. `plan` tries to upgrade everything, and each time keeps back what did not work:

1. `_Trial` sets every installed package that is not kept to its candidate (which the caller has chosen by apt's
   pinning).
2. *Needs.* A queue of changed packages: each dependency of the new version that the state does not meet brings in a
   package. The first available alternative is taken, by its own name, else the best of its providers (installed ones
   first, then by priority, then by name). Recommended packages are added only if the installed version did not already
   recommend them.
3. *Conflicts.* If two packages exclude each other and one of them changed, the changed one is the problem, unless the
   other is obsolete (no mirror has it any more, and it is neither held nor essential): then the obsolete one is
   removed, as apt does.
4. *Broken.* If an unchanged package needs something that an upgrade removed, the package that met its need before is
   the problem, unless the unchanged package itself is obsolete. Removing one may break the next, so this repeats until
   nothing is removed.
5. *Lockstep.* ``Multi-Arch: same`` packages have one version on all architectures: the newer one is the problem.

A later step runs only if no earlier one found a problem. The problems of a trial are added to the kept packages, each
with a sentence that gives the reason, and the next trial starts from the installed state. If there are no problems, the
trial's state is the plan.

Invariants:

* A package that is kept or fixed (held) is never upgraded, and a fixed one is never removed. A package that is kept and
  not installed is never brought in.
* No version change is undone within a trial: its problems are only collected, so nothing depends on undoing.
* The reasons are for people: the first reason for keeping a package is not always the only one.

The cost. A trial looks at every dependency of every package a few times; names are looked up in a map from provided
names to providers. There are as many trials as rounds of problems, one to a few in practice. After 500 trials the last
one is accepted as it is.

Limitations: it does not backtrack on a choice (if apt could take another alternative, the choice is reported as a
guess), it does not remove anything that is still published to make room for something new (it reports a package kept
back), it does not weigh packages by scores, and it installs and removes nothing that no upgrade asks for (no
autoremove).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from garboard.repositories.apt.deb822 import Group, Relation, holds, key
from garboard.repositories.apt.package import Version

_ROUNDS: Final = 500
_PRIORITIES: Final = ("required", "important", "standard", "optional", "extra")


class Key(NamedTuple):
    """A package's name and architecture; "all" counts as the native one."""

    name: str
    arch: str


@dataclass(frozen=True, slots=True)
class Market:
    """The available packages: a package's candidate, and the names of the providers of a package."""

    candidate: Callable[[Key], Version | None]
    providing: Callable[[str], list[str]]
    offered: Callable[[Key], bool]
    """Whether any mirror has the installed version of a package or a newer one."""
    native: str
    recommends: bool = True


@dataclass(slots=True)
class Plan:
    """The packages after the upgrade, and why some are kept although there is a newer version."""

    state: dict[Key, Version]
    removed: frozenset[Key] = frozenset()
    kept: dict[Key, str] = field(default_factory=dict)
    guesses: dict[Key, str] = field(default_factory=dict)
    """New packages that were one of several alternatives; apt may choose another."""


class _State:
    """Packages at their versions, indexed by what they provide."""

    def __init__(self, packages: Mapping[Key, Version], native: str) -> None:
        self.at: dict[Key, Version] = {}
        self._native = native
        self._names: defaultdict[str, set[Key]] = defaultdict(set)
        for where, one in packages.items():
            self.put(where, one)

    def put(self, where: Key, one: Version) -> None:
        before = self.at.get(where)
        for provided in before.provides if before else ():
            self._names[provided.name].discard(where)
        self.at[where] = one
        self._names[where.name].add(where)
        for provided in one.provides:
            self._names[provided.name].add(where)

    def drop(self, where: Key) -> None:
        one = self.at.pop(where)
        self._names[where.name].discard(where)
        for provided in one.provides:
            self._names[provided.name].discard(where)

    def meets(self, group: Group, arch: str) -> bool:
        return any(next(self.meeting(relation, arch), None) is not None for relation in group)

    def meeting(self, relation: Relation, arch: str) -> Iterator[Key]:
        """Yield the packages that satisfy a relation of a package of ``arch``."""
        for where in sorted(self._names.get(relation.name, ())):
            if self._reaches(where, relation, arch) and satisfies(self.at[where], relation):
                yield where

    def named(self, relation: Relation) -> Iterator[Key]:
        """Yield the packages that match a relation on any architecture (conflicts apply to all)."""
        for where in sorted(self._names.get(relation.name, ())):
            if satisfies(self.at[where], relation):
                yield where

    def _reaches(self, where: Key, relation: Relation, arch: str) -> bool:
        one = self.at[where]
        if relation.qualifier == "any":
            return where.arch == arch or one.multi_arch in {"allowed", "foreign"}
        wanted = {"": arch, "native": self._native}.get(relation.qualifier, relation.qualifier)
        return where.arch == wanted or one.multi_arch == "foreign"


def satisfies(one: Version, relation: Relation) -> bool:
    """Report whether a version is, or provides, the package in a relation."""
    if one.name == relation.name and holds(relation, one.version):
        return True
    return any(
        provided.name == relation.name
        and (not relation.test or (provided.version and holds(relation, provided.version)))
        for provided in one.provides
    )


def plan(installed: Mapping[Key, Version], fixed: Iterable[Key], market: Market) -> Plan:
    """Upgrade all of ``installed`` except the ``fixed`` (held) packages."""
    fixed = frozenset(fixed)
    kept: dict[Key, str] = {}
    for _ in range(_ROUNDS):
        trial = _Trial(installed, market, fixed, fixed | kept.keys())
        problems = trial.run()
        if not problems:
            break
        kept |= problems
    removed = frozenset(installed.keys() - trial.state.at.keys())
    return Plan(
        trial.state.at, removed, {where: why for where, why in kept.items() if where in installed}, trial.guesses
    )


class _Trial:
    """One attempt, with some packages kept as they are (or not installed)."""

    def __init__(
        self, installed: Mapping[Key, Version], market: Market, fixed: frozenset[Key], kept: frozenset[Key]
    ) -> None:
        self._installed = installed
        self._market = market
        self._fixed = fixed
        self._kept = kept
        self._before = _State(installed, market.native)
        self.state = _State(installed, market.native)
        self.guesses: dict[Key, str] = {}
        self._changed: dict[Key, None] = {}
        self._problems: dict[Key, str] = {}

    def run(self) -> dict[Key, str]:
        """Make the changes; return the packages that must be kept for the upgrade to work, and the reasons."""
        for where, one in self._installed.items():
            candidate = None if where in self._kept else self._market.candidate(where)
            if candidate is not None and candidate.version != one.version:
                self._put(where, candidate)
        queue = list(self._changed)
        while queue:
            queue += self._needs(queue.pop(0))
        if not self._problems:
            self._conflicts()
        if not self._problems:
            self._broken()
        if not self._problems:
            self._lockstep()
        return self._problems

    def _put(self, where: Key, one: Version) -> None:
        self.state.put(where, one)
        self._changed[where] = None

    def _needs(self, where: Key) -> list[Key]:
        """Bring in the needs of a changed package; return the added packages."""
        one = self.state.at[where]
        arch = where.arch
        brought: list[Key] = []
        for group in one.depends:
            if not self.state.meets(group, arch):
                found = self._choose(group, arch)
                if found is None:
                    self._problems[where] = f"{one.version} needs {_text(group)}, which cannot be had"
                    return brought
                brought.append(found)
        before = self._installed.get(where)
        old = {tuple(r.name for r in group) for group in before.recommends} if before else set()
        for group in one.recommends if self._market.recommends else ():
            if tuple(r.name for r in group) not in old and not self.state.meets(group, arch):
                found = self._choose(group, arch)
                brought += [found] if found else []
        return brought

    def _choose(self, group: Group, arch: str) -> Key | None:
        """Install the first available alternative, itself or through a provider."""
        for relation in group:
            where = Key(relation.name, self._market.native if relation.qualifier == "native" else arch)
            for real in (where, Key(relation.name, self._market.native)):
                if self._take(real, relation):
                    return real
            found = [
                Key(name, each)
                for name in self._market.providing(relation.name)
                for each in dict.fromkeys((where.arch, self._market.native))
                if self._can(Key(name, each), relation)
            ]
            found.sort(key=self._rank)
            if found and self._take(found[0], relation):
                if len(found) > 1 and found[0] not in self._installed:
                    self.guesses[found[0]] = f"{_text(group)} could also be {', '.join(k.name for k in found[1:4])}"
                return found[0]
        return None

    def _rank(self, where: Key) -> tuple[bool, int, str]:
        one = self._market.candidate(where)
        priority = one.priority if one else ""
        rank = _PRIORITIES.index(priority) if priority in _PRIORITIES else len(_PRIORITIES)
        return where not in self._installed, rank, where.name

    def _can(self, where: Key, relation: Relation) -> bool:
        candidate = None if where in self._kept else self._market.candidate(where)
        return candidate is not None and satisfies(candidate, relation)

    def _take(self, where: Key, relation: Relation) -> bool:
        candidate = self._market.candidate(where)
        if candidate is None or not self._can(where, relation) or self.state.at.get(where) == candidate:
            return False
        self._put(where, candidate)
        return True

    def _conflicts(self) -> None:
        for where, one in list(self.state.at.items()):
            for relation in one.conflicts:
                for other in list(self.state.named(relation)):
                    if other.name != where.name and (where in self._changed or other in self._changed):
                        self._displaced(where, other, relation)

    def _obsolete(self, where: Key) -> bool:
        """Report whether an installed package is no longer in any mirror and nothing forbids its removal."""
        return (
            where in self._installed
            and where not in self._fixed
            and not self._market.offered(where)
            and not self._installed[where].essential
        )

    def _displaced(self, where: Key, other: Key, relation: Relation) -> None:
        """Resolve a conflict of two packages: remove the obsolete one, else keep the new one out."""
        if where not in self.state.at or other not in self.state.at:
            return
        culprit = where if where in self._changed else other
        if other in self._changed and other not in self._installed:
            culprit = other
        stays = other if culprit == where else where
        if self._obsolete(stays):
            self.state.drop(stays)
            return
        self._problems[culprit] = (
            f"{self.state.at[culprit].version} does not go with {stays.name} ({where.name}: not {relation}); "
            "apt may remove that to make room"
        )

    def _broken(self) -> None:
        """Handle unchanged packages that need something that an upgrade removes."""
        again = True
        while again:
            again = False
            for where, one in self._installed.items():
                if where in self._changed or where not in self.state.at:
                    continue
                for group in one.depends:
                    if self.state.meets(group, where.arch) or not self._before.meets(group, where.arch):
                        continue
                    if self._obsolete(where):
                        self.state.drop(where)
                        again = True
                        break
                    self._blame(where, group)

    def _blame(self, where: Key, group: Group) -> None:
        one = self._installed[where]
        for relation in group:
            for met in self._before.meeting(relation, where.arch):
                self._problems[met] = f"{where.name} {one.version} is kept, and needs {_text(group)}"

    def _lockstep(self) -> None:
        """Handle packages of several architectures that must all have the same version."""
        for where, one in self.state.at.items():
            if one.multi_arch != "same" or where.arch == self._market.native:
                continue
            twin = Key(where.name, self._market.native)
            other = self.state.at.get(twin)
            if other is not None and other.multi_arch == "same" and other.version != one.version:
                later = where if key(one.version) > key(other.version) else twin
                if later in self._changed:
                    self._problems[later] = f"its other architecture stays at {min(one.version, other.version)}"


def _text(group: Group) -> str:
    return " | ".join(map(str, group))
