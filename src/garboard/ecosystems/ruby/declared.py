"""The gems that ``Gemfile.lock`` (``gems.locked``) declares, as Bundler writes it, and what a ``Gemfile`` or a gem asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from garboard import lock_text
from garboard.lock_text import Named, Remark
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Package

TYPE: Final = "gem"
ORDER: Final = "gem"
_GEM: Final = re.compile(r"([A-Za-z0-9_][\w.-]*)(?: \(([^)]*)\))?!?")
_VERSION: Final = re.compile(r"(\d[0-9A-Za-z.]*)(?:-(.+))?")
_REQUIRED: Final = re.compile(
    r"""\s*+(?:gem|[\w.]*\.add_(?:runtime_|development_)?dependency)[\s(]++(?:["']|%q?<)([\w.-]+)["'>]"""
)
_GROUP: Final = re.compile(r"[ \t]*group[ \t(]++([^\n]*?)\)?[ \t]+do\b")
_IN_GROUP: Final = re.compile(r""".*?[,\s](?::groups?[ \t]*=>|groups?:)[ \t]*(\[[^\]]*\]|[:"']\w+)""")
_WORD: Final = re.compile(r"\w+")
_DEVELOPMENT: Final = frozenset({"development", "test"})
_HINT: Final = "`bundle lock` writes Gemfile.lock"
_SECTIONS: Final = frozenset({"GEM", "GIT", "PATH", "PLUGIN SOURCE"})
_KNOWN: Final = _SECTIONS | {"DEPENDENCIES", "PLATFORMS", "CHECKSUMS", "RUBY VERSION", "BUNDLED WITH"}
_LISTED: Final = 4
_NEEDED: Final = 6
_ASKED: Final = 2


class LockedGem(NamedTuple):
    """A gem of a section (``GEM``, ``GIT``, ``PATH``), as it is listed, and the gems that it needs."""

    section: str
    name: str
    version: str
    platform: str
    needs: list[str]
    line: int


def catalog(file: File, /) -> Iterator[Fact]:
    """Each gem with its version, and the platform of one with compiled parts; one of the project's folders is its own."""
    if not file.path.endswith((".lock", ".locked")):
        yield from lock_text.asked(file, _required, type_=TYPE, hint=_HINT)
        return
    try:
        text = lock_text.decoded(file.data)
        gems, asked = _read(text)
    except ValueError as error:
        yield Gap(stage="catalog", subject=file.path, reason=f"is not what Bundler writes: {error}")
        return
    yield from lock_text.gaps(file.path, _remarks(gems, asked))
    versions: dict[str, dict[str, None]] = {}
    for gem in gems:
        versions.setdefault(gem.name, {})[gem.version] = None
    for gem in gems:
        if not gem.version:
            yield Gap(stage="catalog", subject=file.path, reason=f"states no version of {gem.name}: not judged")
            continue
        yield Package(
            type=TYPE,
            name=gem.name,
            version=gem.version,
            scheme=ORDER,
            arch=gem.platform,
            requires=tuple(
                (f"{need}@{version}",) for need in gem.needs for version in versions.get(need, ()) if version
            ),
            application=gem.section == "PATH",
            automatic=gem.name not in asked,
            line=gem.line,
        )


def _required(text: str) -> Named:
    within = False
    for number, line in enumerate(text.splitlines(), 1):
        if (group := _GROUP.match(line)) is not None:
            within = _for_development(group[1])
        elif line.strip() == "end":
            within = False
        elif (found := _REQUIRED.match(line)) is not None:
            stated = _IN_GROUP.match(line)
            only = _for_development(stated[1]) if stated is not None else within
            yield found[1], number, only or "add_development_dependency" in found[0]


def _remarks(gems: Sequence[LockedGem], asked: set[str]) -> Iterator[Remark]:
    yield from lock_text.from_repositories([one.name for one in gems if one.section == "GIT"])
    if absent := sorted(asked - {one.name for one in gems} - {"bundler"}):
        yield Remark(f"asks for {lock_text.some(absent)}, which it does not list: not judged")


def _for_development(groups: str) -> bool:
    """Whether all of the groups that are named are."""
    return bool(found := {*_WORD.findall(groups)}) and found <= _DEVELOPMENT


def _read(text: str) -> tuple[list[LockedGem], set[str]]:
    """The gems, and the names of those that the Gemfile asks for."""
    section = ""
    asked: set[str] = set()
    gems: list[LockedGem] = []
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        depth = len(raw) - len(raw.lstrip(" "))
        if not line or depth == 0:
            section = line
            if line and line not in _KNOWN:
                raise ValueError(f"line {number} begins no part that is known")
        elif (found := _GEM.fullmatch(line)) is None:
            if section in _SECTIONS and depth == _LISTED:
                raise ValueError(f"line {number} names no gem")
        elif section == "DEPENDENCIES" and depth == _ASKED:
            asked.add(found[1])
        elif section in _SECTIONS and depth == _LISTED:
            version = _VERSION.fullmatch(found[2] or "")
            gems.append(
                LockedGem(section, found[1], version[1] if version else "", (version and version[2]) or "", [], number)
            )
        elif section in _SECTIONS and depth == _NEEDED and gems:
            gems[-1].needs.append(found[1])
    return gems, asked
