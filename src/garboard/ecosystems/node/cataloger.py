"""Installed npm packages: each ``package.json``, as package-json of npm and Node's own resolution describe it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec

from garboard.ecosystems.node import EXTENSIONS, UNMET, pnp, yarn_releases
from garboard.ecosystems.node.nested import FIXTURES, Nested, in_fixtures, nested
from garboard.model.ecosystem import MetadataPaths
from garboard.model.faults import worded
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Package, Unread

PURL_TYPE = "npm"
SCHEME = "semver"

_LARGEST = 4 * 1024 * 1024
"""Bytes of a package.json; the largest of the npm registry have some hundred thousand."""
_NEEDS = 100
"""Packages that an application needs, by which it is seen whether any is installed."""
_INSTALLERS = frozenset({"bower_components", "jspm_packages", "web_modules"})
"""What else puts packages side by side in a folder."""
_VENDORS = frozenset({"vendor", "vendors", "vendored", "third_party", "third-party", "thirdparty"})
_MARKS = ("-", "-v", "@", "_", "_v")
"""Between a package's name and its version in a folder's name."""
_OLD_NPM = (b'"_resolved"', b'"_shasum"', b'"_integrity"')
_DEBIAN_FOLDERS = ("usr/share/nodejs/", "usr/lib/nodejs/")
"""Where Debian's Node looks for modules, without a ``node_modules`` in the path."""


class _Manifest(msgspec.Struct):
    """The fields in use. Any type is let through, since nothing checks a manifest before it is published."""

    name: Any = None
    version: Any = None
    license: Any = None
    licenses: Any = None
    author: Any = None
    private: Any = None
    engines: Any = None
    dependencies: Any = None
    optionalDependencies: Any = None  # noqa: N815
    peerDependencies: Any = None  # noqa: N815


_decode = msgspec.json.Decoder(_Manifest).decode


def catalog(file: File, owned: MetadataPaths, /) -> Iterator[Fact]:
    """The package of one ``package.json`` (`described`), those of Yarn's list, or Yarn itself."""
    del owned
    name = file.path.rpartition("/")[2]
    if name.startswith(".pnp."):
        yield from pnp.catalog(file)
    elif name != "package.json":
        yield from yarn_releases.catalog(file)
    else:
        yield from described(file.path, file.data)


def described(path: str, data: bytes) -> Iterator[Fact]:
    """The package of one ``package.json``, or nothing.

    Directly in ``node_modules/name`` or ``node_modules/@scope/name`` it is an installed dependency. Outside any
    ``node_modules`` it is one too if it was put there as a registry publishes it (`_vendored`), and else the image's own
    application, if it has a name (its version may be empty). One in a store below ``node_modules``, or that a package carries
    as a whole, is a package, too (`nested`). All others within a package (fixtures, ``dist/package.json``) are none. An extension of an editor is `Unread`. One that should be a package and cannot be read, or a dependency without
    a version, is a gap.
    """
    folder = _module_folder(path)
    if folder == "":
        place = nested(path)
        if place is not None:
            yield from _nested(place, path, data)
        return
    if len(data) > _LARGEST:
        reason = f"has {len(data)} bytes and was not read: the limit for a package.json is {_LARGEST}"
        yield Gap(stage="catalog", subject=path, reason=reason)
        return
    try:
        manifest = _manifest(data)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        yield Gap(stage="catalog", subject=path, reason=f"is no JSON object: {worded(error)}")
        return
    name, version = _text(manifest.name).rstrip("/") or folder or "", _text(manifest.version)
    if not name.strip("@/"):
        if folder is None:
            yield from _needs(path, manifest)
        return
    if folder is None and _member(manifest.engines, "vscode"):
        yield Unread(kind=EXTENSIONS)
        return
    publishable = bool(version) and manifest.private not in (True, "true")
    application = folder is None and not (publishable and _vendored(path, data, name, version))
    if folder and not version:
        yield Gap(stage="catalog", subject=path, reason=f"package {name} has no version")
        return
    yield _package(manifest, name, version, application=application, publishable=application and publishable)
    if application:
        yield from _needs(path, manifest)


def _package(
    manifest: _Manifest,
    name: str,
    version: str,
    *,
    application: bool = False,
    publishable: bool = False,
    vendored_by: str = "",
) -> Package:
    scope, slash, rest = name.rpartition("/") if name[0] == "@" else ("", "", name)
    return Package(
        type=PURL_TYPE,
        name=rest if slash else name,
        version=version,
        scheme=SCHEME,
        namespace=scope,
        licenses=_licenses(manifest),
        requires=_requires(manifest),
        vendor=_text(manifest.author) or _text(_member(manifest.author, "name")),
        application=application,
        publishable=publishable,
        vendored_by=vendored_by,
    )


def _nested(place: Nested, path: str, data: bytes) -> Iterator[Fact]:
    """The package that lies there, if the file states it. What cannot be read is a gap where it should."""
    reason = ""
    manifest = _Manifest()
    if len(data) > _LARGEST:
        reason = f"has {len(data)} bytes and was not read: the limit for a package.json is {_LARGEST}"
    else:
        try:
            manifest = _manifest(data)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            reason = f"is no JSON object: {worded(error)}" if place.surely else ""
    name, version = _text(manifest.name).rstrip("/"), _text(manifest.version)
    if place.holds(name, version) and manifest.private not in (True, "true"):
        if _member(manifest.engines, "vscode"):
            yield Unread(kind=EXTENSIONS)
        elif version:
            yield _package(manifest, name, version, vendored_by=place.carrier)
        elif place.surely:
            reason = f"package {name} has no version"
    if reason:
        yield Gap(stage="catalog", subject=path, reason=reason)


def _needs(path: str, manifest: _Manifest) -> Iterator[Unread]:
    """What an application needs, unless it is one of tests."""
    names = manifest.dependencies if isinstance(manifest.dependencies, dict) else {}
    if names and FIXTURES.isdisjoint(path.split("/")):
        yield Unread(kind=UNMET, names=tuple(islice(names, _NEEDS)))


def _vendored(path: str, data: bytes, name: str, version: str) -> bool:
    """Whether a package outside ``node_modules`` is one of a registry.

    Its folder's name says so, or the folders in which that lies, or what old npm wrote into the file.
    """
    *above, folder = path.split("/")[:-1] or [""]
    last = name.rpartition("/")[2]
    if above and above[-1] in _INSTALLERS:
        return True
    if folder in {f"{one}{mark}{version}" for one in {last, name.strip("@").replace("/", "-")} for mark in _MARKS}:
        return True
    if folder == last and _VENDORS & set(above):
        return True
    if folder == version and above and above[-1] == last:  # Deno's cache
        return True
    if folder.startswith(f"{last}@{version}@@"):  # Bun's cache
        return True
    return any(key in data for key in _OLD_NPM)


def _module_folder(path: str) -> str | None:
    """Name by which Node finds the package: ``name`` or ``@scope/name``; None for an application, "" for neither."""
    before, inside, tail = path.rpartition("node_modules/")
    if inside and in_fixtures(before):
        return ""
    if not inside or (before and before[-1] != "/"):
        tail = next((path[len(folder) :] for folder in _DEBIAN_FOLDERS if path.startswith(folder)), "")
        if not tail:
            return None
    parts = tail.split("/")[:-1]
    if len(parts) == (2 if parts and parts[0][:1] == "@" else 1) and parts[0][:1] != ".":
        return "/".join(parts)
    return ""


def _manifest(data: bytes) -> _Manifest:
    """Decode strictly, or else as leniently as Python's own decoder does (byte order mark, control characters)."""
    try:
        return _decode(data)
    except (msgspec.MsgspecError, ValueError):
        import json

        return msgspec.convert(json.loads(data.decode("utf-8-sig", "replace"), strict=False), _Manifest)


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _member(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def _licenses(manifest: _Manifest) -> tuple[str, ...]:
    """``license`` as text or ``{type}``, and the old ``licenses`` list of either."""
    several = manifest.licenses if isinstance(manifest.licenses, list) else [manifest.licenses]
    stated = [_text(one) or _text(_member(one, "type")) for one in (manifest.license, *several)]
    return tuple(dict.fromkeys(text for text in stated if text))


def _requires(manifest: _Manifest) -> tuple[tuple[str, ...], ...]:
    kinds = (manifest.dependencies, manifest.optionalDependencies, manifest.peerDependencies)
    names = dict.fromkeys(name for kind in kinds if isinstance(kind, dict) for name in kind if name)
    return tuple((name,) for name in names)
