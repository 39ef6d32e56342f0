"""References to images, following the distribution project's grammar and Docker's rules for short names.

    reference = [registry "/"] repository [":" tag] ["@" digest]

The first part of a name is a registry only if it contains a dot, a colon or a capital letter, or is ``localhost``.
Otherwise the name is on Docker Hub, where a name of one part means ``library/…``.
"""

from __future__ import annotations

import re

from garboard.model.errors import ImageError
from garboard.model.image import Reference
from garboard.patterns import lazy

HUB = "docker.io"
_HUB_ALIASES = frozenset({"index.docker.io", "registry-1.docker.io"})
_LONGEST_NAME = 255
_LONGEST_TEXT = 2048

_LABEL = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_REGISTRY = lazy(rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?", re.ASCII)
_COMPONENT = lazy(r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*", re.ASCII)
_TAG = lazy(r"\w[\w.-]{0,127}", re.ASCII)
_DIGEST = lazy(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}", re.ASCII)
_IMAGE_ID = lazy(r"[0-9a-f]{64}", re.ASCII)


def parse(text: str) -> Reference:
    """Parse a reference.

    Raises:
        ImageError: The reference is invalid; the error says which part breaks which rule.
    """
    if len(text) > _LONGEST_TEXT:
        raise ImageError(f"invalid image reference format: {text[:60]}…", f"it has {len(text)} characters")
    name, at, digest = text.partition("@")
    if at and not is_digest(digest):
        raise _invalid(text, f"after @ comes sha256: and 64 lower-case hexadecimal digits, not {digest!r}")
    name, tag = _split_tag(name)
    if tag is not None and not _TAG().fullmatch(tag):
        raise _invalid(text, f"{tag!r} is no tag: at most 128 letters, digits, _ . and -, the first no . or -")
    registry, repository = _split_registry(name, text)
    _check_repository(repository, text)
    return Reference(
        registry=registry, repository=repository, tag=tag or ("" if digest else "latest"), digest=digest
    )  # fmt: skip


def is_digest(text: str) -> bool:
    """Report whether ``text`` is a digest with a supported algorithm: sha256 or sha512."""
    return _DIGEST().fullmatch(text) is not None


def _split_tag(name: str) -> tuple[str, str | None]:
    """Split off the tag. A colon starts a tag only after the last slash: ``localhost:5000/a`` has none."""
    head, slash, last = name.rpartition("/")
    last, colon, tag = last.partition(":")
    return head + slash + last, tag if colon else None


def _split_registry(name: str, text: str) -> tuple[str, str]:
    first, slash, rest = name.partition("/")
    if not slash or not (set(".:[") & set(first) or first == "localhost" or first != first.lower()):
        first, rest = HUB, name
    elif not _REGISTRY().fullmatch(first):
        raise _invalid(text, f"{first!r} is no registry's host name")
    registry = HUB if first in _HUB_ALIASES else first
    return registry, f"library/{rest}" if registry == HUB and rest and "/" not in rest else rest


def _check_repository(repository: str, text: str) -> None:
    if not repository:
        raise _invalid(text, "the repository's name is missing")
    if len(repository) > _LONGEST_NAME:
        raise _invalid(text, f"the repository's name has more than {_LONGEST_NAME} characters")
    if repository != repository.lower():
        raise _invalid(text, f"a repository's name must be lower-case: {repository.lower()}")
    for component in repository.split("/"):
        if not _COMPONENT().fullmatch(component):
            raise _invalid(text, f"{component!r} is no part of a name: letters and digits, parted by one . _ __ or -")
    if _IMAGE_ID().fullmatch(repository.removeprefix("library/")):
        raise _invalid(text, "64 hexadecimal digits are an image's id; only an engine knows those: docker:ID")


def _invalid(text: str, why: str) -> ImageError:
    return ImageError(f"invalid image reference format: {text}", why)
