"""Go modules: the go command."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

from garboard.model.ecosystem import Ecosystem
from garboard.model.program import A_FILE, Commands, PackageSpec, Program, spec, verbs, words


def go(word: str) -> PackageSpec | str:
    """A package's import path with ``@version``."""
    found = re.fullmatch(r"((?:[\w-]+\.)+[\w-]+(?:/[\w.~-]+)*)(?:@(\S+))?", word)
    return spec(found[1], found[2], "@") if found else A_FILE


def _commands() -> Commands:
    program = Program(
        go,
        verbs=verbs("install, get"),
        with_value=words(
            "-C -p -asmflags -buildmode -compiler -gccgoflags -gcflags -ldflags -mod -modfile -overlay -pgo -pkgdir -tags "
            "-toolexec -o"
        ),
        opaque=verbs("mod download"),
        bare="the module of this folder",
    )
    return Commands(programs=MappingProxyType({"go": program}), pin_signs=("@",), raised="{name}@{version}")


ECOSYSTEM: Final = Ecosystem(
    name="golang",
    type="golang",
    manager="golang",
    osv="Go",
    order="semver",
    programs=("go",),
    load_commands=_commands,
    index="the Go module proxy",
)
