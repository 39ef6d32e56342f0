"""What cannot be changed without a person."""

from __future__ import annotations


class CannotEdit(Exception):
    """A change that cannot be made for certain; the message says why, as a part of a sentence."""
