"""A gap: something about the input that could not be known. It is part of the answer, never left unsaid."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from garboard.model.base import Value

_READING: Final = frozenset({"image", "catalog"})
_NAMED: Final = 3


class Gap(Value, tag_field="fact", tag="gap"):
    """What was not covered, by which stage, and why.

    ``stage`` is the part of the program (``image``, ``catalog``, ``match``, ``database``, ``dockerfile``;
    ``development`` of what nothing that is installed needs); ``subject``
    names the path, package, ecosystem or feed; ``reason`` is a sentence for people.
    """

    stage: str
    subject: str
    reason: str
    support: bool = False
    """Whether it says only what nobody maintains any more, or not for all uses: no newer data would tell more."""

    @property
    def unread(self) -> bool:
        """Whether it is about content of the image that was not read, so that packages may be missing."""
        return self.stage in _READING


def gathered(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    """Return the gaps, each once; of more than three that differ in nothing but the subject, one that names three."""
    alike: dict[tuple[str, str], dict[str, None]] = {}
    for gap in gaps:
        alike.setdefault((gap.stage, gap.reason), {})[gap.subject] = None
    return tuple(
        Gap(stage=stage, subject=subject, reason=reason)
        for (stage, reason), subjects in alike.items()
        for subject in ([_few(list(subjects))] if len(subjects) > _NAMED else subjects)
    )


def _few(subjects: list[str]) -> str:
    return f"{', '.join(subjects[:_NAMED])} and {len(subjects) - _NAMED} more"
