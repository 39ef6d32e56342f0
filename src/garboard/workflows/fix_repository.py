"""Other images in every Dockerfile and file of images that a repository has, together by image, where nothing was built."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from garboard.dockerfile.parser import parse
from garboard.model.dockerfile import Dockerfile, DockerfileError
from garboard.model.errors import GarboardError
from garboard.model.fix import CannotEdit, Fixes
from garboard.model.gap import Gap
from garboard.model.recommendation import Recommendation
from garboard.packages.installed import INSTALLED, VENDORED
from garboard.workflows import fix_unbuilt
from garboard.workflows.attribute import Build
from garboard.workflows.fixed_parts import FixedPart, together
from garboard.workflows.pull_requests import base_name

if TYPE_CHECKING:
    from garboard.model.image import Platform

_DOCKERFILES: Final = ("dockerfile", "containerfile")
_DOCUMENTS: Final = re.compile(
    r"md|markdown|mdx|rst|adoc|txt|html|htm|pdf|css|svg|png|xml|json|toml|yaml|yml|ini|cfg|conf|lock|"
    r"log|sum|patch|diff|snap"
)
"""Endings of files that are none for a builder, though they are called as one: ``Dockerfile.md``."""
_SOURCES: Final = re.compile(
    r"go|py|pyi|rb|js|mjs|cjs|jsx|ts|mts|tsx|java|kt|kts|scala|groovy|c|h|cc|cpp|hpp|cs|fs|php|swift|"
    r"rs|lua|pl|pm|ex|exs|erl|hs|ml|sh|bash|zsh|ps1|bat|vim|el|dart|nim|zig|sql"
)
"""Endings of sources, which variants of Dockerfiles have too: ``dockerfile.go`` may be either."""
_DEPLOYMENTS: Final = (".yaml", ".yml")
_DEVCONTAINERS: Final = ("devcontainer.json", ".devcontainer.json")
_KEYS: Final = "base-"
_HINTS: Final = (b"image", b"container", b"services", b"docker:")
"""One of these is in every file that names an image to run."""


class NamedFile(NamedTuple):
    """A file, as it is shown."""

    name: str
    data: bytes


class _Planned(NamedTuple):
    file: NamedFile
    names: frozenset[str]
    fixes: Fixes


def names_images(path: str) -> bool:
    """Whether a file of this path may name images of the project's own: not of what was installed or copied into it."""
    if INSTALLED.search(path) or VENDORED.search(path):
        return False
    name = path.rpartition("/")[2].lower()
    return _is_dockerfile(name) or name.endswith(_DEPLOYMENTS) or name in _DEVCONTAINERS


def _is_dockerfile(name: str) -> bool:
    first, _, rest = name.partition(".")
    ending = rest.rpartition(".")[2]
    if ending == "dockerignore" or _DOCUMENTS.fullmatch(ending):
        return False
    return first in _DOCKERFILES or name.endswith(tuple(f".{one}" for one in _DOCKERFILES))


def fix_repository(
    name: str, files: Iterable[NamedFile], platform: Platform, recommend: fix_unbuilt.Recommend
) -> FixedPart:
    """What is recommended in the place of every image that files name; nothing is written."""
    remembered = functools.cache(recommend)

    planned: list[_Planned] = []
    unread: list[Gap] = []
    for one in files:
        try:
            planned.append(_plan(one, platform, remembered))
        except (CannotEdit, GarboardError) as error:
            unread.append(Gap(stage="fix", subject=one.name, reason=str(error).partition("\n")[0]))
    names = sorted(frozenset().union(*(one.names for one in planned)))
    whole = together(name, [one.fixes for one in planned], unread)
    requests = tuple((f"{_KEYS}{each}", _of_one(each, planned, platform, remembered)) for each in names)
    return FixedPart(_KEYS, whole, requests, unread=bool(unread), goes_by=names_images)


def _plan(file: NamedFile, platform: Platform, recommend: fix_unbuilt.Recommend) -> _Planned:
    names: set[str] = set()

    def noted(reference: str, asked: str) -> Recommendation:
        names.add(base_name(reference))
        return recommend(reference, asked)

    return _Planned(file, fixes=_fixed(file, platform, noted), names=frozenset(names))


def _fixed(file: NamedFile, platform: Platform, recommend: fix_unbuilt.Recommend) -> Fixes:
    if _is_dockerfile(file.name.rpartition("/")[2].lower()):
        dockerfile = _parsed(file)
        if dockerfile is None:
            return Fixes(image=file.name)
        return fix_unbuilt.fix_dockerfile(Build(dockerfile=dockerfile).on(platform), recommend)
    if not any(one in file.data for one in _HINTS):
        return Fixes(image=file.name)
    return fix_unbuilt.fix_deployment(file.name, file.data, recommend)


def _parsed(file: NamedFile) -> Dockerfile | None:
    """What a file says; None if it is called like a source and is none for a builder.

    Raises:
        DockerfileError: it is no Dockerfile, and is called as one.
    """
    try:
        return parse(file.data, file.name)
    except DockerfileError:
        if _SOURCES.fullmatch(file.name.rpartition(".")[2].lower()):
            return None
        raise


def _of_one(name: str, planned: Sequence[_Planned], platform: Platform, recommend: fix_unbuilt.Recommend) -> Fixes:
    """The changes of one image alone, in all files that name it."""
    own = _only(name, recommend)
    fixes = [_fixed(one.file, platform, own) for one in planned if name in one.names]
    shown = f"{name} in {len(fixes)} files" if len(fixes) > 1 else name
    whole = together(shown, fixes, ())
    gaps = tuple(one for one in whole.gaps if base_name(one.subject.partition(": ")[0]) == name)
    return msgspec.structs.replace(whole, gaps=gaps)


def _only(name: str, recommend: fix_unbuilt.Recommend) -> fix_unbuilt.Recommend:
    """What recommends in the place of images of one name, and nothing of others."""
    return lambda reference, asked: recommend(reference, asked) if base_name(reference) == name else Recommendation()
