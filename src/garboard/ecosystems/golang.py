"""Go modules: the go command."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem

if TYPE_CHECKING:
    from garboard.model.program import Commands, PackageSpec


def go(word: str) -> PackageSpec | str:
    """A package's import path with ``@version``."""
    from garboard.model.program import A_FILE, spec

    found = re.fullmatch(r"((?:[\w-]+\.)+[\w-]+(?:/[\w.~-]+)*)(?:@(\S+))?", word)
    return spec(found[1], found[2], "@") if found else A_FILE


def _lower(name: str) -> str:
    """Paths count with their case, but package URLs have them in lower case."""
    return name.lower()


def _commands() -> Commands:
    from garboard.model.program import Commands, Program, verbs, words

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
    locks=("go.mod", "Gopkg.lock", "glide.lock"),
    order="semver",
    normalize=_lower,
    programs=("go",),
    load_commands=_commands,
    index="the Go module proxy",
)
