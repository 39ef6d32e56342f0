"""The modules that ``go.mod`` declares (https://go.dev/ref/mod)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import msgspec

from garboard import lock_text
from garboard.lock_text import Remark
from garboard.model.faults import worded
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Kept, Package, Unread

TYPE: Final = "golang"
ORDER: Final = "semver"
_COMPLETE: Final = (1, 17)
"""Since this version of the language a go.mod lists the modules that others require too."""
_REQUIRED: Final = re.compile(r'"?([^\s"]+)"?\s+"?(v[^\s/"]+)"?\s*(?://\s*(indirect)\b.*)?(?://.*)?')
_REPLACED: Final = re.compile(r'"?([^\s"]+)"?(?:\s+(v\S+))?\s+=>\s+"?([^\s"]+)"?(?:\s+(v[^\s/]+))?\s*(?://.*)?')
_GO: Final = re.compile(r"(\d+)\.(\d+)")
_RELEASE: Final = re.compile(r"(?:go)?(\d+(?:\.\d+)*(?:(?:rc|beta)\d+)?)(?![\w.])")
"""A version of Go; a toolchain's may have a suffix of its maker."""
_SHOWN: Final = 5
_UNREAD: Final = frozenset({"module", "go", "toolchain", "exclude", "retract", "godebug", "tool", "ignore"})
"""Directives that ask for no modules, or are not always understood."""
_BINDING: Final = (1, 21)
"""Since this version of the language it is the oldest Go that builds the module, and not only a hint."""
STANDARD_LIBRARY: Final = "stdlib"


class Requirement(NamedTuple):
    """A module that is required, whether only by others, and the line."""

    path: str
    version: str
    indirect: bool
    line: int


class GoMod(NamedTuple):
    """What the file says; ``replaced`` by path and version, the latter empty for any.

    ``builder`` is the oldest Go that builds it, with the line that says so; empty where none does.
    """

    module: str
    language: tuple[int, int]
    builder: tuple[str, int]
    required: tuple[Requirement, ...]
    replaced: Mapping[tuple[str, str], tuple[str, str]]
    left: tuple[int, ...]
    """Lines that require what is not understood."""
    used: tuple[str, ...] = ()
    """The folders of the modules that a go.work is of."""


class Workspace(NamedTuple):
    """What holds for the modules that a go.work is of, besides their own go.mod.

    What it replaces itself, and what its modules do, as `replacements` has it; their own paths, the Go that builds them, and by
    path the highest version of each module that one of them requires, which is that of all.
    """

    replaced: Mapping[tuple[str, str], tuple[str, str]]
    shared: Mapping[tuple[str, str], tuple[str, str]]
    own: frozenset[str] = frozenset()
    builder: str = ""
    selected: Mapping[str, str] = MappingProxyType({})


ALONE: Final = Workspace(MappingProxyType({}), MappingProxyType({}))
"""Of a module in none."""


def catalog(file: File, /) -> Iterator[Fact]:
    """The file, for the join with the workspace that it is of (`garboard.ecosystems.golang.workspaces`)."""
    try:
        text = file.data.decode("utf-8-sig")
    except ValueError as error:
        yield Gap(stage="catalog", subject=file.path, reason=f"cannot be read: {worded(error)}")
        return
    yield Kept(path=file.path, data=text.encode())


def facts(path: str, stated: GoMod, workspace: Workspace = ALONE) -> Iterator[Fact]:
    """The main module and those that it is built of; where another takes a module's place, that one."""
    yield from lock_text.gaps(path, _remarks(stated))
    replaced = (workspace.replaced, {**workspace.shared, **replacements(path, stated)})
    modules = []
    for required in stated.required:
        one = required._replace(version=workspace.selected.get(required.path, required.version))
        places = (some.get((one.path, version)) for some in replaced for version in (one.version, ""))
        found = next(filter(None, places), None)
        if one.path in workspace.own:
            continue
        if found is not None and not found[1]:
            yield Unread(
                kind=lock_text.FOLDERS, names=(one.path,), folder=found[0], reason="their versions are not known"
            )
        else:
            modules.append(one._replace(path=found[0], version=found[1]) if found else one)
    release, line = stated.builder
    if workspace.builder not in {"", release}:
        release, line = workspace.builder, 0
    if release:
        standard = _package(STANDARD_LIBRARY, release)
        yield msgspec.structs.replace(standard, automatic=False, line=line)
    elif stated.module:
        reason = "does not say which Go builds it (a line `toolchain`, or `go` since 1.21): the standard library was not judged"
        yield Gap(stage="catalog", subject=path, reason=reason)
    if stated.module:
        direct = tuple((f"{one.path}@{one.version}",) for one in modules if not one.indirect)
        direct += ((f"{STANDARD_LIBRARY}@{release}",),) if release else ()
        yield msgspec.structs.replace(_package(stated.module, ""), requires=direct, application=True)
    for one in modules:
        yield msgspec.structs.replace(_package(one.path, one.version), automatic=one.indirect, line=one.line)


def replacements(path: str, stated: GoMod) -> dict[tuple[str, str], tuple[str, str]]:
    """What takes the place of a module, by its path and version, the latter empty for any: another module, or a folder.

    A folder has no version, and is told by its path in the tree.
    """
    folder = posixpath.dirname(path)
    return {
        module: (name, version) if version else (posixpath.normpath(posixpath.join(folder, name)), "")
        for module, (name, version) in stated.replaced.items()
    }


def _remarks(stated: GoMod) -> Iterator[Remark]:
    if not stated.module:
        yield Remark("does not say which module it is of: it is damaged, or no go.mod")
    if stated.language < _COMPLETE and stated.required:
        yield Remark("does not list what its modules require, as since Go 1.17: run `go mod tidy` with a newer one")
    if stated.left:
        lines = ", ".join(map(str, stated.left[:_SHOWN])) + (" …" if len(stated.left) > _SHOWN else "")
        yield Remark(
            f"has lines that require modules without a version, or are not known, which were not judged (lines {lines}): run `go mod tidy`"
        )


def read(text: str) -> GoMod:
    """What a go.mod or go.work says."""
    module, language = "", (0, 0)
    builders: dict[str, tuple[str, int]] = {}
    required: dict[str, Requirement] = {}
    replaced: dict[tuple[str, str], tuple[str, str]] = {}
    left: list[int] = []
    used: list[str] = []
    for number, directive, line in _directives(text):
        if directive == "module":
            module = line.partition("//")[0].strip('" \t')
        elif directive == "go" and (found := _GO.match(line)):
            language = (int(found[1]), int(found[2]))
            if language >= _BINDING and (release := _RELEASE.match(line)):
                builders["go"] = (release[1], number)
        elif directive == "toolchain" and (found := _RELEASE.match(line)):
            builders["toolchain"] = (found[1], number)
        elif directive == "require" and (found := _REQUIRED.fullmatch(line)):
            required[found[1]] = Requirement(found[1], found[2], bool(found[3]), number)
        elif directive == "replace" and (found := _REPLACED.fullmatch(line)):
            replaced[found[1], found[2] or ""] = (found[3], found[4] or "")
        elif directive == "use":
            used.append(line.partition("//")[0].strip('"` \t'))
        elif directive not in _UNREAD and not line.startswith("//"):
            left.append(number)
    builder = builders.get("toolchain") or builders.get("go") or ("", 0)
    return GoMod(module, language, builder, tuple(required.values()), replaced, tuple(left), tuple(used))


def _directives(text: str) -> Iterator[tuple[int, str, str]]:
    """Number, directive and the rest of each line; those in a block one by one."""
    block = ""
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("//"):
            continue
        if block:
            if line.startswith(")"):
                block = ""
            else:
                yield number, block, line
            continue
        word, rest = (*line.split(None, 1), "")[:2]
        if rest.startswith("(") or word.endswith("("):
            block = word.removesuffix("(")
        else:
            yield number, word, rest


def _package(path: str, version: str) -> Package:
    namespace, _, name = path.rpartition("/")
    return Package(type=TYPE, namespace=namespace, name=name, version=version, scheme=ORDER)
