"""A scan fetches what the image needs, once a day, and nothing else."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import subprocess
import sys

import pytest
from demo import sample

from garboard.cli.main import run


@pytest.fixture
def scan(tmp_path, monkeypatch, capfd):
    """Scan the sample by a mirror of its feeds; gives exit code, report and remarks."""
    sample.write(tmp_path)
    monkeypatch.setenv("GARBOARD_FEEDS", str(tmp_path / "feeds"))

    def scanned(*more: str, day: str = "2026-11-01") -> tuple[int, str, str]:
        import datetime as dt

        epoch = dt.datetime.fromisoformat(f"{day}T00:00:00+00:00").timestamp()
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(epoch)))
        code = run(["scan", str(tmp_path / "blog.tar"), "--db", str(tmp_path / "db"), "--no-cache", *more])
        return code, *capfd.readouterr()

    return scanned


def test_only_what_the_image_needs_and_only_once_a_day(scan):
    code, report, remarks = scan()
    assert code == 1
    assert "fetching vulnerability data: debian, osv:npm" in remarks
    assert "fetching vulnerability data: nvd:2018, nvd:2019, nvd:2020, nvd:2021, nvd:2022, kev, epss" in remarks
    assert "osv:PyPI" not in remarks
    assert "bytes" in remarks
    assert "found 16 issues" in report
    assert "not fetched" not in report
    assert scan()[2] == "", "fresh data are used as they are"
    assert "debian: unchanged" in scan(day="2026-11-03")[2]


@pytest.mark.parametrize("shard", ["debian", "kev", "osv%3Anpm"])
def test_a_shard_of_an_older_schema_is_fetched_again(scan, tmp_path, shard):
    expected = scan()[1]
    with contextlib.closing(sqlite3.connect(tmp_path / "db" / f"{shard}.sqlite")) as old, old:
        old.execute("UPDATE meta SET value = '3' WHERE key = 'schema'")
    code, report, remarks = scan()
    assert (code, report) == (1, expected)
    assert f"fetching vulnerability data: {shard.replace('%3A', ':')}" in remarks


@pytest.mark.parametrize("shard", ["kev", "epss"])
def test_a_shard_of_an_older_schema_that_is_not_needed_is_a_gap_offline(scan, tmp_path, shard):
    scan()
    with contextlib.closing(sqlite3.connect(tmp_path / "db" / f"{shard}.sqlite")) as old, old:
        old.execute("UPDATE meta SET value = '3' WHERE key = 'schema'")
    code, report, _ = scan("--offline")
    assert code == 1
    assert f"{shard}: whether issues are exploited is not known without them" in report


def test_quiet_and_offline(scan):
    assert scan("--quiet")[2] == ""
    assert scan("--offline", day="2026-11-20")[1].count("last fetched 19 days ago") >= 2


def test_what_cannot_be_fetched_is_a_gap_and_old_data_are_used(scan, tmp_path):
    scan()
    (tmp_path / "feeds/debian-tracker/tracker/data/json").write_text("<html>")
    code, report, _ = scan(day="2026-11-03")
    assert code == 1
    assert "found 16 issues" in report
    assert "debian: not fetched" in report


def test_nothing_at_all_is_no_clean_bill(scan, tmp_path):
    import shutil

    shutil.rmtree(tmp_path / "feeds")
    (tmp_path / "feeds").mkdir()
    code, report, _ = scan()
    assert code == 3
    assert "none of them could be judged" in report


def test_an_image_without_packages_is_told_and_not_clean(tmp_path, capfd):
    (tmp_path / "etc").mkdir()
    code = run(["scan", f"dir:{tmp_path}", "--db", str(tmp_path / "db"), "--offline", "--no-cache"])
    report = capfd.readouterr().out
    assert code == 3
    assert "holds no package that is known to this program" in report
    assert "Not covered: nothing" not in report


def test_a_project_without_dependencies_is_told_and_not_clean(tmp_path, capfd):
    (tmp_path / "app").mkdir()
    (tmp_path / "app/package-lock.json").write_text('{"name": "shop", "packages": {"": {"name": "shop"}}}')
    code = run(["scan", f"dir:{tmp_path / 'app'}", "--db", str(tmp_path / "db"), "--offline", "--no-cache"])
    report = capfd.readouterr().out
    assert code == 3
    assert "Tested 0 dependencies for known vulnerabilities, as none was found." in report
    assert "holds nothing but shop, and no dependency" in report
    assert "Not covered: nothing" not in report


def test_four_scans_at_once_on_an_empty_database_and_cache(tmp_path):
    sample.write(tmp_path)
    env = os.environ | {
        "GARBOARD_FEEDS": str(tmp_path / "feeds"),
        "GARBOARD_CACHE": str(tmp_path / "cache"),
        "GARBOARD_DB": str(tmp_path / "db"),
        "SOURCE_DATE_EPOCH": "1793491200",
    }
    command = [sys.executable, "-m", "garboard", "scan", str(tmp_path / "blog.tar"), "--json"]
    running = [subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(4)]
    ended = [(*process.communicate(timeout=90), process.returncode) for process in running]
    assert [code for _, _, code in ended] == [1] * 4, [errors for _, errors, _ in ended]
    reports = [json.loads(output) for output, _, _ in ended]
    assert not [gap for report in reports for gap in report["gaps"] if "not fetched" in gap["reason"]]
    assert len({len(report["vulnerabilities"]) for report in reports}) == 1
