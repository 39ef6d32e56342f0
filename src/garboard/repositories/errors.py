"""The error for an unusable repository: its index is then not used, and a gap reports why."""

from __future__ import annotations


class Refused(ValueError):
    """A document that is damaged, expired, beyond a limit, or not signed by a key that the image trusts.

    The text is a sentence.
    """
