"""What data cost: time and peak memory of importing a made NVD and a made npm, of an update without news, and of ratings.

The documents have the publishers' shapes and sizes; their contents are made up. Each is imported by the installed command.

Usage: python bench/database.py [--cves 300000] [--records 250000]
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

GARBOARD = Path(sys.executable).parent / "garboard"
YEARS = range(2002, 2027)
MIB = 1024 * 1024


class Cost(NamedTuple):
    """Of one command."""

    seconds: float
    cpu: float
    memory: float


def run(*words: str | Path) -> Cost:
    """Run garboard, which has to succeed."""
    began = time.monotonic()
    process = subprocess.Popen([GARBOARD, *map(str, words)], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{words} failed")
    return Cost(time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / MIB)


def vector(rng: random.Random) -> str:
    """A CVSS vector; some thousand occur in the real data."""
    parts = (
        ("AV", "NALP"),
        ("AC", "LH"),
        ("PR", "NLH"),
        ("UI", "NR"),
        ("S", "UC"),
        ("C", "NLH"),
        ("I", "NLH"),
        ("A", "NLH"),
    )
    return "CVSS:3.1/" + "/".join(f"{name}:{rng.choice(values)}" for name, values in parts)


def cve(rng: random.Random, year: int, number: int) -> dict[str, Any]:
    """An entry as NVD's are: a text, references, two ratings, and criteria of some products."""
    criteria = [
        {
            "vulnerable": True,
            "criteria": f"cpe:2.3:a:vendor{rng.randrange(9000)}:product{rng.randrange(30000)}:*:*:*:*:*:*:*:*",
            "versionEndExcluding": f"{rng.randrange(20)}.{rng.randrange(99)}",
            "matchCriteriaId": f"{rng.getrandbits(128):032X}",
        }
        for _ in range(rng.choice((1, 1, 1, 2, 4, 30)))
    ]
    metrics = [
        {"source": source, "type": "Primary", "cvssData": {"version": "3.1", "vectorString": vector(rng)}}
        for source in ("nvd@nist.gov", f"cna{rng.randrange(300)}@example.org")
    ]
    text = " ".join(f"word{rng.randrange(5000)}" for _ in range(50))
    return {
        "cve": {
            "id": f"CVE-{year}-{number}",
            "published": f"{year}-{rng.randrange(1, 13):02}-11T10:15:00.{rng.randrange(1000):03}",
            "lastModified": f"2026-{rng.randrange(1, 11):02}-21T05:{rng.randrange(60):02}:11.{rng.randrange(1000):03}",
            "vulnStatus": "Modified",
            "descriptions": [{"lang": "en", "value": text}],
            "metrics": {"cvssMetricV31": metrics},
            "weaknesses": [{"description": [{"lang": "en", "value": f"CWE-{rng.randrange(1400)}"}]}],
            "configurations": [{"nodes": [{"operator": "OR", "negate": False, "cpeMatch": criteria}]}],
            "references": [{"url": f"https://example.org/{rng.getrandbits(64):x}"} for _ in range(4)],
        }
    }


def write_nvd(mirror: Path, count: int) -> None:
    """Year files of this many CVEs in all."""
    folder = mirror / "nvd/feeds/json/cve/2.0"
    folder.mkdir(parents=True)
    rng = random.Random(1)
    for year in YEARS:
        share = count // len(YEARS)
        with gzip.open(folder / f"nvdcve-2.0-{year}.json.gz", "wt", compresslevel=1) as file:
            file.write(
                '{"format": "NVD_CVE", "version": "2.0", "timestamp": "2026-11-28T00:00:00.000", "vulnerabilities": ['
            )
            for number in range(share):
                file.write(("," if number else "") + json.dumps(cve(rng, year, 1000 + number)))
            file.write("]}")


def write_npm(mirror: Path, count: int) -> None:
    """A zip file of OSV records: most of them malicious packages, as npm's are."""
    (mirror / "osv/npm").mkdir(parents=True)
    rng = random.Random(2)
    with zipfile.ZipFile(mirror / "osv/npm/all.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(count):
            bad = number % 10 != 0
            name = f"MAL-2025-{number}" if bad else f"GHSA-{number:012x}"
            versions = {"versions": [f"1.0.{n}" for n in range(rng.randrange(1, 9))]} if bad else {}
            events = [{"introduced": "0"}, *([] if bad else [{"fixed": f"{rng.randrange(9)}.{rng.randrange(99)}.0"}])]
            record = {
                "schema_version": "1.7.0",
                "id": name,
                "modified": "2026-01-01T00:00:00Z",
                "summary": "Malicious code" if bad else "A vulnerability",
                "details": " ".join(f"word{rng.randrange(5000)}" for _ in range(60)),
                "affected": [
                    {
                        "package": {"ecosystem": "npm", "name": f"package-{rng.randrange(count)}"},
                        "ranges": [{"type": "SEMVER", "events": events}],
                        **versions,
                    }
                ],
            }
            archive.writestr(f"{name}.json", json.dumps(record))


def main() -> None:
    """Make the documents, and print what each command costs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cves", type=int, default=300_000)
    parser.add_argument("--records", type=int, default=250_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="garboard-bench-") as name:
        mirror, db = Path(name) / "mirror", Path(name) / "db"
        write_nvd(mirror, given.cves)
        write_npm(mirror, given.records)
        years = [f"nvd:{year}" for year in YEARS]
        update = ("db", "update", "--quiet", "--offline", "--db", db, "--from", mirror)
        rows = {
            f"NVD, {given.cves:,} CVEs": run(*update, *years),
            f"npm, {given.records:,} records": run(*update, "osv:npm"),
            "both again, nothing new": run(*update, *years, "osv:npm"),
            "ratings": run("db", "build", "ratings", "--quiet", "--db", db),
            "export of ratings": run("db", "export", Path(name) / "ratings.bundle", "ratings", "--db", db),
        }
        print(f"{'':<28}{'seconds':>9}{'CPU s':>8}{'MiB':>7}")
        for label, cost in rows.items():
            print(f"{label:<28}{cost.seconds:>9.1f}{cost.cpu:>8.1f}{cost.memory:>7.0f}")
        size = (Path(name) / "ratings.bundle").stat().st_size
        print(f"ratings of {given.cves:,} CVEs, compressed: {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
