"""The one error of all readers of RPM databases."""

from __future__ import annotations


class MalformedError(ValueError):
    """Bytes that break the rules of their format; the message says which one. The cataloger makes it a gap."""
