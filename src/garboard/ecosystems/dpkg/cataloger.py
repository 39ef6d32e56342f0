"""Debian packages: dpkg's status file, distroless ``status.d``, Chisel manifests, and what goes with them.

Formats: dpkg(1), deb-control(5), deb-src-control(5) for ``Source``, dep5 for copyright files, chisel's ``jsonwall``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import msgspec

from garboard.model.ecosystem import MetadataPaths
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Licenses, Marks, Owns, Package, Retention

PURL_TYPE = "deb"
SCHEME = "deb"

_PRESENT = {"installed", "unpacked", "half-configured", "triggers-awaited", "triggers-pending"}
"""States of dpkg in which the package's files are there and none is known to be missing."""
_ABSENT = {"not-installed", "config-files", "half-installed"}
_FIELD = re.compile(
    r"\n(Package|Status|Version|Architecture|Source|Depends|Pre-Depends|Provides|Maintainer|Recommends|Suggests|Essential|Important|Protected|Priority|Section):[ \t]*"
    r"([^\n]*(?:\n[ \t][^\n]*)*)",
)
"""A leading newline finds the start of a line faster than the expression's own anchor would."""
_SOURCE = re.compile(r"([^\s(]+)(?:\s*\(([^)]*)\))?")
_QUALIFIER = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|:[a-z0-9-]+|\s+")
_LICENSE = re.compile(rb"\nLicense:[ \t]*([^\s][^\n]*)")
_AUTOREMOVE = re.compile(r'(?im)^[ \t]*APT::AutoRemove::(Recommends|Suggests)Important[ \t]+"?([\w-]+)"?[ \t]*;')
_FALSE = frozenset({"0", "false", "no", "off", "disable", "without"})
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


def _status(file: File, _owned: MetadataPaths) -> Iterator[Fact]:
    text = file.data.decode("utf-8", "replace")
    for stanza in text.split("\n\n"):
        fields = dict(_FIELD.findall(f"\n{stanza}"))
        if not fields:
            if stanza.strip():
                yield Gap(stage="catalog", subject=file.path, reason="holds text that is no package's stanza")
            continue
        state = fields.get("Status", "ok installed").rpartition(" ")[2]
        if state in _ABSENT:
            continue
        name, version = fields.get("Package", ""), fields.get("Version", "")
        if not name or not version or state not in _PRESENT:
            yield Gap(stage="catalog", subject=file.path, reason=_complaint(name, version, state))
            continue
        yield _package(name, version, fields)


def _complaint(name: str, version: str, state: str) -> str:
    if not name:
        return f"a package without a name (version {version or 'missing'})"
    if not version:
        return f"package {name} has no version"
    return f"package {name} is in the unknown state {state!r}"


def _package(name: str, version: str, fields: dict[str, str]) -> Package:
    source = _SOURCE.match(fields.get("Source", ""))
    depends = fields.get("Depends", "")
    if "Pre-Depends" in fields:
        depends = f"{fields['Pre-Depends']},{depends}"
    return Package(
        type=PURL_TYPE,
        name=name,
        version=version,
        scheme=SCHEME,
        arch=fields.get("Architecture", ""),
        source_name=source[1] if source else "",
        source_version=(source[2] or "") if source else "",
        requires=_relations(depends),
        recommends=_relations(fields.get("Recommends", "")),
        suggests=_relations(fields.get("Suggests", "")),
        essential=fields.get("Priority") == "required"
        or "yes" in {fields.get(name) for name in ("Essential", "Important", "Protected")},
        provides=tuple(name for part in fields.get("Provides", "").split(",") for name in _relation(part) if name),
        vendor=fields.get("Maintainer", ""),
        section=fields.get("Section", "").strip(),
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
    yield from _owns(name, file.data, owned, lambda line: line.partition(" ")[2].strip().lstrip("./"))


def _list(file: File, owned: MetadataPaths) -> Iterator[Fact]:
    name = file.path.rpartition("/")[2].removesuffix(".list")
    yield from _owns(name, file.data, owned, lambda line: line.strip().lstrip("/"))


def _owns(package: str, data: bytes, metadata: MetadataPaths, path_of: Callable[[str], str]) -> Iterator[Fact]:
    if not metadata.mentioned(data):
        return
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    paths = tuple(path for path in map(path_of, lines) if metadata.describes(path))
    if paths:
        yield Owns(type=PURL_TYPE, package=package, paths=paths)


def _extended_states(file: File, _owned: MetadataPaths) -> Iterator[Fact]:
    """What apt recorded as having come along as a dependency."""
    automatic: list[str] = []
    for stanza in file.data.decode("utf-8", "replace").split("\n\n"):
        fields = dict(line.partition(":")[::2] for line in stanza.split("\n"))
        name, arch = fields.get("Package", "").strip(), fields.get("Architecture", "").strip()
        if name and fields.get("Auto-Installed", "").strip() == "1":
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
        yield Gap(stage="catalog", subject=file.path, reason=f"cannot be decompressed: {error}")
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
            yield Gap(stage="catalog", subject=path, reason=f"line {number}: {error}")
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
    (lambda path: path.endswith("/status"), _status),
    (lambda path: "/status.d/" in path, _status_d),
    (lambda path: path.endswith(".list"), _list),
    (lambda path: path.endswith("/extended_states"), _extended_states),
    (lambda path: path.endswith("/manifest.wall"), _chisel),
    (lambda path: path.endswith("/copyright"), _copyright),
    (lambda path: path.startswith("etc/apt/apt.conf"), _apt_conf),
)
