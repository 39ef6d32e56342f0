"""The gems that ``Gemfile.lock`` (``gems.locked``) declares, as Bundler writes it, and what a ``Gemfile`` or a gem asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final, NamedTuple

import msgspec

from garboard import lock_text
from garboard.lock_text import Named, Pins
from garboard.model.faults import worded
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Asked, Fact, Package, Unlisted

TYPE: Final = "gem"
ORDER: Final = "gem"
_GEM: Final = re.compile(r"([A-Za-z0-9_][\w.-]*)(?: \(([^)]*)\))?!?")
_VERSION: Final = re.compile(r"(\d[0-9A-Za-z.]*)(?:-(.+))?")
_REQUIRED: Final = re.compile(
    r"""\s*+(?:gem|[\w.]*\.add_(?:runtime_|development_)?dependency)[\s(]++(?:["']|%q?<)([\w.-]+)["'>]"""
)
_GROUP: Final = re.compile(r"[ \t]*group[ \t(]++([^\n]*?)\)?[ \t]+do\b")
_IN_GROUP: Final = re.compile(r""".*?[,\s](?::groups?[ \t]*=>|groups?:)[ \t]*(\[[^\]]*\]|[:"']\w+)""")
_BLOCK: Final = re.compile(
    r"[ \t]*+(?:(if|unless|install_if|platforms?)\b|(?:case|def|begin)\b|[^#\n]*\bdo(?:[ \t]*\|[^|\n]*\|)?[ \t]*(?:#|$))"
)
"""What begins a part that ends with a line ``end``."""
_CONDITIONS: Final = frozenset({"if", "unless", "install_if"})
_PLATFORMS: Final = re.compile(r"[,\s](?::platforms?[ \t]*=>|platforms?:)")
_CONDITION: Final = re.compile(r"[\s)](?:if|unless)[ \t(!]|[,\s](?::install_if[ \t]*=>|install_if:)")
_WORD: Final = re.compile(r"\w+")
_DEVELOPMENT: Final = frozenset({"development", "test"})
_PINNED: Final = re.compile(r"""[ \t]*,[ \t]*["'](?:=[ ]?)?(\d[\w.]*)["']""")
FROM_ELSEWHERE: Final = re.compile(
    r"[,\s](?::(?:git|path|source|gist|bit)\w*[ \t]*=>|(?:git|path|source|gist|bit)\w*:)|#\{"
)
"""An option that takes a gem from elsewhere."""
_HINT: Final = "`bundle lock` writes Gemfile.lock"
_SECTIONS: Final = frozenset({"GEM", "GIT", "PATH", "PLUGIN SOURCE"})
_KNOWN: Final = _SECTIONS | {"DEPENDENCIES", "PLATFORMS", "CHECKSUMS", "RUBY VERSION", "BUNDLED WITH"}
_ENDED: Final = re.compile(r"^(?:DEPENDENCIES|PLATFORMS)[ \t\r]*$", re.MULTILINE)
"""What Bundler writes after the gems."""
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
        yield from map(
            partial(_for_some, file.data), lock_text.asked(file, _required, type_=TYPE, hint=_HINT, pins=_PINS)
        )
        return
    try:
        text = lock_text.decoded(file.data)
        gems, asked = _read(text)
    except ValueError as error:
        yield Gap(stage="catalog", subject=file.path, reason=f"is not what Bundler writes: {worded(error)}")
        return
    yield from lock_text.gaps(
        file.path, lock_text.from_repositories([one.name for one in gems if one.section == "GIT"])
    )
    if gems and not _ENDED.search(text):
        yield from lock_text.gaps(file.path, (lock_text.CUT,))
    if absent := sorted(asked - {one.name for one in gems} - {"bundler"}):
        yield Unlisted(type=TYPE, names=tuple(absent))
    versions: dict[str, dict[str, None]] = {}
    for gem in gems:
        versions.setdefault(gem.name, {})[gem.version] = None
    pairs = ((gem.name, need) for gem in gems for need in gem.needs)
    yield from lock_text.unmet(TYPE, (one for one in pairs if one[1] not in versions and one[1] != "bundler"))
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


class AskedGem(NamedTuple):
    """A gem that a Gemfile or a gemspec asks for: whether for development only, for some platforms, on a condition."""

    name: str
    line: int
    development: bool
    elsewhere: bool
    conditional: bool
    version: str
    """The one that it states, if no other will do."""


def _required(text: str) -> Named:
    return ((one.name, one.line, one.development) for one in asked_gems(text))


def _exact(text: str) -> Mapping[str, str]:
    """Versions of gems that every installation takes from where all gems are from."""
    return lock_text.agreed(
        (one.name, "" if one.elsewhere or one.conditional else one.version) for one in asked_gems(text)
    )


_PINS: Final = Pins(ORDER, _exact)


def _for_some(data: bytes, fact: Fact) -> Fact:
    """What is asked for, with what is for some platforms; what depends on a condition Bundler's lock decides."""
    if not isinstance(fact, Asked) or not fact.names:
        return fact
    gems = tuple(asked_gems(lock_text.decoded(data)))
    always = {one.name for one in gems if not one.conditional}
    elsewhere = tuple(dict.fromkeys(one.name for one in gems if one.elsewhere))
    names = tuple(one for one in fact.names if one[0] in always)
    return msgspec.structs.replace(fact, names=names or fact.names, elsewhere=elsewhere)


def asked_gems(text: str) -> Iterator[AskedGem]:
    """The gems that a Gemfile or a gemspec asks for, by its lines."""
    blocks: list[tuple[bool, bool, bool, bool]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if (found := _REQUIRED.match(line)) is not None:
            stated = _IN_GROUP.match(line)
            only = _for_development(stated[1]) if stated is not None else any(one[0] for one in blocks)
            yield AskedGem(
                found[1],
                number,
                only or "add_development_dependency" in found[0],
                _PLATFORMS.search(line) is not None or any(one[1] for one in blocks),
                _CONDITION.search(line, found.end()) is not None or any(one[2] for one in blocks),
                _exactly(line, found) if all(one[3] for one in blocks) else "",
            )
        elif (block := _BLOCK.match(line)) is not None and not line.rstrip().endswith((" end", ";end")):
            group = _GROUP.match(line)
            word = block[1] or ""
            blocks.append(
                (
                    group is not None and _for_development(group[1]),
                    word[:8] == "platform",
                    word in _CONDITIONS,
                    group is not None,
                )
            )
        elif blocks and line.strip() == "end":
            blocks.pop()


def _exactly(line: str, found: re.Match[str]) -> str:
    """The version that a line states of a gem, if it says nothing else of it but groups and what is required of it."""
    stated = _PINNED.match(line, found.end())
    if (
        stated is None
        or not found[0].lstrip().startswith("gem")
        or FROM_ELSEWHERE.search(line, stated.end()) is not None
    ):
        return ""
    return "" if line.partition("#")[0].rstrip().endswith((",", "\\")) else stated[1]


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
