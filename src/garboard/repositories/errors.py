"""What is wrong with one repository: its index is then not used, and the gap says so."""

from __future__ import annotations


class Refused(ValueError):
    """A document that is damaged, not signed by whom the image trusts, expired, or past a limit; the text is a sentence."""
