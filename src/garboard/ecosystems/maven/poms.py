"""What one ``pom.xml`` states, before its parent and its properties are known (https://maven.apache.org/pom.html)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from garboard import lock_text
from garboard.ecosystems.maven import profiles

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_Name = TypeVar("_Name")
_LONGEST: Final = 500
"""Characters of a property."""


class ManagementKey(msgspec.Struct, frozen=True, array_like=True):
    """By what one dependency takes another's place."""

    group: str
    artifact: str
    type: str = "jar"
    classifier: str = ""


class Dependency(msgspec.Struct, frozen=True, array_like=True):
    """An entry of ``dependencies`` or of ``dependencyManagement``, with the line of its artifact."""

    key: ManagementKey
    version: str = ""
    scope: str = ""
    optional: bool = False
    exclusions: tuple[tuple[str, str], ...] = ()
    line: int = 0


class Parent(msgspec.Struct, frozen=True, array_like=True):
    """The parent, and where it lies from this file's folder; empty if it is to be taken from a repository."""

    group: str
    artifact: str
    version: str
    path: str


class Pom(msgspec.Struct, frozen=True, array_like=True):
    """One file; what it does not state is empty."""

    group: str
    artifact: str
    version: str
    line: int
    parent: Parent | None = None
    properties: tuple[tuple[str, str], ...] = ()
    managed: tuple[Dependency, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    plugins: tuple[str, ...] = ()
    """Coordinates of what plugins and extensions of the build need."""
    otherwise: Pom | None = None
    """The same with those profiles of which it is not known whether they are active; None if there are none."""


def parse(data: bytes) -> Pom:
    """Read a file; of its profiles those count that are active in a build to which nothing is said of them.

    Raises:
        ValueError: it is no XML document, has a document type, or is none of a project.
    """
    root = lock_text.xml(data)
    if root.tag != "project":
        raise ValueError("its root is not a project")
    active, unsure = profiles.active(root)
    pom = _of_parts(root, active)
    unsure = [one for one in unsure if any(one.find(part) is not None for part in _TELLING)]
    if not unsure:
        return pom
    both = [one for one in root.findall("profiles/profile") if one in (*active, *unsure)]
    return msgspec.structs.replace(pom, otherwise=_contradicted(_of_parts(root, both), unsure))


def _contradicted(pom: Pom, unsure: Sequence[Element]) -> Pom:
    """A file with what these profiles contradict each other about left open: only some of them may be active."""
    alone = [_of_parts(one, ()) for one in unsure]
    properties = _several(entry for one in alone for entry in one.properties)
    managed = _several((entry.key, entry.version) for one in alone for entry in one.managed)
    needed = _several((entry.key, entry.version) for one in alone for entry in one.dependencies)
    return msgspec.structs.replace(
        pom,
        properties=(*pom.properties, *((name, _OPEN) for name in properties)),
        managed=_opened(pom.managed, managed),
        dependencies=_opened(pom.dependencies, needed),
    )


_OPEN: Final = "${}"
"""A version that cannot be known."""


def _several(stated: Iterable[tuple[_Name, str]]) -> set[_Name]:
    """The names of which several values are stated."""
    first: dict[_Name, str] = {}
    return {name for name, value in stated if first.setdefault(name, value) != value}


def _opened(entries: tuple[Dependency, ...], keys: set[ManagementKey]) -> tuple[Dependency, ...]:
    return tuple(msgspec.structs.replace(one, version=_OPEN) if one.key in keys else one for one in entries)


_TELLING: Final = ("properties", "dependencies", "dependencyManagement")
"""What of a profile says which artifacts there are."""


def _of_parts(root: Element, active: Sequence[Element]) -> Pom:
    parts = [root, *active]
    parent = root.find("parent")
    first_counts = [*reversed(active), root]
    return Pom(
        _field(root, "groupId"),
        _field(root, "artifactId"),
        _field(root, "version"),
        _line(root),
        _parent(parent) if parent is not None else None,
        tuple(
            (one.tag, text)
            for part in parts
            for one in part.findall("properties/*")
            if len(text := _text(one)) <= _LONGEST
        ),
        tuple(_dependencies(part.findall("dependencyManagement/dependencies/dependency") for part in first_counts)),
        tuple(_dependencies(part.findall("dependencies/dependency") for part in parts)),
        tuple(
            f"{_field(one, 'groupId')}:{_field(one, 'artifactId')}"
            for part in parts
            for build in (*part.findall("build"), *part.findall("reporting"))
            for found in (*build.iter("plugin"), build)
            for one in (*found.findall("dependencies/dependency"), *found.findall("extensions/extension"))
        ),
    )


def _parent(element: Element) -> Parent:
    path = element.find("relativePath")
    return Parent(
        _field(element, "groupId"),
        _field(element, "artifactId"),
        _field(element, "version"),
        "../pom.xml" if path is None else _text(path),
    )


def _dependencies(lists: Iterable[list[Element]]) -> Iterator[Dependency]:
    for one in (one for found in lists for one in found):
        exclusions = one.findall("exclusions/exclusion")
        yield Dependency(
            ManagementKey(
                _field(one, "groupId"),
                _field(one, "artifactId"),
                _field(one, "type") or "jar",
                _field(one, "classifier"),
            ),
            _field(one, "version"),
            _field(one, "scope"),
            _field(one, "optional") == "true",
            tuple((_field(other, "groupId"), _field(other, "artifactId")) for other in exclusions),
            _line(one),
        )


def _line(element: Element) -> int:
    artifact = element.find("artifactId")
    return int((artifact if artifact is not None else element).get(lock_text.LINE, "0"))


def _field(element: Element, name: str) -> str:
    return (element.findtext(name) or "").strip()


def _text(element: Element) -> str:
    return (element.text or "").strip()
