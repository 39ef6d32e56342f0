"""Installed PHP packages: ``vendor/composer/installed.json``, of Composer 1 (a list) and 2 (an object)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from garboard.ecosystems.php import drupal
from garboard.model.ecosystem import MetadataPaths
from garboard.model.faults import worded
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Package
from garboard.patterns import lazy

TYPE: Final = "composer"
ORDER: Final = "composer"
_ROOT: Final = lazy(r"'root'\s{0,9}=>\s{0,9}(?:array\(|\[)\s{0,99}'name'\s{0,9}=>\s{0,9}'([^'\n]{1,200})'")
_LOADED: Final = lazy(
    r"'([\w.-]{1,100}/[\w.-]{1,100})'\s{0,9}=>\s{0,9}(?:array\(|\[)\s{0,99}'pretty_version'\s{0,9}=>\s{0,9}'([^'\n]{1,200})'"
)
"""A package that is there; what it only replaces or provides has no version."""


class _Installed(msgspec.Struct):
    """Composer 2's file."""

    packages: list[msgspec.Raw]


class _Entry(msgspec.Struct):
    """The fields in use, as Composer copies them from what the package's author wrote."""

    name: Any = None
    version: Any = None
    license: Any = None
    require: Any = None
    authors: Any = None
    type: Any = None


def catalog(file: File, owned: MetadataPaths, /) -> Iterator[Fact]:
    """Each package that Composer installed below this ``vendor`` folder; one without name or version is a gap.

    Requirements of PHP itself, of its extensions and libraries (``php``, ``ext-json``) are no packages. A virtual
    package (``metapackage``) has no code.
    """
    del owned
    if file.path.endswith("/installed.json"):
        yield from installed(file.path, file.data)
    elif file.path.endswith("/installed.php"):
        yield from loaded(file.path, file.data)
    else:
        yield from drupal.catalog(file)


def installed(path: str, data: bytes) -> Iterator[Fact]:
    """The same of Composer's list itself, which lies at this path."""
    try:
        entries = _entries(data)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        yield Gap(stage="catalog", subject=path, reason=f"is not what Composer writes: {worded(error)}")
        return
    for raw in entries:
        try:
            entry = msgspec.json.decode(raw, type=_Entry)
        except msgspec.ValidationError as error:
            yield Gap(stage="catalog", subject=path, reason=f"one of its packages cannot be read: {worded(error)}")
            continue
        if entry.type == "metapackage":
            continue
        name, version = _text(entry.name), _text(entry.version)
        namespace, _, short = name.rpartition("/")
        if not namespace or not short or not version:
            what = f"{name} has no version" if namespace and short else f"{name or 'nothing'} is no name of a package"
            yield Gap(stage="catalog", subject=path, reason=f"{what}: it was not judged")
            continue
        yield package(
            name,
            version,
            licenses=_texts(entry.license),
            requires=tuple((need,) for need in _keys(entry.require) if "/" in need),
            vendor=_author(entry.authors),
        )


def loaded(path: str, data: bytes) -> Iterator[Fact]:
    """The same of what Composer 2 writes for programs that ask what is installed, which says less."""
    text = data.decode("utf-8", "replace")
    _, found, versions = text.partition("'versions'")
    if not found:
        yield Gap(stage="catalog", subject=path, reason="is not what Composer writes: it lists no versions")
        return
    root = _ROOT().search(text)
    for name, version in _LOADED().findall(versions):
        if root is None or name != root[1]:
            yield package(name, version, licenses=())


def package(
    name: str, version: str, *, licenses: tuple[str, ...], requires: tuple[tuple[str, ...], ...] = (), vendor: str = ""
) -> Package:
    """A package by its full name, ``vendor/name``."""
    namespace, _, short = name.rpartition("/")
    return Package(
        type=TYPE,
        namespace=namespace,
        name=short,
        version=version,
        scheme=ORDER,
        licenses=licenses,
        requires=requires,
        vendor=vendor,
    )


def _entries(data: bytes) -> list[msgspec.Raw]:
    if data.lstrip()[:1] == b"[":
        return msgspec.json.decode(data, type=list[msgspec.Raw])
    return msgspec.json.decode(data, type=_Installed).packages


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _texts(value: object) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(dict.fromkeys(text for one in values if (text := _text(one))))


def _keys(value: object) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, dict) else ()


def _author(value: object) -> str:
    first = value[0] if isinstance(value, list) and value else None
    return _text(first.get("name")) if isinstance(first, dict) else ""
