"""The distributions that Python's lock files declare.

``requirements.txt`` (pip), ``Pipfile.lock`` (pipenv), ``poetry.lock``, ``uv.lock``, ``pdm.lock`` and ``pylock.toml`` (PEP 751);
what a project asks for is in `garboard.ecosystems.python.manifests`.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from garboard import lock_text
from garboard.ecosystems.python.names import normalize
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Asked, Fact, Package

TYPE: Final = "pypi"
ORDER: Final = "pep440"
_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_REQUIREMENT: Final = re.compile(
    r"([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)[ \t]*(?:\[[^\]]*\])?[ \t]*(?:\(?[ \t]*(===?)[ \t]*([^\s;,)*]+)\)?[ \t]*)?(?=[;\s]|--|$)"
)
"""A pinned requirement (PEP 508), or one whose version is left open."""
_OPEN: Final = re.compile(r"([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)[ \t]*(?:\[[^\]]*\])?[ \t]*(?=[<>~!=(@;\s]|$)")
_TABLE: Final = re.compile(r"[ \t]*\[\[(?:package|packages)\]\]")
_INCLUDED: Final = re.compile(r"(?:-r|--requirement)(?:[ \t]+|=|(?=[^\s=]))(\S+)")
_REQUIREMENTS: Final = re.compile(r"/(?:requirements[^/]*|requirements/[^/]*)\.txt$")
"""Paths of files of requirements that are read for themselves."""
_FROZEN: Final = "`pip-compile` or `uv pip compile` pins what a file asks for, and what that needs"
_DEVELOPMENT: Final = frozenset({"dev", "develop", "development", "test", "tests", "lint", "docs", "typing"})
"""Groups that a lock file names and an installation of the project alone does without."""
_COMMENT: Final = re.compile(r"(?:^|\s)#.*")
_VIA: Final = re.compile(r"#[ \t]*via\b[ \t]*(.*)")
_BY: Final = re.compile(r"[ \t]+#[ \t]{2,}(\S.*)")


class LockedDistribution(NamedTuple):
    """What a lock file says of one distribution; ``own`` if it is the project itself."""

    name: str
    version: str
    needs: tuple[str, ...] = ()
    own: bool = False
    asked: bool | None = None
    line: int = 0
    scope: str = ""


def catalog(file: File, /) -> Iterator[Fact]:
    """The project, where the file names it, and each distribution with the version that is installed of it."""
    name = file.path.rpartition("/")[2]
    left: tuple[tuple[str, int], ...] = ()
    try:
        text = file.data.decode("utf-8-sig")
        if name.endswith(".txt"):
            entries, left = _requirements(text)
        elif name == "Pipfile.lock":
            entries = tuple(_pipenv(text))
        else:
            entries = tuple(_tables(text))
    except (ValueError, RecursionError, AttributeError, TypeError) as error:
        yield Gap(stage="catalog", subject=file.path, reason=f"cannot be read: {error}")
        return
    if left and not entries:
        yield Asked(type=TYPE, names=left, open=tuple(dict(left)), hint=_FROZEN)
    elif left:
        unknown = lock_text.some(tuple(dict(left)))
        reason = f"states no version of {unknown}: not judged; {_FROZEN}"
        yield Gap(stage="catalog", subject=file.path, reason=reason)
    if name.endswith(".txt"):
        yield from _included(file.path, text)
    yield from _packages(entries)


def _included(path: str, text: str) -> Iterator[Gap]:
    """Gaps for other files that this one names and that are called as none of requirements is."""
    if "-r" not in text and "--requirement" not in text:
        return
    for _, line in _logical_lines(text):
        found = _INCLUDED.match(line)
        if found is not None and not _REQUIREMENTS.search(f"/{found[1]}"):
            reason = f"names {found[1][:200]}, which was not read: call it requirements-NAME.txt, or scan an image that it is installed in"
            yield Gap(stage="catalog", subject=path, reason=reason)


def _packages(entries: tuple[LockedDistribution, ...]) -> Iterator[Package]:
    versions: dict[str, list[LockedDistribution]] = {}
    for entry in entries:
        versions.setdefault(normalize(entry.name), []).append(entry)
    asked = {normalize(need) for entry in entries if entry.own for need in entry.needs}
    for entry in entries:
        yield Package(
            type=TYPE,
            name=entry.name,
            version=entry.version,
            scheme=ORDER,
            requires=tuple(
                (f"{found.name}@{found.version}",)
                for need in dict.fromkeys(map(normalize, entry.needs))
                for found in versions.get(need, ())
            ),
            application=entry.own,
            automatic=_automatic(entry, asked),
            line=entry.line,
            scope=entry.scope,
        )


def _automatic(entry: LockedDistribution, asked: Container[str]) -> bool | None:
    if entry.own:
        return None
    if entry.asked is not None:
        return not entry.asked
    return normalize(entry.name) not in asked if asked else None


def _requirements(text: str) -> tuple[tuple[LockedDistribution, ...], tuple[tuple[str, int], ...]]:
    """The pinned requirements, and the names or addresses of those that are not, with their lines."""
    entries: list[LockedDistribution] = []
    left: dict[str, int] = {}
    for number, line in _logical_lines(text):
        if line.startswith("-") and not line.startswith(("-e", "--editable")):
            continue
        found = _REQUIREMENT.match(line)
        if found is not None and found[3]:
            entries.append(LockedDistribution(found[1], found[3], line=number))
            continue
        opened = _OPEN.match(line)
        address = line.removeprefix("-e").removeprefix("--editable").strip(" =")[:100]
        left.setdefault(opened[1] if opened is not None else address, number)
    return _annotated(entries, _via(text)), tuple(left.items())


def _annotated(entries: list[LockedDistribution], via: Mapping[str, list[str]]) -> tuple[LockedDistribution, ...]:
    """With what each needs and was asked for, where pip-compile or uv noted what each came in by."""
    if not via:
        return tuple(entries)
    needs: dict[str, list[str]] = {}
    for name, users in via.items():
        for user in users:
            needs.setdefault(user, []).append(name)

    def asked(name: str) -> bool | None:
        users = via.get(name)
        return None if users is None else any(not _NAME.fullmatch(user) for user in users)

    return tuple(
        one._replace(needs=tuple(needs.get(key, ())), asked=asked(key))
        for one in entries
        for key in (normalize(one.name),)
    )


def _via(text: str) -> dict[str, list[str]]:
    """By a requirement's name, what it came in by: distributions, or a file as the option that names it (``-r a.in``)."""
    if "via" not in text:
        return {}
    found: dict[str, list[str]] = {}
    name = ""
    listing = False
    for line in text.splitlines():
        by = _BY.fullmatch(line) if listing else None
        listing = by is not None
        if by is not None:
            found[name].append(_user(by[1]))
            continue
        if not line[:1].isspace() and (required := _REQUIREMENT.match(line)) is not None:
            name = normalize(required[1])
        if name and (via := _VIA.search(line)) is not None:
            found[name] = [_user(one) for one in via[1].split(",") if one.strip()]
            listing = not found[name]
    return found


def _user(text: str) -> str:
    text = text.strip()
    return normalize(text.partition("[")[0]) if _NAME.fullmatch(text.partition("[")[0]) else text


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines without comments, those that end with a backslash joined; with the number of the first."""
    parts: list[str] = []
    start = 0
    for number, raw in enumerate((*text.splitlines(), ""), 1):
        line = _COMMENT.sub("", raw) if "#" in raw else raw
        start = start if parts else number
        if line.endswith("\\"):
            parts.append(line[:-1])
            continue
        whole = "".join((*parts, line)).strip()
        parts = []
        if whole:
            yield start, whole


def _pipenv(text: str) -> Iterator[LockedDistribution]:
    document = json.loads(text)
    lines = lock_text.lines(text, r'\s*"([^"]+)"\s*:')
    for group in ("default", "develop"):
        for name, entry in document.get(group, {}).items():
            version = str(entry.get("version", ""))
            if version.startswith("=="):
                scope = "development" if group == "develop" else ""
                yield LockedDistribution(name, version.lstrip("="), line=lines.get(name, 0), scope=scope)


def _tables(text: str) -> Iterator[LockedDistribution]:
    """Of poetry, uv, pdm and PEP 751: each an array of tables, with dependencies in a form of its own."""
    document = tomllib.loads(text)
    places = [number for number, line in enumerate(text.splitlines(), 1) if _TABLE.match(line)]
    tables = document.get("package") or document.get("packages") or []
    for position, table in enumerate(tables):
        name, version = table.get("name"), table.get("version")
        source = table.get("source")
        own = isinstance(source, Mapping) and not {"editable", "virtual"}.isdisjoint(source)
        if not isinstance(name, str) or not _NAME.fullmatch(name) or not (own or isinstance(version, str)):
            continue
        groups = table.get("dev-dependencies") or table.get("optional-dependencies") or {}
        needs = [*_names(table.get("dependencies"))]
        if own:
            needs += [need for group in groups.values() for need in _names(group)]
        line = places[position] if position < len(places) else 0
        yield LockedDistribution(name, str(version or ""), tuple(needs), own, line=line, scope=_scope(table))


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
