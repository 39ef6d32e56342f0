"""Rust crates: cargo."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem, same_file
from garboard.model.image import Glance

if TYPE_CHECKING:
    from garboard.model.ecosystem import Editor, PlainCatalog
    from garboard.model.program import Commands, Fix, PackageSpec


def cargo(word: str) -> PackageSpec | str:
    """``name`` or ``name@version``."""
    from garboard.model.program import A_FILE, spec

    found = re.fullmatch(r"([A-Za-z0-9][\w-]*)(?:@(\S+))?", word)
    return spec(found[1], found[2], "@") if found else A_FILE


def _remedy(fix: Fix) -> tuple[str, str]:
    from garboard.model.program import FIXED

    first, version = fix.pins[0]
    where = "another crate needs it; if that allows it, " if fix.indirect else "allow it in Cargo.toml, "
    return f"{where}get {FIXED} or later, and build again", f"cargo update -p {first.name} --precise {version}"


def _declared() -> PlainCatalog:
    from garboard.ecosystems.rust import declared, scripts

    return lambda file: (scripts if file.path.endswith(".rs") else declared).catalog(file)


def _editor(_path: str) -> Editor:
    from garboard.ecosystems.rust.edited_cargo import raising

    return raising


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
    programs = MappingProxyType({"cargo": program})
    return Commands(programs=programs, remedy=_remedy, pin_signs=("@",), raised="{name}@{version}")


def _program() -> PlainCatalog:
    from garboard.ecosystems.rust.program import catalog

    return catalog


ECOSYSTEM: Final = Ecosystem(
    name="rust",
    type="cargo",
    manager="cargo",
    osv="crates.io",
    locks=("Cargo.lock",),
    declares=("**/Cargo.lock",),
    manifests=("**/Cargo.toml",),
    glances=(
        Glance(
            end=b".rs",
            signs=(b"dependencies", b"cargo-deps:"),
            above=(b"Cargo.toml",),
            run_by=(b"rust-script", b"cargo"),
        ),
    ),
    load_declared=_declared,
    edited=("**/Cargo.toml",),
    load_editor=_editor,
    projects=("Cargo.toml",),
    builds=r"(?:^|[\s;&|(/])cargo\s(?![^;&|]*--manifest-path)[^;&|]*(?<=\s)(?:build|b|install\b[^;&|]*\s--path[ =]\.)(?=\s|$|[;&|])",
    tied=(("Cargo.lock", "cargo update --package {name} --precise {version}"),),
    order="semver",
    programs=("cargo",),
    load_commands=_commands,
    package_file="{name}-{version}.crate",
    caches=("**/registry/cache",),
    load_program=_program,
    built_in_a_folder=True,
    version=6,
    sections=(".dep-v0",),
    windows_sections=(".dep-v0",),
    nearest=same_file,
    index="crates.io",
    misses="programs that were not built with `cargo auditable` (a gap where no package owns them)",
    reference="https://github.com/rust-secure-code/cargo-auditable/blob/master/PARSING.md",
)
