"""The packages that ``composer.lock`` declares, and what ``composer.json`` asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from garboard import lock_text
from garboard.lock_text import Named, Pins, text_of
from garboard.model.faults import worded
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Asked, Fact, Package

TYPE: Final = "composer"
ORDER: Final = "composer"
_KINDS: Final = ("require", "require-dev")
_NAMED: Final = r'\s*"name"\s*:\s*"([^"]+)"'
_RELEASE: Final = re.compile(r"v?\d+\.\d+\.\d+(?:\.\d+)?(?:-(?:alpha|beta|RC)\.?\d+)?")
_HINT: Final = "`composer update --no-install` writes composer.lock"


class _Lock(msgspec.Struct):
    packages: list[dict[str, Any]]
    development: list[dict[str, Any]] | None = msgspec.field(default=None, name="packages-dev")


def catalog(file: File, /) -> Iterator[Fact]:
    """Each package with its version, those for development too; or what a manifest asks for."""
    if file.path.endswith(".json"):
        yield from _manifest(file)
        return
    try:
        text = lock_text.decoded(file.data)
        lock = msgspec.json.decode(text, type=_Lock)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        yield Gap(stage="catalog", subject=file.path, reason=f"is not what Composer writes: {worded(error)}")
        return
    stated = lock_text.lines(text, _NAMED)
    lines = {name.lower(): line for name, line in reversed(stated.items())}
    entries = [
        (text_of(one.get("name")).lower(), text_of(one.get("version")), one)
        for one in (*lock.packages, *(lock.development or ()))
    ]
    versions = {name: version for name, version, _ in entries}
    needed = {need.lower() for _, _, one in entries for need in lock_text.mapping(one.get("require"))}
    yield from lock_text.unmet(TYPE, _unmet(entries))
    for place, (name, version, entry) in enumerate(entries):
        namespace, _, short = name.rpartition("/")
        if not namespace or not version:
            yield Gap(stage="catalog", subject=file.path, reason=f"{name or 'a package'} has no version: not judged")
            continue
        if entry.get("type") == "metapackage":
            continue
        license_ = entry.get("license")
        yield Package(
            type=TYPE,
            namespace=namespace,
            name=short,
            version=version,
            scheme=ORDER,
            licenses=tuple(filter(None, map(text_of, license_))) if isinstance(license_, list) else (),
            requires=tuple(
                (f"{need.lower()}@{versions[need.lower()]}",)
                for need in lock_text.mapping(entry.get("require"))
                if need.lower() in versions
            ),
            automatic=name in needed,
            line=lines.get(name, 0),
            scope="development" if place >= len(lock.packages) else "",
        )


def _unmet(entries: Sequence[tuple[str, str, Mapping[str, Any]]]) -> Iterator[tuple[str, str]]:
    """What packages need that none is or stands for; PHP itself and its parts have no vendor in their names."""
    names = {name for name, _, _ in entries} | {name for _, _, entry in entries for name in _stood_for(entry)}
    for name, _, entry in entries:
        for need in lock_text.mapping(entry.get("require")):
            if "/" in need and need.lower() not in names:
                yield name, need.lower()


def _stood_for(entry: Mapping[str, Any]) -> Iterator[str]:
    """What a package, or the project, provides or replaces."""
    return (name.lower() for kind in ("provide", "replace") for name in lock_text.mapping(entry.get(kind)))


def _manifest(file: File) -> Iterator[Fact]:
    facts = tuple(lock_text.asked(file, _required, type_=TYPE, hint=_HINT, pins=_PINS))
    try:
        document = lock_text.mapping(msgspec.json.decode(lock_text.decoded(file.data)))
    except lock_text.ERRORS:
        yield from facts
        return
    provided = tuple(filter(None, (text_of(document.get("name")).lower(), *_stood_for(document))))
    for fact in facts:
        yield msgspec.structs.replace(fact, provided=provided) if isinstance(fact, Asked) else fact


def _exact(text: str) -> Mapping[str, str]:
    """Versions that are written out; a package that is asked for twice may be in either."""
    document = msgspec.json.decode(text)
    wanted = ((name.lower(), text_of(one)) for kind in _KINDS for name, one in lock_text.table(document, kind).items())
    return lock_text.agreed((name, version if _RELEASE.fullmatch(version) else "") for name, version in wanted)


_PINS: Final = Pins(ORDER, _exact)


def _required(text: str) -> Named:
    """Names without a vendor are PHP itself, its extensions and libraries."""
    document = msgspec.json.decode(text)
    lines = lock_text.fields(text, _KINDS)
    for kind in _KINDS:
        for name in lock_text.table(document, kind):
            if "/" in name:
                yield name.lower(), lines.get(name, 0), kind == "require-dev"
