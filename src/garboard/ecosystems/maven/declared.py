"""The artifacts that ``pom.xml`` declares, and the files of Gradle, sbt, Ivy, Clojure's tools and Bazel."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from functools import partial
from itertools import chain
from typing import Final, NamedTuple

import msgspec

from garboard import lock_text
from garboard.ecosystems.maven import bazel, clojure, constants, gradle, gradle_builds, plugins, poms, sbt
from garboard.ecosystems.maven.effective import MavenProject, Projects
from garboard.ecosystems.maven.gradle_builds import GradleBuilds, Unused
from garboard.ecosystems.maven.poms import Pom
from garboard.lock_text import Parse, Pinned
from garboard.model.ecosystem import Documents
from garboard.model.faults import worded
from garboard.model.gap import Gap, some
from garboard.model.image import File
from garboard.model.package import Fact, Kept

TYPE: Final = "maven"
ORDER: Final = "maven"
_BUILT: Final = "scan the built archives or image, or an SBOM of the build"
_PARTIAL: Final = "lists only what is asked for by name: what that needs is not known; {}"
_REPOSITORY: Final = "/.m2/repository/"
_REPOSITORY_HINT: Final = "fill Maven's repository with `mvn dependency:go-offline` and name it with --maven-repository"
_BEFORE: Final = re.compile(rb"(?s)[^<]++|<\?.*?(?:\?>|\Z)|<!--.*?(?:-->|\Z)|<!(?!--)[^>]*+>")
"""A part of what comes before the first element."""
_PROJECT: Final = re.compile(rb"<(?:\w+:)?project[\s>]")
_TREE: Final = _PARTIAL.format(f"{_REPOSITORY_HINT}, or {_BUILT}")
_CUT: Final = f"the projects of this tree need each other too often: what this one's dependencies need was not looked up to the end; {_BUILT}"
_IVY: Final = _PARTIAL.format(f"keep the reports of its resolution cache, or {_BUILT}")
_CLOJURE: Final = _PARTIAL.format(_BUILT)
_SBT: Final = _PARTIAL.format("sbt-dependency-lock's `sbt dependencyLockWrite` writes build.sbt.lock")
_TOLD: Final = frozenset({"test", "provided", "system"})
"""Scopes of what a project is not shipped with."""
_ALL: Final = Unused()
_CATALOG: Final = _PARTIAL.format("lock it with `gradle dependencies --write-locks`")


def catalog(file: File, /) -> Iterator[Fact]:
    """The project, where it is named, and the artifacts with the versions that this file alone tells."""
    name = file.path.rpartition("/")[2]
    if name.endswith(".pom") or ("pom" in name.lower() and name.lower().endswith(".xml") and _is_pom(file)):
        return _kept(file)
    if name.endswith(gradle_builds.FILES):
        try:
            return iter((Kept(path=file.path, data=lock_text.decoded(file.data).encode()),))
        except ValueError:
            pass  # told as below
    return _of_form(file)


def _of_form(file: File, unused: Unused = _ALL) -> Iterator[Fact]:
    """What a file that is no project of Maven asks for; of a catalog without what is not used."""
    name = file.path.rpartition("/")[2]
    form = next((form for end, form in _FORMS if name.endswith(end)), None)
    if form is None:
        return iter(())
    parse = form.parse
    if unused.libraries:
        parse = partial(gradle.version_catalog, unused=unused.libraries)
    facts = lock_text.facts(
        file,
        parse,
        type_=TYPE,
        order=ORDER,
        writer=form.writer,
        partial=form.partial,
        separator=":",
        spread=form.writer == "Gradle",
    )
    return chain(facts, plugins.catalog(file, unused.plugins)) if form.partial == _CATALOG else facts


class ListForm(NamedTuple):
    """How a kind of file is read, what writes it, and why it does not tell everything, if it does not."""

    parse: Parse
    writer: str
    partial: str = ""


_FORMS: Final = (
    (".sbt.lock", ListForm(sbt.locked, "sbt")),
    ("build.properties", ListForm(sbt.itself, "sbt")),
    ((".sbt", ".scala"), ListForm(sbt.build, "sbt", _SBT)),
    ("verification-metadata.xml", ListForm(gradle.verified, "Gradle")),
    ("ivy.xml", ListForm(sbt.module, "Ivy", _IVY)),
    (".xml", ListForm(sbt.report, "Ivy")),
    (".toml", ListForm(gradle.version_catalog, "Gradle", _CATALOG)),
    ((".kt", ".java", ".groovy"), ListForm(constants.named, "Gradle", _CATALOG)),
    ((".gradle", ".gradle.kts"), ListForm(gradle.build_script, "Gradle", _CATALOG)),
    ("project.clj", ListForm(clojure.leiningen, "Leiningen", _CLOJURE)),
    ("deps.edn", ListForm(clojure.deps, "Clojure", _CLOJURE)),
    (".json", ListForm(bazel.locked, "Bazel")),
    ("gradle.lockfile", ListForm(gradle.locked, "Gradle")),
    (".lockfile", ListForm(gradle.locked_before_6, "Gradle")),
)
"""By how their names end; the first that fits counts."""


def _is_pom(file: File) -> bool:
    """Whether it is one by its name, or by its text: modules and ``mvn -f`` take files of any name."""
    if file.path.rpartition("/")[2] == "pom.xml":
        return True
    place = 0
    while (before := _BEFORE.match(file.data, place)) is not None:
        place = before.end()
    return _PROJECT.match(file.data, place) is not None


def _kept(file: File) -> Iterator[Fact]:
    """What the file states, for `join`; of Maven's own files only those of a repository in the tree count."""
    if file.path.endswith(".pom") and _REPOSITORY not in f"/{file.path}":
        return
    try:
        yield Kept(path=file.path, data=msgspec.msgpack.encode(poms.parse(file.data)))
    except (ValueError, RecursionError) as error:
        yield Gap(stage="catalog", subject=file.path, reason=f"is not what Maven reads: {worded(error)}")


def join(kept: Mapping[str, bytes], documents: Documents, paths: Container[str] = ()) -> Iterator[tuple[str, Fact]]:
    """The projects of a tree, each with what it asks for and, as far as the files for that are there, what that needs."""
    texts = {path: data.decode() for path, data in kept.items() if path.endswith(gradle_builds.FILES)}
    yield from _of_gradle(texts, paths)
    yield from _of_maven({path: data for path, data in kept.items() if path not in texts}, documents)


def _of_gradle(texts: Mapping[str, str], paths: Container[str]) -> Iterator[tuple[str, Fact]]:
    builds = GradleBuilds(texts, paths)
    for path in texts:
        if not path.endswith(gradle_builds.PROPERTIES):
            file = File(path=path, data=builds.filled(path).encode())
            unused = builds.unused(path) if path.endswith(gradle_builds.CATALOG) else _ALL
            yield from ((path, fact) for fact in _of_form(file, unused))
            if missing := builds.missing(path):
                named = some(missing)
                reason = f"asks for what no catalog of the tree has ({named}): what it names was not judged"
                yield path, Gap(stage="catalog", subject=path, reason=reason, names=named.names)


def _of_maven(kept: Mapping[str, bytes], documents: Documents) -> Iterator[tuple[str, Fact]]:
    files = {path: msgspec.msgpack.decode(data, type=Pom) for path, data in kept.items()}
    projects = Projects(files, documents)
    otherwise: Projects | None = None
    for path in kept:
        if not path.endswith(".pom"):
            project = projects.project(path)
            gaps: tuple[Gap, ...] = ()
            if projects.unsure:
                otherwise = otherwise or Projects(files, documents, otherwise=True)
                project, gaps = _where_both_agree(path, project, otherwise.project(path))
            yield from ((path, fact) for fact in (*gaps, *_project(path, project, projects)))


def _where_both_agree(path: str, one: MavenProject, other: MavenProject) -> tuple[MavenProject, tuple[Gap, ...]]:
    """The project without the versions that it has only with, or only without, profiles that may be active; and a gap."""
    if one.cut or other.cut:
        return one, ()
    versions = {found.key: found.version for found in other.dependencies}
    differ = [found.key for found in one.dependencies if versions.pop(found.key, None) != found.version]
    differ += versions
    if not differ:
        return one, ()
    stated = tuple(
        found._replace(version="") if place and found.key in differ else found
        for place, found in enumerate(one.dependencies)
    )
    named = some(f"{key.group}:{key.artifact}" for key in differ)
    reason = f"has profiles, or needs what has some, that a JDK, a system, a file or a property activates: with them it has other versions of {named}, which were not judged"
    return one._replace(dependencies=stated), (Gap(stage="catalog", subject=path, reason=reason, names=named.names),)


def _project(path: str, project: MavenProject, projects: Projects) -> Iterator[Fact]:
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
    if plugins := projects.plugins(path):
        named = some(plugins)
        reason = f"asks for artifacts that its plugins need ({named}): not judged"
        yield Gap(stage="catalog", subject=path, reason=reason, names=named.names)
    missing = [*project.missing, *projects.missing_imports(path)]
    if missing and any(not one.version for one in entries[1:]):
        named = some(missing)
        reason = f"takes versions from what is not here: {named}; {_REPOSITORY_HINT}"
        yield Gap(stage="catalog", subject=path, reason=reason, names=named.names)
    partial: str | lock_text.Remark = ""
    if len(project.unknown) == len(entries) - 1:
        partial = _TREE
    elif project.unknown:
        named = some(project.unknown)
        reason = f"what these need is not known, for their files are not here: {named}; {_REPOSITORY_HINT}"
        partial = lock_text.Remark(reason, named.names)
    if project.cut:
        partial = _CUT
    partial = partial if project.asked else ""
    yield from lock_text.packaged(path, entries, type_=TYPE, order=ORDER, partial=partial, separator=":", manifest=True)
