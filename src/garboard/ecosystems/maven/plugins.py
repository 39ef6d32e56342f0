"""The plugins of Gradle's builds, which are asked for by their ids, and the libraries that scripts name by a catalog's aliases."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from collections.abc import Set as AbstractSet
from typing import Final

from garboard import lock_text, toml_text
from garboard.ecosystems.maven.effective import exact
from garboard.ecosystems.maven.gradle_text import without_comments
from garboard.lock_text import Pinned
from garboard.model.image import File
from garboard.model.package import Fact, Unread

_PLUGIN: Final = re.compile(
    r"""\b(id|kotlin)[ \t]*(?:\([ \t]*)?["']([\w.-]+)["'][ \t]*(?:\)[ \t]*)?\.?version[ \t]*(?:\([ \t]*)?["']([^"'\n$]+)["']"""
)
_OF_KOTLIN: Final = "org.jetbrains.kotlin."
_KOTLIN_ARTIFACT: Final = re.compile(r"""["']org\.jetbrains\.kotlin:kotlin-gradle-plugin:([\w.-]+)["']""")
"""Kotlin's plugins, as a script takes them into its class path."""
_ALIAS: Final = re.compile(
    r"(?m)^[ \t]*\w+[ \t]*(?:\([ \t]*)?(?:platform[ \t]*\([ \t]*)?libs\.(?!plugins\b|versions\b)\w"
)

_ASKING: Final = (
    r"\b\w*(?:[aA]pi|[iI]mplementation|[cC]ompile(?:Only)?|[rR]untime(?:Only)?|classpath)(?:[ \t]*\([ \t]*|[ \t]+)"
)
_CONSTANT: Final = re.compile(rf"{_ASKING}(?:(?:enforcedP|p)latform[ \t]*\([ \t]*)?[A-Z]\w*\.\w")
_FILES: Final = re.compile(rf"{_ASKING}files[ \t]*\(([^)]{{0,2000}})\)")
_ARCHIVE: Final = re.compile(r"""["']([^"'$\n]+\.(?:jar|aar))["']""")


def catalog(file: File, /, unused: Container[str] = ()) -> Iterator[Fact]:
    """Plugins, for development: each as the artifact by which Gradle finds it (``ID:ID.gradle.plugin``).

    Without those of a catalog that no script uses, by their aliases there.
    """
    try:
        text = lock_text.decoded(file.data)
        found = tuple(_of_catalog(text, unused) if file.path.endswith(".toml") else _of_script(text))
    except lock_text.ERRORS:
        return  # told where its libraries are read
    yield from lock_text.packaged(file.path, found, type_="maven", order="maven", separator=":")
    if not file.path.endswith(".toml") and _ALIAS.search(without_comments(text)) is not None:
        yield Unread(kind=lock_text.ALIASES, reason="their versions are not known: not judged")
    if not file.path.endswith((".toml", ".kt", ".java", ".groovy")):
        yield from _elsewhere(without_comments(text))


def _elsewhere(plain: str) -> Iterator[Unread]:
    """What a script takes from constants, and from archives of the tree."""
    if _CONSTANT.search(plain) is not None:
        yield Unread(kind=lock_text.CONSTANTS, reason="what they name was not judged")
    archives = dict.fromkeys(one for found in _FILES.finditer(plain) for one in _ARCHIVE.findall(found[1]))
    yield from (
        Unread(kind=lock_text.NAMED_ARCHIVES, folder=path, reason="what is in them is not known")
        for path in (re.sub(r"^(?:\.{0,2}/)+", "", one) for one in archives)
    )


def kotlin_versions(path: str, text: str) -> AbstractSet[str]:
    """The versions of Kotlin's plugins that a script or a catalog states."""
    try:
        found = tuple(_of_catalog(text, ()) if path.endswith(".toml") else _of_script(text))
    except lock_text.ERRORS:
        return frozenset()  # told where its libraries are read
    stated = {one.version for one in found if one.name.startswith(_OF_KOTLIN)}
    return stated | set(_KOTLIN_ARTIFACT.findall(without_comments(text)))


def _of_script(text: str) -> Iterator[Pinned]:
    plain = without_comments(text)
    line, before = 1, 0
    for found in _PLUGIN.finditer(plain):
        line += plain.count("\n", before, found.start())
        before = found.start()
        name = f"{_OF_KOTLIN}{found[2]}" if found[1] == "kotlin" else found[2]
        if version := exact(found[3].strip()):
            yield _pinned(name, version, line)


def _of_catalog(text: str, unused: Container[str]) -> Iterator[Pinned]:
    if "[plugins]" not in text:
        return
    document = toml_text.loads(text)
    versions = lock_text.mapping(document.get("versions"))
    lines = lock_text.lines(text, r"""\s*["']?([\w.-]+)["']?\s*=""", last=True)
    for alias, entry in lock_text.mapping(document.get("plugins")).items():
        stated = lock_text.mapping(entry)
        version = stated.get("version")
        if isinstance(version, dict):
            version = versions.get(lock_text.text_of(version.get("ref")))
        name = lock_text.text_of(stated.get("id"))
        if isinstance(entry, str):
            name, _, version = entry.partition(":")
        if name and alias not in unused and (known := exact(lock_text.text_of(version))):
            yield _pinned(name, known, lines.get(alias, 0))


def _pinned(name: str, version: str, line: int) -> Pinned:
    return Pinned(f"{name}:{name}.gradle.plugin", version, asked=True, line=line, scope="development")
