"""What a vulnerability database says when it is asked directly: of a package, of a vulnerability, and since another one."""

from __future__ import annotations

import enum

from garboard.model.advisory import Advisory, Affected, CveFacts
from garboard.model.base import Value


class Comparison(enum.StrEnum):
    """What a record says of one version."""

    AFFECTED = "affected"
    NOT_AFFECTED = "not affected"
    UNKNOWN = "not comparable"


class DataRecord(Value):
    """What one record says of one package; without a version that was asked about, there is no verdict.

    ``advisory`` has an empty ``affected``. ``reason`` says why a version cannot be compared.
    """

    shard: str
    advisory: Advisory
    affected: Affected
    verdict: Comparison | None = None
    fixed: str = ""
    reason: str = ""


class PackageAnswer(Value):
    """What the data say of a package; ``ecosystems`` are those in which it was looked up."""

    package: str
    version: str
    ecosystems: tuple[str, ...]
    told: tuple[DataRecord, ...]


class VulnerabilityAnswer(Value):
    """What the data say of a vulnerability: the records that are about it, and the facts of each CVE."""

    identifier: str
    told: tuple[DataRecord, ...]
    facts: tuple[CveFacts, ...]


class Change(Value):
    """A record on a package that is in one of two databases only, or says something else in the newer one."""

    ecosystem: str
    package: str
    id: str
    kind: str
    """``new``, ``gone`` or ``changed``."""


class Difference(Value):
    """What changed from one database to another; shards that are in one of them only are named, and not compared."""

    changes: tuple[Change, ...]
    only_old: tuple[str, ...]
    only_new: tuple[str, ...]
    unchanged: tuple[str, ...]
