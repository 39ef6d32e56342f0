"""Commands of continuous integration, makefiles and shell scripts of a source tree that install packages in stated versions.

What they install is no part of what the tree builds, as far as can be known: they are named, and take nothing from the coverage.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from types import MappingProxyType
from typing import Final, NamedTuple

from garboard.lock_text import legible
from garboard.model.gap import Gap
from garboard.model.image import File, Glance
from garboard.model.package import Fact
from garboard.packages.installed import INSTALLED
from garboard.patterns import lazy

NAME: Final = "install-commands"
VERSION: Final = 2
HEAD: Final = 256 * 1024
GLOBS: Final = (
    *(f"**/.{forge}/workflows/*.{end}" for forge in ("github", "gitea", "forgejo") for end in ("yml", "yaml")),
    *("**/action.yml", "**/action.yaml", "**/.gitlab-ci.yml", "**/.gitlab-ci.yaml", "**/.gitlab/ci/*.yml"),
    *("**/.circleci/config.yml", "**/.circleci/config.yaml", "**/.travis.yml", "**/.cirrus.yml", "**/.drone.yml"),
    *("**/azure-pipelines.yml", "**/azure-pipelines.yaml", "**/.azure-pipelines/*.yml", "**/bitbucket-pipelines.yml"),
    *("**/appveyor.yml", "**/.appveyor.yml", "**/.woodpecker.yml", "**/.woodpecker/*.yml", "**/.buildkite/*.yml"),
    *("**/buildspec.yml", "**/buildspec.yaml", "**/cloudbuild.yml", "**/cloudbuild.yaml", "**/.semaphore/*.yml"),
    *("**/Jenkinsfile", "**/Earthfile", "**/Vagrantfile", "**/Justfile", "**/justfile", "**/Taskfile.yml"),
    *("**/Makefile", "**/makefile", "**/GNUmakefile", "**/devcontainer.json", "**/.gitpod.yml"),
)
GLANCES: Final = tuple(
    Glance(end=end, signs=(b"install", b" add ", b"npx ", b" require ", b" get "), head=HEAD, run_by=run_by)
    for end, run_by in (
        (b".sh", (b"sh", b"bash", b"dash", b"zsh", b"ksh", b"ash")),
        (b".bash", ()),
        (b".ps1", (b"pwsh",)),
    )
)
REASON: Final = "has commands that install packages in stated versions: they are not judged by this tree's lists, but in an image that they made"
_COMMANDS: Final = lazy(r"[;&|`]|\$\(")
"""What stands between commands."""
_QUOTES: Final = "\"'[](){},"
_NAME: Final = r"@?[A-Za-z0-9][\w./-]*"


class InstallCommand(NamedTuple):
    """The verbs of programs that install, and how an argument looks that states a version."""

    verbs: frozenset[str]
    exact: Callable[[], re.Pattern[str]]


_AT: Final = lazy(rf"(?:npm:)?{_NAME}@[v=]?\d\S*")
_PYTHON: Final = InstallCommand(frozenset({"install", "add", "inject"}), lazy(rf"{_NAME}(?:\[[^\]]*\])?===?\d\S*"))
_NODE: Final = InstallCommand(frozenset({"i", "install", "add", "dlx", "exec"}), _AT)
_OF_SYSTEMS: Final = InstallCommand(frozenset({"install", "add"}), lazy(rf"{_NAME}==?\d\S*"))
_NEVER: Final = lazy("(?!)")
_PROGRAMS: Final = MappingProxyType(
    {
        **dict.fromkeys(("pip", "pip3", "pipx", "uv", "poetry", "pdm", "pipenv"), _PYTHON),
        **dict.fromkeys(("npm", "yarn", "pnpm", "bun"), _NODE),
        **dict.fromkeys(("npx", "bunx"), InstallCommand(frozenset({""}), _AT)),
        **dict.fromkeys(("apt", "apt-get", "apk", "conda", "mamba"), _OF_SYSTEMS),
        "gem": InstallCommand(frozenset({"install"}), lazy(rf"{_NAME}:\d\S*")),
        "go": InstallCommand(frozenset({"install", "get", "run"}), _AT),
        "cargo": InstallCommand(frozenset({"install", "add", "binstall"}), _AT),
        "composer": InstallCommand(frozenset({"require"}), lazy(rf"{_NAME}[:=]v?\d\S*")),
        "dotnet": InstallCommand(frozenset({"install", "update", "add"}), _NEVER),
    }
)
_WITH_VERSION: Final = frozenset({"gem", "cargo", "dotnet"})
"""Programs of which an option states the version."""
_VERSION: Final = lazy(r"(?:-v|--version|--vers)(?:[= \t]+[\"'=]*|)\d.*")


def catalog(file: File, /) -> Iterator[Fact]:
    """That it has such commands."""
    if INSTALLED.search(file.path) is not None:
        return
    text = legible(file.data).replace("\\\n", " ")
    if any(_installs(command) for line in text.splitlines() for command in _COMMANDS().split(line.partition(" #")[0])):
        yield Gap(stage="development", subject=file.path, reason=REASON)


def _installs(command: str) -> bool:
    words = [word.strip(_QUOTES) for word in command.split()]
    for place, word in enumerate(words):
        name = word.rpartition("/")[2]
        if name in _PROGRAMS and not words[0].startswith("#"):
            return _states_a_version(name, words[place + 1 :])
    return False


def _states_a_version(name: str, words: list[str]) -> bool:
    """Whether what a program is called with asks for a version."""
    verbs, exact = _PROGRAMS[name]
    start = 0 if "" in verbs else next((place + 1 for place, one in enumerate(words) if one in verbs), len(words))
    asked = words[start:]
    pairs = (f"{one} {following}" for one, following in pairwise(asked)) if name in _WITH_VERSION else ()
    return any(exact().fullmatch(one) for one in asked) or any(
        _VERSION().fullmatch(one) for one in (*pairs, *(asked if name in _WITH_VERSION else ()))
    )
