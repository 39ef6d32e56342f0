"""Folds records of the same vulnerability into one."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from typing import Final

from garboard.model.advisory import Advisory

_FILE: Final = re.compile(r"\.ya?ml$")
_DEPTHS: Final = (1, 3)
"""Parts of a file's path that name a record: ``OSVDB-1``, or ``vendor/package/2024-01-01``."""


class Groups:
    """A union of names: two that were ever joined are one."""

    def __init__(self) -> None:
        self._parent: dict[Hashable, Hashable] = {}

    def root(self, name: Hashable) -> Hashable:
        """The name that represents the group."""
        parent = self._parent
        while (up := parent.setdefault(name, name)) != name:
            parent[name] = parent.setdefault(up, up)
            name = up
        return name

    def join(self, names: Iterable[Hashable]) -> None:
        """Join all of them into one group."""
        first: Hashable | None = None
        for name in names:
            root = self.root(name)
            if first is None:
                first = root
            else:
                self._parent[root] = first


def identities(advisory: Advisory) -> list[tuple[str, ...]]:
    """The identifiers of each vulnerability that a record covers, which the first tells from the others.

    An erratum may fix several, and a record with several CVEs is about each of them.
    """
    if advisory.aliases or not advisory.related:
        names = (advisory.id, *advisory.aliases)
        cves = [name for name in dict.fromkeys(names) if name.startswith("CVE-")]
        if len(cves) > 1:
            return [(cve, *(name for name in names if name not in cves)) for cve in cves]
        return [names]
    return [(related,) for related in advisory.related]


def linked(advisories: Sequence[Advisory]) -> tuple[Groups, tuple[str, ...]]:
    """The identifiers of all records on one package, joined as far as they are of one vulnerability; those that link.

    Aliases link, and so does one source's reference to another's file. An erratum links a record that names no CVE with what else goes by the erratum, if that is one
    vulnerability: of several, it is not known which.
    """
    groups = Groups()
    linking: dict[str, None] = {}
    for advisory in advisories:
        covered = identities(advisory)
        if advisory.aliases and len(covered) == 1:
            groups.join(covered[0])
            linking |= dict.fromkeys(covered[0])
    if len({one.feed for one in advisories}) > 1:
        linking |= dict.fromkeys(_by_reference(groups, advisories))
    waiting = [one for one in advisories if one.errata]
    if waiting:
        linking |= dict.fromkeys(_by_errata(groups, advisories, waiting))
    return groups, tuple(linking)


def _by_reference(groups: Groups, advisories: Sequence[Advisory]) -> Iterable[str]:
    """Join a record that has no other name with what another feed's one vulnerability refers to as its file."""
    bare = {one.id: one.feed for one in advisories if not (one.aliases or one.related or one.errata)}
    referring: dict[str, dict[Hashable, None]] = defaultdict(dict)
    for one in advisories:
        if len(covered := identities(one)) == 1:
            for url in one.references:
                path = _FILE.sub("", url).split("/")
                for name in ("/".join(path[-count:]) for count in _DEPTHS):
                    if bare.get(name, one.feed) != one.feed:
                        referring[name][groups.root(covered[0][0])] = None
    for name, roots in referring.items():
        if len(roots) == 1:  # of several vulnerabilities, it is not known which it is
            groups.join((*roots, name))
            yield name


def _by_errata(groups: Groups, advisories: Sequence[Advisory], waiting: Sequence[Advisory]) -> Iterable[str]:
    """Join records with the one vulnerability that their errata fix; yields the names that were joined."""
    cves: dict[Hashable, set[str]] = defaultdict(set)
    fixed: dict[str, set[str]] = defaultdict(set)
    for one in advisories:
        for ids in identities(one):
            cves[groups.root(ids[0])].update(name for name in ids if name.startswith("CVE-"))
    for one in advisories:
        for erratum in (*one.errata, *((one.id,) if one.related and not one.aliases else ())):
            for ids in identities(one):
                fixed[erratum].update(cves[groups.root(ids[0])])
    named = {one.id: set().union(*(fixed[erratum] for erratum in one.errata)) for one in waiting}
    for one in waiting:
        own = cves[groups.root(one.id)]
        if not own and len(named[one.id]) == 1:
            names = (*one.errata, *named[one.id])
            groups.join((next(iter(named[one.id])), one.id, *one.errata))
            yield from (one.id, *names)
        elif len(own) == 1 and named[one.id] <= own:
            groups.join((one.id, *one.errata))
            yield from (one.id, *one.errata)


def preferred(names: Sequence[str]) -> str:
    """The identifier to show: a CVE if there is one, then GHSA, else the first."""
    for prefix in ("CVE-", "GHSA-"):
        found = sorted(name for name in names if name.startswith(prefix))
        if found:
            return found[0]
    return names[0]
