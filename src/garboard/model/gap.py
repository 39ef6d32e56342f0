"""A gap: something of the input that could not be known. It is part of the answer, never silence."""

from __future__ import annotations

from garboard.model.base import Value


class Gap(Value, tag_field="fact", tag="gap"):
    """What was not covered, by which stage, and why.

    ``stage`` is the module's room (``image``, ``catalog``, ``match``, ``database``, ``dockerfile``); ``subject`` names
    the path, package, ecosystem or feed; ``reason`` is a sentence for a person.
    """

    stage: str
    subject: str
    reason: str
