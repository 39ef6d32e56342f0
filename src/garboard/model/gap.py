"""A gap: something about the input that could not be known. It is part of the answer, never left unsaid."""

from __future__ import annotations

from typing import Final

from garboard.model.base import Value

_READING: Final = frozenset({"image", "catalog"})


class Gap(Value, tag_field="fact", tag="gap"):
    """What was not covered, by which stage, and why.

    ``stage`` is the part of the program (``image``, ``catalog``, ``match``, ``database``, ``dockerfile``); ``subject``
    names the path, package, ecosystem or feed; ``reason`` is a sentence for people.
    """

    stage: str
    subject: str
    reason: str

    @property
    def unread(self) -> bool:
        """Whether it is about content of the image that was not read, so that packages may be missing."""
        return self.stage in _READING
