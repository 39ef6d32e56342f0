"""The files of MSBuild's projects, which speak of each other: properties, and the versions that all projects of a tree share.

A project takes in the nearest ``Directory.Build.props``, ``Directory.Packages.props`` and ``Directory.Build.targets`` in its
folder or above, and what it names itself. A central version (``PackageVersion``) counts where some project asks for the package
and states none of its own.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from garboard import lock_text
from garboard.ecosystems.nuget import runtimes
from garboard.lock_text import Parse, Pinned, Remark
from garboard.model.gap import some
from garboard.model.image import File
from garboard.model.package import Fact

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

TYPE: Final = "nuget"
ORDER: Final = "nuget"
_EXACT: Final = re.compile(r"\[?\s*([0-9][0-9A-Za-z.+-]*)\s*\]?")
_VARIABLE: Final = re.compile(r"\$\(([\w.]+)\)")
_REFERENCES: Final = frozenset(
    {"packagereference", "packageversion", "globalpackagereference", "dotnetclitoolreference", "packagedownload"}
)
"""Items by which MSBuild asks for packages, in lower case: it ignores that of names."""
_FRAMEWORKS: Final = frozenset({"targetframework", "targetframeworks"})
_OF_SDK: Final = ("microsoft.net.sdk", "microsoft.docker.sdk")
"""How the names of MSBuild SDKs begin that come with that of .NET."""
_UNPACKED: Final = re.compile(r"([A-Za-z_][\w.-]*?)\.(\d+\.\d[\w.+-]*)")
"""The folder of a package that was restored for ``packages.config``."""
_LONGEST: Final = 200
"""Characters of names, and of properties that they and versions are made of."""
_SHARED: Final = ("directory.build.props", "directory.packages.props", "directory.build.targets")
"""What MSBuild takes into every project below the folder, in its order."""
_CENTRAL: Final = "packageversion"
_LAST: Final = ".targets"
_PROJECTS: Final = re.compile(r"(?i)\.\w+proj$")
_HERE: Final = re.compile(r"(?i)\$\((?:MSBuildThisFileDirectory|MSBuildProjectDirectory)\)[\\/]?")
_ABOVE: Final = re.compile(r"(?i)\$\(\[MSBuild\]::GetPathOfFileAbove\([ '\"]*([\w.-]+)")
_IF_EMPTY: Final = re.compile(r"(?i)\s*'\$\((\w+)\)'\s*==\s*''\s*")
_DEEPEST: Final = 5
"""Properties that are made of each other."""
_FILES: Final = 100
"""Files that one project takes in."""
PARTIAL: Final = (
    "lists only what is asked for by name: what that needs is not known; `dotnet restore --use-lock-file` writes a "
    "packages.lock.json"
)


def join(kept: Mapping[str, bytes], paths: Container[str]) -> Iterator[tuple[str, Fact]]:
    """What each file asks for, by the properties and central versions of the others.

    Args:
        kept: the texts of the files, by their paths.
        paths: those of all files, by which one that could not be read is known.
    """
    tree = _Tree({path: rooted(data.decode(), "Project") for path, data in kept.items()})
    unused = tree.unused(whole=not any(_PROJECTS.search(path) for path in _others(paths, kept)))
    for path, data in kept.items():
        parse = _asked(tree.roots[path], tree.properties(path), unused)
        spread = path.lower().endswith((".props", ".targets"))
        file = File(path=path, data=data)
        found = lock_text.facts(file, parse, type_=TYPE, order=ORDER, writer="NuGet", partial=PARTIAL, spread=spread)
        yield from ((path, fact) for fact in found)
        yield from ((path, fact) for fact in _built_for(tree.roots[path], tree.properties(path)))


def _built_for(root: Element, known: Mapping[str, str]) -> Iterator[Fact]:
    for group in root:
        for one in group:
            if group.tag.lower() == "propertygroup" and one.tag.lower() in _FRAMEWORKS:
                yield from runtimes.frameworks(_filled((one.text or "")[:_LONGEST], known), line_of(one))


def _asked(root: Element, known: Mapping[str, str], unused: Container[str]) -> Parse:
    def parse(text: str) -> Iterator[Pinned | Remark]:
        del text
        return _stated(root, known, unused)

    return parse


def _others(paths: Container[str], kept: Mapping[str, bytes]) -> Iterator[str]:
    """Files that are not among those that were kept."""
    return (path for path in paths if path not in kept) if isinstance(paths, Iterable) else iter(())


class _Tree:
    """The files of MSBuild in a tree."""

    def __init__(self, roots: Mapping[str, Element]) -> None:
        self.roots = roots
        self._paths = {path.lower(): path for path in roots}
        self._known: dict[str, Mapping[str, str]] = {}

    def properties(self, path: str) -> Mapping[str, str]:
        """The properties that a file goes by; none of which conditions decide that are not known."""
        if path in self._known:
            return self._known[path]
        found: dict[str, str] = {}
        self._known[path] = found
        seen = {path}
        around = [one for name in _SHARED if (one := self._nearest(path, name)) not in {"", path}]
        for one in around:
            if not one.lower().endswith(_LAST):
                self._add(one, found, seen)
        self._add(path, found, seen, own=True)
        for one in around:
            if one.lower().endswith(_LAST):
                self._add(one, found, seen)
        return found

    def _nearest(self, path: str, name: str) -> str:
        """The file of this name in the folder of a path, or the nearest above; empty if there is none."""
        folder = posixpath.dirname(path).lower()
        while True:
            if (found := self._paths.get(posixpath.join(folder, name))) is not None:
                return found
            if not folder:
                return ""
            folder = posixpath.dirname(folder)

    def _add(self, path: str, found: dict[str, str], seen: set[str], *, own: bool = False) -> None:
        """Add the properties of a file, and of those that it takes in, in their order."""
        seen.add(path)
        for group in self.roots[path]:
            tag = group.tag.lower()
            if tag == "import" and len(seen) < _FILES:
                taken = self._taken(path, attributes_of(group).get("project", ""), found)
                if taken and taken not in seen:
                    self._add(taken, found, seen)
            elif tag == "propertygroup":
                _set(group, found, own=own)

    def _taken(self, path: str, stated: str, known: Mapping[str, str]) -> str:
        """The file that an import names; empty where it is not in the tree, or cannot be told."""
        if (above := _ABOVE.match(stated)) is not None:
            return self._nearest(posixpath.dirname(path), above[1].lower())
        named = _filled(_HERE.sub("", stated, count=1), known).replace("\\", "/")
        return self._paths.get(posixpath.normpath(posixpath.join(posixpath.dirname(path), named)).lower(), "")

    def unused(self, *, whole: bool) -> frozenset[str]:
        """The names of central versions that no project takes, as far as all of them are known: an SDK of others may ask, too."""
        if not whole or not any(_PROJECTS.search(path) for path in self.roots):
            return frozenset()
        central: set[str] = set()
        asked: set[str] = set()
        for path, root in self.roots.items():
            known = self.properties(path)
            pins_all = known.get("centralpackagetransitivepinningenabled", "").lower() not in {"", "false"}
            if pins_all or any(_needed_to_build(root)):
                return frozenset()
            for one, _ in _items(root):
                attributes = attributes_of(one)
                names = set(_each(_filled(attributes.get("include") or attributes.get("update", ""), known).lower()))
                if one.tag.lower() == _CENTRAL:
                    central |= names
                elif not all(map(_plain, names)):
                    return frozenset()
                elif not _version(one, attributes):
                    asked |= names
        return frozenset(central - asked)


def _set(group: Element, found: dict[str, str], *, own: bool) -> None:
    """Set the properties of a group; one of which conditions decide is not known, but for the only one of the ``own`` file."""
    always = "condition" not in attributes_of(group)
    for one in group:
        name, value = one.tag.lower(), (one.text or "").strip()
        condition = attributes_of(one).get("condition", "")
        empty = _IF_EMPTY.fullmatch(condition)
        if always and empty is not None and empty[1].lower() == name:
            found.setdefault(name, value[:_LONGEST])
        elif (always and not condition) or (own and name not in found):
            found[name] = value[: _LONGEST + 1]
        elif found.get(name) != value:
            found[name] = f"$({name})"


def _filled(stated: str, known: Mapping[str, str]) -> str:
    """A text with the properties that it names, as far as they are known."""
    for _ in range(_DEEPEST):
        filled = _VARIABLE.sub(lambda variable: known.get(variable[1].lower(), variable[0]), stated)
        if filled == stated or len(filled) > _FILES * _LONGEST:
            break
        stated = filled
    return stated


def _stated(root: Element, known: Mapping[str, str], unused: Container[str]) -> Iterator[Pinned | Remark]:
    """What a file asks for, by these properties, without the central versions of packages that are ``unused``."""

    def valued(stated: str) -> str:
        return _filled(stated, known)

    found: dict[tuple[str, str], list[Pinned]] = {}
    odd: dict[str, None] = {}
    for one, always in _items(root):
        attributes = attributes_of(one)
        kind = one.tag.lower()
        for name in _each(valued(attributes.get("remove", ""))):
            if always:
                found.pop((kind, name.lower()), None)
        version = exact(valued(_version(one, attributes)))
        updated = attributes.get("update", "")
        for name in _each(valued(attributes.get("include") or updated)):
            entry = Pinned(name, version, asked=True, line=line_of(one))
            if not _plain(name):
                odd[name[:_LONGEST]] = None
            elif not updated:
                found.setdefault((kind, name.lower()), []).append(entry)
            elif _version(one, attributes):
                before = found.setdefault((kind, name.lower()), [])
                found[kind, name.lower()] = (
                    [entry._replace(name=before[0].name if before else name)] if always else [*before, entry]
                )
    counted = (one for one in found.items() if one[0][0] != _CENTRAL or one[0][1] not in unused)
    yield from (entry for _, entries in counted for entry in entries)
    yield from _needed_to_build(root)
    yield from _unpacked(root)
    if odd:
        named = some(tuple(odd))
        yield Remark(f"works out what it asks for: what {named} names was not judged", named.names)


def _items(root: Element) -> Iterator[tuple[Element, bool]]:
    """The references to packages, each with whether it holds under all conditions."""
    waiting = [(root, True)]
    while waiting:
        above, always = waiting.pop()
        below = []
        for one in above:
            tag = one.tag.lower()
            holds = always and "condition" not in attributes_of(one) and tag in {"itemgroup", *_REFERENCES}
            if tag in _REFERENCES:
                yield one, holds
            else:
                below.append((one, holds))
        waiting += reversed(below)


def attributes_of(one: Element) -> dict[str, str]:
    """An element's attributes, their names in lower case."""
    return {name.lower(): value for name, value in one.attrib.items()}


def line_of(one: Element) -> int:
    """The line on which an element begins."""
    return int(one.get(lock_text.LINE, 0))


def _version(one: Element, attributes: dict[str, str]) -> str:
    below = {part.tag.lower(): (part.text or "").strip() for part in one}
    kinds = ("versionoverride", "version")
    return next((stated[kind] for stated in (attributes, below) for kind in kinds if stated.get(kind)), "")


def _each(listed: str) -> Iterator[str]:
    return filter(None, map(str.strip, listed.split(";")))


def _plain(name: str) -> bool:
    """Whether it is a name, not an expression of MSBuild."""
    return len(name) <= _LONGEST and not any(sign in name for sign in "$@%*?")


def _needed_to_build(root: Element) -> Iterator[Pinned]:
    """The SDKs of MSBuild that are packages: ``Sdk="A/1.0.0"``, and ``<Sdk Name="A" Version="1.0.0" />``."""
    for one in root.iter():
        attributes = attributes_of(one)
        tag = one.tag.lower()
        stated = attributes.get("name" if tag == "sdk" else "sdk", "") if tag in {"project", "import", "sdk"} else ""
        for sdk in _each(stated):
            name, _, version = sdk.partition("/")
            version = version or attributes.get("version", "")
            if version or not name.lower().startswith(_OF_SDK):
                yield Pinned(name[:_LONGEST], exact(version), asked=True, line=line_of(one))


def _unpacked(root: Element) -> Iterator[Pinned]:
    """The packages in whose folders libraries lie that a project refers to."""
    for one in root.iter():
        if one.tag.lower() == "hintpath":
            above, _, below = (one.text or "").replace("\\", "/").lower().rpartition("packages/")
            folder = (one.text or "")[len(above) + len("packages/") :].replace("\\", "/").partition("/")[0]
            named = _UNPACKED.fullmatch(folder[:_LONGEST]) if below else None
            if named is not None:
                yield Pinned(named[1], named[2], asked=True, line=line_of(one))


def rooted(text: str, name: str) -> Element:
    """The root of a document.

    Raises:
        ValueError: it is not XML, or its root has another name.
    """
    root = lock_text.xml(text)
    if root.tag.lower() != name.lower():
        raise ValueError(f"it has no {name}")
    return root


def exact(version: str) -> str:
    """The version that is installed: the lowest that is allowed; empty where that cannot be told."""
    found = _EXACT.fullmatch(version.strip())
    return found[1] if found is not None else ""
