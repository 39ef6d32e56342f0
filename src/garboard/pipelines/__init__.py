"""Configurations of CI servers that build an image and scan it: templates, and where each file belongs."""

from __future__ import annotations

from importlib import resources
from types import MappingProxyType
from typing import Final, NamedTuple


class Pipeline(NamedTuple):
    """A file of a CI server; ``next`` is what a person has to do for it, ``image`` whether an image is built."""

    file: str
    template: str
    next: tuple[str, ...]
    image: bool = True


PIPELINES: Final = MappingProxyType(
    {
        "github": Pipeline(
            ".github/workflows/garboard.yml",
            "github.yml",
            ("Alerts need code scanning, which private repositories have with GitHub Advanced Security only.",),
        ),
        "gitlab": Pipeline(
            ".gitlab-ci.yml",
            "gitlab.yml",
            (
                "The runner needs privileged containers, to build images (docker:dind).",
                "Comments on merge requests need the masked variable COMMENT_TOKEN, a project access token (scope api).",
            ),
        ),
        "jenkins": Pipeline(
            "Jenkinsfile",
            "Jenkinsfile",
            ("The agent needs docker, Python 3.11 with venv, and the plugin JUnit.",),
        ),
        "azure": Pipeline(
            "azure-pipelines.yml",
            "azure.yml",
            (
                "On Azure Repos a branch policy (build validation) runs it on pull requests.",
                "Comments on pull requests need the build service's permission to contribute to them.",
            ),
        ),
        "circleci": Pipeline(".circleci/config.yml", "circleci.yml", ("Set up the project in CircleCI.",)),
        "drone": Pipeline(
            ".drone.yml", "drone.yml", ("Mark the repository as trusted: its engine is a privileged service.",)
        ),
        "pre-commit": Pipeline(
            ".pre-commit-config.yaml", "pre-commit.yaml", ("Run pre-commit install in each clone.",), image=False
        ),
    }
)
"""By the name of the CI server."""


def render(pipeline: Pipeline, *, image: str, dockerfile: str, branch: str, version: str) -> str:
    """The file's text; ``branch`` is the one that changes are merged to. The values must be plain words of a shell."""
    text = (resources.files(__name__) / "templates" / pipeline.template).read_text(encoding="utf-8")
    for name, value in (("IMAGE", image), ("DOCKERFILE", dockerfile), ("BRANCH", branch), ("VERSION", version)):
        text = text.replace(f"@{name}@", value)
    return text
