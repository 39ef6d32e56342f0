"""The artifacts that ``pom.xml``, Gradle's lock files and version catalogs declare."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from garboard import lock_text
from garboard.lock_text import Pinned
from garboard.model.image import File
from garboard.model.package import Fact

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

TYPE: Final = "maven"
ORDER: Final = "maven"
_PROPERTY: Final = re.compile(r"\$\{([^{}]+)\}")
_DEEPEST: Final = 10
_LONGEST: Final = 500
_EXACT: Final = re.compile(r"\[?([^\[\](),\s$]+)\]?")
_COORDINATES: Final = re.compile(
    r"""\b(?:\w*[aA]pi|\w*[iI]mplementation|\w*[cC]ompileOnly|\w*[rR]untimeOnly|compile|runtime|classpath|\w*[pP]rocessor|kapt|ksp|\w*[pP]latform)\b[\s(]*(?:\w+\s*\(\s*)?["']([\w.-]+):([\w.-]+)(?::([^"':@]+))?(?:[:@][^"']*)?["']"""
)
_BY_NAME: Final = re.compile(
    r"""\bgroup\s*[:=]\s*["']([\w.-]+)["']\s*,\s*name\s*[:=]\s*["']([\w.-]+)["'](?:\s*,\s*version\s*[:=]\s*["']([^"']+)["'])?"""
)
_PARTIAL: Final = "lists only what is asked for by name: what that needs is not known; {}"
_TREE: Final = _PARTIAL.format("scan the built archives or image, or an SBOM of the build, for those")
_CATALOG: Final = _PARTIAL.format("lock it with `gradle dependencies --write-locks`")


def catalog(file: File, /) -> Iterator[Fact]:
    """The project, where it is named, and the artifacts with the versions that this file alone tells."""
    name = file.path.rpartition("/")[2]
    if name == "pom.xml":
        parse, writer, partial = _pom, "Maven", _TREE
    elif name.endswith(".toml"):
        parse, writer, partial = _version_catalog, "Gradle", _CATALOG
    elif name.startswith("build.gradle"):
        parse, writer, partial = _build_script, "Gradle", _CATALOG
    else:
        parse, writer, partial = _locked, "Gradle", ""
    return lock_text.facts(
        file,
        parse,
        type_=TYPE,
        order=ORDER,
        writer=writer,
        partial=partial,
        separator=":",
        spread=writer == "Gradle",
    )


def _pom(text: str) -> Iterator[Pinned]:
    root = lock_text.xml(text)
    if root.tag != "project":
        raise ValueError("its root is not a project")
    parent = root.find("parent")
    known = {one.tag: _text(one) for one in root.findall("properties/*") if len(_text(one)) <= _LONGEST}
    for field in ("groupId", "version", "artifactId"):
        inherited = _field(parent, field) if parent is not None else ""
        known[f"project.parent.{field}"] = known[f"parent.{field}"] = inherited
        known[f"project.{field}"] = _field(root, field) or (inherited if field != "artifactId" else "")
    lines = lock_text.lines(text, r"\s*<artifactId>\s*([^<\s]+)")
    listed = [*root.findall("dependencies/dependency"), *root.findall("profiles/profile/dependencies/dependency")]
    managed = {
        _coordinates(one, known): _exact(_filled(_field(one, "version"), known))
        for path in ("", "profiles/profile/")
        for one in root.findall(f"{path}dependencyManagement/dependencies/dependency")
    }
    names = {}
    for one in listed:
        name = _coordinates(one, known)
        version = _exact(_filled(_field(one, "version"), known)) or managed.get(name, "")
        names[name] = version
    own = f"{_filled(known['project.groupId'], known)}:{_filled(known['project.artifactId'], known)}"
    yield Pinned(
        own,
        _filled(known["project.version"], known),
        tuple(names),
        own=True,
        line=lines.get(known["project.artifactId"], 0),
    )
    for name, version in names.items():
        yield Pinned(name, version, asked=True, line=lines.get(name.rpartition(":")[2], 0))


def _field(element: Element, name: str) -> str:
    return (element.findtext(name) or "").strip()


def _text(element: Element) -> str:
    return (element.text or "").strip()


def _coordinates(element: Element, known: Mapping[str, str]) -> str:
    return f"{_filled(_field(element, 'groupId'), known)}:{_filled(_field(element, 'artifactId'), known)}"


def _filled(value: str, known: Mapping[str, str]) -> str:
    """With the properties that are known; those that are not stay as they are."""
    for _ in range(_DEEPEST if len(value) <= _LONGEST else 0):
        filled = _PROPERTY.sub(lambda found: known.get(found[1]) or found[0], value)
        if filled == value or len(filled) > _LONGEST:
            break
        value = filled
    return value


def _exact(version: str) -> str:
    """The version; empty for a range, or one with a property that is not known."""
    found = _EXACT.fullmatch(version)
    return found[1] if found is not None and version[:1].isalnum() == (version[-1:] != "]") else ""


def _locked(text: str) -> Iterator[Pinned]:
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith(("#", "empty=")):
            continue
        coordinates, equals, _ = line.partition("=")
        group, artifact, version = coordinates.split(":") if coordinates.count(":") == 2 else ("", "", "")
        if not equals or not version:
            raise ValueError(f"line {number} names no artifact")
        yield Pinned(f"{group}:{artifact}", version, line=number)


def _build_script(text: str) -> Iterator[Pinned]:
    """Coordinates in one text, or by name; a version that the script works out is not known."""
    for number, line in enumerate(text.splitlines(), 1):
        if (found := _COORDINATES.search(line) or _BY_NAME.search(line)) is not None:
            yield Pinned(f"{found[1]}:{found[2]}", _exact(found[3] or ""), asked=True, line=number)


def _version_catalog(text: str) -> Iterator[Pinned]:
    document = tomllib.loads(text)
    versions = lock_text.mapping(document.get("versions"))
    lines = lock_text.lines(text, r"""\s*["']?([\w.-]+)["']?\s*=""")
    for alias, entry in lock_text.mapping(document.get("libraries")).items():
        if isinstance(entry, str):
            name, _, version = entry.rpartition(":")
        else:
            name = entry.get("module") or f"{entry['group']}:{entry['name']}"
            version = entry.get("version", "")
            if isinstance(version, dict) and "ref" in version:
                version = versions.get(version["ref"], "")
        yield Pinned(name, _exact(_rich(version)), asked=True, line=lines.get(alias, 0))


def _rich(version: Any) -> str:
    """A version, or what it is at least where several are stated."""
    if isinstance(version, Mapping):
        version = version.get("strictly") or version.get("prefer") or version.get("require")
    return version if isinstance(version, str) else ""
