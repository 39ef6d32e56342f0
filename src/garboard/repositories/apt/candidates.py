"""Comparing an image's Debian packages with its sources: the candidates, and what an upgrade would do with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from garboard.model.gap import Gap
from garboard.model.mirror import Asking, InstalledSystem, Offer, Offers, UpgradeState
from garboard.repositories.apt import config
from garboard.repositories.apt import policy as policies
from garboard.repositories.apt.deb822 import key
from garboard.repositories.apt.fetch import Indexes, read
from garboard.repositories.apt.index import AptIndexes
from garboard.repositories.apt.package import Version, fields, version
from garboard.repositories.apt.policy import Policy
from garboard.repositories.apt.solver import Key, Market, Plan, plan
from garboard.repositories.config_files import by_path

TYPE: Final = "deb"
_PRESENT: Final = frozenset({"installed", "unpacked", "half-configured", "triggers-awaited", "triggers-pending"})
_GO_ARCHITECTURES: Final = {"386": "i386", "arm": "armhf", "ppc64le": "ppc64el", "mips64le": "mips64el"}


def offers(image: InstalledSystem) -> Asking[Offers]:
    """See `garboard.repositories.RepositoryKind.offers`."""
    files = by_path(image)
    if not any(package.type == TYPE for package in image.packages):
        return Offers()
    if config.STATUS not in files:
        return Offers(gaps=(_gap("dpkg", "its status file was not read: what an upgrade would do is not known"),))
    native = _native(image, files)
    listed = config.sources(files, native)
    if not listed.found:
        reason = "the image names no package mirror: it has no sources.list that apt could use"
        return Offers(gaps=(*listed.gaps, _gap("apt", reason)))
    conf = config.configuration(files)
    foreign = [one for one in files.get("var/lib/dpkg/arch", b"").decode("ascii", "replace").split() if one != native]
    sources = tuple(listed.found.values())
    expires = config.truth(conf.get("acquire::check-valid-until", "")) is not False
    found = yield from read(sources, files, (native, *foreign), image.now, expires=expires)
    told = _Telling(files, conf, native, found, image.released).tell()
    return msgspec.structs.replace(told, gaps=(*listed.gaps, *found.gaps, *told.gaps))


def _gap(subject: str, reason: str) -> Gap:
    return Gap(stage="mirrors", subject=subject, reason=reason)


def _native(image: InstalledSystem, files: Mapping[str, bytes]) -> str:
    """Return dpkg's own architecture, as its package states it, else as the platform says."""
    named = files.get("var/lib/dpkg/arch", b"").decode("ascii", "replace").split()
    own = next((one.arch for one in image.packages if one.type == TYPE and one.name == "dpkg"), "")
    platform = image.platform.architecture
    return own or (named[0] if named else _GO_ARCHITECTURES.get(platform, platform))


class _Telling:
    """Builds the parts of the answer."""

    def __init__(
        self,
        files: Mapping[str, bytes],
        conf: Mapping[str, str],
        native: str,
        found: Indexes,
        released: frozenset[str] = frozenset(),
    ) -> None:
        self._native = native
        self._released = released
        self._found = found
        self._archive = AptIndexes(found.indexes, native)
        rules = policies.pins(files, conf.get("apt::default-release", ""))
        self._policy, self._plain = Policy(rules), Policy(())
        self._recommends = config.truth(conf.get("apt::install-recommends", "yes")) is not False
        self._installed: dict[Key, Version] = {}
        self._held: set[Key] = set()
        self._candidates: dict[Key, Version | None] = {}
        for stanza in files[config.STATUS].split(b"\n\n"):
            self._add(version(fields(stanza)))

    def _add(self, one: Version | None) -> None:
        if one is None:
            return
        words = one.status.split()
        if words and words[-1] in _PRESENT:
            where = Key(one.name, self._native if one.arch == "all" else one.arch)
            self._installed[where] = one
            if words[0] == "hold" and one.name not in self._released:
                self._held.add(where)

    def tell(self) -> Offers:
        """Return the offers for the installed packages, then for those that an upgrade adds."""
        if not self._found.indexes:
            return Offers(repositories=tuple(self._found.repositories))
        market = Market(
            self._candidate,
            self._archive.providing,
            self._offered,
            self._native,
            self._recommends,
        )
        made = plan(self._installed, self._held, market)
        told = [*self._standings(made), *self._added(made)]
        gaps = [_gap(where.name, f"is new in the upgrade; {why}") for where, why in made.guesses.items()]
        return Offers(offers=tuple(told), repositories=tuple(self._found.repositories), gaps=tuple(gaps))

    def _offered(self, where: Key) -> bool:
        """Report whether any mirror has the installed version or a newer one."""
        own = self._installed.get(where)
        return any(
            own is None or key(one.version) >= key(own.version)
            for one in self._archive.versions(where.name, where.arch)
        )

    def _candidate(self, where: Key) -> Version | None:
        if where not in self._candidates:
            offered = self._archive.versions(where.name, where.arch)
            self._candidates[where] = self._policy.candidate(offered, self._installed.get(where))
        return self._candidates[where]

    def _standings(self, made: Plan) -> Iterator[Offer]:
        for where, one in self._installed.items():
            offered = self._archive.versions(where.name, where.arch)
            best, plain = self._candidate(where) or one, self._plain.candidate(offered, one) or one
            standing, reason, shown = UpgradeState.UPGRADE, "", best
            if best.version == one.version:
                standing = UpgradeState.CURRENT if offered else UpgradeState.ABSENT
                reason = "an upgrade would remove it" if where in made.removed else ""
                if key(plain.version) > key(one.version):
                    standing, reason, shown = UpgradeState.PINNED, self._pinned(one, plain), plain
            elif where in self._held:
                standing, reason = UpgradeState.HELD, "dpkg is told to hold it"
            elif where in made.removed or made.state[where].version == one.version:
                standing, reason = UpgradeState.KEPT_BACK, made.kept.get(where, "")
            yield _offer(one, shown, standing, reason)

    def _pinned(self, one: Version, newer: Version) -> str:
        rule = self._policy.rule(one) or self._policy.rule(newer)
        return f"pinned by {rule.where} ({rule.kind} {rule.value})" if rule else "pinned by the image's apt preferences"

    def _added(self, made: Plan) -> Iterator[Offer]:
        for where, one in made.state.items():
            if where not in self._installed:
                yield _offer(None, one, UpgradeState.UPGRADE, "an upgrade needs it")


def _offer(installed: Version | None, one: Version, standing: UpgradeState, reason: str) -> Offer:
    suites = sorted(one.suites, key=lambda suite: not suite.security)
    first = suites[0] if suites else None
    return Offer(
        type=TYPE,
        name=one.name,
        arch=installed.arch if installed else one.arch,
        installed=installed.version if installed else "",
        installed_source_version=installed.source_version if installed else "",
        version=one.version,
        source_name=one.source,
        source_version=one.source_version,
        standing=standing,
        reason=reason,
        repository=f"{first.name} {first.component}".strip() if first else "",
        security=first.security if first else False,
        url=f"{first.url.rstrip('/')}/{one.filename.removeprefix('./')}" if first and one.filename else "",
        sha256=one.sha256,
        size=one.size,
    )
