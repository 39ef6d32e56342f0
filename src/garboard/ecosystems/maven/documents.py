"""The texts in a Java archive: its manifest, and what Maven puts beside the classes."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from garboard.zipped import Malformed


class Coordinates(NamedTuple):
    """Maven's name of a library."""

    group: str = ""
    artifact: str = ""
    version: str = ""


class Project(NamedTuple):
    """What a ``pom.xml`` states; ``requires`` are ``group:artifact`` of what it needs at run time."""

    coordinates: Coordinates
    licenses: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()


_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,255}")
_VERSION: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._+~-]{0,127}")
_CONTINUED: Final = re.compile(r"\r?\n ")
_SECTION: Final = re.compile(r"\n\s*\n")
_UNICODE: Final = re.compile(r"\\u([0-9a-fA-F]{4})")
_SCOPES: Final = frozenset({"", "compile", "runtime"})
_EXPRESSION: Final = re.compile(r"\$\{([^}]{1,200})\}")
_SUBSTITUTIONS: Final = 4


def manifest(data: bytes) -> dict[str, str]:
    """The main attributes of a manifest (JAR File Specification): names as written, continued lines joined."""
    text = _CONTINUED.sub("", data.decode("utf-8", "replace").lstrip("\ufeff"))
    main = _SECTION.split(text.replace("\r\n", "\n").replace("\r", "\n"), maxsplit=1)[0]
    pairs = (line.partition(":") for line in main.split("\n") if ":" in line)
    return {name.strip(): value.strip() for name, _, value in pairs}


def properties(data: bytes) -> Coordinates:
    """The coordinates of a ``pom.properties``; empty parts for what it does not state."""
    found: dict[str, str] = {}
    for line in data.decode("utf-8", "replace").splitlines():
        key, equals, value = line.partition("=" if "=" in line else ":")
        if equals and not key.lstrip().startswith(("#", "!")):
            found[key.strip()] = _UNICODE.sub(lambda one: chr(int(one[1], 16)), value.strip()).replace("\\", "")
    return _checked(found.get("groupId", ""), found.get("artifactId", ""), found.get("version", ""))


def project(data: bytes) -> Project:
    """What a ``pom.xml`` states of itself and inherits from the parent that it names; other parents are not there.

    Raises:
        Malformed: it is no XML document, or one with a document type.
    """
    from xml.etree.ElementTree import ParseError, fromstring

    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise Malformed("its pom.xml has a document type, which Maven does not write")
    try:
        root = fromstring(data)  # noqa: S314  (no entities: a document type was refused)
    except (ParseError, ValueError, LookupError) as error:
        raise Malformed(f"its pom.xml cannot be read: {error}") from error
    space = root.tag.partition("}")[0] + "}" if root.tag.startswith("{") else ""

    def text(path: str) -> str:
        return (root.findtext("/".join(space + part for part in path.split("/"))) or "").strip()

    known = {f"project.{part}": text(part) or text(f"parent/{part}") for part in ("groupId", "artifactId", "version")}
    known["project.artifactId"] = text("artifactId")
    known |= {f"project.parent.{part}": text(f"parent/{part}") for part in ("groupId", "artifactId", "version")}
    own = root.find(f"{space}properties")
    for one in own if own is not None else ():
        if isinstance(one.tag, str):
            known[one.tag.removeprefix(space)] = (one.text or "").strip()
    known |= {key.removeprefix("project."): value for key, value in known.items() if key.startswith("project.")}
    needs = []
    for one in root.iterfind(f"{space}dependencies/{space}dependency"):
        parts = {
            child.tag.removeprefix(space): (child.text or "").strip() for child in one if isinstance(child.tag, str)
        }
        if parts.get("scope", "") in _SCOPES and parts.get("optional", "") != "true":
            name = f"{_filled(parts.get('groupId', ''), known)}:{_filled(parts.get('artifactId', ''), known)}"
            if "${" not in name and len(name) > 2:
                needs.append(name)
    licenses = root.iterfind(f"{space}licenses/{space}license/{space}name")
    return Project(
        _checked(*(_filled(known[f"project.{part}"], known) for part in ("groupId", "artifactId", "version"))),
        tuple(dict.fromkeys(filter(None, ((one.text or "").strip() for one in licenses)))),
        tuple(dict.fromkeys(needs)),
    )


def of_manifest(attributes: dict[str, str], stem: str, version: str) -> Coordinates:
    """The coordinates of an archive without Maven's files; ``stem`` and ``version`` are what its name says.

    Only Jenkins' manifests state a group. Others come near it: of ``org.apache.tomcat.embed`` is the bundle
    ``org.apache.tomcat-embed-core``.
    """
    artifact = attributes.get("Short-Name", "") or stem
    stated = (
        version
        or attributes.get("Plugin-Version", "").partition(" ")[0]
        or attributes.get("Implementation-Version", "").partition(" ")[0]
        or attributes.get("Bundle-Version", "")
    )
    group = attributes.get("Group-Id", "")
    found = _checked(group or "x", artifact, stated)
    return found._replace(group=group) if found.artifact else Coordinates()


def symbolic_name(attributes: dict[str, str]) -> str:
    """The name of an OSGi bundle without its directives."""
    return attributes.get("Bundle-SymbolicName", "").partition(";")[0].strip()


def licenses(attributes: dict[str, str]) -> tuple[str, ...]:
    """Licenses as the manifest states them."""
    stated = attributes.get("Bundle-License", "")
    return tuple(filter(None, (one.partition(";")[0].strip() for one in stated.split(","))))


def _filled(value: str, known: dict[str, str]) -> str:
    """A value with its expressions replaced, as far as they are known."""
    for _ in range(_SUBSTITUTIONS):
        if "${" not in value or len(value) > 1000:
            break
        value = _EXPRESSION.sub(lambda one: known.get(one[1], one[0]), value)
    return value


def _checked(group: str, artifact: str, version: str) -> Coordinates:
    """The coordinates, or none at all where a part is no name or version."""
    whole = _NAME.fullmatch(group) and _NAME.fullmatch(artifact) and _VERSION.fullmatch(version)
    return Coordinates(group, artifact, version) if whole else Coordinates()
