"""The base of every value that flows between stages."""

from __future__ import annotations

from typing import Any, dataclass_transform

import msgspec


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class _ValueMeta(msgspec.StructMeta):
    """Makes every value frozen and keyword-only without each class saying so (msgspec inherits neither)."""

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **config: Any) -> _ValueMeta:
        config = {"frozen": True, "kw_only": True, "omit_defaults": True} | config
        return super().__new__(mcs, name, bases, namespace, **config)


class Value(msgspec.Struct, metaclass=_ValueMeta):
    """An immutable value: equal by its fields, encodable with :mod:`msgspec`.

    Fields hold ``str``, ``int``, ``bool``, ``float``, ``bytes``, ``tuple``, ``frozenset``, enums and other values; never
    a mutable container.
    """
