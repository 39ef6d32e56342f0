"""The shape of an OSV record (https://ossf.github.io/osv-schema/, 1.7): the fields that are read; others are ignored.

A field that the schema requires is required here only if the record is useless without it.
"""

from __future__ import annotations

from typing import Any

import msgspec

_NOTHING = msgspec.Raw(b"{}")


class OsvPackage(msgspec.Struct, frozen=True, gc=False):
    """``affected[].package``."""

    ecosystem: str = ""
    name: str = ""


class OsvEvent(msgspec.Struct, frozen=True, gc=False):
    """``affected[].ranges[].events[]``: exactly one of these, according to the schema."""

    introduced: str | None = None
    fixed: str | None = None
    last_affected: str | None = None
    limit: str | None = None


class OsvRange(msgspec.Struct, frozen=True, gc=False):
    """``affected[].ranges[]``."""

    type: str
    events: tuple[OsvEvent, ...] | None = None


class OsvSeverity(msgspec.Struct, frozen=True, gc=False):
    """``severity[]`` at either level."""

    type: str = ""
    score: str = ""


class OsvReference(msgspec.Struct, frozen=True, gc=False):
    """``references[]``."""

    url: str = ""


class OsvAffected(msgspec.Struct, frozen=True, gc=False):
    """``affected[]``; ``package`` is absent if only commits are named."""

    package: OsvPackage | None = None
    ranges: tuple[OsvRange, ...] | None = None
    versions: tuple[str, ...] | None = None
    severity: tuple[OsvSeverity, ...] | None = None
    ecosystem_specific: msgspec.Raw = _NOTHING
    database_specific: msgspec.Raw = _NOTHING


class OsvRecord(msgspec.Struct, frozen=True, gc=False):
    """One record."""

    id: str
    modified: str | None = None
    published: str | None = None
    withdrawn: str | None = None
    aliases: tuple[str, ...] | None = None
    upstream: tuple[str, ...] | None = None
    related: tuple[str, ...] | None = None
    summary: str | None = None
    details: str | None = None
    severity: tuple[OsvSeverity, ...] | None = None
    affected: tuple[OsvAffected, ...] | None = None
    references: tuple[OsvReference, ...] | None = None
    database_specific: msgspec.Raw = _NOTHING


class Specifics(msgspec.Struct, frozen=True, gc=False):
    """The parts that are read of ``database_specific`` and ``ecosystem_specific``, which have no schema."""

    severity: Any = None
    urgency: Any = None
    cwe_ids: tuple[Any, ...] | None = None
    last_known_affected_version_range: Any = None
    """GitHub's end of a range that nothing fixes: ``< 4.0``, ``<= 1.2``."""
    imports: Any = None
    """Go's packages, with their ``symbols``."""
