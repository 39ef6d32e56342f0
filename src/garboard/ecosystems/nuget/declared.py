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
_PAKET: Final = re.compile(r" +([A-Za-z0-9_][\w./-]*)(?: \(([^)\s]+)[^)]*\))?")
_PAKET_LISTED: Final = 4
_PAKET_NEEDED: Final = 6
_EXACT: Final = re.compile(r"\[?\s*([0-9][0-9A-Za-z.+-]*)\s*\]?")
_VARIABLE: Final = re.compile(r"\$\(([\w.]+)\)")
_REFERENCES: Final = frozenset(
    {"packagereference", "packageversion", "globalpackagereference", "dotnetclitoolreference", "packagedownload"}
)
"""Items by which MSBuild asks for packages, in lower case: it ignores that of names."""
_OF_SDK: Final = ("microsoft.net.sdk", "microsoft.docker.sdk")
"""How the names of MSBuild SDKs begin that come with that of .NET."""
_UNPACKED: Final = re.compile(r"([A-Za-z_][\w.-]*?)\.(\d+\.\d[\w.+-]*)")
"""The folder of a package that was restored for ``packages.config``."""
_LONGEST: Final = 200
"""Characters of names, and of properties that they and versions are made of."""
_SOMETIMES: Final = (".props", ".targets", ".proj", ".projitems")
"""Ends of files that are MSBuild's where they have a project."""
_PROJECT: Final = re.compile(r"(?i)<project\b")
_SDKS: Final = re.compile(r'"msbuild-sdks"')
_PARTIAL: Final = (
    "lists only what is asked for by name: what that needs is not known; `dotnet restore --use-lock-file` writes a "
    "packages.lock.json"
)


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
        if not _holds(file, _SDKS):
            return
        parse, partial = _sdks, _PARTIAL
    else:
        parse, partial = _project, _PARTIAL
    spread = name.endswith((".props", ".targets", ".json"))
    yield from lock_text.facts(file, parse, type_=TYPE, order=ORDER, writer="NuGet", partial=partial, spread=spread)


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
    for one in _rooted(text, "packages").iter():
        if one.tag.lower() == "package":
            stated = _attributes(one)
            yield Pinned(stated.get("id", ""), _exact(stated.get("version", "")), line=_line(one))


def _project(text: str) -> Iterator[Pinned | Remark]:
    root = _rooted(text, "Project")
    known = {
        one.tag.lower(): (one.text or "").strip()
        for group in root
        if group.tag.lower() == "propertygroup"
        for one in group
        if len(one.text or "") <= _LONGEST
    }

    def valued(stated: str) -> str:
        return _VARIABLE.sub(lambda variable: known.get(variable[1].lower(), variable[0]), stated)

    found: dict[tuple[str, str], list[Pinned]] = {}
    odd: dict[str, None] = {}
    for one, always in _items(root):
        attributes = _attributes(one)
        kind = one.tag.lower()
        for name in _each(valued(attributes.get("remove", ""))):
            if always:
                found.pop((kind, name.lower()), None)
        version = _exact(valued(_version(one, attributes)))
        updated = attributes.get("update", "")
        for name in _each(valued(attributes.get("include") or updated)):
            entry = Pinned(name, version, asked=True, line=_line(one))
            if not _plain(name):
                odd[name[:_LONGEST]] = None
            elif not updated:
                found.setdefault((kind, name.lower()), []).append(entry)
            elif _version(one, attributes):
                before = found.setdefault((kind, name.lower()), [])
                found[kind, name.lower()] = (
                    [entry._replace(name=before[0].name if before else name)] if always else [*before, entry]
                )
    yield from (entry for entries in found.values() for entry in entries)
    yield from _needed_to_build(root)
    yield from _unpacked(root)
    if odd:
        yield Remark(f"works out what it asks for: what {lock_text.some(tuple(odd))} names was not judged")


def _items(root: Element) -> Iterator[tuple[Element, bool]]:
    """The references to packages, each with whether it holds under all conditions."""
    waiting = [(root, True)]
    while waiting:
        above, always = waiting.pop()
        below = []
        for one in above:
            tag = one.tag.lower()
            holds = always and "condition" not in _attributes(one) and tag in {"itemgroup", *_REFERENCES}
            if tag in _REFERENCES:
                yield one, holds
            else:
                below.append((one, holds))
        waiting += reversed(below)


def _attributes(one: Element) -> dict[str, str]:
    return {name.lower(): value for name, value in one.attrib.items()}


def _line(one: Element) -> int:
    return int(one.get(lock_text.LINE, 0))


def _version(one: Element, attributes: dict[str, str]) -> str:
    below = {part.tag.lower(): (part.text or "").strip() for part in one}
    kinds = ("version", "versionoverride")
    return next((stated[kind] for stated in (attributes, below) for kind in kinds if stated.get(kind)), "")


def _each(listed: str) -> Iterator[str]:
    return filter(None, map(str.strip, listed.split(";")))


def _plain(name: str) -> bool:
    """Whether it is a name, not an expression of MSBuild."""
    return len(name) <= _LONGEST and not any(sign in name for sign in "$@%*?")


def _needed_to_build(root: Element) -> Iterator[Pinned]:
    """The SDKs of MSBuild that are packages: ``Sdk="A/1.0.0"``, and ``<Sdk Name="A" Version="1.0.0" />``."""
    for one in root.iter():
        attributes = _attributes(one)
        tag = one.tag.lower()
        stated = attributes.get("name" if tag == "sdk" else "sdk", "") if tag in {"project", "import", "sdk"} else ""
        for sdk in _each(stated):
            name, _, version = sdk.partition("/")
            version = version or attributes.get("version", "")
            if version or not name.lower().startswith(_OF_SDK):
                yield Pinned(name[:_LONGEST], _exact(version), asked=True, line=_line(one))


def _unpacked(root: Element) -> Iterator[Pinned]:
    """The packages in whose folders libraries lie that a project refers to."""
    for one in root.iter():
        if one.tag.lower() == "hintpath":
            above, _, below = (one.text or "").replace("\\", "/").lower().rpartition("packages/")
            folder = (one.text or "")[len(above) + len("packages/") :].replace("\\", "/").partition("/")[0]
            named = _UNPACKED.fullmatch(folder[:_LONGEST]) if below else None
            if named is not None:
                yield Pinned(named[1], named[2], asked=True, line=_line(one))


def _sdks(text: str) -> Iterator[Pinned]:
    """``global.json``: the versions of SDKs of MSBuild that are packages."""
    lines = lock_text.lines(text, r'\s*"([^"]+)"\s*:')
    for name, version in lock_text.mapping(msgspec.json.decode(text).get("msbuild-sdks")).items():
        yield Pinned(name, _exact(str(version)), asked=True, line=lines.get(name, 0))


def _rooted(text: str, name: str) -> Element:
    root = lock_text.xml(text)
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


def _tools(text: str) -> Iterator[Pinned | Remark]:
    """``dotnet-tools.json``: tools of the project, by packages that are whole in themselves."""
    document = msgspec.json.decode(text)
    yield from lock_text.newer(document.get("version"), ("1",))
    lines = lock_text.lines(text, _OPENED)
    for name, entry in lock_text.listed(document, "tools").items():
        yield Pinned(name, entry.get("version") or "", asked=True, line=lines.get(name, 0))


def _exact(version: str) -> str:
    """The version that is installed: the lowest that is allowed; empty where that cannot be told."""
    found = _EXACT.fullmatch(version.strip())
    return found[1] if found is not None else ""
