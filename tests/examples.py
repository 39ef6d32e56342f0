"""How many examples a law is held against, where it asks for more or fewer than others do.

A number at a test would stand above the profile: `examples` keeps the relation, so that the ``nightly`` profile of
``tests/conftest.py`` has its ten times as many of every law.
"""

from __future__ import annotations

from hypothesis import settings

USUAL = 100


def examples(count: int) -> settings:
    """As many examples as this while the profile has the usual hundred, and in proportion otherwise."""
    return settings(max_examples=max(1, count * settings().max_examples // USUAL))
