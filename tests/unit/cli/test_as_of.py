"""The same data and the same day give the same bytes, whatever the wall clock says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from demo import sample

from garboard import reporters

AT = """
import datetime, sys, time
shift = datetime.timedelta(days=int(sys.argv.pop(1)))
class Shifted(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return super().now(tz) + shift
    @classmethod
    def utcnow(cls):
        return super().utcnow() + shift
class Day(datetime.date):
    @classmethod
    def today(cls):
        return super().today() + shift
then, datetime.datetime, datetime.date = time.time, Shifted, Day
time.time = lambda: then() + shift.total_seconds()
from garboard.__main__ import main
main()
"""
"""A program whose clock goes wrong by the days of its first argument."""
REPORTS = [
    *(("scan", name) for name in reporters.SCAN.names),
    *(("inventory", name) for name in reporters.INVENTORY.names),
    *(("actions", name) for name in reporters.ACTIONS.names),
    *(("recommend", name) for name in reporters.RECOMMEND.names),
    *(("explain", name) for name in reporters.EXPLAIN.names),
]


def garboard(folder: Path, *words: str, days: int = 0) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GARBOARD_", "SOURCE_DATE"))}
    env = kept | {
        "GARBOARD_DB": "db",
        "GARBOARD_CATALOG": "bases.catalog",
        "GARBOARD_CACHE": "cache",
        "GARBOARD_TEMPLATE": "../report.j2",
    }
    command = [sys.executable, "-c", AT, str(days), *words]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One machine that fetches, and two that have its bundles, at other times."""
    folder = tmp_path_factory.mktemp("world")
    sample.write(folder)
    (folder / "report.j2").write_text("{{ report }}")
    (folder / "Dockerfile").write_bytes(Path(sample.__file__).with_name("Dockerfile").read_bytes())
    bases = [f"docker-archive:{path}" for path in sorted((folder / "bases").iterdir())]
    shards = ("debian", "osv:npm", "osv:RubyGems", "kev", "epss", "endoflife")
    for words in (
        ("catalog", "add", *bases),
        ("db", "update", "--offline", "--from", "feeds", *shards),
        ("db", "export", "data.bundle"),
        ("catalog", "export", "data.catalog"),
    ):
        done = garboard(folder, *words)
        assert done.returncode == 0 or "not updated" in done.stderr, done.stderr
    for name, days in (("one", 0), ("two", 1500)):
        (folder / name).mkdir()
        for words in (("db", "import", "../data.bundle"), ("catalog", "import", "../data.catalog")):
            done = garboard(folder / name, *words, days=days)
            assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize(("report", "form"), REPORTS)
def test_every_format_is_the_same_ever(world: Path, report: str, form: str) -> None:
    words = [report, *(["openssl"] if report == "explain" else []), "../blog.tar", "--format", form]
    if report == "explain":
        words = [report, "../blog.tar", "lodash", "--format", form]
    if report in {"actions", "recommend"}:
        words += ["-f", "../Dockerfile"]
    made = [
        garboard(world / name, *words, "--as-of", "2026-01-31", "--offline", days=days)
        for name, days in (("one", 0), ("two", 1500))
    ]
    assert made[0].stdout, made[0].stderr
    assert made[0].returncode == made[1].returncode
    assert made[0].stdout == made[1].stdout


def reasons(folder: Path, *words: str, days: int = 0) -> str:
    done = garboard(folder, "scan", "../blog.tar", "--json", *words, days=days)
    assert done.returncode in {1, 3}, done.stderr
    return " ".join(gap["reason"] for gap in json.loads(done.stdout)["gaps"])


def test_today_comes_from_it(world: Path) -> None:
    assert "after the day of this report" in reasons(world / "one", "--as-of", "2020-01-31")
    assert "days ago" in reasons(world / "one", "--as-of", "2099-01-31T12:00:00+02:00")
    assert "days ago" in reasons(world / "one", "--offline", days=4000)


def test_nothing_is_fetched_for_it(world: Path) -> None:
    done = garboard(world / "two", "scan", "../blog.tar", "--json", "--as-of", "2099-01-31")
    assert "fetching" not in done.stderr


@pytest.mark.parametrize("wrong", ["yesterday", "2026-13-01", "2026-01-31T12:00:00", "20260131", "0001-01-01"])
def test_what_is_no_day(world: Path, wrong: str) -> None:
    done = garboard(world / "one", "scan", "../blog.tar", "--as-of", wrong)
    assert (done.returncode, "--as-of takes a day" in done.stderr) == (2, True), done.stderr
