"""The packages that the lock files and project files of NuGet declare."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import msgspec

from garboard import lock_text
from garboard.lock_text import Parse, Pinned, Remark
from garboard.model.image import File
from garboard.model.package import Fact

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

TYPE: Final = "nuget"
ORDER: Final = "nuget"
_OPENED: Final = r'\s*"([^"]+)"\s*:\s*\{'
_IDENTIFIED: Final = (
    r"""\s*<(?:package\b|PackageReference\b|PackageVersion\b)[^>]*?\b(?:id|Include)\s*=\s*["']([^"']+)"""
)
_PAKET: Final = re.compile(r" +([A-Za-z0-9_][\w./-]*)(?: \(([^)\s]+)[^)]*\))?")
_PAKET_LISTED: Final = 4
_PAKET_NEEDED: Final = 6
_EXACT: Final = re.compile(r"\[?\s*([0-9][0-9A-Za-z.+-]*)\s*\]?")
_VARIABLE: Final = re.compile(r"\$\(([\w.]+)\)")
_PARTIAL: Final = (
    "lists only what is asked for by name: what that needs is not known; `dotnet restore --use-lock-file` writes a "
    "packages.lock.json"
)


def catalog(file: File, /) -> Iterator[Fact]:
    """Every package with its version; a project's file names only those that it asks for itself."""
    name = file.path.rpartition("/")[2]
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
    elif name == "packages.config":
        parse = _config
    else:
        parse, partial = _project, _PARTIAL
    spread = name.startswith("Directory.")
    return lock_text.facts(file, parse, type_=TYPE, order=ORDER, writer="NuGet", partial=partial, spread=spread)


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
    lines = lock_text.lines(text, _IDENTIFIED)
    for one in _rooted(text, "packages").iter("package"):
        name = one.get("id", "")
        yield Pinned(name, _exact(one.get("version", "")), line=lines.get(name, 0))


def _project(text: str) -> Iterator[Pinned]:
    root = _rooted(text, "Project")
    lines = lock_text.lines(text, _IDENTIFIED)
    known = {one.tag: (one.text or "").strip() for one in root.findall("PropertyGroup/*")}
    found = [one for kind in ("PackageReference", "PackageVersion") for one in root.iter(kind)]
    for one in found:
        name = one.get("Include", "")
        stated = one.get("Version") or one.get("VersionOverride") or one.findtext("Version") or ""
        version = _VARIABLE.sub(lambda variable: known.get(variable[1], variable[0]), stated)
        if name:
            yield Pinned(name, _exact(version), asked=True, line=lines.get(name, 0))


def _rooted(text: str, name: str) -> Element:
    root = lock_text.xml(text.encode())
    if root.tag.lower() != name.lower():
        raise ValueError(f"it has no {name}")
    return root


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


def _tools(text: str) -> Iterator[Pinned]:
    """``dotnet-tools.json``: tools of the project, by packages that are whole in themselves."""
    document = msgspec.json.decode(text)
    lines = lock_text.lines(text, _OPENED)
    for name, entry in lock_text.listed(document, "tools").items():
        yield Pinned(name, entry.get("version") or "", asked=True, line=lines.get(name, 0))


def _exact(version: str) -> str:
    """The version that is installed: the lowest that is allowed; empty where that cannot be told."""
    found = _EXACT.fullmatch(version.strip())
    return found[1] if found is not None else ""
