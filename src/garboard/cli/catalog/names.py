"""How people name what a catalog holds, and what they mean by it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from garboard.image import reference as references
from garboard.model.baseimage import BaseImage
from garboard.model.errors import GarboardError, UsageError

if TYPE_CHECKING:
    from garboard.basecatalog.reader import StoredCatalog

_GLOB: Final = re.compile(r"[*?\[]")


def full(repository: str) -> str:
    """The full name of a repository as people spell it.

    Raises:
        ImageError: the text is not a repository.
    """
    reference = references.parse(repository)
    return f"{reference.registry}/{reference.repository}"


def pattern(text: str) -> str:
    """An approval's pattern: a full reference, or a glob unchanged, which must name a tag too."""
    if _GLOB.search(text):
        if ":" not in text.rpartition("/")[2]:
            raise UsageError(f"the pattern {text} says nothing of tags", f"as in {text}:*")
        return text
    reference = references.parse(text)
    if not reference.tag or reference.digest:
        raise UsageError(
            f"{text} is not a name with a tag", "a digest cannot be approved: it never changes, name its tag"
        )
    return reference.canonical


def find(catalog: StoredCatalog, text: str) -> tuple[BaseImage, ...]:
    """The images that a name or a key means: for a name, those that it names now, else those that it last named."""
    found = catalog.by_key(text)
    if found:
        return found
    try:
        reference = references.parse(text)
    except GarboardError:
        return ()
    if reference.digest:
        return catalog.by_key(reference.digest)
    named = catalog.named_anywhere(f"{reference.registry}/{reference.repository}", reference.tag)
    wanted = (f"{reference.registry}/{reference.repository}", reference.tag)
    current = tuple(
        one for one in named if any(name.current and (name.repository, name.tag) == wanted for name in one.names)
    )
    return current or named
