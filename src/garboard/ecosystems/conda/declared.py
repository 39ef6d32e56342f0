"""The packages that Conda's files declare: environments, ``conda-lock.yml``, explicit lists and ``pixi.lock``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from garboard import lock_text, yaml_text
from garboard.lock_text import Pinned, Remark
from garboard.model.faults import worded
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact

TYPE: Final = "conda"
_OF_PIP: Final = "pypi"
_SPEC: Final = re.compile(
    r"(?:[\w./-]+::)?([A-Za-z0-9_][\w.-]*)\s*(?:(==?)\s*([^=\s,|*]+)(?:=(\S+))?)?(?=$|[\s<>!~=*])"
)
_REQUIREMENT: Final = re.compile(r"([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*(?:===?\s*([^\s;,*]+))?\s*(?=$|[;<>!~=@])")
_ADDRESS: Final = re.compile(r"https?://\S+/([^/\s]+?)-([^-/\s]+)-([^-/\s]+)\.(?:conda|tar\.bz2)(?:#\S*)?")
_FILE: Final = re.compile(r"https?://\S+/([A-Za-z0-9_.]+)-([^-/\s]+)(?:-[^/\s]+)?\.(?:whl|tar\.gz)")
_EXPLICIT: Final = "@EXPLICIT"
_DOTS: Final = 2
"""Of a version of which ``=`` allows nothing else that is ever published."""
_PARTIAL: Final = (
    "lists only what is asked for by name: what that needs is not known; `conda env export`, `conda list --explicit` or "
    "`conda-lock` writes all of it"
)


def catalog(file: File, /) -> Iterator[Fact]:
    """Each package with its version, and those of PyPI that pip installs with them."""
    name = file.path.rpartition("/")[2]
    try:
        text = lock_text.decoded(file.data)
        partial = ""
        entries: list[Entry | Remark]
        if name.endswith("conda-lock.yml"):
            entries = list(_locked(text))
        elif name == "pixi.lock":
            entries = list(_pixi(text))
        elif name.endswith((".yml", ".yaml")):
            found = tuple(_environment(text))
            entries = list(found)
            partial = "" if all(whole for _, _, whole in found) else _PARTIAL
        else:
            entries = list(_explicit(text))
            if not entries and name.endswith(".lock") and text.strip() and _EXPLICIT not in text:
                raise ValueError(f"it lacks the line {_EXPLICIT}")
    except lock_text.ERRORS as error:
        reason = f"is not what Conda writes: {worded(error)}"
        yield Gap(stage="catalog", subject=file.path, reason=reason)
        return
    yield from lock_text.gaps(file.path, (one for one in entries if isinstance(one, Remark)))
    for type_, order in ((TYPE, ""), (_OF_PIP, "pep440")):
        pinned = [one[1] for one in entries if not isinstance(one, Remark) and one[0] == type_]
        if pinned or type_ == TYPE:  # what pip installs is asked of no lock file where nothing is
            yield from lock_text.packaged(file.path, pinned, type_=type_, order=order, partial=partial)


Entry = tuple[str, Pinned, bool]
"""The package URL type, the package, and whether the file tells what it needs, too."""


def _environment(text: str) -> Iterator[Entry]:
    (document,) = yaml_text.read(text)
    lines = lock_text.lines(text, r"\s*-\s+([^#\n]*[^#\s])")
    needed = document.get("dependencies")
    if not isinstance(needed, list):
        if "channels" in document or ("name" in document and needed is not None):
            raise ValueError("it has no list of dependencies")
        return  # of another tool
    for one in needed:
        if isinstance(one, dict):
            yield from _of_pip(one.get("pip") or (), lines)
            continue
        found = _SPEC.match(one)
        if found is None:
            raise ValueError(f"{one[:100]} is no package of Conda")
        name, sign, version, build = found.groups()
        exact = version and (build or sign == "==" or version.count(".") >= _DOTS)
        yield (
            TYPE,
            Pinned(name, version if exact else "", asked=None if build else True, line=lines.get(one, 0)),
            bool(build),
        )


def _of_pip(needs: Iterable[str], lines: dict[str, int]) -> Iterator[Entry]:
    for one in needs:
        if not one.startswith("-"):
            found = _REQUIREMENT.match(one)
            name, version = (found[1], found[2] or "") if found is not None else (one[:100], "")
            yield _OF_PIP, Pinned(name, version, line=lines.get(one, 0)), True


def _locked(text: str) -> Iterator[Entry | Remark]:
    (document,) = yaml_text.read(text)
    yield from lock_text.newer(document.get("version"), ("1",))
    seen = set()
    for one in yaml_text.mappings(document["package"]):
        type_ = _OF_PIP if one.get("manager") == "pip" else TYPE
        key = (type_, one["name"], one["version"])
        if key not in seen:  # each platform has an entry of its own
            seen.add(key)
            needs = tuple(one.get("dependencies") or ())
            scope = "development" if one.get("category") == "dev" else ""
            yield type_, Pinned(one["name"], one["version"], needs, line=one.lines["name"], scope=scope), True


def _explicit(text: str) -> Iterator[Entry]:
    """Addresses of packages; a file of that name that does not say to be such a list is another's."""
    if _EXPLICIT not in text:
        return
    for number, line in enumerate(text.splitlines(), 1):
        if (found := _ADDRESS.fullmatch(line.strip())) is not None:
            yield TYPE, Pinned(found[1], found[2], line=number), True
        elif line.strip() and not line.startswith(("#", "@")):
            yield TYPE, Pinned(line.strip()[:100], "", line=number), True


def _pixi(text: str) -> Iterator[Entry | Remark]:
    (document,) = yaml_text.read(text)
    yield from lock_text.newer(document.get("version"), ("3", "4", "5", "6"))
    for one in yaml_text.mappings(document["packages"]):
        of_pip = "pypi" in {*one, one.get("kind")}
        address = str(one.get("pypi" if of_pip else "conda") or one.get("url") or "")
        found = (_FILE if of_pip else _ADDRESS).fullmatch(address)
        stated = one.get("name"), one.get("version")
        name, version = stated if all(stated) else (found[1], found[2]) if found else (address or "a package", "")
        line = min(one.lines.values(), default=0)
        yield _OF_PIP if of_pip else TYPE, Pinned(str(name), str(version), line=line), True
