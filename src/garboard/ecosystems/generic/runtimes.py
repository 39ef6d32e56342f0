"""Runtimes that files of a source tree name: those of version managers and of platforms.

What they name is a release line or a release, or neither (``lts/*``, ``stable``); which build runs is another's choice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from garboard import lock_text, toml_text
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import UNMANAGED, Fact, Package, Unread

_ORDER: Final = "deb"
_TOOLS: Final = MappingProxyType(
    {
        **{
            name: name
            for name in (
                *("bun", "deno", "dotnet", "elixir", "erlang", "go", "java", "julia", "lua", "node", "perl", "php"),
                *("python", "ruby", "rust"),
            )
        },
        "dotnet-core": "dotnet",
        "golang": "go",
        "nodejs": "node",
    }
)
"""What version managers call a runtime, and what garboard does."""
_ALONE: Final = MappingProxyType(
    {
        ".go-version": "go",
        ".java-version": "java",
        ".node-version": "node",
        ".nvmrc": "node",
        ".php-version": "php",
        ".python-version": "python",
        ".ruby-version": "ruby",
    }
)
"""Files that name one runtime's versions and nothing else."""
_VENDORS: Final = MappingProxyType(
    {
        **dict.fromkeys(("corretto", "amzn"), "Amazon.com Inc."),
        "zulu": "Azul Systems, Inc.",
        **dict.fromkeys(("liberica", "librca"), "BellSoft"),
        **dict.fromkeys(("temurin", "tem"), "Eclipse Adoptium"),
        **dict.fromkeys(("semeru", "sem"), "IBM Corporation"),
        **dict.fromkeys(("microsoft", "ms"), "Microsoft"),
        **dict.fromkeys(("oracle",), "Oracle Corporation"),
        **dict.fromkeys(("sapmachine", "sapmchn"), "SAP SE"),
    }
)
"""What version managers call a publisher of Java, and what its runtimes do."""
_VERSION: Final = re.compile(r"v?(\d[\w.+-]{0,60})(?:@[\w-]{1,60})?")
_OF_JAVA: Final = re.compile(r"(?:([a-z]+)-)?(\d[\d.]*)(?:[+_][\w.]*)?(?:[.-]([a-z]+))?")
_LONGEST: Final = 100
_OWN: Final = "core:"
"""What mise writes before its own tools; others are packages of a registry."""
_HEROKU: Final = re.compile(r"python-(\S+)")


class NamedRuntime(NamedTuple):
    """What a file calls a runtime, the version that it states, and its line."""

    tool: str
    stated: str
    line: int


def catalog(file: File, /) -> Iterator[Fact]:
    """The runtimes with their versions; what has none, and packages of registries, are told."""
    name = file.path.rpartition("/")[2]
    try:
        found = tuple(_reader(name)(lock_text.decoded(file.data)))
    except lock_text.ERRORS:
        yield Gap(stage="catalog", subject=file.path, reason="names runtimes in a way that cannot be read: not judged")
        return
    others = [one.tool for one in found if ":" in one.tool.removeprefix(_OWN)]
    yield from (_package(one) for one in found if one.stated and one.tool not in others)
    if open_ := tuple(dict.fromkeys(one.tool for one in found if not one.stated)):
        yield Unread(kind=lock_text.RUNTIMES, names=open_, reason=lock_text.NO_RELEASE)
    if others:
        yield Unread(kind=lock_text.TOOLS, names=tuple(dict.fromkeys(others)), reason=lock_text.NO_VERSION)


def _package(one: NamedRuntime) -> Package:
    tool = one.tool.removeprefix(_OWN)
    name, stated, vendor = _TOOLS.get(tool, tool), one.stated[:_LONGEST], ""
    if name == "java" and (of_java := _OF_JAVA.fullmatch(stated)) is not None:
        stated, vendor = of_java[2], _VENDORS.get(of_java[1] or of_java[3] or "", "")
    found = _VERSION.fullmatch(stated.removeprefix(f"{name}-"))
    version = found[1] if found is not None else stated
    return Package(
        type=UNMANAGED, name=name, version=version, scheme=_ORDER, vendor=vendor, declared=True, line=one.line
    )


_Reader = Callable[[str], Iterator[NamedRuntime]]


def _reader(name: str) -> _Reader:
    if name in _ALONE:
        return lambda text: _alone(_ALONE[name], text)
    return next(reader for end, reader in _READERS if name.endswith(end))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, raw in enumerate(text.split("\n"), 1):
        if line := raw.partition("#")[0].strip():
            yield number, line


def _alone(runtime: str, text: str) -> Iterator[NamedRuntime]:
    for number, line in _lines(text):
        yield NamedRuntime(runtime, line, number)


def _heroku(text: str) -> Iterator[NamedRuntime]:
    """``runtime.txt``, which other tools have for other things."""
    for number, line in _lines(text):
        if (found := _HEROKU.fullmatch(line)) is not None:
            yield NamedRuntime("python", found[1], number)


def _asdf(text: str) -> Iterator[NamedRuntime]:
    for number, line in _lines(text):
        tool, *versions = line.split()
        for version in versions or ("",):
            if version != "system":
                yield NamedRuntime(tool, version, number)


def _sdkman(text: str) -> Iterator[NamedRuntime]:
    for number, line in _lines(text):
        tool, _, version = line.partition("=")
        yield NamedRuntime(tool.strip(), version.strip(), number)


def _mise(text: str) -> Iterator[NamedRuntime]:
    lines = lock_text.toml_keys(text)
    for tool, value in lock_text.table(toml_text.loads(text), "tools").items():
        line = lines.get(("tools", tool), lines.get((f"tools.{tool}", "version"), 0))
        for one in value if isinstance(value, list) else (value,):
            stated = one.get("version", "") if isinstance(one, Mapping) else one
            if not isinstance(stated, bool):
                yield NamedRuntime(tool, str(stated), line)


def _rust(text: str) -> Iterator[NamedRuntime]:
    if "[" not in text and "=" not in text:
        yield from _alone("rust", text)
        return
    channel = lock_text.table(toml_text.loads(text), "toolchain").get("channel")
    if channel is not None:
        yield NamedRuntime("rust", str(channel), lock_text.toml_keys(text).get(("toolchain", "channel"), 0))


_READERS: Final[Sequence[tuple[str | tuple[str, ...], _Reader]]] = (
    ("runtime.txt", _heroku),
    (".tool-versions", _asdf),
    (".sdkmanrc", _sdkman),
    ("mise.toml", _mise),
    (("rust-toolchain", "rust-toolchain.toml"), _rust),
)
"""By how the names of other files end."""
