"""Conda packages: conda, mamba and micromamba."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem, parent_folder

if TYPE_CHECKING:
    from garboard.model.ecosystem import Catalog, PlainCatalog
    from garboard.model.program import Commands, Fix, PackageSpec


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


def _environment(path: str) -> str:
    """The folder that holds ``conda-meta``."""
    return parent_folder(parent_folder(path))


def _catalog() -> Catalog:
    from garboard.ecosystems.conda.cataloger import catalog

    return catalog


def _declared() -> PlainCatalog:
    from garboard.ecosystems.conda.declared import catalog

    return catalog


def _remedy(fix: Fix) -> tuple[str, str]:
    from shlex import quote

    from garboard.model.program import FIXED

    wanted = dict.fromkeys(f"{one.name}>={version}" if version else one.name for one, version in fix.pins)
    return f"require {FIXED} or later", f"conda install {' '.join(map(quote, wanted))}"


def _commands() -> Commands:
    from garboard.model.program import Commands, Program, verbs, words

    program = Program(
        conda,
        verbs=verbs("install, create"),
        with_value=words("-c --channel -n --name -p --prefix -f --file --solver --repodata-fn --root-prefix -r"),
        manifests=words("-f --file"),
        opaque=verbs("env create, env update"),
    )
    programs = MappingProxyType(dict.fromkeys(("conda", "mamba", "micromamba"), program))
    return Commands(programs=programs, remedy=_remedy)


ECOSYSTEM: Final = Ecosystem(
    name="conda",
    version=2,
    type="conda",
    manager="conda",
    globs=("**/conda-meta/*.json",),
    load_catalog=_catalog,
    blank=r"\.txt$",
    declares=(
        "**/conda-lock.yml",
        "**/*.conda-lock.yml",
        "**/conda-*.lock",
        "**/explicit*.txt",
        "**/spec-file*.txt",
        "**/pixi.lock",
    ),
    manifests=(*(f"**/{name}.{end}" for name in ("*environment*", "env", "conda") for end in ("yml", "yaml")),),
    load_declared=_declared,
    install_folder=_environment,
    package_file="{name}-{version}.conda",
    caches=("**/conda/pkgs", "**/mamba/pkgs", "./pkgs"),
    index="conda-forge or Anaconda",
    misses="archives that are not unpacked; no advisories are of Conda, so packages are a gap unless the same version of the "
    "same name, whose metadata they hold, is judged as a package of Python",
    reference="https://docs.conda.io/projects/conda-build/en/stable/resources/package-spec.html",
    programs=("conda", "mamba", "micromamba"),
    load_commands=_commands,
)
