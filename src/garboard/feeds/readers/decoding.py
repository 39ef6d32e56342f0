"""The errors of decoding untrusted JSON, under one name."""

from __future__ import annotations

import msgspec

UNUSABLE = (msgspec.MsgspecError, ValueError, RecursionError)
"""Raised by a `msgspec` decoder for text without the declared shape."""
