"""What the files of Gradle declare: lock files, version catalogs, build scripts, and what it verifies."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Container, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Final

from garboard import lock_text, toml_text
from garboard.ecosystems.maven.effective import exact
from garboard.ecosystems.maven.gradle_text import without_comments
from garboard.ecosystems.maven.version import key
from garboard.lock_text import LINE, Pinned, Remark
from garboard.model.gap import some

_TOKEN: Final = re.compile(
    r""""{3}(?s:.*?)(?:"{3}|\Z)|'''(?s:.*?)(?:'''|\Z)"""
    r"""|"[^"\\\n]*+(?:\\.[^"\\\n]*+)*"?|'[^'\\\n]*+(?:\\.[^'\\\n]*+)*'?|[A-Za-z_]\w*+|[{}]"""
)
_COORDINATES: Final = re.compile(r"(?=[\d.-]*+[A-Za-z_])([\w.-]++):([\w.-]++)(?::([^:@]++))?(?:[:@].*)?")
_LONGEST: Final = 1000
"""Characters of coordinates."""
_STATED: Final = re.compile(r".*[\d$+].*|latest\.\w+")
"""A version, as there is one in coordinates; a text of other parts is none."""
_WITH_PROPERTY: Final = re.compile(r"[\w.${}-]+:[\w.${}-]+(?::.*)?")
_VALUE: Final = r"""\s*+[:=]\s*+["']([^"'\n]*+)["']"""
_BY_NAME: Final = re.compile(rf"""\bgroup{_VALUE}\s*+,\s*+name{_VALUE}(?:\s*+,\s*+version{_VALUE})?""")
_TEXT_ARGUMENT: Final = r"""\s*+["']([^"'\n]*+)["']\s*+"""
_PART: Final = r"""\s*+["']([\w.-]++)["']\s*+"""
_IN_PARTS: Final = re.compile(rf"""\b(\w++)\s*+\({_PART},{_PART}(?:,{_PART})?(?=[,)])""")
"""What Kotlin's scripts give to a configuration: the group, the name and the version."""
_LIBRARY: Final = re.compile(
    rf"""\blibrary\s*+\({_TEXT_ARGUMENT},{_TEXT_ARGUMENT},{_TEXT_ARGUMENT}\)(?:\s*+\.\s*+version\s*+\({_TEXT_ARGUMENT}\))?"""
)
CONFIGURATION: Final = r"\w*[aA]pi|\w*[iI]mplementation|\w*[cC]ompileOnly|\w*[rR]untimeOnly|compile|runtime|classpath|\w*[pP]rocessor|kapt|ksp|\w*[pP]latform"
"""A pattern of the names of what scripts put dependencies in."""
_CONFIGURATION: Final = re.compile(CONFIGURATION)
_OF_KOTLIN: Final = re.compile(rf"""\b(kotlin)\s*+\({_PART},{_PART}\)""")
"""A library of Kotlin, by its short name, and its version."""
_OF_TREE: Final = frozenset(
    {"project", "projects", "files", "fileTree", "dir", "include", "gradleApi", "localGroovy", "libs"}
)
"""What a script calls to name what is no artifact of a repository, or one of a catalog, which is read for itself."""
_CHANGES: Final = frozenset({"useVersion", "useTarget", "substitute"})
_PROJECTS: Final = frozenset({"allprojects", "subprojects"})
_FORCING: Final = _PROJECTS | {"configurations", "all", "configureEach", "resolutionStrategy"}
_CONSTRAINING: Final = _PROJECTS | {"dependencies", "constraints"}
"""Blocks in which such a statement holds for all; elsewhere what is stated is judged beside it."""
_OF_ALL: Final = frozenset({"api", "implementation"})
"""Configurations whose constraints hold for all that a project is shipped with."""
SEPARATOR: Final = re.compile(r"[-_.]")
"""What stands between the parts of an alias, which all is the same."""
_VERSIONS: Final = re.compile(r"(?m)^[ \t]*+\[versions\](?:[^\n]*+\n?(?![ \t]*\[\w))*")
_ALIAS: Final = re.compile(r"""(?m)^([ \t]*+["']?([\w.-]++)["']?[ \t]*+=[ \t]*+)[^\n]++""")
_NOT_ASKED: Final = frozenset({"exclude", "group", "module", "because", "name", "version", "path", "configuration"})


def locked(text: str) -> Iterator[Pinned | Remark]:
    """A lock file since Gradle 6: artifacts, each with the configurations that have it, and at its end those that are empty."""
    ended = False
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        ended = ended or line.startswith("empty=")
        if not line or line.startswith(("#", "empty=")):
            continue
        coordinates, equals, _ = line.partition("=")
        if not equals:
            raise ValueError(f"line {number} names no artifact")
        yield _locked(coordinates, number)
    if not ended:
        yield lock_text.CUT


def locked_before_6(text: str) -> Iterator[Pinned | Remark]:
    """A lock file of one configuration; one with others' names is as since Gradle 6."""
    if "=" in text:
        yield from locked(text)
        return
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if line and not line.startswith("#"):
            yield _locked(line, number)


def _locked(coordinates: str, number: int) -> Pinned:
    group, artifact, version = coordinates.split(":") if coordinates.count(":") == 2 else ("", "", "")
    if not version:
        raise ValueError(f"line {number} names no artifact")
    return Pinned(f"{group}:{artifact}", version, line=number)


def build_script(text: str) -> Iterator[Pinned | Remark]:
    """Coordinates in one text, or by name; a version that the script works out is not known."""
    script = _Script(without_comments(text))
    script.read()
    yield from script.resolved()
    yield from script.remarks


class _Script:
    """A script without its comments, what it asks for with the places of that, and what it does not tell."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._ends = [found.start() for found in re.finditer(r"\n", text)]
        named = [(one, (one[1], one[2], one[3])) for one in _BY_NAME.finditer(text)]
        named += [(one, (one[2], one[3], one[4])) for one in _LIBRARY.finditer(text)]
        named += [
            (one, (one[2], one[3], one[4])) for one in _IN_PARTS.finditer(text) if _CONFIGURATION.fullmatch(one[1])
        ]
        named += [(one, ("org.jetbrains.kotlin", f"kotlin-{one[2]}", one[3])) for one in _OF_KOTLIN.finditer(text)]
        named.sort(key=lambda one: one[0].start())
        self.found = [(one.start(), _asked(*parts, self._line(one.start()))) for one, parts in named]
        self.remarks: list[Remark] = []
        self._by_property: list[str] = []
        """Lines of artifacts that are not named there."""
        self._named = [one.start() for one, _ in named]
        self._named_to = [one.end() for one, _ in named]
        self._blocks: list[str] = []
        self._around: dict[str, int] = {}
        """How many of the blocks have a name."""
        self._within = 0
        """Blocks of dependencies that are open."""
        self._opened = 0
        self._words = self._known = False
        """Whether the open one has any, and any that is understood."""
        self._asking = self._asking_to = 0
        """The line that asks for something of which nothing is understood yet; 0 where there is none."""
        self._forced: dict[int, Pinned] = {}
        """By their places, what counts over all that is stated."""
        self._raising: dict[int, Pinned] = {}
        self._changing: list[str] = []
        """Lines that change versions while they are resolved."""
        self._odd: list[str] = []
        """Such lines."""

    def _line(self, place: int) -> int:
        return bisect_left(self._ends, place) + 1

    def read(self) -> None:
        """Read it once."""
        word = ""
        for token in _TOKEN.finditer(self._text):
            one, place = token[0], token.start()
            if one == "{":
                self._open(word, place)
            elif one == "}":
                self._close(place)
            elif one[0] in "\"'":
                self._state(word, one.strip("\"'"), place)
                continue
            else:
                self._read_word(word, one, place)
            word = one
        while self._within:
            self._close(len(self._text))
        if self._odd:
            lines = some(self._odd)
            reason = f"asks in ways that are not understood (lines {lines}): what it names was not judged"
            self.remarks.append(Remark(reason, lines.names))
        if self._changing:
            lines = some(self._changing)
            reason = f"changes versions while it is resolved (lines {lines}): what it changes was judged as it is stated, if at all"
            self.remarks.append(Remark(reason, lines.names))
        if self._by_property:
            lines = some(self._by_property)
            reason = f"names artifacts by properties (lines {lines}): what it names was not judged"
            self.remarks.append(Remark(reason, lines.names))

    def resolved(self) -> Iterator[Pinned]:
        """What it asks for, in order; a version that another takes the place of is left out."""
        forced = {one.name: one for one in self._forced.values()}
        raising = {one.name: one.version for one in self._raising.values() if one.version}
        for place, one in sorted(self.found, key=lambda one: one[0]):
            other = forced.get(one.name, one)
            replaced = place not in self._forced and one.version != other.version
            if not replaced and not (one.version and one.name in raising and key(one.version) < key(raising[one.name])):
                yield one

    def _read_word(self, before: str, word: str, place: int) -> None:
        self._words |= self._within > 0
        if word in _CHANGES and "eachPlugin" not in self._around:
            self._changing.append(str(self._line(place)))
        asks = _CONFIGURATION.fullmatch(before) is not None
        if word in _OF_TREE or (word[:1].isupper() and asks):
            self._understood()
        elif self._within and _CONFIGURATION.fullmatch(word) and self._begins(place):
            self._leave()
            self._asking, self._asking_to = self._line(place), place + len(word)

    def _begins(self, place: int) -> bool:
        """Whether what stands at a place is the first of its line, and nothing that the line before still asks for."""
        inside = bool(self._asking) and not self._text[self._asking_to : place].strip(" \t\n(")
        return not inside and not self._text[self._text.rfind("\n", 0, place) + 1 : place].strip(" \t{")

    def _understood(self) -> None:
        self._known = True
        self._asking = 0

    def _leave(self) -> None:
        """Go on to what follows a line that asks for something."""
        if self._asking:
            self._odd.append(str(self._asking))
            self._asking = 0

    def _open(self, word: str, place: int) -> None:
        if word == "dependencies" and not self._within:
            self._opened = place
            self._words = self._known = False
        self._blocks.append(word)
        self._around[word] = self._around.get(word, 0) + 1
        self._within += word == "dependencies"

    def _close(self, place: int) -> None:
        if not self._blocks:
            return
        word = self._blocks.pop()
        self._around[word] -= 1
        if not self._around[word]:
            del self._around[word]
        if word != "dependencies":
            return
        self._within -= 1
        odd = len(self._odd)
        self._leave()
        named = bisect_left(self._named, self._opened) < bisect_left(self._named, place)
        if not self._within and self._words and not self._known and not named and len(self._odd) == odd:
            line = self._line(self._opened)
            self.remarks.append(
                Remark(f"has dependencies at line {line} that are not stated there: what it names was not judged")
            )

    def _lies_in(self, blocks: AbstractSet[str]) -> bool:
        """Whether no other blocks than these are around."""
        return len(self._around) <= len(blocks) and self._around.keys() <= blocks

    def _state(self, word: str, value: str, place: int) -> None:
        """Judge a text that follows a word."""
        before = bisect_left(self._named, place)
        if before and place < self._named_to[before - 1]:
            self._understood()
            return
        if self._within and word == "kotlin":
            value = f"org.jetbrains.kotlin:kotlin-{value}"
        if len(value) > _LONGEST:
            return
        parts = _COORDINATES.fullmatch(value)
        asks = (bool(self._within) and word not in _NOT_ASKED and word not in _OF_TREE) or _CONFIGURATION.fullmatch(
            word
        ) is not None
        if parts is not None and (_STATED.fullmatch(parts[3]) if parts[3] else asks):
            asked = _asked(parts[1], parts[2], parts[3], self._line(place))
            self.found.append((place, asked))
            if word == "force" and self._lies_in(_FORCING):
                self._forced[place] = asked
            elif "constraints" in self._around and word in _OF_ALL and self._lies_in(_CONSTRAINING):
                self._raising[place] = asked
            self._understood()
        elif asks and "$" in value and _WITH_PROPERTY.fullmatch(value):
            self._by_property.append(str(self._line(place)))
            self._understood()


def _asked(group: str, name: str, version: str | None, line: int) -> Pinned:
    stated = "" if version is None or "+" in version or version.startswith("latest.") else version
    return Pinned(f"{group}:{name}", exact(_strict(stated)), asked=True, line=line)


def _strict(version: str) -> str:
    """What is taken of a version with ``!!``: nothing else is allowed, or nothing outside of a range, and which is preferred."""
    allowed, _, preferred = version.partition("!!")
    return preferred or allowed


def version_catalog(text: str, unused: Container[str] = ()) -> Iterator[Pinned]:
    """The libraries of a catalog, by its table of versions; without those of which the aliases are ``unused``."""
    document = toml_text.loads(text)
    versions = lock_text.table(document, "versions")
    lines = lock_text.lines(text, r"""\s*["']?([\w.-]+)["']?\s*=""")
    for alias, entry in lock_text.table(document, "libraries").items():
        if isinstance(entry, str):
            name, _, version = entry.rpartition(":")
        else:
            name = entry.get("module") or f"{entry['group']}:{entry['name']}"
            version = entry.get("version", "")
            if isinstance(version, dict) and "ref" in version:
                version = versions.get(version["ref"], "")
        if alias not in unused:
            yield Pinned(name, exact(_rich(version)), asked=True, line=lines.get(alias, 0))


def with_versions(text: str, values: Mapping[str, str]) -> str:
    """A catalog with other versions of aliases, whose parts are separated by dots."""

    def version(line: re.Match[str]) -> str:
        value = values.get(SEPARATOR.sub(".", line[2]))
        return line[0] if value is None else f'{line[1]}"{value}"'

    return _VERSIONS.sub(lambda table: _ALIAS.sub(version, table[0]), text) if values else text


def catalog_versions(text: str) -> Mapping[str, str]:
    """The versions that a catalog lists, by their aliases; none of one that cannot be read."""
    try:
        return {alias: exact(_rich(one)) for alias, one in lock_text.table(toml_text.loads(text), "versions").items()}
    except lock_text.ERRORS:
        return {}  # told where its libraries are read


def _rich(version: Any) -> str:
    """A version, or what it is at least where several are stated."""
    if isinstance(version, Mapping):
        version = version.get("strictly") or version.get("prefer") or version.get("require")
    return _strict(version) if isinstance(version, str) else ""


def verified(text: str) -> Iterator[Pinned]:
    """``verification-metadata.xml``: all that a build may download, its plugins too."""
    root = lock_text.xml(text)
    components = root.find("components")
    if components is None:
        raise ValueError("it has no components")
    for one in components.iter("component"):
        yield Pinned(
            f"{one.get('group', '')}:{one.get('name', '')}", one.get("version", ""), line=int(one.get(LINE, "0"))
        )
