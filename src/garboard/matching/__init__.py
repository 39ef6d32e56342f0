"""Packages against advisories: which vulnerabilities an inventory has, and what could not be judged."""

from __future__ import annotations

from garboard.matching.dependency_paths import trace
from garboard.matching.enrich import enrich
from garboard.matching.match import Matched, match

__all__ = ["Matched", "enrich", "match", "trace"]
