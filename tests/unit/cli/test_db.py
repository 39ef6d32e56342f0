"""``garboard db`` from the outside."""

import json

import pytest
from click.testing import CliRunner

from garboard.cli.db.group import command
from garboard.model.errors import DatabaseError, FeedError, UsageError

TRACKER = json.dumps({"openssl": {"CVE-2024-1000": {"releases": {"bookworm": {"status": "open"}}}}})


@pytest.fixture
def run(tmp_path):
    (tmp_path / "mirror/debian-tracker/tracker/data").mkdir(parents=True)
    (tmp_path / "mirror/debian-tracker/tracker/data/json").write_text(TRACKER)

    def invoke(*arguments):
        return CliRunner().invoke(command, [arguments[0], "--db", str(tmp_path / "db"), *arguments[1:]], env={})

    invoke.mirror = str(tmp_path / "mirror")
    return invoke


def test_update_status_list_verify(run):
    result = run("update", "--from", run.mirror, "--offline", "debian")
    assert (result.exit_code, result.exception) == (0, None)
    assert "debian: updated, 1 records" in result.output
    (row,) = json.loads(run("status", "--json").output)["shards"]
    assert (row["shard"], row["records"], row["stale"], row["age_days"]) == ("debian", 1, False, 0)
    assert row["ecosystems"] == ["Debian:12"]
    assert "0 days old" in run("status").output
    listed = json.loads(run("list", "--json").output)
    assert listed["installed"] == ["debian"]
    assert "osv:PyPI" in listed["known"]
    assert "debian: whole, 1 records" in run("verify").output


def test_a_failure_names_the_shard_and_the_others_are_updated(run):
    result = run("update", "--from", run.mirror, "kev", "debian")
    assert isinstance(result.exception, FeedError)
    assert result.exception.exit_code == 2
    assert result.exception.message == "not updated: kev"
    assert "debian: updated" in result.output


def test_offline_needs_a_directory(run):
    assert isinstance(run("update", "--offline", "debian").exception, UsageError)
    assert isinstance(run("update", "--offline", "--from", "https://mirror.example", "debian").exception, UsageError)


def test_a_mirror_named_by_the_environment(run, monkeypatch):
    monkeypatch.setenv("GARBOARD_FEEDS", run.mirror)
    assert "debian: updated" in run("update", "--offline", "debian").output
    monkeypatch.setenv("GARBOARD_FEEDS", "/nonexistent")
    assert "debian: unchanged" in run("update", "--from", run.mirror, "debian").output


def test_a_database_that_cannot_be_there(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    for arguments in (["status"], ["update", "--from", str(tmp_path), "debian"]):
        error = CliRunner().invoke(command, [*arguments, "--db", str(tmp_path / "file" / "db")]).exception
        assert isinstance(error, DatabaseError)
        assert "--db" in error.hint


def test_nothing_there_yet(run):
    assert isinstance(run("update", "--from", run.mirror).exception, UsageError)
    assert "hint" in run("status").output
    assert json.loads(run("status", "--json").output)["shards"] == []


def test_a_bundle_there_and_back(run, tmp_path):
    run("update", "--from", run.mirror, "debian")
    file = str(tmp_path / "b.tar.zst")
    digest = run("export", file).output.split()[-1]
    other = CliRunner().invoke(command, ["import", "--db", str(tmp_path / "other"), "--digest", digest, file])
    assert other.output.startswith("debian: imported, 1 records")
    wrong = CliRunner().invoke(command, ["import", "--db", str(tmp_path / "other"), "--digest", "sha256:0", file])
    assert isinstance(wrong.exception, DatabaseError)


def test_a_damaged_shard_is_told(run, tmp_path):
    run("update", "--from", run.mirror, "debian")
    (tmp_path / "db/debian.sqlite").write_bytes(b"x")
    assert "UNUSABLE" in run("status").output
    result = run("verify")
    assert isinstance(result.exception, DatabaseError)
    assert result.exception.hint == "garboard db update debian"
    assert run("update", "--from", run.mirror, "debian").exit_code == 0
