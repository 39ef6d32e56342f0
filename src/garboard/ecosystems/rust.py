"""Rust crates: cargo."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem

if TYPE_CHECKING:
    from garboard.model.program import Commands, PackageSpec


def cargo(word: str) -> PackageSpec | str:
    """``name`` or ``name@version``."""
    from garboard.model.program import A_FILE, spec

    found = re.fullmatch(r"([A-Za-z0-9][\w-]*)(?:@(\S+))?", word)
    return spec(found[1], found[2], "@") if found else A_FILE


def _commands() -> Commands:
    from garboard.model.program import Commands, Program, verbs, words

    program = Program(
        cargo,
        verbs=verbs("install, binstall"),
        with_value=words(
            "--version --vers --git --branch --tag --rev --path --root --index --registry --features -F --profile -j --jobs "
            "--target --target-dir --config -Z --color --bin --example"
        ),
        manifests=words("--git --path"),
        version_options=words("--version --vers"),
        closed=words("--offline"),
    )
    return Commands(programs=MappingProxyType({"cargo": program}), pin_signs=("@",), raised="{name}@{version}")


ECOSYSTEM: Final = Ecosystem(
    name="rust",
    type="cargo",
    manager="cargo",
    osv="crates.io",
    locks=("Cargo.lock",),
    order="semver",
    programs=("cargo",),
    load_commands=_commands,
    index="crates.io",
)
