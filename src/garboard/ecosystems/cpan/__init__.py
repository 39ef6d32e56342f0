"""Perl distributions of CPAN."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import ANYWHERE, Ecosystem, raised_by
from garboard.model.image import Bare

if TYPE_CHECKING:
    from garboard.model.ecosystem import Catalog, PlainCatalog
    from garboard.model.package import Package


def _catalog() -> Catalog:
    from garboard.ecosystems.cpan.cataloger import catalog

    return catalog


def _declared() -> PlainCatalog:
    from garboard.ecosystems.cpan.declared import catalog

    return catalog


def _of_folder(path: str) -> Package | None:
    """The distribution whose folder ``cpanm`` named ``NAME-VERSION``."""
    from garboard.ecosystems.cpan.cataloger import of_name

    return of_name(path.rpartition("/")[2])


def _repeats(path: str) -> str | None:
    """The journal of Perl's installer repeats what ``cpanm`` wrote."""
    return ANYWHERE if path.endswith("/perllocal.pod") else None


ECOSYSTEM: Final = Ecosystem(
    name="cpan",
    type="cpan",
    manager="cpan",
    language="perl",
    globs=("**/.meta/*/install.json", "**/perllocal.pod"),
    version=4,
    bare=(
        Bare(
            within=b"/.meta/",
            folder=rb"/\.meta/[A-Za-z0-9_][A-Za-z0-9_.+-]*-v?[0-9][^/\0]*(?=/)",
            files=(b"install.json",),
            contents=(b"/MYMETA.json", b"/META.json"),
            kind="folders of Perl distributions",
        ),
    ),
    of_folder=_of_folder,
    repeats=_repeats,
    load_catalog=_catalog,
    declares=("**/cpanfile.snapshot",),
    load_declared=_declared,
    load_commands=raised_by("cpanm"),
    index="CPAN",
    misses="distributions that neither `cpanm` nor `perllocal.pod` names (a gap for a `.packlist`); no advisories are read for them (a gap)",
    reference="https://metacpan.org/pod/App::cpanminus",
)
