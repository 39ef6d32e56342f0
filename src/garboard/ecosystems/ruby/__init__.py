"""Ruby gems: RubyGems and Bundler."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import ANYWHERE, Ecosystem, parent_folder
from garboard.model.image import Bare, Glance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from garboard.model.ecosystem import Catalog, Editor, PlainCatalog, VersionOrder
    from garboard.model.image import File
    from garboard.model.package import Fact, Package
    from garboard.model.program import Commands

_GEMSPEC: Final = ".gemspec"
_FOLDER_NAME: Final = r"([A-Za-z0-9_][\w.-]*)-(\d+(?:\.[0-9A-Za-z]+)*)(?:-(?:x86|x64|i\d86|amd64|arm|aarch|java|jruby|universal|mswin|mingw|powerpc|ppc|s390|riscv|ruby)[\w-]*)?"


def _install_folder(path: str) -> str:
    """The gem home: what holds ``gems`` and ``specifications``, or ``specifications/default``."""
    folder = parent_folder(path)
    return parent_folder(parent_folder(folder) if folder.endswith("/default") else folder)


def _folders(path: str) -> tuple[str, ...]:
    """The gem's own folder, and that of what was compiled for the gems of this home."""
    if not path.endswith(_GEMSPEC):
        return (path,)
    home, name = _install_folder(path), path.rpartition("/")[2].removesuffix(".gemspec")
    return (f"{home}/gems/{name}", f"{home}/extensions") if "/specifications/" in path else (parent_folder(path),)


def _repeats(path: str) -> str | None:
    """A gem's folder repeats its gemspec."""
    return None if path.endswith(_GEMSPEC) else ANYWHERE


def _of_folder(path: str) -> Package | None:
    """The gem whose folder is named ``name-version``, before its platform."""
    from garboard.model.package import Package

    found = re.fullmatch(_FOLDER_NAME, path.rpartition("/")[2])
    return found and Package(type="gem", name=found[1], version=found[2], scheme="gem")


def _catalog() -> Catalog:
    from garboard.ecosystems.ruby.cataloger import catalog

    return catalog


def _order() -> VersionOrder:
    from garboard.ecosystems.ruby import version

    return version


def _declared() -> PlainCatalog:
    def catalog(file: File) -> Iterator[Fact]:
        from garboard.ecosystems.ruby import declared, scripts

        script = file.path.endswith(".rb") and not file.path.endswith("gems.rb")
        return scripts.catalog(file) if script else declared.catalog(file)

    return catalog


def _editor(_path: str) -> Editor:
    from garboard.ecosystems.ruby.edited_gemfile import raising

    return raising


def _commands() -> Commands:
    from garboard.ecosystems.ruby.commands import COMMANDS

    return COMMANDS


ECOSYSTEM: Final = Ecosystem(
    name="ruby",
    type="gem",
    manager="rubygems",
    language="ruby",
    osv="RubyGems",
    locks=("Gemfile.lock", "gems.locked", "Gemfile", "gems.rb"),
    below_locks=False,
    installers=("bundler",),
    order="gem",
    load_order=_order,
    globs=(
        "**/specifications/*.gemspec",
        "**/specifications/default/*.gemspec",
        # Bundler looks for gems of a repository as deep as this.
        "**/bundler/gems/*/*.gemspec",
        "**/bundler/gems/*/*/*.gemspec",
        "**/bundler/gems/*/*/*/*.gemspec",
    ),
    packed=("**/specifications/*.gemspec", "**/specifications/default/*.gemspec"),
    load_catalog=_catalog,
    bare=(
        Bare(
            within=b"gems/",
            folder=rb"(?<!bundler/)(?<![^/\0])gems/[^/\0]+-\d[^/\0]*(?=/)",
            files=(),
            contents=(b".rb",),
            kind="folders of gems",
        ),
    ),
    of_folder=_of_folder,
    repeats=_repeats,
    version=4,
    programs=("gem", "bundle", "bundler"),
    declares=("**/Gemfile*.lock", "**/*.gemfile.lock", "**/gems.locked"),
    manifests=("**/Gemfile", "**/Gemfile.local", "**/gems.rb", "**/*.gemfile", "**/*.gemspec"),
    glances=(Glance(end=b".rb", signs=(b"bundler/inline",), head=16 * 1024, run_by=(b"ruby",)),),
    load_declared=_declared,
    edited=("**/Gemfile",),
    load_editor=_editor,
    projects=("Gemfile",),
    tied=(("Gemfile.lock", "bundle update --conservative {name}"),),
    load_commands=_commands,
    index="rubygems.org",
    install_folder=_install_folder,
    folders=_folders,
    package_file="{name}-{version}.gem",
    caches=("./cache",),
    interpreter="ruby",
    scripts=(".rb",),
    interpreted=True,
    misses="gems that are not unpacked (a gap); Gemfiles within scripts (`bundler/inline`) after their first 16 KiB, or that have another extension than `.rb`",
    reference="https://guides.rubygems.org/specification-reference/",
)
