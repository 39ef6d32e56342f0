"""The part of SARIF 2.1.0 that a scan uses: the standard's own names, empty properties left out."""

from __future__ import annotations

import msgspec

from garboard.model.base import Value

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


class _Out(Value, rename="camel"):
    """An object of the document; fields with default values are left out."""


class Message(_Out):
    """A text for people; ``markdown`` says the same with structure."""

    text: str
    markdown: str = ""


class ArtifactLocation(_Out):
    """A file, or what stands for one."""

    uri: str
    uri_base_id: str = ""


class Region(_Out):
    """Lines and columns count from 1."""

    start_line: int
    start_column: int = 0
    end_line: int = 0


class PhysicalLocation(_Out):
    """A place in a file."""

    artifact_location: ArtifactLocation
    region: Region


class LogicalLocation(_Out):
    """A package of the image."""

    name: str
    fully_qualified_name: str
    kind: str


class Location(_Out):
    """The place of a result, in the file and in the image."""

    physical_location: PhysicalLocation
    logical_locations: tuple[LogicalLocation, ...]


class RelatedLocation(_Out):
    """Another place that matters for a result, and why."""

    message: Message
    physical_location: PhysicalLocation


class RuleProperties(_Out):
    """Properties of a vulnerability; the hyphenated name is GitHub's."""

    tags: tuple[str, ...]
    precision: str
    severity: str
    security_severity: str = msgspec.field(default="", name="security-severity")
    severity_source: str = ""
    cvss_score: float | None = None
    cvss_vector: str = ""
    epss: float | None = None
    kev_date_added: str = ""
    aliases: tuple[str, ...] = ()
    advisories: tuple[str, ...] = ()


class Configuration(_Out):
    """How bad a rule's results are by default."""

    level: str


class Rule(_Out):
    """One vulnerability."""

    id: str
    short_description: Message
    full_description: Message
    help: Message
    default_configuration: Configuration
    properties: RuleProperties
    help_uri: str = ""


class NotificationKind(_Out):
    """A kind of notification."""

    id: str
    short_description: Message


class Driver(_Out):
    """This program."""

    name: str
    version: str
    semantic_version: str
    rules: tuple[Rule, ...]
    notifications: tuple[NotificationKind, ...]


class Tool(_Out):
    """The tool of a run."""

    driver: Driver


class ResultProperties(_Out):
    """Properties of one finding: what SARIF has no field for."""

    purl: str
    installed_version: str
    status: str
    fixed_in: str = ""
    feed: str = ""
    matched_by: str = ""
    origin: str = ""
    layer_index: int | None = None
    layer_diff_id: str = ""
    layer_created_by: str = ""
    copied_from: str = ""
    asked_for: str = ""
    paths: tuple[tuple[str, ...], ...] = ()


class SuppressionOf(_Out):
    """Why a result does not count: ``external``, by something outside of the code; ``inSource``, by a comment in it."""

    kind: str
    status: str
    justification: str


class Result(_Out):
    """One vulnerability in one package."""

    rule_id: str
    rule_index: int
    level: str
    message: Message
    locations: tuple[Location, ...]
    partial_fingerprints: dict[str, str]
    properties: ResultProperties
    related_locations: tuple[RelatedLocation, ...] = ()
    suppressions: tuple[SuppressionOf, ...] = ()


class Descriptor(_Out):
    """Names a notification's kind."""

    id: str


class AllNames(_Out):
    """All of which a notification's text has only the first."""

    subjects: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


class Notification(_Out):
    """Something about the run itself."""

    level: str
    message: Message
    descriptor: Descriptor
    properties: AllNames | None = None


class Invocation(_Out):
    """Says that the scan ran to its end, and what it could not know."""

    execution_successful: bool
    tool_execution_notifications: tuple[Notification, ...] = ()


class AutomationDetails(_Out):
    """What the run is about, the same for each run on the same image name and platform."""

    id: str


class RunProperties(_Out):
    """Properties of the image and the data."""

    image: str
    dependency_count: int
    judged_count: int
    feeds: dict[str, str]
    image_id: str = ""
    manifest_digest: str = ""
    platform: str = ""
    base_image: str = ""


class Run(_Out):
    """One scan of one image."""

    tool: Tool
    automation_details: AutomationDetails
    column_kind: str
    invocations: tuple[Invocation, ...]
    results: tuple[Result, ...]
    properties: RunProperties


class Log(_Out):
    """The whole document."""

    schema: str = msgspec.field(name="$schema")
    version: str
    runs: tuple[Run, ...]
