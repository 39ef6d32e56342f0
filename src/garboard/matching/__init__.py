"""Packages against advisories: which vulnerabilities an inventory has, and what could not be judged."""

from __future__ import annotations

from garboard.matching.enriching import enrich
from garboard.matching.match import Matched, match
from garboard.matching.paths import trace

__all__ = ["Matched", "enrich", "match", "trace"]
