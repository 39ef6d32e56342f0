"""What tests of every kind share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of third-party conformance data, which is not part of the repository: skip aloud without it."""
    folder = Path(os.environ.get("GARBOARD_SHARED") or Path(__file__).resolve().parents[2] / "shared")
    if not folder.is_dir():
        pytest.skip(f"no conformance data at {folder}; set GARBOARD_SHARED to have these tests run")
    return folder
