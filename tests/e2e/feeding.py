"""A mirror of feeds that speak of the image under test, and what a scan must therefore find.

The identifiers are made up. The versions are those of the image, shifted.
"""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SHARDS = ("debian", "osv:PyPI", "osv:npm", "nvd:2024", "kev", "epss")
CRITICAL = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
LOW = "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N"


@dataclass(frozen=True)
class Expected:
    """A finding: the binary package, the vulnerability, the version that fixes it, its severity."""

    package: str
    vulnerability: str
    fixed_in: str
    severity: str


def _cve(number: int) -> str:
    return f"CVE-2024-99{number:03}"


def _release(status: str, urgency: str = "not yet assigned", fixed: str = "") -> dict[str, Any]:
    found = {"status": status, "urgency": urgency, "repositories": {}}
    return {
        "description": "Of the tests",
        "releases": {"bookworm": found | ({"fixed_version": fixed} if fixed else {})},
    }


def _tracker(sources: Mapping[str, tuple[str, str]]) -> tuple[dict[str, Any], list[Expected]]:
    """Of several source packages: fixed later, not fixed, fixed before, fixed right now, never affected, unimportant."""

    def version(source: str) -> str:
        return next(found for name, found in sources.values() if name == source)

    document: dict[str, Any] = {}
    expected = []
    for at, source in enumerate(("glibc", "git", "jq", "zlib", "python3.11", "dpkg", "garboard-source")):
        own, number = version(source), at * 10
        later = f"{own}+later1"
        document[source] = {
            _cve(number): _release("resolved", fixed=later),
            _cve(number + 1): _release("open"),
            _cve(number + 2): _release("resolved", fixed=f"{own}~before1"),
            _cve(number + 3): _release("resolved", fixed=own),
            _cve(number + 4): _release("resolved", fixed="0"),
            _cve(number + 5): _release("open", "unimportant"),
        }
        for package, (of, _) in sources.items():
            if of == source:
                expected.append(Expected(package, _cve(number), later, "critical"))
                expected.append(Expected(package, _cve(number + 1), "", "unknown"))
                expected.append(Expected(package, _cve(number + 5), "", "negligible"))
    # nano was removed, though its configuration is still there; nobody ever installed nginx.
    document["nano"] = {_cve(900): _release("open")}
    document["nginx"] = {_cve(901): _release("open")}
    return document, expected


def _osv(ecosystem: str, name: str, number: int, fixed: str, vector: str = CRITICAL) -> dict[str, Any]:
    kind = "SEMVER" if ecosystem == "npm" else "ECOSYSTEM"
    ranges = [{"type": kind, "events": [{"introduced": "0"}, {"fixed": fixed}]}]
    return {
        "schema_version": "1.7.0",
        "id": f"GHSA-e2e0-{number:04}-{number:04}",
        "aliases": [_cve(number)],
        "modified": "2024-01-01T00:00:00Z",
        "summary": f"Of the tests, in {name}",
        "severity": [{"type": "CVSS_V3", "score": vector}],
        "affected": [{"package": {"ecosystem": ecosystem, "name": name}, "ranges": ranges}],
    }


PYPI = (
    # six was upgraded: only what the newer version still has is there.
    _osv("PyPI", "six", 500, "1.16.0"),
    _osv("PyPI", "six", 501, "1.17.0"),
    _osv("PyPI", "idna", 502, "3.7", LOW),
    _osv("PyPI", "urllib3", 503, "1.26.17"),
    _osv("PyPI", "urllib3", 504, "2.0.6"),
)
NPM = (
    _osv("npm", "minimist", 600, "1.2.6"),
    _osv("npm", "semver", 601, "7.5.2", LOW),
    _osv("npm", "is-number", 602, "8.0.0"),
)
EXPECTED = (
    Expected("six", _cve(501), "1.17.0", "critical"),
    Expected("idna", _cve(502), "3.7", "low"),
    Expected("urllib3", _cve(504), "2.0.6", "critical"),
    Expected("minimist", _cve(600), "1.2.6", "critical"),
    Expected("semver", _cve(601), "7.5.2", "low"),
)


def _nvd() -> dict[str, Any]:
    """Ratings for what the tracker leaves unrated and has fixed; others stay unrated."""

    def entry(number: int) -> dict[str, Any]:
        rating = {"source": "nvd@nist.gov", "type": "Primary", "cvssData": {"version": "3.1", "vectorString": CRITICAL}}
        return {
            "cve": {
                "id": _cve(number),
                "published": "2024-01-01T00:00:00.000",
                "lastModified": "2024-01-01T00:00:00.000",
                "vulnStatus": "Analyzed",
                "descriptions": [{"lang": "en", "value": "Of the tests"}],
                "metrics": {"cvssMetricV31": [rating]},
            }
        }

    found = [entry(number) for number in range(0, 70, 10)]
    return {"format": "NVD_CVE", "version": "2.0", "vulnerabilities": found}


def _zip(records: tuple[dict[str, Any], ...]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for record in records:
            archive.writestr(f"{record['id']}.json", json.dumps(record))
    return out.getvalue()


def write_mirror(folder: Path, sources: Mapping[str, tuple[str, str]]) -> set[Expected]:
    """Write the mirror for an image of these packages (binary to source and its version); what a scan must find."""
    tracker, expected = _tracker(sources)
    kev = {
        "title": "Of the tests",
        "catalogVersion": "2026.01.01",
        "dateReleased": "2026-01-01T00:00:00Z",
        "count": 1,
        "vulnerabilities": [{"cveID": _cve(501), "dateAdded": "2026-01-01", "knownRansomwareCampaignUse": "Unknown"}],
    }
    epss = f"#model_version:v2025.03.14,score_date:2026-01-01T00:00:00+0000\ncve,epss,percentile\n{_cve(501)},0.5,0.9\n"
    files = {
        "debian-tracker/tracker/data/json": json.dumps(tracker).encode(),
        "osv/PyPI/all.zip": _zip(PYPI),
        "osv/npm/all.zip": _zip(NPM),
        "nvd/feeds/json/cve/2.0/nvdcve-2.0-2024.json.gz": gzip.compress(json.dumps(_nvd()).encode()),
        "kev/known_exploited_vulnerabilities.json": json.dumps(kev).encode(),
        "epss/epss_scores-current.csv.gz": gzip.compress(epss.encode()),
    }
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return {*expected, *EXPECTED}
