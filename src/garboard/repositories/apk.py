"""Alpine's mirrors, as apk reads them: ``APKINDEX.tar.gz``, signed with RSA, and secdb for what an update fixes.

Sources: apk-repositories(5), apk-world(5), apk-package(5) of apk-tools 2.
"""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import msgspec

from garboard.compression import GZIP, Damaged, first_stream
from garboard.ecosystems.apk import version as apk
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.limits import DEFAULT, MIB
from garboard.model.mirror import (
    Answer,
    Asking,
    FixNote,
    InstalledSystem,
    MirrorRepository,
    Offer,
    Offers,
    UpgradeState,
    WantedDocument,
)
from garboard.model.package import Fact, Package
from garboard.repositories import decompress
from garboard.repositories.config_files import Amiss, by_path, commonest, keep, lines, rounds, without_login
from garboard.repositories.errors import Refused
from garboard.versions.invalid import InvalidVersion

NAME = "apk mirrors"
PUBLISHED_IN = "the distribution's secdb"
FEED = "alpine-secdb"
VERSION = 1
PURL_TYPE = "apk"
GLOBS = (
    "etc/apk/repositories",
    "etc/apk/repositories.d/*",
    "etc/apk/arch",
    "etc/apk/world",
    "etc/apk/keys/*",
    "usr/share/apk/keys/*",
)

_INDEX_BYTES: Final = 32 * MIB
_SECDB_BYTES: Final = 32 * MIB
_SECDB: Final = "https://secdb.alpinelinux.org"
_ARCHITECTURES: Final = MappingProxyType(
    {"amd64": "x86_64", "arm64": "aarch64", "386": "x86", "arm/v7": "armv7", "arm/v6": "armhf", "arm": "armhf"}
)
_LINE: Final = re.compile(r"(?:@(\S+)\s+)?(\S+)")
_WORLD: Final = re.compile(r"([^\s@<>=~!]+)(?:@(\S+?))?(?:(<=|>=|<|>|=|~=|~)(\S+))?")
_BRANCH: Final = re.compile(r"/(edge|v\d+\.\d+)/(main|community)$")
_CVE: Final = re.compile(r"\bCVE-\d{4}-\d{4,}\b")


def catalog(file: File) -> Iterator[Fact]:
    """Keep the file."""
    yield from keep(file)


class _Place(NamedTuple):
    """One repository; if it has a ``tag``, its packages are only for those that request the tag."""

    url: str
    tag: str
    where: str


class _Entry(NamedTuple):
    version: str
    origin: str
    place: _Place


class _Rule(NamedTuple):
    """A constraint in ``world`` on a package."""

    tag: str
    test: str
    version: str


def offers(image: InstalledSystem) -> Asking[Offers]:
    """See `garboard.repositories.RepositoryKind.offers`.

    Dependencies are not followed: a newer version is offered as it is.
    """
    files = by_path(image)
    packages = [one for one in image.packages if one.type == PURL_TYPE]
    arch = files.get("etc/apk/arch", b"").decode("ascii", "replace").strip() or commonest(packages, PURL_TYPE)
    arch = arch or _architecture(image)
    amiss = Amiss()
    places = list(_places(files, amiss))
    gaps = amiss.gaps
    if not places:
        reason = "the image names no package mirror: it has no usable /etc/apk/repositories"
        return Offers(gaps=(*gaps, _gap("apk", reason)))
    wanted = tuple(
        WantedDocument(urls=(f"{place.url.rstrip('/')}/{arch}/APKINDEX.tar.gz",), limit=_INDEX_BYTES)
        for place in places
    )
    repositories: list[MirrorRepository] = []
    entries: dict[str, list[_Entry]] = {one.name: [] for one in packages}
    left = iter(places)
    for some in rounds(wanted):
        for answer, place in zip((yield some), left, strict=False):
            try:
                repositories.append(_read(place, answer, files, entries))
            except Refused as refused:
                gaps.append(_gap(place.url, f"not used: {refused} (named in {place.where})"))
    world = _world(files)
    told = tuple(_offer(one, entries[one.name], world.get(one.name), arch) for one in packages) if repositories else ()
    return Offers(offers=told, repositories=tuple(repositories), gaps=tuple(gaps))


def _gap(subject: str, reason: str) -> Gap:
    return Gap(stage="mirrors", subject=subject, reason=reason)


def _architecture(image: InstalledSystem) -> str:
    platform = image.platform
    full = f"{platform.architecture}/{platform.variant}".rstrip("/")
    return _ARCHITECTURES.get(full) or _ARCHITECTURES.get(platform.architecture, platform.architecture)


def _places(files: Mapping[str, bytes], amiss: Amiss) -> Iterator[_Place]:
    """Yield each repository once, up to the limit."""
    found: set[tuple[str, str]] = set()
    for path in sorted(files):
        if path != "etc/apk/repositories" and not re.fullmatch(r"etc/apk/repositories\.d/[^/]+\.list", path):
            continue
        for number, line in lines(files[path]):
            match = _LINE.fullmatch(line)
            url = without_login(match[2]) if match else ""
            key = (match[1] or "", url) if match else ("", "")
            if not url.startswith(("http://", "https://")):
                amiss.add(f"{path}:{number}", "names no web address, and was left out")
            elif key not in found:
                if len(found) == DEFAULT.repositories:
                    amiss.too_many(f"{path}:{number}")
                    return
                found.add(key)
                yield _Place(url, key[0], f"{path}:{number}")


def _read(
    place: _Place, answer: Answer, files: Mapping[str, bytes], entries: Mapping[str, list[_Entry]]
) -> MirrorRepository:
    """Check an index and take its entries for the installed packages.

    Raises:
        Refused: The index cannot be used.
    """
    if answer.data is None:
        raise Refused(answer.problem)
    content, key = _verified(answer.data, files)
    found: dict[str, str] = {}
    for line in (*_index(content).decode("utf-8", "replace").split("\n"), ""):
        if line:
            found[line[:2]] = line[2:]
            continue
        name = found.get("P:", "")
        if name in entries and found.get("V:"):
            entries[name].append(_Entry(found["V:"], found.get("o:") or name, place))
        found = {}
    short = "/".join(place.url.rstrip("/").split("/")[-2:])
    return MirrorRepository(url=answer.url, name=short, signed=key)


def _verified(data: bytes, files: Mapping[str, bytes]) -> tuple[bytes, str]:
    """Return the data after the signature, as stored, and the name of the key that signed it."""
    try:
        first, rest = first_stream(data, GZIP, MIB)
    except Damaged as error:
        raise Refused(f"its index is damaged: {error}") from error
    if rest is None:
        raise Refused("its index is not signed")
    try:
        with tarfile.open(fileobj=io.BytesIO(first + b"\0" * 1024)) as archive:
            member = archive.next()
            file = archive.extractfile(member) if member and member.isreg() else None
            name, signature = (member.name, file.read()) if member and file else ("", b"")
    except (tarfile.TarError, OSError, ValueError, EOFError) as error:
        raise Refused(f"its signature is damaged: {error}") from error
    match = re.fullmatch(r"\.SIGN\.(RSA|RSA256)\.([A-Za-z0-9@._-]+)", name)
    if match is None:
        raise Refused("its index is not signed")
    pem = files.get(f"etc/apk/keys/{match[2]}") or files.get(f"usr/share/apk/keys/{match[2]}")
    if pem is None:
        raise Refused(f"it is signed with {match[2]}, a key that the image does not have in /etc/apk/keys")
    _check(pem, signature, rest, match[1])
    return rest, match[2]


def _check(pem: bytes, signature: bytes, data: bytes, kind: str) -> None:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    try:
        key = serialization.load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Refused(f"the key to check its signature with cannot be read: {error}") from error
    if not isinstance(key, rsa.RSAPublicKey):
        raise Refused("the key to check its signature with is not RSA")
    # apk-tools 2 signs indexes with SHA-1; the mirrors choose that, not garboard.
    digest = hashes.SHA256() if kind == "RSA256" else hashes.SHA1()  # noqa: S303
    try:
        key.verify(signature, data, padding.PKCS1v15(), digest)
    except InvalidSignature as error:
        raise Refused("its signature is not good") from error


def _index(content: bytes) -> bytes:
    try:
        with tarfile.open(fileobj=io.BytesIO(decompress.unfold(content, decompress.INDEX_BYTES))) as archive:
            for member in archive:
                file = archive.extractfile(member) if member.name == "APKINDEX" and member.isreg() else None
                if file is not None:
                    return file.read()
    except (tarfile.TarError, OSError, ValueError, EOFError) as error:
        raise error if isinstance(error, Refused) else Refused(f"its index is damaged: {error}") from error
    raise Refused("its archive holds no APKINDEX")


def _world(files: Mapping[str, bytes]) -> dict[str, _Rule]:
    found = {}
    for word in files.get("etc/apk/world", b"").decode("utf-8", "replace").split():
        match = _WORLD.fullmatch(word)
        if match:
            found[match[1]] = _Rule(match[2] or "", match[3] or "", match[4] or "")
    return found


def _key(version: str) -> tuple[int, Any]:
    try:
        return 1, apk.key(version)
    except InvalidVersion:
        return 0, ()


def _allows(rule: _Rule, version: str) -> bool:
    if rule.test.startswith("~"):
        return version == rule.version or re.match(re.escape(rule.version) + r"(?![0-9])", version) is not None
    ours, theirs = _key(version), _key(rule.version)
    return {"": True, "=": ours == theirs, "<": ours < theirs, ">": ours > theirs}.get(
        rule.test, ours == theirs or (ours < theirs if rule.test == "<=" else ours > theirs)
    )


def _offer(package: Package, entries: Sequence[_Entry], rule: _Rule | None, arch: str) -> Offer:
    usable = [one for one in entries if one.place.tag in {"", rule.tag if rule else ""}]
    best = max(usable, key=lambda one: _key(one.version), default=None)
    allowed = max(
        (one for one in usable if rule is None or _allows(rule, one.version)),
        key=lambda o: _key(o.version),
        default=None,
    )
    standing, reason = UpgradeState.CURRENT, ""
    if best is None:
        standing = UpgradeState.ABSENT
    elif allowed is not None and _key(allowed.version) > _key(package.version):
        best, standing = allowed, UpgradeState.UPGRADE
    elif _key(best.version) > _key(package.version):
        standing, reason = (
            UpgradeState.PINNED,
            f"pinned in /etc/apk/world: {package.name}{rule.test if rule else ''}{rule.version if rule else ''}",
        )
    newer = best if best is not None and standing is not UpgradeState.CURRENT else None
    return Offer(
        type=PURL_TYPE,
        name=package.name,
        arch=package.arch,
        installed=package.version,
        installed_source_version=package.version,
        version=newer.version if newer else package.version,
        source_name=newer.origin if newer else package.source,
        source_version=newer.version if newer else package.version,
        standing=standing,
        reason=reason,
        repository="/".join(best.place.url.rstrip("/").split("/")[-2:]) if best else "",
        url=f"{best.place.url.rstrip('/')}/{arch}/{package.name}-{best.version}.apk" if best else "",
    )


class _Pkg(msgspec.Struct):
    name: str = ""
    secfixes: dict[str, tuple[str, ...] | None] | None = None


class _Item(msgspec.Struct):
    pkg: _Pkg


class _Secdb(msgspec.Struct):
    packages: tuple[_Item, ...] = ()


def notes(updates: Sequence[Offer]) -> Asking[Offers]:
    """See `garboard.repositories.RepositoryKind.notes`; reads the secdb of the branches that contain the updates."""
    branches: dict[str, list[Offer]] = {}
    gaps: list[Gap] = []
    for one in updates:
        match = _BRANCH.search(one.url.rpartition("/")[0].rpartition("/")[0])
        if match:
            branches.setdefault(f"{_SECDB}/{match[1]}/{match[2]}.json", []).append(one)
        else:
            gaps.append(
                _gap(one.name, f"its update to {one.version} is in {one.repository}, of which no secdb is known")
            )
    found: list[FixNote] = []
    left = iter(branches.items())
    for some in rounds([WantedDocument(urls=(url,), limit=_SECDB_BYTES) for url in branches]):
        for answer, (url, updated) in zip((yield some), left, strict=False):
            found += _fixed(url, updated, answer, gaps)
    return Offers(notes=tuple(found), gaps=tuple(dict.fromkeys(gaps)))


def _fixed(url: str, updates: Sequence[Offer], answer: Answer, gaps: list[Gap]) -> Iterator[FixNote]:
    """Yield what one branch's secdb says about its updates."""
    named = ", ".join(sorted({one.source_name for one in updates})[:10])
    if answer.data is None:
        gaps.append(_gap(url, f"what the updates of {named} fix is not known: {answer.problem}"))
        return
    try:
        secdb = msgspec.json.decode(answer.data, type=_Secdb)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        gaps.append(_gap(url, f"is no secdb: {error}"))
        return
    fixes = {one.pkg.name: one.pkg.secfixes or {} for one in secdb.packages}
    for one in {(o.source_name, o.installed, o.version): o for o in updates}.values():
        mine = list(_notes(one, fixes.get(one.source_name, {})))
        yield from mine
        if not mine:
            reason = f"its update from {one.installed} to {one.version} fixes nothing that secdb names"
            gaps.append(_gap(one.source_name, reason))


def _notes(one: Offer, fixes: Mapping[str, tuple[str, ...] | None]) -> Iterator[FixNote]:
    for version, texts in fixes.items():
        if not _key(one.installed) < _key(version) <= _key(one.version):
            continue
        cves = tuple(dict.fromkeys(cve for text in texts or () for cve in _CVE.findall(text)))
        if cves:
            yield FixNote(type=PURL_TYPE, source=one.source_name, fixed_in=version, cves=cves)
