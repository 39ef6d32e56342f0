"""What tests of every kind share: the third-party data, and how Hypothesis runs.

``fixed`` is what everyone runs: the same examples every time, so that a failure is the change's and not the day's.
``pytest --hypothesis-profile=nightly`` looks for new ones; it prints a failing one to be copied into an ``@example``.
Neither knows a clock: a busy machine is no failure.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.examples import USUAL

_UNTIMED = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("fixed", derandomize=True, max_examples=USUAL, **_UNTIMED)
settings.register_profile("nightly", derandomize=False, max_examples=10 * USUAL, print_blob=True, **_UNTIMED)
settings.load_profile("fixed")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of third-party conformance data, which is not part of the repository: skip aloud without it."""
    folder = Path(os.environ.get("GARBOARD_SHARED") or Path(__file__).resolve().parents[2] / "shared")
    if not folder.is_dir():
        pytest.skip(f"no conformance data at {folder}; set GARBOARD_SHARED to have these tests run")
    return folder
