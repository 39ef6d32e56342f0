"""Versions in ``pom.xml``: of a dependency, where it stands or in the property that it names.

Source: https://maven.apache.org/pom.html#Dependencies
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from garboard import lock_text
from garboard.ecosystems.maven import poms
from garboard.ecosystems.maven.raised import refuse
from garboard.model.fix import CannotEdit, Splice
from garboard.splices import LARGEST, spliced, telling

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from garboard.ecosystems.maven.poms import Pom

_PROPERTY: Final = re.compile(r"\$\{([\w.-]+)\}")
_OF_MAVEN: Final = ("project.", "pom.", "env.", "settings.", "java.", "maven.")
"""How names begin that are of no property of the file, or have a meaning for Maven itself."""


class _Stated(NamedTuple):
    """The element whose text is a version, its number among all of the file, and another artifact that goes by it."""

    number: int
    element: Element
    also: str = ""


def raising(data: bytes, name: str, version: str) -> tuple[Splice, ...]:
    """What makes a project take a version of an artifact, where exactly one place of its file says another one.

    Raises:
        CannotEdit: none does, or several do, or what does so says it of other groups as well.
    """
    if len(data) > LARGEST:
        raise CannotEdit(f"the file is larger than {LARGEST} bytes")
    try:
        root = _root(data)
    except (ValueError, RecursionError) as error:
        raise CannotEdit("the file is no pom.xml that Maven reads") from error
    group, _, artifact = name.rpartition(":")
    stated = _place(root, group, artifact)
    old = (stated.element.text or "").strip()
    refuse(old, version, stated.also)
    read = partial(_said, stated.number)
    wanted = (stated.element.text or "").replace(old, version)
    splices = telling(data, _places(data, stated.element, old, version), read, wanted)
    if not _takes(poms.parse(spliced(data, splices)), group, artifact, version):
        raise CannotEdit("where its version is written is not certain")
    return splices


def _takes(pom: Pom, group: str, artifact: str, version: str) -> bool:
    """Whether a project's file, as scans read it, says this version of the artifact."""
    known = dict(pom.properties)
    own = [
        one.version
        for one in (*pom.managed, *pom.dependencies)
        if (one.key.group, one.key.artifact) == (group, artifact)
    ]
    return version in [_PROPERTY.sub(lambda found: known.get(found[1], found[0]), one) for one in own]


def _root(data: bytes) -> Element:
    root = lock_text.xml(data)
    if root.tag != "project":
        raise ValueError("its root is not a project")
    return root


def _place(root: Element, group: str, artifact: str) -> _Stated:
    """Where the one version of an artifact stands."""
    parts = [root, *root.findall("profiles/profile")]
    lists = ("dependencies/dependency", "dependencyManagement/dependencies/dependency")
    found = [one for part in parts for path in lists for one in part.findall(path)]
    own = [one for one in found if _field(one, "groupId") == group and _field(one, "artifactId") == artifact]
    versions = [one for dependency in own if (one := dependency.find("version")) is not None]
    if not versions:
        raise CannotEdit("the file states no version of it: its parent does, a list of versions, or what needs it")
    if len(versions) > 1:
        raise CannotEdit("the file states its version in more than one place")
    numbers = {id(one): number for number, one in enumerate(root.iter())}
    named = _PROPERTY.fullmatch((versions[0].text or "").strip())
    if named is None:
        return _Stated(numbers[id(versions[0])], versions[0])
    place = _property(root, parts, named[1], (group, found))
    others = {_field(one, "artifactId") for one in found if _field(one, "version") == named[0]} - {artifact}
    return _Stated(numbers[id(place)], place, min(others, default=""))


def _property(root: Element, parts: list[Element], name: str, used: tuple[str, list[Element]]) -> Element:
    """The property of this name, if nothing but versions of one group goes by it."""
    group, dependencies = used
    set_ = [one for part in parts for one in part.findall("properties/*") if one.tag == name]
    if name.startswith(_OF_MAVEN) or len(set_) != 1:
        raise CannotEdit(f"its version is the property {name}, which the file does not set, or not once")
    own = {id(one.find("version")) for one in dependencies if _field(one, "groupId") == group}
    said = f"${{{name}}}"
    if any(said in text and id(one) not in own for one in root.iter() for text in (one.text or "", *_values(one))):
        raise CannotEdit(f"its version is the property {name}, by which other things go as well")
    if root.find("modules") is not None or root.find("profiles/profile/modules") is not None:
        raise CannotEdit(f"its version is the property {name}, by which things in its modules may go as well")
    return set_[0]


def _values(element: Element) -> Iterator[str]:
    return (value for name, value in element.attrib.items() if name != lock_text.LINE)


def _field(element: Element, name: str) -> str:
    return (element.findtext(name) or "").strip()


def _places(data: bytes, element: Element, old: str, new: str) -> Iterator[Splice]:
    """Where the text stands behind a tag that begins on the element's line."""
    tag = (
        rb"<(?:[\w.-]+:)?"
        + re.escape(element.tag.encode())
        + rb"(?:\s[^<>]*)?>\s*("
        + re.escape(old.encode())
        + rb")\s*</"
    )
    line = int(element.get(lock_text.LINE, "0"))
    for found in re.finditer(tag, data):
        if data.count(b"\n", 0, found.start()) + 1 == line:
            yield Splice(start=found.start(1), end=found.end(1), new=new.encode())


def _said(number: int, data: bytes) -> tuple[object, object]:
    """The text of one element, and all else that the file says, as this room reads it and as XML."""
    root = _root(data)
    elements = list(root.iter())
    own = elements[number] if number < len(elements) else root
    rest = [(one.tag, tuple(one.attrib.items()), "" if one is own else one.text, one.tail) for one in elements]
    return own.text, rest
