"""The artifacts that ``pom.xml``, Gradle's lock files and version catalogs declare."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from garboard import lock_text
from garboard.ecosystems.maven import poms, sbt
from garboard.ecosystems.maven.effective import Projects, exact
from garboard.ecosystems.maven.poms import Pom
from garboard.lock_text import Pinned
from garboard.model.ecosystem import Documents
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Kept

TYPE: Final = "maven"
ORDER: Final = "maven"
_COORDINATES: Final = re.compile(
    r"""\b(?:\w*[aA]pi|\w*[iI]mplementation|\w*[cC]ompileOnly|\w*[rR]untimeOnly|compile|runtime|classpath|\w*[pP]rocessor|kapt|ksp|\w*[pP]latform)\b[\s(]*(?:\w+\s*\(\s*)?["']([\w.-]+):([\w.-]+)(?::([^"':@]+))?(?:[:@][^"']*)?["']"""
)
_BY_NAME: Final = re.compile(
    r"""\bgroup\s*[:=]\s*["']([\w.-]+)["']\s*,\s*name\s*[:=]\s*["']([\w.-]+)["'](?:\s*,\s*version\s*[:=]\s*["']([^"']+)["'])?"""
)
_PARTIAL: Final = "lists only what is asked for by name: what that needs is not known; {}"
_REPOSITORY: Final = "/.m2/repository/"
_REPOSITORY_HINT: Final = "fill Maven's repository with `mvn dependency:go-offline` and name it with --maven-repository"
_TREE: Final = _PARTIAL.format(f"{_REPOSITORY_HINT}, or scan the built archives or image, or an SBOM of the build")
_CUT: Final = "the projects of this tree need each other too often: what this one's dependencies need was not looked up to the end; scan the built archives or image, or an SBOM of the build"
_SBT: Final = _PARTIAL.format("sbt-dependency-lock's `sbt dependencyLockWrite` writes build.sbt.lock")
_TOLD: Final = frozenset({"test", "provided", "system"})
"""Scopes of what a project is not shipped with."""
_CATALOG: Final = _PARTIAL.format("lock it with `gradle dependencies --write-locks`")


def catalog(file: File, /) -> Iterator[Fact]:
    """The project, where it is named, and the artifacts with the versions that this file alone tells."""
    name = file.path.rpartition("/")[2]
    if name == "pom.xml" or name.endswith(".pom"):
        return _kept(file)
    writer, spread = "Gradle", True
    if name.endswith(".sbt.lock"):
        parse, partial, writer = sbt.locked, "", "sbt"
    elif name == "build.properties":
        parse, partial, writer = sbt.itself, "", "sbt"
    elif name.endswith(".sbt"):
        parse, partial, writer, spread = sbt.build, _SBT, "sbt", False
    elif name.endswith(".xml"):
        parse, partial, writer = sbt.report, "", "Ivy"
    elif name.endswith(".toml"):
        parse, partial = _version_catalog, _CATALOG
    elif name.startswith("build.gradle"):
        parse, partial = _build_script, _CATALOG
    else:
        parse, partial = _locked, ""
    return lock_text.facts(
        file,
        parse,
        type_=TYPE,
        order=ORDER,
        writer=writer,
        partial=partial,
        separator=":",
        spread=spread,
    )


def _kept(file: File) -> Iterator[Fact]:
    """What the file states, for `join`; of Maven's own files only those of a repository in the tree count."""
    if file.path.endswith(".pom") and _REPOSITORY not in f"/{file.path}":
        return
    try:
        yield Kept(path=file.path, data=msgspec.msgpack.encode(poms.parse(file.data)))
    except (ValueError, RecursionError) as error:
        yield Gap(stage="catalog", subject=file.path, reason=f"is not what Maven reads: {error}")


def join(kept: Mapping[str, bytes], documents: Documents) -> Iterator[tuple[str, Fact]]:
    """The projects of a tree, each with what it asks for and, as far as the files for that are there, what that needs."""
    projects = Projects({path: msgspec.msgpack.decode(data, type=Pom) for path, data in kept.items()}, documents)
    for path in kept:
        if not path.endswith(".pom"):
            yield from ((path, fact) for fact in _project(path, projects))


def _project(path: str, projects: Projects) -> Iterator[Fact]:
    project = projects.project(path)
    names = [f"{one.key.group}:{one.key.artifact}" for one in project.dependencies]
    entries = [
        Pinned(
            name,
            one.version,
            tuple(names[need] for need in one.needs),
            own=place == 0 or projects.has(one),
            asked=place <= project.asked,
            line=one.line,
            scope=one.scope if one.scope in _TOLD else "",
        )
        for place, (name, one) in enumerate(zip(names, project.dependencies, strict=True))
    ]
    missing = [*project.missing, *projects.missing_imports(path)]
    if missing and any(not one.version for one in entries[1:]):
        reason = f"takes versions from what is not here: {lock_text.some(missing)}; {_REPOSITORY_HINT}"
        yield Gap(stage="catalog", subject=path, reason=reason)
    partial = ""
    if len(project.unknown) == len(entries) - 1:
        partial = _TREE
    elif project.unknown:
        partial = f"what these need is not known, for their files are not here: {lock_text.some(project.unknown)}; {_REPOSITORY_HINT}"
    if project.cut:
        partial = _CUT
    partial = partial if project.asked else ""
    yield from lock_text.packaged(path, entries, type_=TYPE, order=ORDER, partial=partial, separator=":", manifest=True)


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
            yield Pinned(f"{found[1]}:{found[2]}", exact(found[3] or ""), asked=True, line=number)


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
        yield Pinned(name, exact(_rich(version)), asked=True, line=lines.get(alias, 0))


def _rich(version: Any) -> str:
    """A version, or what it is at least where several are stated."""
    if isinstance(version, Mapping):
        version = version.get("strictly") or version.get("prefer") or version.get("require")
    return version if isinstance(version, str) else ""
