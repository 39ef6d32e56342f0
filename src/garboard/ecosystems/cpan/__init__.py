"""Perl distributions of CPAN."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import ANYWHERE, Ecosystem, raised_by

if TYPE_CHECKING:
    from garboard.model.ecosystem import Catalog


def _catalog() -> Catalog:
    from garboard.ecosystems.cpan.cataloger import catalog

    return catalog


def _repeats(path: str) -> str | None:
    """The journal of Perl's installer repeats what ``cpanm`` wrote."""
    return ANYWHERE if path.endswith("/perllocal.pod") else None


ECOSYSTEM: Final = Ecosystem(
    name="cpan",
    type="cpan",
    manager="cpan",
    language="perl",
    globs=("**/.meta/*/install.json", "**/perllocal.pod"),
    version=2,
    repeats=_repeats,
    load_catalog=_catalog,
    load_commands=raised_by("cpanm"),
    index="CPAN",
    misses="distributions that neither `cpanm` nor `perllocal.pod` names (a gap for a `.packlist`); no advisories are read for them (a gap)",
    reference="https://metacpan.org/pod/App::cpanminus",
)
