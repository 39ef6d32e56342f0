"""What NVD has not analyzed is told, wherever something was judged by its analyses."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path

import pytest

from garboard.database.read import Database
from garboard.feeds import nvd
from garboard.model.advisory import CveFacts
from garboard.model.feed import FeedHeader
from garboard.model.image import Image
from garboard.model.package import SOFTWARE, Inventory, Package
from garboard.workflows import scan
from garboard.workflows.update_database import ShardOutcome, update

NOW = dt.datetime(2024, 6, 1, tzinfo=dt.UTC)
OF_REDIS = {"nodes": [{"cpeMatch": [{"vulnerable": True, "criteria": "cpe:2.3:a:redis:redis:6.0:*:*:*:*:*:*:*"}]}]}


def entry(number: int, status: str, *configurations: object) -> dict[str, object]:
    return {"cve": {"id": f"CVE-2024-{number}", "vulnStatus": status, "configurations": configurations}}


@pytest.mark.parametrize(
    ("status", "configurations", "counted"),
    [
        *((status, (), 1) for status in ("Received", "Awaiting Analysis", "Undergoing Analysis", "Deferred")),
        *((status, (OF_REDIS,), 0) for status in ("Undergoing Analysis", "Deferred", "Analyzed", "Modified")),
        *((status, (), 0) for status in ("Rejected", "Analyzed", "Modified", "")),
    ],
)
def test_what_counts(status: str, configurations: tuple[object, ...], counted: int) -> None:
    document = {"vulnerabilities": [entry(1000, status, *configurations), entry(1001, "Analyzed", OF_REDIS)]}
    records = list(nvd.parse("nvd:2024", [io.BytesIO(json.dumps(document).encode())]))
    assert sum(one.unanalyzed for one in records if isinstance(one, FeedHeader)) == counted
    assert sum(isinstance(one, CveFacts) for one in records) == 2, "its rating counts in any case"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    years = folder / "mirror/nvd/feeds/json/cve/2.0"
    years.mkdir(parents=True)
    for year in range(2002, 2025):
        waiting = [entry(number, "Awaiting Analysis") for number in range(1000, 1000 + (year - 2022) * (year > 2022))]
        document = {"vulnerabilities": [entry(2000, "Analyzed", OF_REDIS), *waiting]}
        (years / f"nvdcve-2.0-{year}.json").write_text(json.dumps(document))
    nodes = folder / "mirror/nodejs/core"
    nodes.mkdir(parents=True)
    said = {"1": {"cve": ["CVE-2024-1"], "vulnerable": "18.x", "patched": "18.1.0"}}
    (nodes / "index.json").write_text(json.dumps(said))
    for result in update(folder / "db", ["nvd", "nodejs"], origin=str(folder / "mirror"), now=NOW):
        assert result.outcome is ShardOutcome.UPDATED, result
    return folder / "db"


def gaps(database: Path, *names: str) -> list[tuple[str, str]]:
    packages = tuple(
        Package(type="generic", name=name, version="7.0.1", scheme="version", ecosystem=f"{SOFTWARE}:{name}")
        for name in names
    )
    with Database(database) as opened:
        report = scan.analyze(Image(name="app", source="docker"), Inventory(packages=packages), opened, NOW)
    return [(gap.subject, gap.reason) for gap in report.gaps if "not analyzed" in gap.reason]


def test_it_is_said_once_for_all_years(database: Path) -> None:
    reason = "3 CVEs are not analyzed by NVD: whether they are in memcached, redis is not known"
    assert gaps(database, "redis", "memcached") == [("nvd:2023 to nvd:2024", reason)]


def test_it_is_not_said_where_nvd_was_not_asked(database: Path) -> None:
    assert gaps(database, "node") == []
    assert gaps(database) == []
