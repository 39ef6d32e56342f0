"""The one error of all schemes."""

from __future__ import annotations


class InvalidVersion(ValueError):
    """Text that is no version of the scheme. A caller makes it a gap, never "not affected"."""

    def __init__(self, scheme: str, text: str) -> None:
        super().__init__(f"not a {scheme} version: {text!r}")
        self.scheme = scheme
        self.text = text
