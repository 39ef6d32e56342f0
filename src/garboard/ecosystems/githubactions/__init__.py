"""Actions of GitHub workflows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import Ecosystem

if TYPE_CHECKING:
    from garboard.model.ecosystem import PlainCatalog, VersionOrder


def _lower(name: str) -> str:
    return name.lower()


def _order() -> VersionOrder:
    from garboard.ecosystems.githubactions import version

    return version


def _declared() -> PlainCatalog:
    from garboard.ecosystems.githubactions.declared import catalog

    return catalog


_FILES: Final = (
    *(f"**/.{host}/workflows/*.{end}" for host in ("github", "gitea", "forgejo") for end in ("yml", "yaml")),
    "**/action.yml",
    "**/action.yaml",
)
ECOSYSTEM: Final = Ecosystem(
    name="githubactions",
    type="githubactions",
    manager="githubactions",
    osv="GitHub Actions",
    order="githubactions",
    load_order=_order,
    normalize=_lower,
    index="the GitHub Marketplace",
    misses="actions by a branch or a tag that moves (`@v4`), which take whatever is newest",
    reference="https://docs.github.com/actions/reference/workflow-syntax-for-github-actions",
    blank=r"",
    declares=_FILES,
    of_sources=_FILES,
    load_declared=_declared,
)
