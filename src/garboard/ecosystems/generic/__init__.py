"""Software that no package manager installed, told by the version that its program or library holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.ecosystems.generic.names import is_known
from garboard.model.ecosystem import Ecosystem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from garboard.model.ecosystem import Catalog, PlainCatalog

_SHARED: Final = frozenset({"", "usr", "usr/local", "opt"})
"""Folders of more than one program."""


LIBRARIES: Final = ".NET and Windows libraries"
PROGRAMS: Final = "Windows programs"


def _program() -> PlainCatalog:
    from garboard.ecosystems.generic import program

    return program.catalog


def _software() -> Mapping[str, tuple[str, ...]]:
    from garboard.ecosystems.generic import described, java, program

    products = {name: one.cpe for name, one in program.SOFTWARE.items()}
    products |= {name: one.cpe for name, one in described.SOFTWARE.items()}
    products[java.NAME] = java.CPE
    return {name: tuple(cpe.split()) for name, cpe in products.items() if cpe}


def _catalog() -> Catalog:
    from garboard.ecosystems.generic.cataloger import catalog

    return catalog


def _declared() -> PlainCatalog:
    from garboard.ecosystems.generic import runtimes

    return runtimes.catalog


def _folders(path: str) -> tuple[str, ...]:
    """A Java runtime's own, which its file ``release`` describes."""
    folder, _, name = path.rpartition("/")
    return (folder,) if name == "release" and folder not in _SHARED else ()


ECOSYSTEM: Final = Ecosystem(
    name="generic",
    type="generic",
    version=7,
    manager="no package manager",
    order="deb",
    globs=(
        *("boot/vmlinuz*", "**/lib/modules/*/vmlinuz", "**/lib/modules/*/modules.builtin"),
        *(f"**/lib/modules/*/{folder}/*.ko" for folder in ("extra", "extra/*", "updates", "updates/*", "misc")),
        *("**/*.gguf", "**/*.safetensors", "**/rabbit-*/ebin/rabbit.app"),
    ),
    head=1024 * 1024,
    load_catalog=_catalog,
    manifests=(
        *(f"**/.{name}-version" for name in ("go", "java", "node", "php", "python", "ruby")),
        *("**/.nvmrc", "**/runtime.txt", "**/.tool-versions", "**/.sdkmanrc", "**/mise.toml", "**/.mise.toml"),
        *("**/rust-toolchain", "**/rust-toolchain.toml"),
    ),
    load_declared=_declared,
    load_program=_program,
    load_software=_software,
    windows_sections=(".rsrc",),
    named=is_known,
    index="its publisher",
    folders=_folders,
    misses="programs whose version no text in them tells for sure, and those of names that are not in [the list](software.md); of runtimes that files of a source tree name only whether their release lines are maintained is judged; ranges that are only asked for (`engines`, `requires-python`)",
    reference="https://github.com/package-url/purl-spec",
)
