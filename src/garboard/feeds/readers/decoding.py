"""What goes wrong in untrusted JSON, under one name."""

from __future__ import annotations

import msgspec

UNUSABLE = (msgspec.MsgspecError, ValueError, RecursionError)
"""Raised by a `msgspec` decoder for text that is not of the declared shape."""
