"""Debian packages: dpkg's status file, distroless ``status.d``, Chisel manifests, and what goes with them.

Formats: dpkg(1), deb-control(5), deb-src-control(5) for ``Source``, dep5 for copyright files, chisel's ``jsonwall``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from garboard.ecosystems.dpkg import settings
from garboard.model.bounded import RELATIONS, bounded, count_of
from garboard.model.ecosystem import MetadataPaths
from garboard.model.faults import worded
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Absent, Diverted, Fact, Hold, Licenses, Marks, Owns, Package, Retention
from garboard.patterns import paragraphs

PURL_TYPE = "deb"
SCHEME = "deb"

_PRESENT = {"installed", "unpacked", "half-configured", "triggers-awaited", "triggers-pending"}
"""States of dpkg in which the package's files are there and none is known to be missing."""
_ABSENT = {"not-installed", "config-files"}
_FIELD = re.compile(
    r"\n(Package|Status|Version|Architecture|Source|Depends|Pre-Depends|Provides|Maintainer|Recommends|Suggests|Essential|Important|Protected|Priority|Section|Installed-Size|Auto-Installed)"
    r"[ \t]*:[ \t]*([^\n]*(?:\n[ \t][^\n]*)*)",
    re.IGNORECASE,
)
"""A leading newline finds the start of a line faster than the expression's own anchor would."""
_ALL_RELATIONS = 8 * 1024 * 1024
"""The same of all stanzas of a file; a desktop's has a tenth of it."""
_REMEMBERED = 4096
"""Stanzas; more than a usual image has packages."""
_PATHS = 2_000_000
"""Lines of one package's file list."""
_DIVERSIONS = 100_000
_LINE = re.compile(rb"[^\n]+")
_BLANK_LINE = re.compile(r"\n[ \t\r\v\f]+\n")
_KIB = 1024
_SEPARATOR = re.compile(r"\n[ \t\r\v\f]*\n\s*")
_JOURNAL = re.compile(r"(?:.*/)?updates/[0-9]+")
_SOURCE = re.compile(r"([^\s(]+)(?:\s*\(([^)]*)\))?")
_QUALIFIER = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|:[a-z0-9-]+|\s+")
_LICENSE = re.compile(rb"\nLicense:[ \t]*([^\s][^\n]*)")
_AUTOREMOVE = re.compile(r'(?im)^[ \t]*APT::AutoRemove::(Recommends|Suggests)Important[ \t]+"?([\w-]+)"?[ \t]*;')
_FALSE = frozenset({"0", "false", "no", "off", "disable", "without"})
_RELATION_FIELDS = ("depends", "pre-depends", "provides", "recommends", "suggests")
_HEAD_BYTES = 1024
"""Of a copyright file, within which a machine-readable one says ``Format:``."""
_MANIFEST_BYTES = 256 * 1024 * 1024
"""Of a Chisel manifest after decompression."""


def catalog(file: File, owned: MetadataPaths, /) -> Iterator[Fact]:
    """Installed packages in the file's order; `Owns`, `Marks` and `Licenses` from the files that hold those.

    A package counts as installed while dpkg has its files in place (installed, unpacked, half-configured, waiting for
    triggers). A stanza without name or version, one of unknown status, and a manifest that cannot be decompressed
    are gaps.
    """
    for belongs, read in _READERS:
        if belongs(file.path):
            yield from read(file, owned)
            return


class _Stanza(NamedTuple):
    """What one stanza says: a package, or why it is none of those that are installed.

    ``relations`` counts the characters of its dependencies. ``reason`` is what keeps it from being read, if something does.
    """

    package: Package | None
    name: str
    relations: int = 0
    held: bool = False
    reason: str = ""


def _stanzas(data: bytes) -> Iterator[str]:
    """The texts of all, as dpkg parts them: a separating line may have blanks.

    Lines may end as on Windows, too, which dpkg refuses.
    """
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n")
    text = data.decode("utf-8", "replace")
    for stanza in paragraphs(text, _SEPARATOR if _BLANK_LINE.search(text) else None):
        if not stanza.isspace():
            yield stanza


def _fields(stanza: str) -> dict[str, str]:
    """The known fields, by their names in lower case: in any case, as dpkg reads them, and with blanks before the colon."""
    return {key.lower(): value.rstrip() for key, value in _FIELD.findall(f"\n{stanza}")}


@lru_cache(maxsize=_REMEMBERED)
def _stanza(text: str) -> _Stanza:
    """Remembered, since each layer that installs a package has the stanzas of all others again."""
    fields = _fields(text)
    if not fields:
        return _Stanza(None, "", reason="holds text that is no package's stanza")
    state = (fields.get("status", "installed").split() or [""])[-1].lower()
    name, version = fields.get("package", ""), fields.get("version", "")
    lengths = {field: len(fields.get(field, "")) for field in _RELATION_FIELDS}
    relations, longest = sum(lengths.values()), max(lengths, key=lengths.__getitem__)
    if state in _ABSENT:
        return _Stanza(None, name, relations)
    if not name or not version or state not in _PRESENT:
        return _Stanza(None, name, relations, reason=_complaint(name, version, state))
    if lengths[longest] > RELATIONS:
        reason = f"the stanza of {name} has {lengths[longest]} characters of {longest}; the limit is {RELATIONS}"
        return _Stanza(None, name, relations, reason=reason)
    held = fields.get("status", "")[:4].lower() == "hold"
    return _Stanza(_package(name, version, fields), name, relations, held)


def _status(file: File, _owned: MetadataPaths) -> Iterator[Fact]:
    yield from bounded(file.path, _listed(file))


def _listed(file: File) -> Iterator[Fact]:
    relations = 0
    held: list[str] = []
    for stanza in map(_stanza, _stanzas(file.data)):
        relations += stanza.relations
        if relations > _ALL_RELATIONS:
            reason = f"more than {_ALL_RELATIONS} characters of dependencies, the limit: what follows them was not read"
            yield Gap(stage="catalog", subject=file.path, reason=reason)
            break
        package = stanza.package
        if package is not None:
            yield package
            if stanza.held:
                held.append(f"{package.name}:{package.arch}" if package.arch else package.name)
            continue
        if stanza.reason:
            yield Gap(stage="catalog", subject=file.path, reason=stanza.reason)
        if stanza.name:
            yield Absent(type=PURL_TYPE, name=stanza.name)
    if held:
        yield Hold(type=PURL_TYPE, names=tuple(held), how="held by dpkg")


def _updates(file: File, owned: MetadataPaths) -> Iterator[Fact]:
    """What dpkg wrote beside ``status`` and had not put into it yet when the image was made."""
    if not _JOURNAL.fullmatch(file.path) or not file.data.strip():
        return
    yield from _status(file, owned)
    reason = "holds changes that dpkg did not put into its status file: a package may be listed in its old state too"
    yield Gap(stage="catalog", subject=file.path, reason=f"{reason}; `dpkg --audit` in the image settles it")


def _complaint(name: str, version: str, state: str) -> str:
    if not name:
        return f"a package without a name (version {version or 'missing'})"
    if not version:
        return f"package {name} has no version"
    if state == "half-installed":
        return f"package {name} is half-installed: whether its files are there is not known"
    return f"package {name} is in the unknown state {state!r}"


def _package(name: str, version: str, fields: dict[str, str]) -> Package:
    source = _SOURCE.match(fields.get("source", ""))
    depends = fields.get("depends", "")
    if "pre-depends" in fields:
        depends = f"{fields['pre-depends']},{depends}"
    return Package(
        type=PURL_TYPE,
        name=name,
        version=version,
        scheme=SCHEME,
        arch=fields.get("architecture", ""),
        source_name=source[1] if source else "",
        source_version=(source[2] or "") if source else "",
        requires=_relations(depends),
        recommends=_relations(fields.get("recommends", "")),
        suggests=_relations(fields.get("suggests", "")),
        essential=fields.get("priority") == "required"
        or "yes" in {fields.get(name, "").lower() for name in ("essential", "important", "protected")},
        provides=tuple(name for part in fields.get("provides", "").split(",") for name in _relation(part) if name),
        vendor=fields.get("maintainer", ""),
        section=fields.get("section", "").strip(),
        installed_size=_KIB * count_of(fields.get("installed-size", "")),
    )


def _relations(text: str) -> tuple[tuple[str, ...], ...]:
    return tuple(_relation(part) for part in text.split(",") if part.strip())


@lru_cache(maxsize=8192)
def _relation(text: str) -> tuple[str, ...]:
    """``debconf (>= 0.5) | debconf-2.0:any`` as its alternatives' names."""
    return tuple(_QUALIFIER.sub("", text).split("|"))


def _status_d(file: File, owned: MetadataPaths) -> Iterator[Fact]:
    """Distroless: a stanza in a file of its own, and a list of checksums beside it."""
    if not file.path.endswith(".md5sums"):
        yield from _status(file, owned)
        return
    name = file.path.rpartition("/")[2].removesuffix(".md5sums")
    yield from _owns(
        name, file, owned, lambda text: (line.partition(" ")[2].strip().lstrip("./") for line in text.split("\n"))
    )


def _list(file: File, owned: MetadataPaths) -> Iterator[Fact]:
    name = file.path.rpartition("/")[2].removesuffix(".list")
    yield from _owns(name, file, owned, lambda text: f"\n{text}".replace("\n/", "\n").split("\n"))


def _owns(
    package: str, file: File, metadata: MetadataPaths, paths_of: Callable[[str], Iterable[str]]
) -> Iterator[Fact]:
    data = file.data
    if not metadata.mentioned(data):
        return
    if data.count(b"\n") > _PATHS:
        reason = f"a list of more than {_PATHS} paths, the limit, was not read"
        yield Gap(stage="catalog", subject=file.path, reason=reason)
        return
    text = data.decode("utf-8", "surrogateescape")
    paths = metadata.among(paths_of(text.replace("\r\n", "\n") if "\r" in text else text))
    if paths:
        yield Owns(type=PURL_TYPE, package=package, paths=paths)


def _diversions(file: File, _owned: MetadataPaths) -> Iterator[Fact]:
    """Three lines each: the path, where it lies instead, and the package that asked for it (``:`` for the administrator)."""
    lines = file.data.decode("utf-8", "surrogateescape").rstrip("\n").split("\n")
    if lines != [""] and (len(lines) % 3 or len(lines) > 3 * _DIVERSIONS):
        reason = f"is no list of diversions (dpkg-divert), or one of more than {_DIVERSIONS}: whose those files are is not known"
        yield Gap(stage="catalog", subject=file.path, reason=reason)
        return
    for path, to, by in zip(lines[::3], lines[1::3], lines[2::3], strict=False):
        yield Diverted(type=PURL_TYPE, path=path.lstrip("/"), to=to.lstrip("/"), by="" if by == ":" else by)


def _extended_states(file: File, _owned: MetadataPaths) -> Iterator[Fact]:
    """What apt recorded as having come along as a dependency."""
    automatic: list[str] = []
    for fields in map(_fields, _stanzas(file.data)):
        name, arch = fields.get("package", ""), fields.get("architecture", "")
        if name and fields.get("auto-installed") == "1":
            automatic.append(f"{name}:{arch}" if arch else name)
    yield Marks(type=PURL_TYPE, automatic=tuple(automatic))


def _copyright(file: File, _owned: MetadataPaths) -> Iterator[Fact]:
    """Short names that a machine-readable copyright file states; free text states none."""
    if b"Format:" not in file.data[:_HEAD_BYTES]:
        return
    found = dict.fromkeys(map(bytes.rstrip, _LICENSE.findall(file.data)))
    if found:
        names = tuple(name.decode("utf-8", "replace") for name in found)
        yield Licenses(type=PURL_TYPE, package=file.path.split("/")[-2], licenses=names)


def _apt_conf(file: File, _owned: MetadataPaths) -> Iterator[Fact]:
    """The options that tell ``autoremove`` what is still needed, as one line each (apt.conf(5))."""
    text = file.data.decode("utf-8", "replace")
    yield from settings.snapshot(text)
    stated = {word.lower(): value.lower() not in _FALSE for word, value in _AUTOREMOVE.findall(text)}
    if stated:
        yield Retention(type=PURL_TYPE, recommended=stated.get("recommends"), suggested=stated.get("suggests"))


class _Entry(msgspec.Struct):
    """A line of a Chisel manifest: a package, or a path with the slices (``package_slice``) that brought it."""

    kind: str = ""
    name: str = ""
    version: str = ""
    arch: str = ""
    path: str = ""
    slices: tuple[str, ...] = ()


def _chisel(file: File, owned: MetadataPaths) -> Iterator[Fact]:
    from garboard import compression

    try:
        pieces = compression.decompressed(
            (file.data,), compression.Bounds(_MANIFEST_BYTES), (compression.ZSTD,), plain=False
        )
        data = b"".join(pieces)
    except compression.TooLarge:
        yield Gap(stage="catalog", subject=file.path, reason=f"is larger than {_MANIFEST_BYTES} bytes decompressed")
        return
    except compression.Damaged as error:
        yield Gap(stage="catalog", subject=file.path, reason=f"cannot be decompressed: {worded(error)}")
        return
    yield from _manifest(file.path, data, owned)


def _manifest(path: str, data: bytes, metadata: MetadataPaths) -> Iterator[Fact]:
    decode = msgspec.json.Decoder(_Entry, strict=False).decode
    owned: dict[str, list[str]] = {}
    for number, line in enumerate(data.split(b"\n"), 1):
        if b'"package"' not in line and not metadata.mentioned(line):
            continue
        try:
            entry = decode(line)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            yield Gap(stage="catalog", subject=path, reason=f"line {number}: {worded(error)}")
            continue
        if entry.kind == "package" and entry.name and entry.version:
            yield Package(type=PURL_TYPE, name=entry.name, version=entry.version, scheme=SCHEME, arch=entry.arch)
        elif entry.kind == "package":
            yield Gap(stage="catalog", subject=path, reason=f"line {number}: a package without name or version")
        elif entry.kind == "path" and metadata.describes(entry.path.lstrip("/")):
            for slice_name in entry.slices:
                owned.setdefault(slice_name.partition("_")[0], []).append(entry.path.lstrip("/"))
    for package, paths in owned.items():
        yield Owns(type=PURL_TYPE, package=package, paths=tuple(dict.fromkeys(paths)))


_READERS: tuple[tuple[Callable[[str], Any], Callable[[File, MetadataPaths], Iterator[Fact]]], ...] = (
    (lambda path: path.startswith("etc/apt/sources"), settings.sources),
    (lambda path: path.startswith("etc/apt/preferences"), settings.preferences),
    (lambda path: path.endswith("/status"), _status),
    (lambda path: "/status.d/" in path, _status_d),
    (lambda path: "/updates/" in path, _updates),
    (lambda path: path.endswith(".list"), _list),
    (lambda path: path.endswith("/diversions"), _diversions),
    (lambda path: path.endswith("/extended_states"), _extended_states),
    (lambda path: path.endswith("/manifest.wall"), _chisel),
    (lambda path: path.endswith("/copyright"), _copyright),
    (lambda path: path.startswith("etc/apt/apt.conf"), _apt_conf),
)
