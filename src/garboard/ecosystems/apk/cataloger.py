"""Alpine packages: apk's installed database and world, as apk-package(5) and apk-world(5) lay them out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from garboard.frozen_archives import frozen
from garboard.model.bounded import RELATIONS, bounded, count_of
from garboard.model.ecosystem import MetadataPaths
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Frozen, Hold, Marks, Owns, Package
from garboard.patterns import paragraphs

PURL_TYPE = "apk"
SCHEME = "apk"

_BINARY = b"ADB"
_SHORT_LINE = re.compile(r"\n[^\n]\n")
_SEPARATOR = re.compile(r"\n[^\n]?\n")
_PATHS = 2_000_000
"""Of files in all packages together."""
_WORLD = 1024 * 1024
"""Bytes."""
_FILE_LINE = re.compile(r"\nR:[^\n]*")
_FILE = re.compile(r"(?m)^([FR]):(.*)$")
_NAME = re.compile(r"[^=<>~@]+")
"""The capability of a dependency, before its version and its repository tag."""
_HELD = re.compile(r"([^!.=<>~@][^=<>~@]*)(?:@[\w-]+)?(?:[=<~]|><)")
"""What was asked for in one version, in none above one, or as one file; not ``>1`` and ``>=1``."""


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
    if file.path.endswith("/world"):
        yield from _world(file)
        return
    if file.path.endswith("/repositories"):
        yield from _repositories(file)
        return
    text = file.data.replace(b"\r\n", b"\n").decode("utf-8", "replace")
    if text.count("\nR:") > _PATHS:
        reason = f"lists more than {_PATHS} files, the limit: whose they are was not read"
        yield Gap(stage="catalog", subject=file.path, reason=reason)
        text = _FILE_LINE.sub("", text)
    yield from bounded(file.path, (fact for block in _blocks(text) for fact in _block(file.path, block, owned)))


def _world(file: File) -> Iterator[Fact]:
    """What was asked for."""
    if len(file.data) > _WORLD:
        reason = f"has {len(file.data)} bytes and was not read: the limit is {_WORLD}"
        yield Gap(stage="catalog", subject=file.path, reason=reason)
        return
    words = file.data.decode("utf-8", "replace").split()
    names = (_NAME.match(word) for word in words if word[0] not in "!.")
    yield Marks(type=PURL_TYPE, requested=tuple(dict.fromkeys(name[0] for name in names if name)))
    held = [found[1] for word in words if (found := _HELD.match(word))]
    if held:
        yield Hold(type=PURL_TYPE, names=tuple(dict.fromkeys(held)), how="pinned in apk's world")


def _repositories(file: File) -> Iterator[Fact]:
    """An archive that never changes."""
    text = file.data.decode("utf-8", "replace")
    used = [line for line in text.split("\n") if not line.lstrip().startswith("#")]
    folders = (word for line in used for word in line.split() if word.startswith("/"))
    archive = frozen("\n".join(used)) or next(folders, "")
    if archive:
        yield Frozen(type=PURL_TYPE, archive=archive)


def _blocks(text: str) -> Iterator[str]:
    """The blocks of packages; a line of less than two characters ends one, as in apk."""
    return paragraphs(text, _SEPARATOR if _SHORT_LINE.search(text) else None)


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
    if longest > RELATIONS:
        reason = f"package {name} has {longest} characters of dependencies; the limit is {RELATIONS}"
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
        installed_size=count_of(fields.get("I", "")),
    )
    if tag := fields.get("s", "").lstrip("@"):
        reason = (
            f"package {name} comes from the repository that the image calls @{tag}: if that is of another release, it was "
            "judged by the data of the wrong one"
        )
        yield Gap(stage="catalog", subject=path, reason=reason)
    if metadata.mentioned(files.encode()):
        owned = metadata.among(_paths(files))
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
