"""Readers of files that say which packages a build installs: lock files and manifests of source trees."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from garboard.ecosystems import ECOSYSTEMS, of
from garboard.model.ecosystem import Documents, Ecosystem, PlainCatalog
from garboard.model.gap import Gap
from garboard.model.image import File, FileHistory, Files, Glance, Reader
from garboard.model.package import Asked, Fact, Kept, Package
from garboard.packages import dockerfiles, install_commands, unread_lists
from garboard.packages.guard import guarded
from garboard.packages.installed import INSTALLED
from garboard.patterns import of_globs

_SUPPORT: Final = (".pom",)
"""Ends of the files there that say what others take from them, and declare nothing themselves."""
_FORM: Final = 8
"""Rises whenever the facts made of the same bytes change for all ecosystems."""
_OTHER_CASE: Final = (
    "is called as {} but for capitals, by which not every system finds it: what it names was not judged"
)
_BLANK: Final = 1000
"""Bytes of comments that are looked into."""


class Declarations:
    """A `Reader` of one ecosystem's files; the parser is imported with the first file."""

    __slots__ = ("_catalog", "ecosystem")

    LARGE: Final = True
    """Lock files of large monorepos have tens of MiB."""
    SOURCES: Final = True

    def __init__(self, ecosystem: Ecosystem) -> None:
        self.ecosystem = ecosystem
        self._catalog: PlainCatalog | None = None

    @property
    def NAME(self) -> str:  # noqa: N802
        """The ecosystem's name, and what is read."""
        return f"{self.ecosystem.name}-declared"

    @property
    def VERSION(self) -> int:  # noqa: N802
        """The ecosystem's version, and that of what all have."""
        return 1000 * _FORM + self.ecosystem.version

    @property
    def GLOBS(self) -> tuple[str, ...]:  # noqa: N802
        """The ecosystem's globs."""
        return (*self.ecosystem.declares, *self.ecosystem.manifests)

    def catalog(self, file: File, /) -> Iterator[Fact]:
        """The packages that a file declares, each marked so."""
        if INSTALLED.search(file.path) is not None and not file.path.endswith(_SUPPORT):
            return
        if _is_blank(file.data) and self._must_list(file.path):
            yield Gap(stage="catalog", subject=file.path, reason="is empty: what it was to list is not known")
            return
        if self._catalog is None:
            assert self.ecosystem.load_declared is not None
            self._catalog = self.ecosystem.load_declared()
        for fact in guarded(self._catalog(file), file):
            yield _declared(fact)

    def _must_list(self, path: str) -> bool:
        """Whether a file of this path is never empty."""
        one = self.ecosystem
        return re.search(one.blank, path) is None and re.fullmatch(of_globs(one.declares), path) is not None


def _is_blank(data: bytes) -> bool:
    """Whether a file has nothing but comments."""
    if len(data) > _BLANK:
        return False
    lines = (line.strip(b"\0\xef\xbb\xbf \t\r") for line in data.split(b"\n"))
    return not any(line and not line.startswith((b"#", b"//")) for line in lines)


class Scripts(Declarations):
    """A `Reader` of the beginnings of an ecosystem's scripts."""

    __slots__ = ()

    @property
    def NAME(self) -> str:  # noqa: N802
        """The ecosystem's name, and what is read."""
        return f"{self.ecosystem.name}-scripts"

    @property
    def GLOBS(self) -> tuple[str, ...]:  # noqa: N802
        """None: its files are looked into where nobody else reads them."""
        return ()

    @property
    def GLANCES(self) -> tuple[Glance, ...]:  # noqa: N802
        """The ecosystem's scripts."""
        return self.ecosystem.glances


class OtherCases(Declarations):
    """A `Reader` of files that are called as those of an ecosystem but for capitals.

    Where its tools tell these apart, it states that they do not read them, if there is anything to read.
    """

    __slots__ = ()

    GLANCES: Final[tuple[Glance, ...]] = ()

    @property
    def NAME(self) -> str:  # noqa: N802
        """The ecosystem's name, and what is read."""
        return f"{self.ecosystem.name}-other-cases"

    @property
    def GLOBS(self) -> tuple[str, ...]:  # noqa: N802
        """None: its files are looked into where nobody else reads them."""
        return ()

    @property
    def CASES(self) -> tuple[str, ...]:  # noqa: N802
        """The ecosystem's globs of files that no folder has to be called for."""
        return tuple(one for one in (*self.ecosystem.declares, *self.ecosystem.manifests) if one.count("/") == 1)

    def catalog(self, file: File, /) -> Iterator[Fact]:
        """The packages that a file declares; or that it is not read."""
        found = super().catalog(file)
        if self.ecosystem.any_case:
            yield from found
        elif any(isinstance(one, Package | Asked | Kept | Gap) for one in found):
            yield Gap(stage="catalog", subject=file.path, reason=_OTHER_CASE.format(file.path.rpartition("/")[2]))


SCRIPTS: Final[tuple[Reader, ...]] = (
    *(Scripts(one) for one in ECOSYSTEMS if one.glances),
    *(OtherCases(one) for one in ECOSYSTEMS if one.load_declared is not None),
    install_commands,
)
"""Readers for source trees alone."""
DECLARATIONS: Final[tuple[Reader, ...]] = (
    *(Declarations(one) for one in ECOSYSTEMS if one.load_declared is not None),
    dockerfiles,
    unread_lists,
)


def _declared(fact: Fact) -> Fact:
    if not isinstance(fact, Package):
        return fact
    ecosystem = of(fact.type)
    if not ecosystem.one_spelling:
        return msgspec.structs.replace(fact, declared=True)

    def spelled(need: str) -> str:
        name, at, version = need.partition("@")
        return f"{ecosystem.normalize(name)}{at}{version}"

    requires = tuple(tuple(map(spelled, needs)) for needs in fact.requires)
    return msgspec.structs.replace(fact, name=ecosystem.normalize(fact.name), requires=requires, declared=True)


def nothing(_path: str) -> bytes | None:
    """Where there is no local repository."""
    return None


def joined(files: Files, documents: Documents) -> Files:
    """The same files, those that speak of each other with what they declare together."""
    found: dict[str, dict[str, bytes]] = {}
    for history in files.histories:
        if history.reader in _JOINING:
            for fact in history.versions[-1].facts or ():
                if isinstance(fact, Kept):
                    found.setdefault(_JOINING[history.reader].name, {})[history.path] = fact.data
    if not found:
        return files
    facts: dict[tuple[str, str], list[Fact]] = {}
    paths = frozenset(one.path for one in files.histories)
    for ecosystem in {one.name: one for one in _JOINING.values() if one.name in found}.values():
        assert ecosystem.load_join is not None
        for path, fact in ecosystem.load_join()(found[ecosystem.name], documents, paths):
            facts.setdefault((ecosystem.name, path), []).append(_declared(fact))
    return msgspec.structs.replace(files, histories=tuple(_with(one, facts) for one in files.histories))


def _with(history: FileHistory, facts: Mapping[tuple[str, str], Sequence[Fact]]) -> FileHistory:
    last = history.versions[-1]
    if history.reader not in _JOINING or not any(isinstance(fact, Kept) for fact in last.facts or ()):
        return history
    stated = facts.get((_JOINING[history.reader].name, history.path), ())
    file = File(path=history.path, data=b"")
    last = msgspec.structs.replace(last, facts=tuple(guarded(iter(stated), file)))
    return msgspec.structs.replace(history, versions=(*history.versions[:-1], last))


_JOINING: Final = {
    f"{one.name}-{kind}": one
    for one in ECOSYSTEMS
    if one.load_join is not None
    for kind in ("declared", "scripts", "other-cases")
}
"""By the names of their readers, the ecosystems some of whose files speak of each other."""
