"""The distributions that Python's lock files declare.

``Pipfile.lock`` (pipenv), ``poetry.lock``, ``uv.lock`` (and that of a script), ``pdm.lock`` and ``pylock.toml`` (PEP 751). Lists
for pip are in `garboard.ecosystems.python.requirements`, and what a project asks for in `garboard.ecosystems.python.manifests`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from garboard import lock_text, toml_text
from garboard.ecosystems.python.locked import TYPE, LockedDistribution, packages
from garboard.ecosystems.python.names import normalize
from garboard.lock_text import Remark
from garboard.model.faults import worded
from garboard.model.gap import Gap, some
from garboard.model.image import File
from garboard.model.package import Fact

_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_TABLE: Final = re.compile(r"[ \t]*\[\[(?:package|packages)\]\]")
_DEVELOPMENT: Final = frozenset({"dev", "develop", "development", "test", "tests", "lint", "docs", "typing"})
"""Groups that a lock file names and an installation of the project alone does without."""
_UNLOCKED: Final = frozenset({"distribute", "pip", "setuptools", "wheel"})
"""What older releases of poetry left to the environment, whoever needs it."""
_META: Final = "_meta"
_PIPFILE_SPEC: Final = ("6",)
_KNOWN: Final = frozenset(
    {
        *("package", "packages", "metadata", "extras", "version", "revision", "requires-python", "options", "manifest"),
        *("resolution-markers", "supported-markers", "required-markers", "conflicts", "required-environments"),
        *("lock-version", "environments", "dependency-groups", "default-groups", "created-by", "tool", "files"),
    }
)
"""Keys of the files in TOML."""
_VERSIONS: Final = (
    (("version",), ("1",)),
    (("lock-version",), ("1",)),
    (("metadata", "lock-version"), ("1", "2")),
    (("metadata", "lock_version"), ("2", "3", "4")),
)
"""Where uv's, PEP 751's, Poetry's and PDM's files state the version of their form, and the main ones that are known."""


def catalog(file: File, /) -> Iterator[Fact]:
    """The project, where the file names it, and each distribution with the version that is installed of it."""
    parse = _pipenv if file.path.endswith("Pipfile.lock") else _tables
    try:
        stated = tuple(parse(lock_text.decoded(file.data)))
    except lock_text.ERRORS as error:
        yield Gap(stage="catalog", subject=file.path, reason=f"cannot be read: {worded(error)}")
        return
    yield from lock_text.gaps(file.path, (one for one in stated if isinstance(one, Remark)))
    entries = [one for one in stated if isinstance(one, LockedDistribution)]
    yield from lock_text.unmet(TYPE, _unmet(entries))
    yield from packages(entries)


def _unmet(entries: Sequence[LockedDistribution]) -> Iterator[tuple[str, str]]:
    names = {normalize(one.name) for one in entries} | _UNLOCKED
    return ((one.name, need) for one in entries for need in one.certain if normalize(need) not in names)


def _pipenv(text: str) -> Iterator[LockedDistribution | Remark]:
    document = json.loads(text)
    lines = lock_text.lines(text, r'\s*"([^"]+)"\s*:')
    yield from lock_text.newer(lock_text.mapping(document.get(_META)).get("pipfile-spec"), _PIPFILE_SPEC)
    unknown = []
    for group, entries in document.items():
        for name, entry in entries.items() if group != _META else ():
            version = str(entry.get("version", ""))
            if version.startswith("=="):
                scope = "development" if group in _DEVELOPMENT else ""
                yield LockedDistribution(name, version.lstrip("="), line=lines.get(name, 0), scope=scope)
            elif not str(entry.get("path", "")).startswith("."):
                unknown.append(name)
    if unknown:
        named = some(unknown)
        yield Remark(f"states no version of {named}: not judged", named.names)


def _tables(text: str) -> Iterator[LockedDistribution | Remark]:
    """Of poetry, uv, pdm and PEP 751: each an array of tables, with dependencies in a form of its own."""
    document = toml_text.loads(text)
    yield from _form(document)
    places = [number for number, line in enumerate(text.splitlines(), 1) if _TABLE.match(line)]
    tables: Sequence[Mapping[str, Any]] = document.get("package") or document.get("packages") or []
    cloned = [str(one.get("name")) for one in tables if _is_cloned(one) and isinstance(one.get("version"), str)]
    yield from lock_text.from_repositories(cloned)
    for position, table in enumerate(tables):
        name, version = table.get("name"), table.get("version")
        own = _is_own(table)
        if not isinstance(name, str) or not _NAME.fullmatch(name) or not (own or isinstance(version, str)):
            yield Remark(f"has an entry without a name or a version, which was not judged: {str(name)[:100]}")
            continue
        groups = table.get("dev-dependencies") or table.get("optional-dependencies") or {}
        needs = [*_names(table.get("dependencies"))]
        if own:
            needs += [need for group in groups.values() for need in _names(group)]
        line = places[position] if position < len(places) else 0
        certain = tuple(_certain(table.get("dependencies")))
        yield LockedDistribution(
            name, str(version or ""), tuple(needs), own, line=line, scope=_scope(table), certain=certain
        )


def _certain(needs: object) -> Iterator[str]:
    """The names of what every installation has that the lock file is for: for poetry, what has no marker and is in no extra.

    PDM's requirements are those of the distribution, whatever their markers.
    """
    if isinstance(needs, list):
        yield from (str(need["name"]) for need in needs if isinstance(need, Mapping) and need.get("name"))
    for name, stated in lock_text.mapping(needs).items():
        for one in stated if isinstance(stated, list) else [stated]:
            if not isinstance(one, Mapping) or not (one.get("optional") or one.get("markers")):
                yield str(name)


def _form(document: Mapping[str, Any]) -> Iterator[Remark]:
    """What is not known of the form of a file.

    Raises:
        ValueError: it has nothing that is.
    """
    yield from lock_text.unknown_parts(document, _KNOWN)
    stated = [(_at(document, keys), known) for keys, known in _VERSIONS]
    if all(version is None for version, _ in stated):
        lock_text.listed(document, "package", "packages", "metadata")
    for version, known in stated:
        yield from lock_text.newer(version and str(version).partition(".")[0], known)


def _at(document: Mapping[str, Any], keys: tuple[str, ...]) -> Any:
    for key in keys[:-1]:
        document = lock_text.mapping(document.get(key))
    return document.get(keys[-1])


def _is_own(table: Mapping[str, Any]) -> bool:
    """Whether it is the project, or a folder beside it."""
    source = lock_text.mapping(table.get("source"))
    return "directory" in table or not {"editable", "virtual", "directory"}.isdisjoint((*source, source.get("type")))


def _is_cloned(table: Mapping[str, Any]) -> bool:
    """Whether it is from a source repository: of Poetry and uv, of PDM, and of PEP 751."""
    source = lock_text.mapping(table.get("source"))
    return (
        source.get("type") == "git"
        or not {"git", "hg", "svn"}.isdisjoint(source)
        or not {"git", "vcs"}.isdisjoint(table)
    )


def _scope(table: Mapping[str, Any]) -> str:
    """Of poetry (a category, since 2.0 groups) and pdm; other groups than usual ones may be extras."""
    groups = table.get("groups") if isinstance(table.get("groups"), list) else [table.get("category")]
    known = {one for one in groups or () if isinstance(one, str)}
    return "development" if known and known <= _DEVELOPMENT else ""


def _names(needs: object) -> Iterable[str]:
    """Names of requirements: keys (poetry), tables with a name (uv, PEP 751), or PEP 508 (pdm)."""
    if isinstance(needs, Mapping):
        return tuple(needs)
    if not isinstance(needs, list):
        return ()
    found = (need.get("name", "") if isinstance(need, Mapping) else str(need) for need in needs)
    return tuple(name[0] for need in found if (name := _NAME.match(need)))
