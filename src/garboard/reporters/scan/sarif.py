"""The report as SARIF 2.1.0 (OASIS standard, errata 01), within the limits of GitHub's code scanning.

One run for each image; in it one rule for each vulnerability, and one result for each vulnerability in a package, the
worst first. A result is placed on the Dockerfile's line if that is known, else on the image's name. There are no
``fixes``: a fix in SARIF is an exact replacement of text, and a fixed version alone is not one. Nothing in the document
depends on when it was written.

Fingerprints: ``garboardFinding/v1`` is made of the vulnerability's id, the package's type, name and architecture, for
language packages the path, and who brought it in; not of versions, lines or layers. So an alert stays the same while
the Dockerfile is edited and packages are upgraded, and is a new one when the package moves from the base image to the
Dockerfile. ``primaryLocationLineHash``, the one that GitHub compares, is the same value.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Final
from urllib.parse import quote

import msgspec

from garboard import ecosystems, json_text
from garboard._version import __version__
from garboard.json_text import encodable
from garboard.model.attribution import Introduction, Origin
from garboard.model.finding import Finding
from garboard.model.gap import Gap
from garboard.model.package import SYSTEM_TYPES, Location
from garboard.model.report import Coverage, Report
from garboard.reporters.scan import sarif_document as document
from garboard.reporters.scan import sarif_rules as rules
from garboard.reporters.several import without_line_feed
from garboard.reporters.view import View, declared_packages, direct_dependencies, headline, labeled

RESULTS: Final = 25_000
"""GitHub rejects a run with more results."""
SHOWN: Final = 5_000
"""How many of them GitHub shows."""
RUNS: Final = 20
"""GitHub rejects a document with more runs."""
_PATHS: Final = 3
_KINDS: Final = {
    "not-covered": "Something that this scan could not know.",
    "limited": "Something was left out of this document.",
}
_NOT_SCANNED: Final = "not-scanned"


def fingerprint(finding: Finding) -> str:
    """What identifies a finding in the next scan, as 32 hexadecimal digits; the module docstring lists its parts."""
    package = finding.package
    path = "" if package.type in SYSTEM_TYPES or not package.locations else package.locations[0].path
    origin = finding.introduced.origin.value if finding.introduced else ""
    parts = (finding.vulnerability.id, package.type, package.full_name, package.arch, path, origin)
    return sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:32]


def _image_uri(name: str) -> str:
    """An image's name as a relative URI: its colons would be read as a scheme's."""
    return quote(name, safe="/@._-~", errors="surrogateescape").lstrip("/") or "image"


def _file(path: str) -> document.ArtifactLocation:
    name = path.replace("\\", "/")
    if name.startswith("/"):
        return document.ArtifactLocation(uri="file://" + quote(name))
    while name.startswith("./"):
        name = name[2:].lstrip("/")
    return document.ArtifactLocation(uri=quote(name), uri_base_id="%SRCROOT%")


def _line(place: Location) -> document.PhysicalLocation:
    return document.PhysicalLocation(
        artifact_location=_file(place.path), region=document.Region(start_line=max(place.line, 1))
    )


def _physical(finding: Finding, report: Report) -> document.PhysicalLocation:
    """The line that brought it or declares it; else the image, with the first line: GitHub requires one for every result."""
    place = finding.introduced.place if finding.introduced else None
    if place is None and finding.package.declared and finding.package.locations:
        return _line(finding.package.locations[0])
    if place is None:
        uri = _image_uri(report.image.name)
        return document.PhysicalLocation(
            artifact_location=document.ArtifactLocation(uri=uri), region=document.Region(start_line=1)
        )
    region = document.Region(
        start_line=place.line,
        start_column=max(place.column, 1),
        end_line=place.end_line if place.end_line > place.line else 0,
    )
    return document.PhysicalLocation(artifact_location=_file(place.file), region=region)


def brought(introduced: Introduction | None, report: Report) -> str:
    """Who brought a package in, as a sentence without its full stop; empty if that is not known."""
    if introduced is None or introduced.origin is Origin.UNKNOWN:
        return ""
    if introduced.origin is Origin.BASE:
        name = (report.attribution.base.name if report.attribution else "") or report.base_image
        return "introduced by the base image" + (f" {name}" if name else "")
    words = introduced.text
    copied = f", copied from {introduced.copied_from}" if introduced.copied_from else ""
    return "introduced in the Dockerfile" + (f" by `{' '.join(words.split())}`" if words else "") + copied


def _message(finding: Finding, report: Report) -> str:
    vulnerability, package = finding.vulnerability, finding.package
    title = headline(vulnerability, 200)
    who = brought(finding.introduced, report)
    sentences = [
        f"{ecosystems.displayed(package)} {package.version} has {vulnerability.id}, {vulnerability.severity.word} severity"
        + (f": {title}" if title else ""),
        who[:1].upper() + who[1:],
        f"Fixed in {finding.fixed_in}"
        if finding.fixed_in
        else f"No fixed version ({finding.status.value.replace('_', ' ')})",
    ]
    return rules.plain(" ".join(text if text.endswith((".", "…")) else text + "." for text in sentences if text))


class _Writer:
    def __init__(self, report: Report, view: View) -> None:
        self._report = report
        self._declared = declared_packages(report)
        self._view = view
        aside = {id(one.finding): one.by for one in report.suppressed}
        self._aside: Final = aside
        every = (*report.findings, *(one.finding for one in report.suppressed))
        shown = [finding for finding in every if view.shows(finding)]
        shown.sort(key=lambda finding: -finding.vulnerability.severity.rank)
        self._found = len(shown)
        self._findings = shown[:RESULTS]
        self._grouped: dict[str, list[Finding]] = {}
        for finding in self._findings:
            self._grouped.setdefault(finding.vulnerability.id, []).append(finding)
        self._labels = {p.id: f"{ecosystems.displayed(p)}@{p.version}" for p in report.inventory.packages}

    def run(self) -> document.Run:
        """All but the rules and the results."""
        return document.Run(
            tool=_tool(_KINDS),
            automation_details=document.AutomationDetails(id=self._category()),
            column_kind="unicodeCodePoints",
            invocations=(
                document.Invocation(
                    execution_successful=self._report.coverage is Coverage.FULL,
                    tool_execution_notifications=tuple(self._notifications()),
                ),
            ),
            results=(),
            properties=self._properties(),
        )

    def filled(self, whole: bytes, depth: int) -> Iterator[bytes]:
        """The document with the run's rules and results; ``depth`` is that of the run's fields."""
        found = map(rules.rule, self._grouped.values())
        return json_text.in_parts(
            whole,
            json_text.Filling("rules", found, depth + 2),
            json_text.Filling("results", self.results(), depth),
        )

    def _category(self) -> str:
        """The category, which GitHub ends at the last slash: image name without tag or digest, and platform."""
        name = self._report.image.name.partition("@")[0]
        head, colon, tag = name.rpartition(":")
        name = head if colon and "/" not in tag else name
        platform = str(self._report.image.platform).replace("/", "-") if self._report.image.layers else "any"
        return _category(name, platform)

    def _properties(self) -> document.RunProperties:
        report = self._report
        base = (report.attribution.base.name if report.attribution else "") or report.base_image
        return document.RunProperties(
            image=report.image.name,
            image_id=report.image.config_digest,
            manifest_digest=report.image.manifest_digest,
            platform=str(report.image.platform) if report.image.layers else "",
            base_image=base,
            dependency_count=report.tested,
            judged_count=report.judged,
            feeds={state.shard: state.data_date for state in report.feeds},
        )

    def results(self) -> Iterator[document.Result]:
        index = {name: number for number, name in enumerate(self._grouped)}
        seen: Counter[str] = Counter()
        for finding in self._findings:
            mark = fingerprint(finding)
            seen[mark] += 1
            yield document.Result(
                rule_id=finding.vulnerability.id,
                rule_index=index[finding.vulnerability.id],
                level=rules.LEVELS[finding.vulnerability.severity],
                message=document.Message(text=_message(finding, self._report)),
                locations=(self._location(finding),),
                partial_fingerprints=dict.fromkeys(
                    ("garboardFinding/v1", "primaryLocationLineHash"), f"{mark}:{seen[mark]}"
                ),
                properties=self._of(finding),
                suppressions=self._suppressions(finding),
                related_locations=tuple(
                    document.RelatedLocation(
                        message=document.Message(text=rules.plain(f"Asks for {labeled(one.package)}.")),
                        physical_location=_line(one.place),
                    )
                    for one in direct_dependencies((finding,), self._declared)
                ),
            )

    def _suppressions(self, finding: Finding) -> tuple[document.SuppressionOf, ...]:
        by = self._aside.get(id(finding))
        if by is None:
            return ()
        kind = (
            "inSource"
            if by.place.startswith(f"{self._report.target_file}:") and self._report.target_file
            else "external"
        )
        until = f" (until {by.until})" if by.until else ""
        text = rules.plain(f"{by.reason}{until}; {by.place}")
        return (document.SuppressionOf(kind=kind, status="accepted", justification=text),)

    def _location(self, finding: Finding) -> document.Location:
        package = finding.package
        logical = document.LogicalLocation(
            name=ecosystems.displayed(package),
            fully_qualified_name=f"{ecosystems.displayed(package)}@{package.version}",
            kind="package",
        )
        return document.Location(physical_location=_physical(finding, self._report), logical_locations=(logical,))

    def _of(self, finding: Finding) -> document.ResultProperties:
        package, introduced, layers = finding.package, finding.who, self._report.image.layers
        layer = layers[package.layer] if package.layer is not None and package.layer < len(layers) else None
        attributed = self._report.attribution.layers if self._report.attribution else ()
        return document.ResultProperties(
            purl=package.purl,
            installed_version=package.version,
            fixed_in=finding.fixed_in,
            status=finding.status.value,
            feed=finding.feed,
            matched_by=finding.matched_by,
            origin=introduced.origin.value if finding.introduced else "",
            layer_index=package.layer,
            layer_diff_id=layer.diff_id if layer else "",
            layer_created_by=next((one.created_by for one in attributed if one.index == package.layer), ""),
            copied_from=introduced.copied_from,
            asked_for=introduced.asked_for,
            paths=tuple(tuple(self._labels.get(step, step) for step in path) for path in finding.from_paths[:_PATHS]),
        )

    def _notifications(self) -> Iterator[document.Notification]:
        gaps = dict.fromkeys((*self._report.gaps, *(self._report.attribution.gaps if self._report.attribution else ())))
        yield from (_of_gap("not-covered", gap) for gap in gaps)
        if not self._report.judged or self._report.unjudged:
            of = "none" if not self._report.judged else f"only {self._report.judged}"
            text = (
                f"{of} of the {self._report.tested} packages could be judged; no result does not mean no vulnerability"
            )
            yield _notification("not-covered", text)
        yield from (_of_gap("limited", gap) for gap in self._view.hidden(self._report))
        yield from (_notification("limited", text) for text in self._limits())

    def _limits(self) -> Iterator[str]:
        if self._found > RESULTS:
            yield (
                f"{self._found - RESULTS} of {self._found} results, the least severe, are left out: "
                f"GitHub takes {RESULTS} of a run"
            )
        if self._found > SHOWN:
            yield f"GitHub shows the {SHOWN} most severe of these {min(self._found, RESULTS)} results"
        cut = [name for name, findings in self._grouped.items() if _tags(findings) > rules.TAGS]
        if cut:
            yield f"of more than {rules.TAGS} tags the last are left out: {_some(cut)}"


def _tags(findings: Iterable[Finding]) -> int:
    found = list(findings)
    return max(len(rules.tags(f.vulnerability, (one.package.type for one in found))) for f in found)


def _some(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _of_gap(kind: str, gap: Gap) -> document.Notification:
    told = _notification(kind, f"{gap.subject}: {gap.reason}")
    if not gap.subjects and not gap.names:
        return told
    lists = (tuple(map(rules.plain, every)) for every in (gap.subjects, gap.names))
    return msgspec.structs.replace(told, properties=document.AllNames(subjects=next(lists), names=next(lists)))


def _notification(kind: str, text: str) -> document.Notification:
    return document.Notification(
        level="warning" if kind == "not-covered" else "note",
        message=document.Message(text=rules.plain(text)),
        descriptor=document.Descriptor(id=kind),
    )


def _category(name: str, of: str) -> str:
    return f"garboard/{name.strip('/')}/{of}/"


def _tool(kinds: Mapping[str, str]) -> document.Tool:
    driver = document.Driver(
        name="garboard",
        version=__version__,
        semantic_version=__version__,
        rules=(),
        notifications=tuple(
            document.NotificationKind(id=kind, short_description=document.Message(text=text))
            for kind, text in kinds.items()
        ),
    )
    return document.Tool(driver=driver)


def _log(*runs: document.Run) -> bytes:
    return json_text.document(document.Log(schema=document.SCHEMA, version="2.1.0", runs=runs))


def render(report: Report, view: View) -> bytes:
    """One SARIF log, UTF-8, indented, ending in a line feed."""
    return b"".join(parts(report, view))


def parts(report: Report, view: View) -> Iterator[bytes]:
    """The same in parts, one for each result."""
    writer = _Writer(report, view)
    yield from writer.filled(_log(writer.run()), 3)


def several(count: int, view: View) -> Runs:
    """One log with a run for each image."""
    return Runs(count, view)


class Runs:
    """The runs of one log.

    GitHub tells runs apart by their category and takes each once: where two images have the same (``app:1`` and
    ``app:2``), the later one's has its whole name, then a number.
    """

    def __init__(self, count: int, view: View) -> None:
        self._count = count
        self._view = view
        self._categories: set[str] = set()
        head, _, self._tail = _log().rpartition(b"[]")
        self._before = head + b"[\n"

    def report(self, name: str, report: Report, /) -> Iterator[bytes]:
        writer = _Writer(report, self._view)
        category, whole = self._run(writer.run(), name)
        yield from without_line_feed(writer.filled(self._before + whole, 1))
        self._add(category)

    def failure(self, name: str, message: str, hint: str, /) -> bytes:
        name = encodable(name)
        text = f"{name}: {message}" + (f" ({hint})" if hint else "")
        notification = document.Notification(
            level="error",
            message=document.Message(text=rules.plain(encodable(text))),
            descriptor=document.Descriptor(id=_NOT_SCANNED),
        )
        run = document.Run(
            tool=_tool({_NOT_SCANNED: "An image on which there is no report.", "limited": _KINDS["limited"]}),
            # never the category of a report: the alerts of the last one would be closed
            automation_details=document.AutomationDetails(id=_category(name, _NOT_SCANNED)),
            column_kind="unicodeCodePoints",
            invocations=(
                document.Invocation(execution_successful=False, tool_execution_notifications=(notification,)),
            ),
            results=(),
            properties=document.RunProperties(image=name, dependency_count=0, judged_count=0, feeds={}),
        )
        category, whole = self._run(run, name)
        whole = self._before + whole.removesuffix(b"\n")
        self._add(category)
        return whole

    def _run(self, run: document.Run, name: str) -> tuple[str, bytes]:
        """The run's category, of which there is no other in the log, and the run with it."""
        of = self._distinct(run.automation_details.id, encodable(name))
        run = msgspec.structs.replace(run, automation_details=document.AutomationDetails(id=of))
        if len(self._categories) >= RUNS:
            run = _noted(run, f"GitHub takes no document of more than {RUNS} runs, and this one has {self._count}")
        return of, json_text.document(run)

    def _add(self, category: str) -> None:
        self._before = b",\n"
        self._categories.add(category)

    def _distinct(self, category: str, name: str) -> str:
        if category not in self._categories:
            return category
        whole = _category(name, category.rstrip("/").rpartition("/")[2])
        numbered = (f"{whole}{number}/" for number in itertools.count(2))
        return next(one for one in itertools.chain([whole], numbered) if one not in self._categories)

    def end(self) -> bytes:
        return b"\n]" + self._tail


def _noted(run: document.Run, text: str) -> document.Run:
    (one,) = run.invocations
    notes = (*one.tool_execution_notifications, _notification("limited", text))
    return msgspec.structs.replace(run, invocations=(msgspec.structs.replace(one, tool_execution_notifications=notes),))
