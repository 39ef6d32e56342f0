"""Alpine packages: apk's installed database and world, as apk-package(5) and apk-world(5) lay them out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from garboard.model.ecosystem import MetadataPaths
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Marks, Owns, Package

PURL_TYPE = "apk"
SCHEME = "apk"

_BINARY = b"ADB"
_SEPARATOR = re.compile(r"(?:\n[^\n]?(?=\n))+\n")
_FILE = re.compile(r"(?m)^([FR]):(.*)$")
_WORD = re.compile(r"\S+")
_PROBLEMS_TOLD, _PROBLEMS = 20, 10_000
"""Of one file: how many are gaps of their own, and after how many it is not read on."""
_RELATIONS = 256 * 1024
"""Characters of one field that names packages; real ones have a few thousand."""
_NAME = re.compile(r"[^=<>~@]+")
"""The capability of a dependency, before its version and its repository tag."""


def catalog(file: File, owned: MetadataPaths, /) -> Iterator[Fact]:
    """Installed packages in the database's order, each followed by the language files that it owns.

    ``world`` becomes `Marks` of all that was asked for. Virtual packages (``.build-deps``) hold no files and are left
    out. A block without name or version is a gap.
    """
    if file.data.startswith(_BINARY):
        reason = (
            "is in the binary format of apk 3 (ADB), which is not read; `apk info -v` in the image lists its packages"
        )
        yield Gap(stage="catalog", subject=file.path, reason=reason)
        return
    text = file.data.replace(b"\r\n", b"\n").decode("utf-8", "replace")
    if file.path.endswith("/world"):
        names = (_NAME.match(word[0]) for word in _WORD.finditer(text) if word[0][0] not in "!.")
        yield Marks(type=PURL_TYPE, requested=tuple(dict.fromkeys(name[0] for name in names if name)))
        return
    problems = 0
    for block in _blocks(text):
        for fact in _block(file.path, block, owned):
            problems += isinstance(fact, Gap)
            if problems <= _PROBLEMS_TOLD or not isinstance(fact, Gap):
                yield fact
        if problems > _PROBLEMS:
            reason = f"more than {_PROBLEMS} packages cannot be read, the limit: what follows them was not read"
            yield Gap(stage="catalog", subject=file.path, reason=reason)
            return
    if problems > _PROBLEMS_TOLD:
        reason = f"{problems - _PROBLEMS_TOLD} more packages cannot be read"
        yield Gap(stage="catalog", subject=file.path, reason=reason)


def _blocks(text: str) -> Iterator[str]:
    """The blocks of packages; a line of less than two characters ends one, as in apk."""
    start = 0
    for separator in _SEPARATOR.finditer(text):
        yield text[start : separator.start()]
        start = separator.end()
    if text[start:].strip():
        yield text[start:]


def _block(path: str, block: str, metadata: MetadataPaths) -> Iterator[Fact]:
    head, _, files = block.partition("\nF:")
    fields = {line[:1]: line[2:] for line in head.split("\n") if line[1:2] == ":"}
    name, version = fields.get("P", ""), fields.get("V", "")
    if not name or not version:
        reason = (
            f"package {name} has no version" if name else f"a package without a name (version {version or 'missing'})"
        )
        yield Gap(stage="catalog", subject=path, reason=reason)
        return
    if name[0] == ".":
        return
    longest = max(len(fields.get("D", "")), len(fields.get("p", "")))
    if longest > _RELATIONS:
        reason = f"package {name} has {longest} characters of dependencies; the limit is {_RELATIONS}"
        yield Gap(stage="catalog", subject=path, reason=reason)
        return
    yield Package(
        type=PURL_TYPE,
        name=name,
        version=version,
        scheme=SCHEME,
        arch=fields.get("A", ""),
        source_name=fields.get("o", ""),
        licenses=(fields["L"],) if fields.get("L") else (),
        requires=tuple((capability,) for capability in _capabilities(fields.get("D", ""))),
        provides=_capabilities(fields.get("p", "")),
        vendor=fields.get("m", ""),
    )
    if metadata.mentioned(files.encode()):
        owned = tuple(path for path in _paths(files) if metadata.describes(path))
        if owned:
            yield Owns(type=PURL_TYPE, package=name, paths=owned)


def _capabilities(words: str) -> tuple[str, ...]:
    """Names of what is required or provided; conflicts (``!name``) are neither."""
    names = (_NAME.match(word) for word in words.split() if word[0] != "!")
    return tuple(name[0] for name in names if name)


def _paths(files: str) -> Iterator[str]:
    """``F:`` names a folder, the ``R:`` lines after it the files within."""
    folder = ""
    for line in _FILE.finditer(f"F:{files}"):
        if line[1] == "F":
            folder = line[2]
        else:
            yield f"{folder}/{line[2]}" if folder else line[2]
