"""Java packages: Maven coordinates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import AdvisedName, Ecosystem
from garboard.model.image import Glance

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from garboard.model.ecosystem import Catalog, Editor, Join, PlainCatalog, VersionOrder
    from garboard.model.image import File
    from garboard.model.package import Fact, Package
    from garboard.model.program import Commands


KINDS: Final = ("jar", "war", "ear", "par", "sar", "kar", "jpi", "hpi", "aar", "rar", "nar", "lpkg", "esa", "nbm")
"""Extensions of archives; jpi and hpi are Jenkins' plugins, aar Android's libraries, rar Jakarta's connectors, nar NiFi's bundles,
lpkg Liferay's packages, esa OSGi's subsystems, nbm NetBeans' modules."""


def _advised(package: Package) -> tuple[AdvisedName, ...]:
    """``group:artifact``."""
    name = f"{package.namespace}:{package.name}" if package.namespace else package.name
    return (AdvisedName(name, package.version),)


def _artifact(name: str) -> str:
    return name.rpartition(":")[2]


def _likely(package: Package, by_artifact: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """By the group: it is named like the Java packages of the classes, or, where it is one word, like the artifact.

    A library that moved has groups that begin alike (``org.apache.tomcat``, ``org.apache.tomcat.embed``). Where no group is
    named like the classes, they may have been moved, or have always had other names: then it may be any of them.
    """
    exact, names = _called(package.name, by_artifact)
    if exact:
        return exact
    likely = tuple(name for name in names if _fits(package, name.rpartition(":")[0]))
    if names and not likely:
        raise ValueError(f"{_NO_GROUP} {_some(names)}")
    if not likely and package.evidence is not None and (near := _near(package, by_artifact)):
        raise ValueError(f"{_NO_NAME} {_some(near)}")
    shortest = min((name.rpartition(":")[0] for name in likely), key=len, default="")
    if not all(f"{name.rpartition(':')[0]}.".startswith(f"{shortest}.") for name in likely):
        raise ValueError(f"{_NO_GROUP} {_some(likely)}")
    return likely


_NO_GROUP: Final = "does not state its namespace, and may be any of"
_NO_NAME: Final = "neither the archive nor its name states which library it is, and by its classes it may be any of"
_SHOWN: Final = 5


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{', '.join(names[:_SHOWN])}{more}"


def _called(name: str, by_artifact: Mapping[str, Sequence[str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The libraries that a name states with their group (``org.yaml.snakeyaml``), and others that it may mean.

    A bundle's name ends like the artifact's, with dots for its hyphens: ``org.apache.logging.log4j.core``.
    """
    words = name.split(".")
    exact, others = [], list(by_artifact.get(name, ()))
    for at in range(1, len(words)):
        before = ".".join(words[:at])
        for rest in dict.fromkeys((".".join(words[at:]), "-".join(words[at:]))):
            for one in by_artifact.get(rest, ()):
                group = one.rpartition(":")[0]
                if group == before and rest == name[len(before) + 1 :]:
                    exact.append(one)
                elif f"{group}.".startswith(f"{before}.") or ("." in group and before.startswith(f"{group}.")):
                    others.append(one)
    return tuple(exact), tuple(dict.fromkeys(others))


def _near(package: Package, by_artifact: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """All libraries of the groups that are named like the classes."""
    names = sorted(name for names in by_artifact.values() for name in names)
    return tuple(one for one in names if ".".join(one.rpartition(":")[0].split(".")[:2]) in package.namespaces)


_WORD: Final = 3
"""Letters of a group of one word that may be the beginning of anything."""


def _fits(package: Package, group: str) -> bool:
    if "." not in group:
        return package.name == group or package.name.startswith(
            (f"{group}-", group if len(group) > _WORD else f"{group}-")
        )
    first, last = ".".join(group.split(".")[:2]), group.rpartition(".")[2]
    if any(one.partition(".")[0] == last for one in package.namespaces):  # kafka.server, of org.apache.kafka
        return True
    return not package.namespaces or any(one == first or first.startswith(f"{one}-") for one in package.namespaces)


def _catalog() -> Catalog:
    from garboard.ecosystems.maven.cataloger import catalog

    return catalog


def _editor(path: str) -> Editor:
    if path.endswith(".xml"):
        from garboard.ecosystems.maven.edited_pom import raising

        return raising
    from garboard.ecosystems.maven.edited_gradle import catalog_raising, script_raising

    return catalog_raising if path.endswith(".toml") else script_raising


def _commands() -> Commands:
    from garboard.ecosystems.maven.commands import COMMANDS

    return COMMANDS


def _declared() -> PlainCatalog:
    from garboard.ecosystems.maven import declared, scripts

    def catalog(file: File, /) -> Iterator[Fact]:
        wanted = file.path.endswith(_SCRIPTS) and not file.path.endswith((".gradle.kts", "pom.kts"))
        if _CONSTANTS.search(file.path) is not None or _of_sbt(file.path):
            wanted = False
        return scripts.catalog(file) if wanted else declared.catalog(file)

    return catalog


def _join() -> Join:
    from garboard.ecosystems.maven.declared import join

    return join


def _order() -> VersionOrder:
    from garboard.ecosystems.maven import version

    return version


def _program() -> PlainCatalog:
    from garboard.ecosystems.maven.program import catalog

    return catalog


def _of_sbt(path: str) -> bool:
    return path.rpartition("/")[0].rpartition("/")[2] == "project"


_BUILDS: Final = (
    *(b"pom.xml", b"build.gradle", b"build.gradle.kts", b"settings.gradle", b"settings.gradle.kts", b"build.sbt"),
    *(b"build.sc", b"build.mill", b"build.xml", b"WORKSPACE", b"MODULE.bazel"),
)
"""What builds the sources beside it and below."""
_GLANCES: Final = (
    Glance(end=b".java", signs=(b"//DEPS ",), above=_BUILDS),
    Glance(end=b".jsh", signs=(b"//DEPS ",)),
    Glance(end=b".kt", signs=(b"//DEPS ",), above=_BUILDS),
    Glance(end=b".kts", signs=(b"//DEPS ", b"DependsOn"), run_by=(b"kotlin",)),
    Glance(end=b".groovy", signs=(b"//DEPS ", b"@Grab"), above=_BUILDS, run_by=(b"groovy",)),
    Glance(end=b".scala", signs=(b"//> using ", b"//>using "), above=_BUILDS),
    Glance(
        end=b".sc",
        signs=(b"//> using ", b"//>using ", b"$ivy.", b"$dep."),
        above=_BUILDS,
        run_by=(b"scala-cli", b"scala", b"amm"),
    ),
)
_CONSTANTS: Final = re.compile(r"(?:^|/)(?:buildSrc|build-logic)/.*\.(?:kt|java|groovy)$")
_SCRIPTS: Final = tuple(one.end.decode() for one in _GLANCES)
NATIVE: Final = "GraalVM native images"


UNPACKED: Final = "**/META-INF/maven/*/*/pom.properties"
"""What an unpacked archive states of itself, and of libraries whose classes were packed into it."""
ECOSYSTEM: Final = Ecosystem(
    name="maven",
    type="maven",
    loose_locks=True,
    manager="maven",
    language="java",
    osv="Maven",
    globs=(
        *(f"**/*.{one}" for kind in KINDS for one in (kind, kind.upper())),  # a class path takes any name
        UNPACKED,
    ),
    mapped=True,
    load_catalog=_catalog,
    blank=r"(?<!gradle)\.lockfile$|\.properties$",
    of_sources=(
        "**/gradle/verification-metadata.xml",
        "**/project/build.properties",
        "**/resolution-cache/reports/*.xml",
    ),
    declares=(
        "**/*.lockfile",
        "**/gradle/verification-metadata.xml",
        "**/*maven*_install*.json",
        "**/*.sbt.lock",
        "**/project/build.properties",
        "**/resolution-cache/reports/*.xml",
    ),
    manifests=(
        "**/*pom*.xml",
        "**/POM.XML",
        "**/*.pom",
        "**/*.sbt",
        "**/project/*.scala",
        "**/ivy.xml",
        "**/project.clj",
        "**/deps.edn",
        "**/gradle.properties",
        "**/*.gradle",
        "**/*.gradle.kts",
        "**/*.versions.toml",
        "**/gradle/*.toml",
        *(
            f"**/{home}/src/{depth}*.{end}"
            for home in ("buildSrc", "build-logic", "build-logic/*")
            for end in ("kt", "java", "groovy")
            for depth in ("*/*/", "*/*/*/", "*/*/*/*/", "*/*/*/*/*/", "*/*/*/*/*/*/")
        ),
    ),
    glances=_GLANCES,
    load_declared=_declared,
    load_join=_join,
    edited=("**/pom.xml", "**/*.versions.toml", "**/*.gradle", "**/*.gradle.kts"),
    load_editor=_editor,
    projects=("pom.xml",),
    builds=r"(?:^|[\s;&|(/])mvnw?\s(?![^;&|]*(?<=\s)(?:-f|--file)\b)[^;&|]*(?<=\s)(?:package|install|verify|deploy|compile)\b",
    load_program=_program,
    version=11,
    sections=(".svm_heap", ".sbom", "__svm_heap"),
    windows_sections=(".svm_hea",),
    unread=(NATIVE,),
    namespaced=True,
    separator=":",
    order="maven",
    load_order=_order,
    load_commands=_commands,
    advised=_advised,
    part=_artifact,
    likely=_likely,
    index="Maven Central",
    interpreter="java",
    scripts=(".jar", ".war", ".ear"),
    traces=(".class",),
    interpreted=True,
    misses="a library's group where its archive does not state it: then its name, its manifest and its classes have to leave one that the data know (else a gap), or the archive in a repository of yours (`garboard db jars`); a Java runtime's own `release` (a gap); plugins of Gradle's builds whose versions a script works out; what the plugins need; profiles of Maven that a command line or `settings.xml` activates; catalogs and classes of constants that do not lie in the tree (a gap where scripts name their libraries); folders of archives (`fileTree`) that are empty",
    reference="https://maven.apache.org/shared/maven-archiver/",
)
