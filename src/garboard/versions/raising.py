"""Whether a version of a manifest has to be raised."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from garboard.model.fix import CannotEdit
from garboard.versions.invalid import InvalidVersion


def is_earlier(key: Callable[[str], Any], old: str, new: str) -> bool:
    """Whether the old version is the earlier one, by the order's ``key``.

    Raises:
        CannotEdit: that is not known.
    """
    try:
        return bool(key(old) < key(new))
    except InvalidVersion as error:
        raise CannotEdit(f"which of its versions is the later one is not known ({error})") from error
