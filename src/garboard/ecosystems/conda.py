"""Conda packages: conda, mamba and micromamba."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem

if TYPE_CHECKING:
    from garboard.model.program import Commands, PackageSpec


def conda(word: str) -> PackageSpec | str:
    """``name``, ``channel::name``, ``name=version`` or ``name=version=build``."""
    from garboard.model.program import A_FILE, PackageSpec, spec

    found = re.fullmatch(r"(?:[\w./-]+::)?([A-Za-z0-9_][\w.-]*)(?:([=<>!~]=?)(\S+))?", word)
    if found is None:
        return A_FILE
    if not found[2]:
        return PackageSpec(found[1])
    exact = spec(found[1], found[3].split("=")[0], "").version if found[2] in ("=", "==") else ""
    return PackageSpec(found[1], exact, found[2] + found[3])


def _commands() -> Commands:
    from garboard.model.program import Commands, Program, verbs, words

    program = Program(
        conda,
        verbs=verbs("install, create"),
        with_value=words("-c --channel -n --name -p --prefix -f --file --solver --repodata-fn --root-prefix -r"),
        manifests=words("-f --file"),
        opaque=verbs("env create, env update"),
    )
    return Commands(programs=MappingProxyType(dict.fromkeys(("conda", "mamba", "micromamba"), program)))


ECOSYSTEM: Final = Ecosystem(
    name="conda",
    type="conda",
    manager="conda",
    programs=("conda", "mamba", "micromamba"),
    load_commands=_commands,
)
