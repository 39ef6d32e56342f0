"""The packages that the lock files and project files of NuGet declare."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from garboard import lock_text
from garboard.ecosystems.nuget import runtimes
from garboard.ecosystems.nuget.projects import ORDER, PARTIAL, TYPE, attributes_of, exact, line_of, rooted
from garboard.lock_text import Parse, Pinned, Remark
from garboard.model.faults import worded
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Kept

_OPENED: Final = r'\s*"([^"]+)"\s*:\s*\{'
_PAKET: Final = re.compile(r" +([A-Za-z0-9_][\w./-]*)(?: \(([^)\s]+)[^)]*\))?")
_PAKET_LISTED: Final = 4
_PAKET_NEEDED: Final = 6
_SOMETIMES: Final = (".props", ".targets", ".proj", ".projitems")
"""Ends of files that are MSBuild's where they have a project."""
_PROJECT: Final = re.compile(r"(?i)<project\b")
_SDKS: Final = re.compile(r'"msbuild-sdks"')


def catalog(file: File, /) -> Iterator[Fact]:
    """Every package with its version; a project's file names only those that it asks for itself."""
    name = file.path.rpartition("/")[2].lower()
    if name.endswith(_SOMETIMES) and not _holds(file, _PROJECT):
        return
    partial = ""
    parse: Parse
    if name.endswith(".lock.json"):
        parse = _locked
    elif name == "paket.lock":
        parse = _paket
    elif name == "dotnet-tools.json":
        parse = _tools
    elif name == "project.assets.json":
        parse = _assets
    elif name.endswith(".config"):
        parse = _config
    elif name == "global.json":
        yield from runtimes.sdk(lock_text.legible(file.data))
        if not _holds(file, _SDKS):
            return
        parse, partial = _sdks, PARTIAL
    else:
        yield from _kept(file)
        return
    spread = name.endswith(".json")
    yield from lock_text.facts(file, parse, type_=TYPE, order=ORDER, writer="NuGet", partial=partial, spread=spread)


def _kept(file: File) -> Iterator[Fact]:
    """A file of MSBuild, for the join with the others (`garboard.ecosystems.nuget.projects`)."""
    try:
        text = lock_text.decoded(file.data)
        rooted(text, "Project")
    except lock_text.ERRORS as error:
        yield Gap(stage="catalog", subject=file.path, reason=f"is not what NuGet writes: {worded(error)}")
        return
    yield Kept(path=file.path, data=text.encode())


def _holds(file: File, pattern: re.Pattern[str]) -> bool:
    """Whether a text has this; one that cannot be read may."""
    try:
        return pattern.search(lock_text.decoded(file.data)) is not None
    except ValueError:
        return b"\0" not in file.data


def _locked(text: str) -> Iterator[Pinned | Remark]:
    lines = lock_text.lines(text, _OPENED)
    document = msgspec.json.decode(text)
    yield from lock_text.newer(document.get("version"), ("1", "2"))
    for framework in lock_text.listed(document, "dependencies").values():
        names = {name.lower(): name for name in framework}
        for name, entry in framework.items():
            if entry.get("type") != "Project":
                needs = _needs(entry, names)
                asked = entry.get("type") == "Direct"
                yield Pinned(name, entry.get("resolved", ""), needs, asked=asked, line=lines.get(name, 0))


def _needs(entry: dict[str, Any], names: dict[str, str]) -> tuple[str, ...]:
    return tuple(names.get(need.lower(), need) for need in entry.get("dependencies") or ())


def _assets(text: str) -> Iterator[Pinned | Remark]:
    document = msgspec.json.decode(text)
    yield from lock_text.newer(document.get("version"), ("1", "2", "3", "4"))
    lines = lock_text.lines(text, _OPENED)
    frameworks = document.get("project", {}).get("frameworks", {}).values()
    asked = {name.lower() for one in frameworks for name in one.get("dependencies") or ()}
    for target in lock_text.listed(document, "targets").values():
        names = {key.partition("/")[0].lower(): key.partition("/")[0] for key in target}
        for key, entry in target.items():
            if entry.get("type") != "project":
                name, _, version = key.partition("/")
                needs = _needs(entry, names)
                yield Pinned(name, version, needs, asked=name.lower() in asked, line=lines.get(key, 0))


def _config(text: str) -> Iterator[Pinned]:
    for one in rooted(text, "packages").iter():
        if one.tag.lower() == "package":
            stated = attributes_of(one)
            yield Pinned(stated.get("id", ""), exact(stated.get("version", "")), line=line_of(one))


def _sdks(text: str) -> Iterator[Pinned]:
    """``global.json``: the versions of SDKs of MSBuild that are packages."""
    lines = lock_text.lines(text, r'\s*"([^"]+)"\s*:')
    for name, version in lock_text.mapping(msgspec.json.decode(text).get("msbuild-sdks")).items():
        yield Pinned(name, exact(str(version)), asked=True, line=lines.get(name, 0))


def _paket(text: str) -> Iterator[Pinned | Remark]:
    """``paket.lock``: of each source a list, with what each needs below it; only NuGet's have versions of its."""
    source = ""
    found: list[tuple[str, str, list[str], int]] = []
    for number, line in enumerate(text.splitlines(), 1):
        depth = len(line) - len(line.lstrip(" "))
        if depth == 0 and line.strip():
            source = line.partition(" ")[0].strip()
        elif depth in (_PAKET_LISTED, _PAKET_NEEDED):
            named = _PAKET.match(line)
            if named is None:
                yield Remark(f"line {number} is of a form that is not known: what it names was not judged")
            elif depth == _PAKET_LISTED:
                found.append((named[1], (source == "NUGET" and named[2]) or "", [], number))
            elif found:
                found[-1][2].append(named[1])
    if text.strip() and not found:
        raise ValueError("it lists nothing in the form of Paket")
    for name, version, needs, number in found:
        yield Pinned(name, version, tuple(needs), line=number)


def _tools(text: str) -> Iterator[Pinned | Remark]:
    """``dotnet-tools.json``: tools of the project, by packages that are whole in themselves."""
    document = msgspec.json.decode(text)
    yield from lock_text.newer(document.get("version"), ("1",))
    lines = lock_text.lines(text, _OPENED)
    for name, entry in lock_text.listed(document, "tools").items():
        yield Pinned(name, entry.get("version") or "", asked=True, line=lines.get(name, 0))
