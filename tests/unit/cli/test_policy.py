"""Policies from the outside: gates and their exit codes, ignores, and the commands about policies."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from garboard.cli import actions, compare, ignore, scan
from garboard.cli.docker.flags import own
from garboard.cli.docker.scan import scan_arguments
from garboard.cli.policy import group
from garboard.database import store
from garboard.database.build import Builder
from garboard.model.advisory import Advisory, Affected, FeedState, Range, Rating, Status
from garboard.model.errors import OfflineError, UsageError
from tests.unit.cli.image_on_disk import write_image

DOCKERFILE = "FROM scratch\nADD rootfs.tar /\nRUN apt-get install -y curl\n"


def advisory(name: str, package: str, fixed: str, word: str = "high") -> Advisory:
    affected = Affected(
        ecosystem="Debian:12", package=package, scheme="deb", ranges=(Range(fixed=fixed),),
        status=Status.FIXED, rating=Rating(source="debian", word=word),
    )  # fmt: skip
    return Advisory(id=name, feed="debian", affected=(affected,))


@pytest.fixture
def image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    directory = tmp_path / "db"
    directory.mkdir()
    with Builder(store.path_of(directory, "debian")) as builder:
        builder.fill(
            [advisory("CVE-2024-1", "openssl", "3.0.12-1"), advisory("CVE-2024-2", "curl", "7.88.1-11", "low")]
        )
        builder.finish(FeedState(shard="debian", fetched="2023-11-14T00:00:00+00:00", sha256="00", records=2), "[]")
    monkeypatch.setenv("GARBOARD_DB", str(directory))
    project = tmp_path / "project"
    (project / "web").mkdir(parents=True)
    (project / ".git").mkdir()
    (project / "web" / "Dockerfile").write_text(DOCKERFILE)
    monkeypatch.chdir(project)
    return str(write_image(tmp_path / "app.tar"))


def run(module: object, *arguments: str, answers: str | None = None) -> Result:
    return CliRunner().invoke(
        module.command, [*arguments], answers, env={"SOURCE_DATE_EPOCH": "1700000000"}, standalone_mode=False
    )  # fmt: skip


def scanned(*arguments: str) -> Result:
    return run(scan, *arguments, "--no-cache", "--offline", "--no-require-coverage")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), 1),
        (("--fail-on", "critical"), 0),
        (("--fail-on", "high"), 1),
        (("--fail-on", "high", "--exit-code", "7"), 7),
        (("--fail-on", "low", "--severity", "critical"), 1),
        (("--fail-on", "kev"), 3),
        (("--fail-on", "high", "--ignore", "CVE-2024-1=not reachable"), 0),
        (("--fail-on", "high", "--ignore", "CVE-2024-1=not reachable@2023-01-01"), 1),
    ],
)
def test_exit_codes(image: str, options: tuple[str, ...], code: int) -> None:
    assert scanned(image, *options).return_value == code


def test_the_policy_beside_the_dockerfile_or_above(image: str) -> None:
    Path("garboard.toml").write_text('[stages.production]\nfail = [{severity = "high"}]\n')
    found = scanned(image, "-f", "web/Dockerfile")
    assert found.return_value == 1
    assert "Policy garboard.toml, stage production (by default): fails" in found.output
    assert "CVE-2024-1 in openssl" in found.output
    Path("web/garboard.toml").write_text('[stages.development]\nwarn = [{severity = "high"}]\n')
    assert "stage development" in scanned(image, "-f", "web/Dockerfile").output
    assert "Policy" not in scanned(image, "-f", "web/Dockerfile", "--no-policy").output


def test_a_policy_above_the_project_is_anothers(image: str, tmp_path: Path) -> None:
    (tmp_path / "garboard.toml").write_text("x = 1")
    assert scanned(image).return_value == 1


def test_mistakes_end_the_run(image: str) -> None:
    Path("garboard.toml").write_text("x = 1\ny = 2\n")
    found = scanned(image)
    assert isinstance(found.exception, UsageError | Exception)
    assert str(found.exception).count("there is no") == 2


def test_comments_of_the_dockerfile(image: str) -> None:
    Path("web/Dockerfile").write_text(
        DOCKERFILE.replace("RUN", "# garboard: ignore CVE-2024-2 reason in the tests\nRUN")
    )
    document = json.loads(scanned(image, "-f", "web/Dockerfile", "--json").output)
    (one,) = document["suppressed"]
    assert (one["id"], one["reason"], one["place"]) == ("CVE-2024-2", "in the tests", "web/Dockerfile:3")
    assert document["filtered"]["ignore"] == ["CVE-2024-2"]
    assert [entry["id"] for entry in document["vulnerabilities"]] == ["CVE-2024-1"]


def test_what_is_set_aside_is_in_sarif(image: str) -> None:
    found = scanned(image, "--format", "sarif", "--ignore", "CVE-2024-1=x@2027-01-01")
    results = json.loads(found.output)["runs"][0]["results"]
    suppressions = {one["ruleId"]: one.get("suppressions") for one in results}
    assert suppressions["CVE-2024-2"] is None
    (one,) = suppressions["CVE-2024-1"]
    assert (one["kind"], one["status"], one["justification"]) == (
        "external", "accepted", "x (until 2027-01-01); --ignore CVE-2024-1",
    )  # fmt: skip


def test_a_baseline_of_a_report_and_of_an_image(image: str) -> None:
    Path("before.json").write_text(scanned(image, "--json").output)
    assert scanned(image, "--baseline", "before.json").return_value == 0
    assert scanned(image, "--baseline", image).return_value == 0
    document = json.loads(Path("before.json").read_text())
    document["vulnerabilities"] = [one for one in document["vulnerabilities"] if one["id"] != "CVE-2024-1"]
    Path("before.json").write_text(json.dumps(document))
    found = scanned(image, "--baseline", "before.json")
    assert found.return_value == 1
    assert "1 issue: CVE-2024-1 in openssl" in found.output
    Path("other.json").write_text("[]")
    assert isinstance(scanned(image, "--baseline", "other.json").exception, UsageError)


def test_actions_are_about_what_counts(image: str) -> None:
    found = run(actions, image, "--ignore", "CVE-2024-1=x", "--offline", "--no-cache", "--json")
    assert "CVE-2024-1" not in found.output
    assert "CVE-2024-2" in found.output


def test_policy_explain(image: str) -> None:
    Path("garboard.toml").write_text(
        '[stages.a]\nfail = [{severity = "high"}]\n[[ignore]]\nid = "CVE-2024-2"\nreason = "not reachable"\n'
    )
    found = run(group, "explain", image, "--offline", "--no-cache")
    assert (
        'Fails the gate: 1\n  CVE-2024-1 (high) in openssl@3.0.11-1: severity = "high" (garboard.toml:2)'
        in found.output
    )
    assert "Set aside: 1\n  CVE-2024-2 (low) in curl@7.88.1-10: not reachable (garboard.toml:3)" in found.output
    document = json.loads(run(group, "explain", image, "--offline", "--no-cache", "--json").output)
    assert {one["id"]: (one["decision"], one["places"]) for one in document["findings"]} == {
        "CVE-2024-1": ("fails", ["garboard.toml:2"]),
        "CVE-2024-2": ("suppressed", ["garboard.toml:3"]),
    }


def test_policy_check_and_schema(image: str) -> None:
    assert isinstance(run(group, "check").exception, UsageError)
    Path("garboard.toml").write_text("[stages.a]\n")
    assert run(group, "check").output == "garboard.toml: stage a: 0 rules\ngarboard.toml: 0 ignores\n"
    assert json.loads(run(group, "schema").output)["title"] == "garboard.toml"


def test_ignore_writes_and_the_scan_reads(image: str) -> None:
    Path("garboard.toml").write_text("# ours\n")
    run(ignore, "CVE-2024-1", "CVE-2024-2", "--reason", "not reachable", "--until", "2027-01-31", "--owner", "web")
    assert Path("garboard.toml").read_text() == (
        '# ours\n\n[[ignore]]\nid = ["CVE-2024-1", "CVE-2024-2"]\nreason = "not reachable"\nuntil = 2027-01-31\nowner = "web"\n'
    )
    assert scanned(image).return_value == 0
    for wrong in (["CVE-1"], ["--reason", "x"], ["CVE-1", "--reason", "x", "--until", "soon"]):
        assert isinstance(run(ignore, *wrong).exception, UsageError)
    assert isinstance(run(ignore, "CVE-1", "--reason", "x", "--for-stage", "none").exception, Exception)
    assert "none" not in Path("garboard.toml").read_text()


def test_policy_import(image: str) -> None:
    Path(".trivyignore").write_text("# not reachable\nCVE-2024-1\nAVD-1\n")
    found = run(group, "import", ".trivyignore")
    assert (found.return_value, found.stdout) == (1, '[[ignore]]\nid = "CVE-2024-1"\nreason = "not reachable"\n')
    assert "AVD-1 is about no vulnerability" in found.stderr
    run(group, "import", ".trivyignore", "--into", "garboard.toml")
    assert 'id = "CVE-2024-1"' in Path("garboard.toml").read_text()


def test_docker_scan_knows_no_policy() -> None:
    assert "--no-policy" in scan_arguments(own(["app"]))


def test_compare(image: str) -> None:
    Path("before.json").write_text(scanned(image, "--json").output)
    options = ("--offline", "--no-cache")
    same = run(compare, "before.json", image, *options)
    assert same.return_value == 0
    assert "0 gone, 2 still there" in same.output
    better = json.loads(run(compare, image, image, *options, "--ignore", "CVE-2024-1=x", "--json").output)
    assert better["counts"] == {"new": 0, "unknown": 0, "changed": 0, "same": 1, "gone": 0}
    document = json.loads(Path("before.json").read_text())
    document["vulnerabilities"] = document["vulnerabilities"][:1]
    Path("before.json").write_text(json.dumps(document))
    assert run(compare, "before.json", image, *options).return_value == 1
    assert run(compare, "before.json", image, *options, "--fail-if", "never").return_value == 0
    assert run(compare, image, "before.json", *options, "--fail-if", "new").return_value == 0
    assert run(compare, image, "before.json", *options, "--fail-if", "any").return_value == 1
    assert isinstance(run(compare, image, *options).exception, UsageError)
    Path("sorted.json").write_text(json.dumps(json.loads(Path("before.json").read_text()), sort_keys=True))
    kept = run(compare, "sorted.json", image, *options)
    assert kept.output.partition("\n")[2] == run(compare, "before.json", image, *options).output.partition("\n")[2]


def test_one_image_is_compared_with_what_its_registry_has(image: str) -> None:
    for name in ("example.test/app:1", "docker:example.test/app:1"):
        refused = run(compare, name, "--offline", "--no-cache").exception
        assert isinstance(refused, OfflineError)
        assert "registry" in str(refused) or "example.test" in str(refused)
    for name in (f"docker-archive:{image}", "dir:app", "sbom:app", "oci-dir:app", "registry:app"):
        assert isinstance(run(compare, name, "--offline").exception, UsageError), name


def test_compare_stages(image: str) -> None:
    Path("web/Dockerfile").write_text(
        "FROM scratch AS dev\nADD rootfs.tar /\nRUN apt-get install -y curl\nFROM dev AS test\n"
    )
    stages = ("--from-stage", "dev", "--to-stage", "test", "--stage", f"dev={image}", "--stage", f"test={image}")
    found = run(compare, "-f", "web/Dockerfile", *stages, "--offline", "--no-cache")
    assert found.output.startswith("dev → test: 0 gone, 2 still there")
    without = run(compare, image, image, "--from-stage", "dev", "--to-stage", "test", "--offline", "--no-cache")
    assert "name stages of a Dockerfile" in str(without.exception)


def test_a_gate_that_passes_says_when_not_everything_was_judged(image: str) -> None:
    note = "not everything could be judged (see Not covered)"
    passed = run(scan, image, "--fail-on", "critical", "--no-cache", "--offline")
    assert passed.return_value == (3 if note in passed.output else 0)
    ruled = run(scan, image, "--fail-on", "critical", "--fail-on", "unjudged=rpm", "--no-cache", "--offline")
    assert note not in ruled.output
    assert ruled.return_value == 0


@pytest.mark.parametrize("rules", ['warn = [{severity = "low"}]', ""])
def test_a_stage_that_fails_nothing_passes(image: str, rules: str) -> None:
    Path("garboard.toml").write_text(f"[stages.development]\n{rules}\n")
    found = scanned(image)
    assert found.return_value == 0
    assert "stage development (by default): passes: it has no rule `fail`" in found.output
    assert json.loads(scanned(image, "--json").output)["gate"]["passed"] is True


def test_ignores_alone_are_no_gate(image: str) -> None:
    Path("garboard.toml").write_text('[[ignore]]\nid = "CVE-2024-2"\nreason = "x"\n')
    found = scanned(image)
    assert found.return_value == 1
    assert "Policy" not in found.output.partition("Set aside")[0]


def test_vex_documents(image: str) -> None:
    Path("vex").mkdir()
    statement = {
        "vulnerability": {"name": "CVE-2024-1"}, "products": ["pkg:deb/debian/openssl"], "status": "not_affected",
        "justification": "vulnerable_code_not_present", "timestamp": "2023-01-01T00:00:00Z",
    }  # fmt: skip
    document = {
        "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://us.example/1", "author": "us", "version": 1,
        "timestamp": "2023-01-01T00:00:00Z", "statements": [statement],
    }  # fmt: skip
    Path("vex/one.json").write_text(json.dumps(document))
    for options in (("--vex", "vex"), ("--vex", "vex/one.json")):
        (one,) = json.loads(scanned(image, "--json", *options).output)["suppressed"]
        assert (one["id"], one["decision"], one["place"]) == ("CVE-2024-1", "not_affected", "vex/one.json")
    Path("garboard.toml").write_text('vex = "vex"\n')
    assert "not affected: vulnerable code not present, us (vex/one.json)" in scanned(image).output
    assert isinstance(scanned(image, "--vex", "none.json").exception, UsageError)
    Path("vex/two.json").write_text("{}")
    assert isinstance(scanned(image).exception, Exception)


@pytest.mark.parametrize(
    ("before", "arguments", "said"),
    [
        ('ignore = [{id = "x", reason = "y"}]\n', ("CVE-1", "--reason", "x"), "has its ignores in brackets"),
        ("", ("CVE-1,CVE-2", "--reason", "x"), "no patterns"),
        ("", ("CVE-1", "--reason", "x", "--until", "2023-11-13"), "--until 2023-11-13 has passed"),
        ("", ("CVE-1", "--reason", "x", "--policy", "https://example.org/garboard.toml"), "cannot be written"),
        ("", ("CVE-1", "--reason", "x", "--for-stage", "none"), "there is no stage none"),
        ("a = [", ("CVE-1", "--reason", "x"), "Invalid value"),
    ],
)
def test_what_cannot_be_written_leaves_the_policy_as_it_is(
    image: str,
    before: str,
    arguments: tuple[str, ...],
    said: str,
) -> None:
    file = Path("garboard.toml")
    file.write_text(before)
    found = run(ignore, *arguments)
    assert said in str(found.exception)
    assert file.read_text() == before


def test_a_policy_that_is_read_only_stays_as_it_is(image: str) -> None:
    file = Path("garboard.toml")
    file.write_text("")
    file.chmod(0o444)
    assert "it is read-only" in str(run(ignore, "CVE-1", "--reason", "x").exception)
    assert not file.read_text()


def test_an_ignore_of_what_is_ignored_already_is_told(image: str) -> None:
    assert "already" not in run(ignore, "CVE-1", "--reason", "x", "--until", "2023-12-01").output
    assert "already" not in run(ignore, "CVE-1", "--reason", "x", "--package", "a").output
    again = run(ignore, "CVE-1", "--reason", "y", "--until", "2024-12-01")
    assert "garboard.toml:1 ignores the same already, and stays: until 2023-12-01" in again.output


def test_nothing_but_a_plain_file_is_written(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    for name in ("pipe", "loop", "nowhere"):
        found = run(ignore, "CVE-2024-1", "--reason", "x", "--policy", str(tmp_path / name))
        assert isinstance(found.exception, UsageError)
        assert "no plain file" in str(found.exception)
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


@pytest.mark.parametrize("form", ["json=known.json", "report=known.report"])
def test_what_was_set_aside_and_counts_again_is_new(image: str, form: str) -> None:
    ends = "--ignore=CVE-2024-1=x@2023-11-20"
    assert scanned(image, "--no-policy", ends, "--format", form).exception is None
    known = form.partition("=")[2]
    assert scanned(image, "--no-policy", ends, "--baseline", known).return_value == 0
    later = run(
        scan, image, "--no-policy", ends, "--baseline", known, "--as-of", "2023-11-22", "--no-cache", "--offline",
        "--no-require-coverage",
    )  # fmt: skip
    assert later.return_value == 1
