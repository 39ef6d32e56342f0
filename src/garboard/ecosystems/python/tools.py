"""What the tools of a project need, and its build: ``build-system`` (PEP 518), tox, Hatch, ``noxfile.py`` and pre-commit's list.

An installation of the project does without, so what states no version is told and takes nothing from the report's coverage.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from garboard import lock_text, toml_text
from garboard.ecosystems.python.locked import LockedDistribution, packages
from garboard.ecosystems.python.requirements import parsed
from garboard.lock_text import Remark
from garboard.model.faults import worded
from garboard.model.gap import Gap, some
from garboard.model.image import File
from garboard.model.package import Fact

_STAGE: Final = "development"
"""Of gaps that are about nothing that is installed with the project."""
_SCOPE: Final = "development"
_SECTION: Final = re.compile(r"\[([^\]\n]*)\]")
_QUOTED: Final = re.compile(r"""\"([^\"\n]*)\"|'([^'\n]*)'""")
_FACTORS: Final = re.compile(r"[\w{},!.-]+:(?=[ \t])")
_REPOSITORY: Final = re.compile(r"[ \t]*(?:-[ \t]*)?repo[ \t]*:[ \t]*[\"']?([^\s\"'#]+)")
_ADDED: Final = re.compile(r"[ \t]*(?:-[ \t]*)?additional_dependencies[ \t]*:(.*)")
_ITEM: Final = re.compile(r"[ \t]*-[ \t]+(.+)")
_OWN: Final = frozenset({"local", "meta", "builtin"})
_PINNED: Final = re.compile(r"[A-Za-z0-9][\w.-]*(?:\[[^\]]*\])?===?[\w.!+-]+")
_LISTS: Final = frozenset({"deps", "requires", "dependencies", "extra-dependencies"})
_ARGUMENT: Final = re.compile(r"\bdef[ \t]+\w+[ \t]*\([ \t\n]*(\w+)")
_INSTALLS: Final = re.compile(
    r"\b(\w+)\.(?:(?:conda_|_)?install[ \t]*\(|run(?:_always|_install)?[ \t]*\([ \t\n]*[\"'](?:pip3?|conda|poetry|uv|python3?)[\"'])"
)


def catalog(file: File, /) -> Iterator[Fact]:
    """The distributions that a tool's file pins, for development; what else it names is told."""
    name = file.path.rpartition("/")[2]
    try:
        stated = tuple(_PARSE[name](lock_text.decoded(file.data)))
    except lock_text.ERRORS as error:
        if name != "pyproject.toml":  # which is told as the project's
            reason = f"what it asks for cannot be read: {worded(error)}"
            yield Gap(stage=_STAGE, subject=file.path, reason=reason)
        return
    needs = [one for one in stated if not isinstance(one, Remark)]
    pinned: list[LockedDistribution] = []
    left: dict[str, None] = {}
    for need, line in needs:
        one = parsed(need)
        pinned += (entry._replace(line=line, asked=True, scope=_SCOPE) for entry in one.entries)
        left |= {name: None for name, _ in one.left} | {name: None for name in one.folders if name[0] != "."}
    yield from packages(list(dict.fromkeys(pinned)))
    remarks = [one for one in stated if isinstance(one, Remark)]
    if left:
        whose = "its build" if name == "pyproject.toml" else "a tool of its developers"
        named = some(left)
        remarks.append(Remark(f"states no version of {named}, which {whose} needs: not judged", named.names))
    yield from (
        Gap(stage=_STAGE, subject=file.path, reason=one.reason, names=one.names) for one in dict.fromkeys(remarks)
    )


Needs = Iterator[tuple[str, int] | Remark]


def _build(text: str) -> Needs:
    if "build-system" not in text:
        return
    needs = lock_text.mapping(toml_text.loads(text).get("build-system")).get("requires")
    lines = _places(text)
    for need in needs if isinstance(needs, list) else ():
        if isinstance(need, str):
            yield need, lines.get(need, 0)


def _tox(text: str) -> Needs:
    """The dependencies of environments, with the factors that they are for."""
    within = listing = False
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.partition("#")[0] if raw.lstrip().startswith("#") or " #" in raw else raw
        if (header := _SECTION.match(line)) is not None:
            within, listing = header[1].strip().startswith(("testenv", "tox")), False
            continue
        if line.strip() and not line[:1].isspace():
            key, _, line = line.partition("=")
            listing = within and key.strip() in {"deps", "requires"}
        if listing and (need := _without_factors(line.strip())):
            yield from _need(need, number)


def _without_factors(line: str) -> str:
    factors = _FACTORS.match(line)
    return line[factors.end() :].strip() if factors is not None else line


def _places(text: str) -> Mapping[str, int]:
    """By a text in quotes, the first line that has it."""
    found: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        for one in _QUOTED.finditer(line):
            found.setdefault(one[1] or one[2], number)
    return found


def _in_tables(text: str) -> Needs:
    """``tox.toml`` and ``hatch.toml``: lists under the names that these have for them, wherever they are."""
    lines = _places(text)
    waiting: list[object] = [toml_text.loads(text)]
    while waiting:
        for key, value in lock_text.mapping(waiting.pop()).items():
            if key in _LISTS and isinstance(value, str):
                yield Remark(f"{key} is not a list: what it names was not judged")
            elif key in _LISTS and isinstance(value, list):
                for need in (one for one in value if isinstance(one, str)):
                    yield from _need(need, lines.get(need, 0))
            else:
                waiting.append(value)


def _need(need: str, number: int) -> Needs:
    if not need.startswith(("-", ".", "{")):
        yield need, number
    elif need.startswith("{") and "[" in need:
        return  # another section's
    elif need.startswith("-r") and "requirements" not in need:
        yield Remark(f"takes what it needs from {need[2:].strip()[:200]}: it was not judged by that")


def _pre_commit(text: str) -> Needs:
    listing = False
    hooks: dict[str, None] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if (found := _REPOSITORY.match(line)) is not None and found[1] not in _OWN:
            hooks[found[1]] = None
        if (added := _ADDED.match(line)) is not None:
            listing = True
            items = [one.strip() for one in added[1].partition("#")[0].strip(" []").split(",")]
        elif listing and (item := _ITEM.match(line)) is not None and ":" not in item[1]:
            items = [item[1]]
        else:
            listing = listing and not line.strip()
            continue
        yield from ((one, number) for one in (text.strip("\"' ,") for text in items) if _PINNED.fullmatch(one))
    if hooks:
        named = some(one.rstrip("/").rpartition("://")[2] for one in hooks)
        yield Remark(
            f"takes hooks from source repositories; they and what they need were not judged: {named}", named.names
        )


def _nox(text: str) -> Needs:
    sessions = {"session", *_ARGUMENT.findall(text)}
    if any(found[1] in sessions for found in _INSTALLS.finditer(text)):
        yield Remark("works out what it installs for its sessions: that was not judged")


_PARSE: Final[Mapping[str, Callable[[str], Needs]]] = MappingProxyType(
    {
        "pyproject.toml": _build,
        "tox.ini": _tox,
        "tox.toml": _in_tables,
        "hatch.toml": _in_tables,
        ".pre-commit-config.yaml": _pre_commit,
        ".pre-commit-config.yml": _pre_commit,
        "noxfile.py": _nox,
    }
)
FILES: Final = tuple(_PARSE)
