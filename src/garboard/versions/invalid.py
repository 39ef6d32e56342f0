"""The single error of all version schemes."""

from __future__ import annotations


class InvalidVersion(ValueError):
    """Text that is not a version of the scheme. Callers turn it into a gap, never into "not affected"."""

    def __init__(self, scheme: str, text: str) -> None:
        super().__init__(f"not a {scheme} version: {text!r}")
        self.scheme = scheme
        self.text = text
