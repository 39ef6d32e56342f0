"""Names of Python distributions, as PEP 503 compares them."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=4096)
def normalize(name: str) -> str:
    """Runs of ``-``, ``_`` and ``.`` are one ``-``, and case does not count."""
    return re.sub(r"[-_.]+", "-", name).lower()
