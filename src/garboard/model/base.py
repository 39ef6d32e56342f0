"""The base of every value that flows between stages, and how values become bytes."""

from __future__ import annotations

import msgspec


class Value(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An immutable value: equal by its fields, encodable with :mod:`msgspec`.

    Fields hold ``str``, ``int``, ``bool``, ``float``, ``bytes``, ``tuple``, ``frozenset``, enums and other values; never
    a mutable container.
    """
