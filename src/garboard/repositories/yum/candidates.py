"""Comparing an image's RPM packages with its repositories: the newest versions, and the errata in between."""

from __future__ import annotations

import datetime as dt
import fnmatch
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple
from xml.etree.ElementTree import Element

from garboard.ecosystems.rpm import version as rpm
from garboard.ecosystems.rpm.updateinfo import Erratum, UpdatedPackage, evr, security_updates
from garboard.model.gap import Gap, some
from garboard.model.mirror import Asking, FixNote, InstalledSystem, MirrorRepository, Offer, Offers, UpgradeState
from garboard.model.package import Package
from garboard.repositories import xml
from garboard.repositories.config_files import Amiss, by_path, number
from garboard.repositories.errors import Refused
from garboard.repositories.yum.config import Repo, repos
from garboard.repositories.yum.fetch import Read, read
from garboard.versions.invalid import InvalidVersion
from garboard.xml_stream import text

PURL_TYPE: Final = "rpm"
_MODULAR: Final = ".module"


class _Entry(NamedTuple):
    version: str
    arch: str
    source: str
    repo: Repo
    url: str
    sha256: str
    size: int


class _Erratum(NamedTuple):
    """A security update of one package."""

    update: Erratum
    build: UpdatedPackage


def offers(image: InstalledSystem) -> Asking[Offers]:
    """See `garboard.repositories.RepositoryKind.offers`.

    Dependencies are not followed: a newer version is offered as it is.
    """
    files = by_path(image)
    packages = [one for one in image.packages if one.type == PURL_TYPE]
    amiss = Amiss()
    found = list(repos(image, files, amiss))
    gaps = amiss.gaps
    if not found:
        reason = "the image names no package mirror: it has no enabled repository in /etc/yum.repos.d"
        return Offers(gaps=(*gaps, _gap("yum", reason)))
    told = _Telling(packages)
    for repo in found:
        try:
            one = yield from read(repo, files)
            told.add(repo, one)
            gaps += [_gap(repo.id, problem) for problem in one.problems]
            if one.updateinfo is None:
                gaps.append(_gap(repo.id, "has no updateinfo: which vulnerabilities its updates fix is not known"))
            elif one.updateinfo.data is None:
                gaps.append(_gap(repo.id, f"its updateinfo was not read: {one.updateinfo.problem}"))
        except Refused as refused:
            gaps.append(_gap(repo.id, f"not used: {refused} (named in {repo.where})"))
    return told.result(gaps)


def notes(updates: Sequence[Offer]) -> Asking[Offers]:
    """Return nothing more: errata are part of the repositories, and come with the offers."""
    del updates
    yield from ()
    return Offers()


def _gap(subject: str, reason: str) -> Gap:
    return Gap(stage="mirrors", subject=subject, reason=reason)


def _key(version: str) -> tuple[int, Any]:
    try:
        return 1, rpm.key(version)
    except InvalidVersion:
        return 0, ()


class _Telling:
    """Collects the entries of repositories for the installed packages."""

    def __init__(self, packages: Iterable[Package]) -> None:
        self._packages = tuple(packages)
        self._entries: dict[str, list[_Entry]] = {one.name: [] for one in self._packages}
        self._errata: dict[str, list[_Erratum]] = {one.name: [] for one in self._packages}
        self._repositories: list[MirrorRepository] = []

    def add(self, repo: Repo, one: Read) -> None:
        """Add a repository's packages and errata.

        Raises:
            Refused: They cannot be used; nothing was added.
        """
        entries = list(self._primary(repo, one))
        errata = list(_updateinfo(one.updateinfo.data, self._errata)) if one.updateinfo and one.updateinfo.data else []
        for name, entry in entries:
            self._entries[name].append(entry)
        for name, erratum in errata:
            self._errata[name].append(erratum)
        date = ""
        if one.revision.isascii() and one.revision.isdecimal() and len(one.revision) < 12:
            date = dt.datetime.fromtimestamp(int(one.revision), dt.UTC).strftime("%a, %d %b %Y %H:%M:%S +0000")
        self._repositories.append(MirrorRepository(url=one.base, name=repo.id, date=date, signed=one.signed))

    def _primary(self, repo: Repo, one: Read) -> Iterator[tuple[str, _Entry]]:
        assert one.primary.data is not None
        for child in xml.children(one.primary.data):
            name = text(child, "name")
            if child.tag != "package" or name not in self._entries:
                continue
            if any(fnmatch.fnmatchcase(name, pattern) for pattern in repo.excludes):
                continue
            yield name, _entry(child, repo, one.base)

    def result(self, gaps: list[Gap]) -> Offers:
        """Return the offers for all installed packages, and the errata between installed and offered versions."""
        if not self._repositories:
            return Offers(gaps=tuple(gaps))
        told, found, modular = [], [], []
        for package in self._packages:
            if _MODULAR in package.version:
                modular.append(package.name)
            offer = self._offer(package)
            mine = list(self._notes(package, offer))
            told.append(Offer(**{n: getattr(offer, n) for n in offer.__struct_fields__} | {"security": bool(mine)}))
            found += mine
        if modular:
            named = some(sorted(modular), 10)
            reason = f"streams of modules are not told apart, so these are not compared: {named}"
            gaps.append(Gap(stage="mirrors", subject="modules", reason=reason, names=named.names))
        return Offers(
            offers=tuple(told),
            repositories=tuple(self._repositories),
            notes=tuple(dict.fromkeys(found)),
            gaps=tuple(gaps),
        )

    def _offer(self, package: Package) -> Offer:
        usable = [
            one
            for one in self._entries[package.name]
            if one.arch in {package.arch, "noarch"} and _MODULAR not in one.version and _MODULAR not in package.version
        ]
        first = min((one.repo.priority for one in usable), default=0)
        best = max((one for one in usable if one.repo.priority == first), key=lambda o: _key(o.version), default=None)
        if best is None or _key(best.version) <= _key(package.version):
            standing = UpgradeState.ABSENT if best is None else UpgradeState.CURRENT
            return Offer(
                type=PURL_TYPE, name=package.name, arch=package.arch, installed=package.version, version=package.version,
                source_name=package.source, standing=standing, repository=best.repo.id if best else "",
            )  # fmt: skip
        return Offer(
            type=PURL_TYPE,
            name=package.name,
            arch=package.arch,
            installed=package.version,
            version=best.version,
            source_name=best.source or package.source,
            standing=UpgradeState.UPGRADE,
            repository=best.repo.id,
            url=best.url,
            sha256=best.sha256,
            size=best.size,
        )

    def _notes(self, package: Package, offer: Offer) -> Iterator[FixNote]:
        if offer.standing is not UpgradeState.UPGRADE:
            return
        fixed: dict[str, _Erratum] = {}
        bare: list[_Erratum] = []
        for one in self._errata[package.name]:
            fits = one.build.arch in {package.arch, "noarch", ""}
            if not fits or not _key(package.version) < _key(one.build.evr) <= _key(offer.version):
                continue
            bare += [] if one.update.cves else [one]
            for cve in one.update.cves:
                if cve not in fixed or _key(one.build.evr) < _key(fixed[cve].build.evr):
                    fixed[cve] = one
        for cve, one in fixed.items():
            yield _note(offer, one, (cve,))
        for one in bare:
            yield _note(offer, one, ())


def _note(offer: Offer, one: _Erratum, cves: tuple[str, ...]) -> FixNote:
    return FixNote(
        type=PURL_TYPE, source=offer.source_name, names=(offer.name,), fixed_in=one.build.evr, cves=cves, text=one.update.title,
        advisory=one.update.id, date=one.update.issued,
    )  # fmt: skip


def _entry(child: Element, repo: Repo, base: str) -> _Entry:
    version, location, checksum, size = (child.find(name) for name in ("version", "location", "checksum", "size"))
    own: Mapping[str, str] = version.attrib if version is not None else {}
    href = location.get("href", "") if location is not None else ""
    digest = (checksum.text or "").strip() if checksum is not None and checksum.get("type") == "sha256" else ""
    length = size.get("package", "") if size is not None else ""
    source = text(child, "format/sourcerpm")
    return _Entry(
        version=evr(own.get("epoch", ""), own.get("ver", ""), own.get("rel", "")),
        arch=text(child, "arch"),
        source=source.rsplit("-", 2)[0] if source.count("-") > 1 else "",
        repo=repo,
        url=f"{base.rstrip('/')}/{href}",
        sha256=digest,
        size=number(length),
    )


def _updateinfo(data: bytes, wanted: Mapping[str, object]) -> Iterator[tuple[str, _Erratum]]:
    """Yield security updates of the ``wanted`` packages, one for each package."""
    for update in security_updates(xml.children(data)):
        for build in update.builds:
            if build.name in wanted:
                yield build.name, _Erratum(update, build)
