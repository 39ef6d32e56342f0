"""Java archives: which libraries a jar, war or the like is and holds, to any depth."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import msgspec

from garboard import zipped
from garboard.ecosystems.maven import KINDS, documents
from garboard.ecosystems.maven.documents import Project
from garboard.model.faults import worded
from garboard.model.gap import Gap
from garboard.model.package import MEDIUM, Evidence, Fact, Package
from garboard.zipped import Entry, Malformed

TYPE: Final = "maven"
ORDER: Final = "maven"
SEPARATOR: Final = "!/"
"""Between an archive and what lies in it."""

_ENDS: Final = tuple(f".{kind}" for kind in KINDS)
_MANIFEST: Final = "META-INF/MANIFEST.MF"
_POM: Final = re.compile(r"META-INF/maven/[^/]+/[^/]+/pom\.(properties|xml)")
_NAMED: Final = re.compile(r"(.+?)[-_](\d[^/]*?)(?:[-.](?:sources|javadoc|tests|all|shaded|jar-with-dependencies))?")
_SCALA: Final = re.compile(r"_(?:2\.\d{1,2}(?:\.\d{1,2})?|3)-(?=\d)")
"""What an artifact's name ends with that was built for a version of Scala, and where the own version begins."""
_NUMBERED: Final = re.compile(r"(\d[\d.]*((?:-[A-Za-z]+){1,4}))-(\d+\.\d[^/]*)")
"""A version that holds words and another version, as in ``log4j-1.2-api-2.14.1``."""
_QUALIFIERS: Final = frozenset(
    {
        *(
            "alpha",
            "android",
            "b",
            "beta",
            "build",
            "cr",
            "dev",
            "final",
            "ga",
            "incubating",
            "j",
            "jdk",
            "jre",
            "m",
            "p",
        ),
        *("patch", "pre", "preview", "r", "rc", "redhat", "release", "rev", "snapshot", "sp"),
    }
)
_FEATURE: Final = re.compile(r"META-INF/versions/\d+/")
_WRAPPERS: Final = frozenset(
    {"org/gradle/wrapper/GradleWrapperMain.class", "org/apache/maven/wrapper/MavenWrapperMain.class"}
)
_MADE: Final = ("/quarkus/generated-bytecode.jar", "/quarkus/transformed-bytecode.jar")
"""What Quarkus makes of the application and of its libraries, which lie beside it."""
_INNER: Final = ("BOOT-INF/classes/", "WEB-INF/classes/")
_CLASSES: Final = (".class", ".kotlin_module", ".tasty", ".clj")
_NO_PACKAGE: Final = "(none)"
_DEPTH: Final = 8
_MANY: Final = 20_000
"""Archives in one file, all depths together."""
_TEXT: Final = 4 * 1024 * 1024
_NESTED: Final = 64 * 1024 * 1024
"""Bytes of an archive that has to be inflated; one that is stored is read in place."""
_LET_GO: Final = 1024 * 1024
_ALL: Final = 512 * 1024 * 1024
"""Bytes that are inflated of one file."""
_ENTRIES: Final = 2_000_000
"""Of all directories in one file."""


class _Contents(NamedTuple):
    """What of an archive's directory is read."""

    manifest: Entry | None
    poms: dict[str, dict[str, Entry]]
    """By folder: ``properties`` and ``xml``."""
    archives: list[Entry]
    namespaces: frozenset[str]
    """The first two parts of the Java packages of its classes."""
    wrapper: bool
    """Whether it is Gradle's wrapper, or Maven's, which fetch these tools."""

    @property
    def classes(self) -> bool:
        return bool(self.namespaces)


@dataclass
class ArchiveReading:
    """One file of the image with all archives in it; ``path`` is the file's."""

    path: str
    left: int = _ALL
    entries: int = _ENTRIES
    _archives: int = 0
    _seen: set[tuple[str, str, str, str]] = field(default_factory=set)

    def facts(self, data: memoryview, inside: str = "", depth: int = 0) -> Iterator[Fact]:
        """Yield the libraries of an archive; what cannot be read is a gap with its place."""
        self._archives += 1
        if self._archives > _MANY:
            if self._archives == _MANY + 1:
                yield self._gap(inside, f"it holds more than {_MANY} archives, the limit: the others were not read")
            return
        try:
            contents = self._contents(data)
        except Malformed as error:
            yield self._gap(inside, f"the archive cannot be read: {worded(error)}")
            return
        yield from self._own(data, contents, inside)
        for entry in contents.archives:
            place = f"{inside}{SEPARATOR}{entry.name}" if inside else entry.name
            if depth + 1 >= _DEPTH:
                yield self._gap(place, f"it lies {_DEPTH} archives deep, the limit, and was not read")
                continue
            try:
                nested = self._read(data, entry, _NESTED if entry.method else len(data))
            except Malformed as error:
                yield self._gap(place, f"the archive cannot be read: {worded(error)}")
                continue
            yield from self.facts(nested, place, depth + 1)
            if entry.stored > _LET_GO:
                zipped.let_go(data)

    def _contents(self, data: memoryview) -> _Contents:
        manifest = None
        poms: dict[str, dict[str, Entry]] = {}
        archives = []
        namespaces = set()
        wrapper = False
        for entry in zipped.entries(data):
            self.entries -= 1
            if self.entries < 0:
                raise Malformed(f"the archives of this file have more than {_ENTRIES} members, the limit")
            name = entry.name
            if name.endswith(_CLASSES):
                namespaces.add(_namespace(name))
                wrapper = wrapper or name in _WRAPPERS
            elif name.endswith(_ENDS):
                archives.append(entry)
            elif name.startswith("META-INF/"):
                if name.upper() == _MANIFEST:
                    manifest = entry
                elif (found := _POM.fullmatch(name)) is not None:
                    poms.setdefault(name.rpartition("/")[0], {})[found[1]] = entry
        return _Contents(manifest, poms, archives, frozenset(namespaces), wrapper)

    def _own(self, data: memoryview, contents: _Contents, inside: str) -> Iterator[Fact]:
        """The archive itself, and the libraries whose classes were packed into it."""
        stem, stated = _of_name((inside or self.path).rpartition("/")[2])
        gaps: list[Gap] = []
        projects = dict(self._projects(data, contents, inside, gaps))
        manifest = self._manifest(data, contents, inside, gaps)
        yield from gaps
        mine = _main(projects, stem, manifest)
        for folder, project in projects.items():
            if folder != mine:
                yield from self._package(project, _place(inside, folder))
        if mine is not None:
            yield from self._package(projects[mine], inside, manifest)
            return
        own = documents.of_manifest(manifest, stem, stated)
        if own.artifact and own.version and (contents.classes or not projects):
            sure = bool(own.group or stated) or documents.named(manifest, stem)[1]
            namespaces = () if own.group else _namespaces(contents, manifest, () if sure else projects.values())
            sha1 = "" if own.group else hashlib.sha1(data, usedforsecurity=False).hexdigest()
            evidence = None if sure else Evidence(confidence=MEDIUM)
            for package in self._package(Project(own), inside, manifest):
                yield msgspec.structs.replace(package, namespaces=namespaces, sha1=sha1, evidence=evidence)
        elif (
            not projects and (contents.classes or not contents.archives) and not self._known(contents, manifest, inside)
        ):
            yield self._gap(inside, "neither the archive nor its name states which library and version it is")

    def _known(self, contents: _Contents, manifest: dict[str, str], inside: str) -> bool:
        """Whether an archive that states no version is the application itself, or a tool that a build brings along."""
        path = f"/{inside or self.path}".replace(SEPARATOR, "/")
        return documents.is_application(manifest) or contents.wrapper or path.endswith(_MADE)

    def _projects(
        self, data: memoryview, contents: _Contents, inside: str, gaps: list[Gap]
    ) -> Iterator[tuple[str, Project]]:
        for folder, files in contents.poms.items():
            try:
                project = self._project(data, files)
            except Malformed as error:
                gaps.append(self._gap(_place(inside, folder), str(error)))
                continue
            if project is not None:
                yield folder, project

    def _manifest(self, data: memoryview, contents: _Contents, inside: str, gaps: list[Gap]) -> dict[str, str]:
        if contents.manifest is None:
            return {}
        try:
            return documents.manifest(bytes(self._read(data, contents.manifest, _TEXT)))
        except Malformed as error:
            gaps.append(self._gap(_place(inside, _MANIFEST), str(error)))
            return {}

    def _package(self, project: Project, inside: str, manifest: dict[str, str] | None = None) -> Iterator[Package]:
        group, artifact, version = project.coordinates
        if (inside, *project.coordinates) in self._seen:
            return
        self._seen.add((inside, *project.coordinates))
        manifest = manifest or {}
        yield Package(
            type=TYPE,
            namespace=group,
            name=artifact,
            version=version,
            scheme=ORDER,
            inside=inside,
            licenses=project.licenses or documents.licenses(manifest),
            vendor=manifest.get("Implementation-Vendor", "") or manifest.get("Bundle-Vendor", ""),
            requires=tuple((need,) for need in project.requires),
        )

    def _project(self, data: memoryview, files: dict[str, Entry]) -> Project | None:
        """What a folder of ``META-INF/maven`` states: ``pom.properties`` first, the rest from ``pom.xml``."""
        full = documents.project(bytes(self._read(data, files["xml"], _TEXT))) if "xml" in files else None
        stated = (
            documents.properties(bytes(self._read(data, files["properties"], _TEXT))) if "properties" in files else None
        )
        if stated is None:
            if full is None:
                return None
            stated = full.coordinates
        if not all(stated):
            raise Malformed("states no group, artifact and version that can be known")
        return full._replace(coordinates=stated) if full is not None else Project(stated)

    def _read(self, data: memoryview, entry: Entry, limit: int) -> memoryview:
        if entry.method:
            if entry.size > self.left:
                raise Malformed(f"{entry.name}: the archives of this file inflate to more than {_ALL} bytes, the limit")
            self.left -= entry.size
        return zipped.read(data, entry, limit)

    def _gap(self, inside: str, reason: str) -> Gap:
        return Gap(stage="catalog", subject=f"{self.path}{SEPARATOR}{inside}" if inside else self.path, reason=reason)


def _place(inside: str, folder: str) -> str:
    return f"{inside}{SEPARATOR}{folder}" if inside else folder


def _of_name(file: str) -> tuple[str, str]:
    """Artifact and version as Maven names files: ``commons-io-2.11.0.jar``."""
    stem = file.rpartition(".")[0]
    scala = _SCALA.search(stem)
    begin = scala.end() if scala is not None else 0
    found = _NAMED.fullmatch(f"x-{stem[begin:]}" if begin else stem)
    if found is None:
        return stem, ""
    if begin:
        return stem[: begin - 1], found[2]
    inner = _NUMBERED.fullmatch(found[2])
    if inner is not None and _QUALIFIERS.isdisjoint(inner[2].lower().split("-")):
        return f"{found[1]}-{inner[1]}", inner[3]
    return found[1], found[2]


def _namespace(name: str) -> str:
    """The first two parts of the Java package of a class by its place in the archive."""
    feature = _FEATURE.match(name)
    if feature is not None:
        name = name[feature.end() :]
    for folder in _INNER:
        name = name.removeprefix(folder)
    return ".".join(name.split("/")[:-1][:2]) or _NO_PACKAGE


def _namespaces(contents: _Contents, manifest: dict[str, str], projects: Iterable[Project]) -> tuple[str, ...]:
    """Those of its classes, without those of libraries that were packed into it, and those that its manifest names."""
    packed = {".".join(one.coordinates.group.split(".")[:2]) for one in projects}
    stated = (".".join(one.split(".")[:2]) for one in documents.qualified(manifest))
    return tuple(sorted({*(contents.namespaces - packed), *stated}))


def _main(projects: dict[str, Project], stem: str, manifest: dict[str, str]) -> str | None:
    """The folder of the project that the archive is, and not one of those packed into it.

    The one that the archive's name says, or the manifest of an archive that was renamed.
    """
    by_name = {one.coordinates.artifact: folder for folder, one in projects.items()}
    names = (stem, manifest.get("Implementation-Title", ""), documents.symbolic_name(manifest).rpartition(".")[2])
    found = next((by_name[name] for name in names if name in by_name), None)
    if found is not None:
        return found
    begun = max((name for name in by_name if stem.startswith(name)), key=len, default="")
    if begun:
        return by_name[begun]
    versions = {manifest.get(name, "") for name in ("Implementation-Version", "Bundle-Version")}
    alike = [folder for folder, one in projects.items() if one.coordinates.version in versions]
    return alike[0] if len(alike) == 1 else None
