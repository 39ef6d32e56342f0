"""Ruby gems: RubyGems and Bundler."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem, parent_folder

if TYPE_CHECKING:
    from garboard.model.ecosystem import Catalog, PlainCatalog, VersionOrder
    from garboard.model.program import Commands


def _install_folder(path: str) -> str:
    """The gem home: what holds ``specifications``, or ``specifications/default``."""
    folder = parent_folder(path)
    return parent_folder(parent_folder(folder) if folder.endswith("/default") else folder)


def _folders(path: str) -> tuple[str, ...]:
    """The gem's own folder, and that of what was compiled for the gems of this home."""
    home, name = _install_folder(path), path.rpartition("/")[2].removesuffix(".gemspec")
    return (f"{home}/gems/{name}", f"{home}/extensions") if "/specifications/" in path else (parent_folder(path),)


def _catalog() -> Catalog:
    from garboard.ecosystems.ruby.cataloger import catalog

    return catalog


def _order() -> VersionOrder:
    from garboard.ecosystems.ruby import version

    return version


def _declared() -> PlainCatalog:
    from garboard.ecosystems.ruby.declared import catalog

    return catalog


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
    load_catalog=_catalog,
    programs=("gem", "bundle", "bundler"),
    declares=("**/Gemfile*.lock", "**/*.gemfile.lock", "**/gems.locked"),
    manifests=("**/Gemfile", "**/gems.rb", "**/*.gemfile", "**/*.gemspec"),
    load_declared=_declared,
    load_commands=_commands,
    index="rubygems.org",
    install_folder=_install_folder,
    folders=_folders,
    package_file="{name}-{version}.gem",
    caches=("./cache",),
    interpreter="ruby",
    scripts=(".rb",),
    interpreted=True,
    misses="gems that are not unpacked (a gap)",
    reference="https://guides.rubygems.org/specification-reference/",
)
