"""The distributions that lists for pip name: ``requirements.txt`` and files like it, with constraints (``-c``).

A list may leave the versions to the constraints that it names, so all of them are read together.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from garboard import lock_text
from garboard.ecosystems.python import LARGEST_LIST, REQUIREMENTS
from garboard.ecosystems.python.locked import TYPE, LockedDistribution, packages
from garboard.ecosystems.python.names import normalize
from garboard.model.faults import worded
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Asked, Fact, Kept
from garboard.patterns import lazy, of_globs

_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_REQUIREMENT: Final = re.compile(
    r"([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)[ \t]*(?:\[[^\]]*\])?[ \t]*(?:\(?[ \t]*(===?)[ \t]*([^\s;,)*]+)\)?[ \t]*)?(?=[;\s]|--|$)"
)
"""A pinned requirement (PEP 508), or one whose version is left open."""
_WORKED_OUT: Final = re.compile(r"[${%]")
"""In a version that something else fills in: pip's variables, templates."""
_OPEN: Final = re.compile(r"([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)[ \t]*(?:\[[^\]]*\])?[ \t]*(?=[<>~!=(@;\s]|$)")
_LIKE: Final = re.compile(r"(?:-|[A-Za-z0-9][\w.-]*[ \t]*(?:\[[^\]]*\])?[ \t]*(?:[<>~!=(@;]|--|$)|\S+://|[./])")
"""How a line of such a list begins."""
_RELEASES: Final = r"(?:===|[<>=~!]=|[<>]) ?\d[\w.*+!-]*"
_ONLY: Final = re.compile(
    r"-(?:[rce] ?|-[a-z][a-z-]+(?:[ =]|$)).*|[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])? ?(?:\[[\w., -]*\] ?)?"
    rf"(?:(?P<versions>{_RELEASES}(?: ?, ?{_RELEASES})*)|@ \S+://\S+)? ?(?:;[^;]*)?"
)
"""A line of a list that nothing but its lines tells, without hashes: an option, or a requirement (PEP 508) of releases."""
_WORDS: Final = ("requirements", "reqs", "requires", "constraints")
"""Of which a path has one that is `_CALLED` so."""
_CALLED: Final = lazy(of_globs((*REQUIREMENTS, "**/*constraints*.txt", "**/*requirements*.lock")))
_SOURCES: Final = (".tar.gz", ".zip", ".tar.bz2")
_FOLDER: Final = re.compile(r"(?:file:)?\.(?:\.?/[^:]*)?(?:\[[^\]]*\])?|(?:file:)?[\w.-]+/[^:@ ]*")
"""The project's own folder, or another of the tree."""
_LONGEST_PATH: Final = 500
_OF_PROJECTS: Final = ("pyproject.toml", "setup.py", "setup.cfg")
_NAMING: Final = re.compile(r"(?:-([rc])|--(requirement|constraint))(?:[ \t]+|=|(?=[^\s=]))(\S+)")
_READ: Final = re.compile(r"/(?:[^/]*requirements[^/]*|requirements/[^/]*)\.in$")
"""Paths of files of requirements that are read as what a project asks for."""
_FROZEN: Final = "`pip-compile` or `uv pip compile` pins what a file asks for, and what that needs"
_COMMENT: Final = re.compile(r"(?:^|\s)#.*")
_VIA: Final = re.compile(r"#[ \t]*via\b[ \t]*(.*)")
_BY: Final = re.compile(r"[ \t]+#[ \t]{2,}(\S.*)")
_DEEPEST: Final = 20
"""Lists that name each other."""


def catalog(file: File, /) -> Iterator[Fact]:
    """The list, for `join`; none of a text of another kind that is called so."""
    try:
        text = lock_text.decoded(file.data)
    except ValueError as error:
        yield Gap(stage="catalog", subject=file.path, reason=f"cannot be read: {worded(error)}")
        return
    if not any(one in file.path.lower() for one in _WORDS) or _CALLED().fullmatch(file.path) is None:
        if not _is_told_by_its_lines(file.path, text):
            return
        if len(file.data) >= LARGEST_LIST:
            reason = f"looks like a list for pip, and was not read: it is larger than {LARGEST_LIST} bytes"
            yield Gap(stage="catalog", subject=file.path, reason=reason)
            return
    elif not _is_list(file.path, text):
        return
    yield Kept(path=file.path, data=text.encode())


def _is_told_by_its_lines(path: str, text: str) -> bool:
    """Whether every line is a requirement, or an option of pip, and one of them states a version (of a large file: before its last)."""
    if ".egg-info/" in path or ".dist-info/" in path or "\0" in text:
        return False
    stated = False
    for _, line in _logical_lines(text[: text.rfind("\n")] if len(text) >= LARGEST_LIST else text):
        found = _ONLY.fullmatch(" ".join(line.partition(" --hash=")[0].split()))
        if found is None:
            return False
        stated = stated or found["versions"] is not None
    return stated


def _is_list(path: str, text: str) -> bool:
    """Whether a file is one: by its name, or because most of its lines are like those of one."""
    name = path.rpartition("/")[2].lower()
    if name.startswith("requirements") and name.endswith((".txt", ".pip")):
        return True
    lines = [line for _, line in _logical_lines(text)]
    return 2 * sum(_LIKE.match(line) is not None for line in lines) >= len(lines)


def join(kept: Mapping[str, bytes], paths: Container[str] = ()) -> Iterator[tuple[str, Fact]]:
    """What each list names, with the versions of the constraints that it goes by; a gap for constraints of none.

    And for folders of projects of which no file is among the ``paths``.
    """
    lists = {path: parsed(data.decode()) for path, data in kept.items()}
    used = {place for path, one in lists.items() for place in _places(path, one.constraints)}
    for path, one in lists.items():
        if "constraints" in path.rpartition("/")[2]:
            if path not in used and (one.entries or one.left):
                reason = "holds constraints for pip that no list of requirements here names: not judged"
                yield path, Gap(stage="catalog", subject=path, reason=reason)
            continue
        yield from ((path, fact) for fact in _facts(path, one, lists))
        if absent := [name for name in one.folders if not _is_project(path, name, paths)]:
            reason = f"takes in {lock_text.some(absent)}, where no project of Python is in the tree: not judged"
            yield path, Gap(stage="catalog", subject=path, reason=reason)


class RequirementsList(NamedTuple):
    """What a list says: the pinned requirements, and others by their names or addresses, with their lines."""

    entries: tuple[LockedDistribution, ...]
    left: tuple[tuple[str, int], ...]
    included: tuple[str, ...]
    constraints: tuple[str, ...]
    folders: tuple[str, ...] = ()
    """Of projects that are installed from them, as the list names them."""


def _facts(path: str, one: RequirementsList, lists: Mapping[str, RequirementsList]) -> Iterator[Fact]:
    pinned = _constrained(path, lists) if one.left else {}
    found = tuple(
        LockedDistribution(name, pinned[normalize(name)], line=line)
        for name, line in one.left
        if normalize(name) in pinned
    )
    left = tuple((name, line) for name, line in one.left if normalize(name) not in pinned)
    if left and not one.entries and not found:
        yield Asked(type=TYPE, names=left, open=tuple(dict(left)), hint=_FROZEN)
    elif left:
        unknown = lock_text.some(tuple(dict(left)))
        yield Gap(stage="catalog", subject=path, reason=f"states no version of {unknown}: not judged; {_FROZEN}")
    absent = [
        name
        for name, place in zip(
            (*one.included, *one.constraints), _places(path, (*one.included, *one.constraints)), strict=True
        )
        if place not in lists and not _READ.search(f"/{place}")
    ]
    for name in absent:
        reason = f"names {name[:200]}, which was not read: it is not here, or not called as requirements-NAME.txt is"
        yield Gap(stage="catalog", subject=path, reason=reason)
    yield from packages((*one.entries, *found))


def _is_project(path: str, name: str, paths: Container[str]) -> bool:
    (folder,) = _places(path, (name.removeprefix("file:").partition("[")[0],))
    return any(posixpath.normpath(posixpath.join(folder, one)) in paths for one in _OF_PROJECTS)


def _places(path: str, names: Iterable[str]) -> Iterator[str]:
    """The paths of files that the list at this path names."""
    folder = path.rpartition("/")[0]
    return (posixpath.normpath(posixpath.join(folder, name)) for name in names)


def _constrained(path: str, lists: Mapping[str, RequirementsList]) -> Mapping[str, str]:
    """The versions that the constraints state which a list names, or one that includes it or that it includes."""
    versions: dict[str, str] = {}
    waiting = [(path, 0)]
    seen = {path}
    while waiting:
        place, depth = waiting.pop()
        one = lists.get(place)
        if one is None or depth > _DEEPEST:
            continue
        for constraints in _places(place, one.constraints):
            versions |= {normalize(entry.name): entry.version for entry in _entries_of(lists, constraints)}
        for other in _places(place, one.included):
            if other not in seen:
                seen.add(other)
                waiting.append((other, depth + 1))
    return versions


def _entries_of(lists: Mapping[str, RequirementsList], path: str) -> tuple[LockedDistribution, ...]:
    found = lists.get(path)
    return found.entries if found is not None else ()


def parsed(text: str) -> RequirementsList:
    """What the text of a list says."""
    entries: list[LockedDistribution] = []
    left: dict[str, int] = {}
    folders: list[str] = []
    named: dict[str, list[str]] = {"r": [], "c": []}
    for number, line in _logical_lines(text):
        if line.startswith("-") and not line.startswith(("-e", "--editable")):
            if (naming := _NAMING.match(line)) is not None:
                named[naming[1] or naming[2][0]].append(naming[3])
            continue
        found = _REQUIREMENT.match(line)
        if found is not None and found[3] and not _WORKED_OUT.search(found[3]):
            entries.append(LockedDistribution(found[1], found[3], line=number))
            continue
        address = line.removeprefix("--editable").removeprefix("-e").strip(" =")
        archive = _archived(address)
        if archive is not None:
            opened = _OPEN.match(line) if "@" in address else None
            entries.append(LockedDistribution(opened[1] if opened else archive[0], archive[1], line=number))
            continue
        folder = address.partition(";")[0].partition("#")[0].strip()
        if len(folder) <= _LONGEST_PATH and _FOLDER.fullmatch(folder):
            folders.append(folder)
            continue
        opened = _OPEN.match(line)
        left.setdefault(opened[1] if opened is not None else address[:100], number)
    annotated = _annotated(entries, _via(text))
    return RequirementsList(annotated, tuple(left.items()), tuple(named["r"]), tuple(named["c"]), tuple(folders))


def _archived(address: str) -> tuple[str, str] | None:
    """Name and version of a distribution, as a wheel and an archive of sources have them in theirs (PEP 427, PEP 625)."""
    place = address.partition(" ;")[0].partition("#")[0].partition("?")[0].strip()
    file = place.rpartition("/")[2].rpartition(" ")[2]
    if file.endswith(".whl"):
        name, _, rest = file.partition("-")
        version = rest.partition("-")[0]
    else:
        end = next(filter(file.endswith, _SOURCES), "")
        name, _, version = file.removesuffix(end).rpartition("-") if end else ("", "", "")
    return (name, version) if _NAME.fullmatch(name) and version[:1].isdecimal() else None


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
