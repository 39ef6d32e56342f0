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

    Jenkins' manifests alone state a group as such. A name as ``org.bouncycastle.bcprov-jdk15on`` holds one, which is certain
    where the manifest states the artifact too.
    """
    group = attributes.get("Group-Id", "")
    artifact = attributes.get("Short-Name", "")
    if not artifact:
        artifact = stem if version else named(attributes, stem)[0]
        if version and (other := _another(attributes, stem)):
            artifact, version = other, ""
        before = next((artifact[: -len(one) - 1] for one in _titles(attributes) if artifact.endswith(f".{one}")), "")
        if not group and "." in before:
            group, artifact = before, artifact[len(before) + 1 :]
    stated = (
        version
        or attributes.get("Plugin-Version", "").partition(" ")[0]
        or attributes.get("Implementation-Version", "").partition(" ")[0]
        or attributes.get("Bundle-Version", "")
    )
    found = _checked(group or "x", artifact, stated)
    return found._replace(group=group) if found.artifact else Coordinates()


def is_application(attributes: dict[str, str]) -> bool:
    """Whether it is an application that Spring Boot packed, with the loader's classes in front of its own."""
    return "Spring-Boot-Version" in attributes or "Spring-Boot-Classes" in attributes


def named(attributes: dict[str, str], stem: str) -> tuple[str, bool]:
    """The name of an archive whose file does not state a version, and whether it is sure.

    A class path takes any file name: it is believed where the manifest says the same. The name of a bundle or a module is
    near that of the artifact and need not be it: it has dots.
    """
    short = symbolic_name(attributes).rpartition(".")[2]
    titles = _titles(attributes)
    if is_application(attributes) or stem in titles:
        return stem, True
    if "-" in short:
        return short, True
    if _agrees(attributes, stem):
        return stem, True
    if titles:
        return titles[0], True
    if stem in _OF_TOMCAT and attributes.get("Implementation-Title", "").startswith("Apache Tomcat"):
        return f"tomcat-{stem}", True
    bundle = next(iter(_bundles(attributes)), "")
    last = bundle.rpartition(".")[2].lower()
    closer = len(stem) > len(last) and last in stem.lower() and last not in _COMMON  # xercesImpl is org.apache.xerces
    return (stem if closer or not bundle else bundle), False


def _another(attributes: dict[str, str], stem: str) -> str:
    """The artifact that a manifest states where it is not the one of the file's name, nor any like it; else empty.

    ``catalina-9.0.55.jar`` is ``tomcat-catalina``.
    """
    short = symbolic_name(attributes).rpartition(".")[2]
    stated = next((one for one in (short, *_titles(attributes)) if "-" in one), "")
    versions = any(attributes.get(one) for one in ("Implementation-Version", "Bundle-Version"))
    plain = stem.lower()
    alike = any(word in plain for word in _WORDS.split(stated.lower()) if len(word) > 1)
    return stated if versions and (stated.endswith(f"-{stem}") or not alike) else ""


_WORDS: Final = re.compile(r"[-._]")
_TITLES: Final = ("Implementation-Title", "Bundle-Name", "Specification-Title")
_COMMON: Final = frozenset(
    {
        *(
            "all",
            "api",
            "app",
            "base",
            "client",
            "common",
            "commons",
            "core",
            "impl",
            "lib",
            "library",
            "main",
            "model",
        ),
        *("parent", "server", "util", "utils", "web"),
    }
)
"""Words that name a part of anything."""
_OF_TOMCAT: Final = frozenset({"bootstrap", "catalina-ant", "catalina-storeconfig"})


def _titles(attributes: dict[str, str]) -> tuple[str, ...]:
    """Titles that are written as artifacts are named: ``hibernate-core``."""
    stated = (attributes.get(one, "") for one in _TITLES)
    return tuple(one for one in stated if len(one) < 256 and _is_artifact(one))


def _is_artifact(title: str) -> bool:
    return "-" in title and title == title.lower() and _NAME.fullmatch(title) is not None


def _agrees(attributes: dict[str, str], stem: str) -> bool:
    """Whether the manifest names it as its file is named: ``commons-io`` is ``org.apache.commons.io`` and ``Apache Commons IO``."""
    titles = [attributes.get(one, "").lower() for one in _TITLES]
    if "-" not in stem:  # the last word of a name may be that of any part: org.postgresql.jdbc
        return stem.lower() in titles and stem.lower() not in _COMMON
    names = (*_bundles(attributes), *(one.replace(" ", ".") for one in titles))
    return any(_dotted(stem) in _dotted(one) for one in names)


def _dotted(name: str) -> str:
    return f".{name.lower().replace('-', '.')}."


def _bundles(attributes: dict[str, str]) -> tuple[str, ...]:
    """Names with dots."""
    stated = (attributes.get(one, "") for one in ("Automatic-Module-Name", "Extension-Name", "Implementation-Title"))
    return tuple(one for one in (symbolic_name(attributes), *stated) if "." in one and _NAME.fullmatch(one))


def qualified(attributes: dict[str, str]) -> tuple[str, ...]:
    """What begins as the group does, or is it."""
    names = (*_bundles(attributes), attributes.get("Implementation-Vendor-Id", ""))
    return tuple(one for one in names if "." in one and _NAME.fullmatch(one))


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
