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

_NAME = re.compile(r"[^=<>~@]+")
"""The capability of a dependency, before its version and its repository tag."""


def catalog(file: File, owned: MetadataPaths, /) -> Iterator[Fact]:
    """Installed packages in the database's order, each followed by the language files that it owns.

    ``world`` becomes `Marks` of all that was asked for. Virtual packages (``.build-deps``) hold no files and are left
    out. A block without name or version is a gap.
    """
    text = file.data.decode("utf-8", "replace")
    if file.path.endswith("/world"):
        names = (_NAME.match(word) for word in text.split() if word[0] not in "!.")
        yield Marks(type=PURL_TYPE, requested=tuple(name[0] for name in names if name))
        return
    for block in text.split("\n\n"):
        if block.strip():
            yield from _block(file.path, block, owned)


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
    for line in f"F:{files}".split("\n"):
        if line[:2] == "F:":
            folder = line[2:]
        elif line[:2] == "R:":
            yield f"{folder}/{line[2:]}" if folder else line[2:]
