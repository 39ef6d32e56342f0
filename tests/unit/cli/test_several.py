"""Several images in one run: each is reported as it is alone, and nothing bad hides behind another one."""

from __future__ import annotations

import io
import itertools
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from garboard import reporters
from garboard.cli import each, main
from garboard.cli.docker import scan as plugin
from garboard.cli.filtering import worst
from tests.unit.cli.image_on_disk import write_image
from tests.unit.reporters.scan.test_html import Page as HtmlPage

SCHEMA = Path(__file__).parents[2] / "vectors/sarif/sarif-schema-2.1.0.json"
PURLS = {
    "clean": ["pkg:npm/left@1.0.0"],
    "issues": ["pkg:npm/right@1.0.0"],
    "debian": ["pkg:deb/debian/openssl@3.0.11-1?arch=amd64&distro=debian-12"],
    "partly": ["pkg:npm/left@1.0.0", "pkg:pypi/six@1.0"],
    "unjudged": ["pkg:pypi/six@1.0"],
}
CODES = {"clean": 0, "issues": 1, "debian": 1, "partly": 3, "unjudged": 3, "missing": 2, "broken": 2}


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files by the names in `CODES`, and a small database of Debian 12 and npm."""
    folder = tmp_path_factory.mktemp("several")
    for name, purls in PURLS.items():
        parts = [{"type": "library", "name": one, "version": "1.0.0", "purl": one, "bom-ref": one} for one in purls]
        document = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": parts}
        (folder / name).write_text(json.dumps(document))
    (folder / "broken").write_text("{")
    write_image(folder / "app.tar")
    known = {
        "openssl": {
            "CVE-2026-1000": {
                "description": "x",
                "releases": {"bookworm": {"status": "open", "urgency": "high", "repositories": {}}},
            }
        }
    }
    advisory = {
        "id": "GHSA-aaaa-bbbb-cccc",
        "modified": "2026-01-01T00:00:00Z",
        "affected": [
            {
                "package": {"ecosystem": "npm", "name": "right"},
                "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "2.0.0"}]}],
            }
        ],
    }
    tracker, npm = folder / "feeds/debian-tracker/tracker/data/json", folder / "feeds/osv/npm/all.zip"
    for path in (tracker, npm):
        path.parent.mkdir(parents=True)
    tracker.write_text(json.dumps(known))
    with zipfile.ZipFile(npm, "w") as archive:
        archive.writestr("GHSA-aaaa-bbbb-cccc.json", json.dumps(advisory))
    words = ["db", "update", "-q", "--db", str(folder / "db"), "--from", str(folder / "feeds"), "debian", "osv:npm"]
    assert main.run(words) == 0
    return folder


@pytest.fixture(autouse=True)
def _surroundings(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"DB": home / "db", "CATALOG": tmp_path / "catalog", "CACHE": tmp_path / "cache"}.items():
        monkeypatch.setenv(f"GARBOARD_{name}", str(value))
    monkeypatch.setenv("GARBOARD_OFFLINE", "1")
    (home / "report.j2").write_text("{{ report }}")
    monkeypatch.setenv("GARBOARD_TEMPLATE", str(home / "report.j2"))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795000000")
    monkeypatch.delenv("GARBOARD_REQUIRE_COVERAGE", raising=False)
    monkeypatch.chdir(home)


class Done(NamedTuple):
    """What a command did."""

    code: int
    out: bytes
    err: str


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Any:
    """Runs a command in this process; ``given`` is its standard input."""

    def ran(*words: str, given: bytes = b"") -> Done:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
        capfdbinary.readouterr()
        code = main.run(list(words))
        out, err = capfdbinary.readouterr()
        return Done(code, out, err.decode())

    return ran


def sbom(name: str) -> str:
    return f"sbom:{name}"


NAMES = [sbom(one) for one in ("issues", "clean", "debian", "unjudged", "partly")]


def test_the_images_are_what_they_are_called(run: Any) -> None:
    assert {name: run("scan", "-q", sbom(name)).code for name in CODES} == CODES


@pytest.mark.parametrize("command", ["scan", "inventory"])
def test_an_array_holds_the_documents_that_there_are_alone(command: str, run: Any) -> None:
    """Byte for byte, so that nothing of one image's report is another one's: its feeds, its gaps."""
    names = [*NAMES, "app.tar", *reversed(NAMES)]
    alone = [run(command, "-q", "--json", name) for name in names]
    several = run(command, "-q", "--json", *names)
    assert several.out == b"[\n" + b",\n".join(one.out.removesuffix(b"\n") for one in alone) + b"\n]\n"
    assert json.loads(several.out) == [json.loads(one.out) for one in alone]
    assert several.code == worst(one.code for one in alone)


@pytest.mark.parametrize("words", [("scan",), ("scan", "--severity", "high"), ("inventory",)], ids=" ".join)
def test_texts_hold_the_texts_that_there_are_alone(words: tuple[str, ...], run: Any) -> None:
    several = run(*words, "-q", *NAMES).out
    place = 0
    for number, name in enumerate(NAMES, 1):
        text = f"Image {number} of {len(NAMES)}: {name}\n".encode() + run(*words, "-q", name).out
        assert several.index(text) >= place
        place = several.index(text)
    assert several.index(b"\nSummary of 5 images:\n") > place


def test_the_summary(run: Any) -> None:
    done = run("scan", "-q", sbom("issues"), sbom("debian"), sbom("missing"), sbom("clean"), sbom("partly"))
    assert done.code == 2
    table = done.out.decode().partition("Summary of 5 images:\n\n")[2].splitlines()
    head, *rows = table[:6]
    assert head.split() == ["IMAGE", "CRITICAL", "HIGH", "MEDIUM", "UNKNOWN", "LOW", "NEGLIGIBLE", "GAPS", "VERDICT"]
    verdicts = {row.split()[0]: row[head.index("VERDICT") :] for row in rows}
    assert verdicts.pop("sbom:missing").startswith("error: cannot read the SBOM missing")
    assert verdicts == {
        "sbom:issues": "issues",
        "sbom:debian": "issues",
        "sbom:clean": "clean",
        "sbom:partly": "no issues, but not everything could be judged",
    }
    assert {row.split()[0]: row.split()[1:7] for row in rows[:3]} == {
        "sbom:issues": ["0", "0", "0", "1", "0", "0"],
        "sbom:debian": ["0", "1", "0", "0", "0", "0"],
        "sbom:missing": ["-"] * 6,
    }
    assert table[-1] == "No report could be made on 1 of 5 images."


@pytest.mark.parametrize("command", ["scan", "inventory"])
@pytest.mark.parametrize("bad", ["missing", "broken"])
def test_an_unreadable_image_is_told_and_the_others_are_reported(command: str, bad: str, run: Any) -> None:
    done = run(command, "-q", "--json", sbom("clean"), sbom(bad), sbom("issues"))
    assert done.code == 2
    first, entry, last = json.loads(done.out)
    assert [json.loads(run(command, "-q", "--json", sbom(name)).out) for name in ("clean", "issues")] == [first, last]
    assert entry.pop("image") == (sbom(bad) if command == "scan" else {"name": sbom(bad)})
    assert entry.pop("path", sbom(bad)) == sbom(bad)
    assert {*entry} - {"ok", "error", "hint"} == set()
    assert first["image"] == first["path"] if command == "scan" else first["image"]["name"]
    assert entry["ok"] is False
    assert entry["error"]
    assert not entry.keys() & {"vulnerabilities", "packages", "summary", "coverage", "gaps"}
    assert f"error: {sbom(bad)}: {entry['error']}\n" in done.err
    assert f"No report: {entry['error']}\n" in run(command, "-q", sbom("clean"), sbom(bad)).out.decode()


def test_what_nobody_expected_of_one_image_loses_no_other(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from garboard.workflows import scan

    take = scan.take

    def taken(name: str, *rest: Any, **named: Any) -> Any:
        if "clean" in name:
            raise RecursionError if "nested" in name else ValueError("surprise")
        return take(name, *rest, **named)

    monkeypatch.setattr(scan, "take", taken)
    done = run("scan", "-q", "--json", "sbom:clean", "sbom:./clean-nested", "sbom:issues")
    found = json.loads(done.out)
    assert (done.code, [one["ok"] for one in found]) == (2, [False] * 3)
    assert [one.get("error") for one in found] == [
        "unexpected: ValueError: surprise",
        "the input is nested too deeply to be read",
        None,
    ]
    assert "Traceback" in done.err
    assert found[2]["uniqueCount"] == 1


def test_sarif_has_a_run_for_each(run: Any) -> None:
    names = [sbom("issues"), sbom("missing"), sbom("unjudged"), "app.tar", "app.tar", "app.tar", sbom("clean")]
    done = run("scan", "-q", "--format", "sarif", *names)
    log = json.loads(done.out)
    jsonschema_rs.validator_for(json.loads(SCHEMA.read_bytes()), validate_formats=True).validate(log)
    assert [one["invocations"][0]["executionSuccessful"] for one in log["runs"]] == [
        True, False, False, True, True, True, True,
    ]  # fmt: skip
    failed = log["runs"][1]
    assert (failed["results"], failed["properties"]["image"]) == ([], "sbom:missing")
    (told,) = failed["invocations"][0]["toolExecutionNotifications"]
    assert (told["level"], told["descriptor"]["id"]) == ("error", "not-scanned")
    assert "cannot read the SBOM missing" in told["message"]["text"]
    categories = [one["automationDetails"]["id"] for one in log["runs"]]
    assert len({*categories}) == len(names)
    assert categories[1] == "garboard/sbom:missing/not-scanned/"
    for place, name in enumerate(names[:4]):
        if place != 1:
            (alone,) = json.loads(run("scan", "-q", "--format", "sarif", name).out)["runs"]
            assert log["runs"][place] == alone


def test_gitlab_has_the_findings_of_all_and_says_what_was_not_scanned(run: Any) -> None:
    found, *alone = (
        json.loads(run("scan", "-q", "--format", "gitlab", *names).out)
        for names in ([sbom("issues"), sbom("missing"), sbom("debian")], [sbom("issues")], [sbom("debian")])
    )
    assert found.keys() == alone[0].keys()
    assert found["vulnerabilities"] == [one for each in alone for one in each["vulnerabilities"]]
    scan = found["scan"]
    assert (scan["status"], len(scan["messages"])) == ("failure", 1)
    assert scan["messages"][0]["value"].startswith("sbom:missing: cannot read the SBOM missing")
    assert {**scan, "status": "success", "messages": None} == {**alone[0]["scan"], "messages": None}
    sound = json.loads(run("scan", "-q", "--format", "gitlab", sbom("clean"), sbom("clean")).out)
    assert (sound["scan"], sound["vulnerabilities"]) == (alone[0]["scan"], [])


def test_code_quality_has_the_issues_of_all_and_one_for_what_was_not_scanned(run: Any) -> None:
    found, *alone = (
        json.loads(run("scan", "-q", "--format", "codequality", *names).out)
        for names in ([sbom("issues"), sbom("missing"), sbom("debian")], [sbom("issues")], [sbom("debian")])
    )
    assert [found[0], found[2]] == [alone[0][0], alone[1][0]]
    assert (found[1]["check_name"], found[1]["severity"]) == ("garboard-no-report", "blocker")
    assert found[1]["location"]["path"] == "sbom:missing"
    assert json.loads(run("scan", "-q", "--format", "codequality", sbom("clean"), sbom("clean")).out) == []


def test_a_page_has_a_part_for_each_and_a_table_of_all(run: Any) -> None:
    names = ["issues", "missing", "debian", "partly", "issues"]
    text = run("scan", "-q", "--format", "html", *map(sbom, names)).out.decode()
    page = HtmlPage(text)
    ids = [one["id"] for _, one in page.elements if "id" in one]
    assert len({*ids}) == len(ids)
    assert {one["href"] for one in page.of("a") if str(one["href"]).startswith("#")} <= {f"#{one}" for one in ids}
    assert len(page.rows()) == 3
    assert [ids[place] for place in range(len(ids)) if ids[place] in {f"image-{one}-title" for one in range(1, 6)}] == [
        f"image-{one}-title" for one in range(1, 6)
    ]
    table = page.texts["images"]
    assert [table.count(name) for name in ("sbom:issues", "sbom:missing", "error: cannot read the SBOM missing")] == [
        2,
        1,
        1,
    ]
    assert "no issues, but not everything could be judged" in table
    assert page.of("section")[-1]["id"] == "images"


def test_more_runs_than_github_takes_are_told(run: Any) -> None:
    log = json.loads(run("scan", "-q", "--format", "sarif", *[sbom("clean")] * 22).out)
    notes = [
        any(
            "20 runs" in note["message"]["text"] for note in one["invocations"][0].get("toolExecutionNotifications", ())
        )
        for one in log["runs"]
    ]
    assert notes == [False] * 20 + [True] * 2


@pytest.mark.parametrize(
    ("codes", "code"),
    [
        ((0,), 0), ((0, 0), 0), ((3,), 3), ((0, 3), 3), ((1,), 1), ((0, 1), 1), ((1, 3), 1), ((0, 1, 3), 1),
        ((2,), 2), ((0, 2), 2), ((2, 3), 2), ((1, 2), 2), ((0, 1, 2, 3), 2),
    ],
)  # fmt: skip
def test_the_order_of_exit_codes(codes: tuple[int, ...], code: int) -> None:
    assert {worst(order) for order in itertools.permutations(codes)} == {code}


@given(st.lists(st.sampled_from([0, 1, 2, 3]), min_size=1), st.lists(st.sampled_from([0, 1, 2, 3]), min_size=1))
def test_the_worst_of_all_is_the_worst_of_the_worst(one: list[int], other: list[int]) -> None:
    assert worst([*one, *other]) == worst([worst(one), worst(other)])
    assert (worst([*one, *other]) == 0) == (not any((*one, *other)))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(sorted(CODES)), min_size=1, max_size=5), st.sampled_from(["text", "json", "sarif"]))
def test_the_exit_code_is_the_worst_of_each(home: Path, names: list[str], form: str) -> None:
    output = home / "law"
    words = ["scan", "-q", "--format", form, "-o", str(output), *(sbom(str(home / name)) for name in names)]
    assert main.run(words) == worst(CODES[name] for name in names)
    assert output.exists() is any(CODES[name] != 2 for name in names)
    output.unlink(missing_ok=True)


def test_a_part_that_was_not_judged_is_told_of_its_image(run: Any) -> None:
    done = run("scan", "--no-require-coverage", sbom("clean"), sbom("partly"))
    assert done.code == 0
    assert "sbom:partly: only a part of the image could be judged" in done.err
    assert "sbom:clean: only" not in done.err


LISTED = b"\xef\xbb\xbf# images\r\n\r\n  sbom:issues  \r\n\t# one more\nsbom:clean\nsbom:issues"


@pytest.mark.parametrize(
    "words", [("scan",), ("scan", "--json"), ("scan", "--format", "sarif"), ("inventory", "--json")]
)
def test_a_list_is_as_good_as_the_names(words: tuple[str, ...], run: Any) -> None:
    names = ["sbom:issues", "sbom:clean", "sbom:issues"]
    assert run(*words, "-q", "-", given=LISTED) == run(*words, "-q", *names)


def test_a_list_of_one(run: Any) -> None:
    """Its shape follows from how it was asked for, not from how many lines there are."""
    alone = {form: run("scan", "-q", "--format", form, "sbom:issues") for form in reporters.SCAN.names}
    listed = {form: run("scan", "-q", "--format", form, "-", given=b"sbom:issues\n") for form in reporters.SCAN.names}
    assert listed["text"] == alone["text"]
    assert json.loads(listed["json"].out) == [json.loads(alone["json"].out)]
    assert json.loads(listed["sarif"].out) == json.loads(alone["sarif"].out)
    words = ("inventory", "-q", "--format", "cyclonedx")
    assert run(*words, "-", given=b"sbom:issues\n") == run(*words, "sbom:issues")


def test_a_list_of_one_that_cannot_be_read(run: Any) -> None:
    done = run("scan", "-q", "--json", "-", given=b"sbom:missing\n")
    assert done.code == 2
    (entry,) = json.loads(done.out)
    assert entry["ok"] is False


def test_names_of_any_bytes(run: Any) -> None:
    done = run("scan", "-q", "--json", "-", given=b"sbom:caf\xe9\n")
    assert (done.code, json.loads(done.out)[0]["image"]) == (2, "sbom:caf?")


@pytest.mark.parametrize(
    ("words", "given_", "said"),
    [
        (["-"], b"", "standard input names no image"),
        (["-"], b"\n# nothing\n \n", "standard input names no image"),
        (["-"], b"sbom:clean\0sbom:issues", "the list on standard input holds NUL"),
        (["-"], b"sbom:clean\nsbom:-\n", "a name in it stands for standard input"),
        (["-"], b"sbom:clean\n-\n", "a name in it stands for standard input"),
        (["sbom:clean", "-"], b"sbom:issues", "others are on the line"),
        (["-", "-"], b"sbom:issues", "others are on the line"),
        (["-", "-f", "-"], b"FROM x", "standard input can be read once, and - and --file - would read it"),
        (["sbom:-", "-f", "-"], b"FROM x", "standard input can be read once, and sbom:- and --file - would read it"),
        (["sbom:-", "sbom:-"], b"{}", "standard input can be read once"),
        (["-", "--base", "sbom:-"], b"sbom:issues", "standard input can be read once"),
        (["sbom:clean", "sbom:issues", "-f", "clean"], b"", "--file names the Dockerfile of one image, and 2 images"),
        (["-", "-f", "clean"], b"sbom:clean\nsbom:clean", "--file names the Dockerfile of one image, and 2 images"),
    ],
)
def test_what_cannot_be_asked(words: list[str], given_: bytes, said: str, run: Any) -> None:
    done = run("scan", "-q", "--json", *words, given=given_)
    assert (done.code, done.out) == (2, b"")
    assert said in done.err
    assert "hint:" in done.err


def test_a_list_has_a_bound(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GARBOARD_LIMIT_NAMES_BYTES", "20")
    assert run("inventory", "-q", "-", given=b"sbom:clean\n").code == 0
    done = run("inventory", "-q", "-", given=b"sbom:clean\nsbom:clean\n")
    assert (done.code, "GARBOARD_LIMIT_NAMES_BYTES" in done.err) == (2, True)


ONE_IMAGE = [
    (command, form)
    for command, formats in (("scan", reporters.SCAN), ("inventory", reporters.INVENTORY))
    for form in formats.names
    if form not in formats.several
]


@pytest.mark.parametrize(("command", "form"), ONE_IMAGE)
def test_a_format_of_one_image_says_so(command: str, form: str, run: Any) -> None:
    done = run(command, "-q", "--format", form, "sbom:clean", "sbom:issues")
    assert (done.code, done.out) == (2, b"")
    assert f"--format {form} holds one image, and 2 are named" in done.err
    assert "hint: run once for each image, or choose --format text or json" in done.err


def test_an_sbom_on_standard_input_may_be_one_of_several(home: Path, run: Any) -> None:
    done = run("scan", "-q", "--json", "sbom:clean", "sbom:-", given=(home / "issues").read_bytes())
    assert (done.code, [one["uniqueCount"] for one in json.loads(done.out)]) == (1, [0, 1])


@pytest.mark.parametrize("line", ["garboard scan -", "garboard scan sbom:-", "garboard scan app.tar -f -"])
def test_standard_input_that_is_closed(line: str) -> None:
    words = ["sh", "-c", f"exec {sys.executable} -m {line} <&-"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "error: standard input is closed\n" in done.stderr


def test_a_list_of_documents_is_no_sbom(home: Path, tmp_path: Path, run: Any) -> None:
    several = tmp_path / "several.json"
    assert run("scan", "-q", "--json", "sbom:clean", "sbom:issues", "-o", str(several)).code == 1
    assert "holds a list, not one SBOM" in run("scan", "-q", sbom(str(several))).err


@pytest.mark.parametrize("form", reporters.SCAN.several)
def test_a_file_is_written_whole(form: str, tmp_path: Path, run: Any) -> None:
    output = tmp_path / "out"
    words = ("scan", "-q", "--format", form, sbom("clean"), sbom("missing"), sbom("issues"))
    printed = run(*words)
    assert run(*words, "-o", str(output)) == (2, b"", printed.err)
    assert output.read_bytes() == printed.out
    assert [*tmp_path.iterdir()] == [output]


@pytest.mark.parametrize("form", reporters.SCAN.several)
def test_a_file_is_left_alone_where_there_is_no_report_at_all(form: str, tmp_path: Path, run: Any) -> None:
    output = tmp_path / "out"
    output.write_bytes(b"before")
    done = run("scan", "-q", "--format", form, sbom("missing"), sbom("broken"), "-o", str(output))
    assert (done.code, output.read_bytes(), [*tmp_path.iterdir()]) == (2, b"before", [output])
    assert f"no report could be made: {output} was not written" in done.err
    assert run("scan", "-q", "--format", form, sbom("missing"), sbom("clean"), "-o", str(output)).code == 2
    assert output.read_bytes() != b"before"


@pytest.mark.parametrize("form", reporters.SCAN.several)
@pytest.mark.parametrize("late", [False, True])
def test_a_defect_of_a_format_is_of_the_image_that_shows_it(
    form: str, late: bool, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [sbom("debian"), sbom("clean"), sbom("issues"), sbom("partly")]
    sound = run("scan", "-q", "--format", form, names[0], sbom("missing"), *names[2:])
    module = reporters.SCAN.load(form)
    names_of = {"csv": "_lines", "junit": "_suites", "markdown": "_parts", "html": "_numbers"}
    name = {**names_of, "gitlab": "_vulnerabilities", "codequality": "_issues"}.get(form, "parts")
    real = getattr(module, name)

    def parts(report: Any, *more: Any) -> Any:
        bad = report.image.name.endswith("clean")
        if bad and not late:
            raise KeyError("surprise")
        yield from real(report, *more)
        if bad:
            raise KeyError("surprise")

    if form == "sarif":
        writer = module._Writer

        class Bad(writer):  # type: ignore[misc, valid-type]
            def results(self) -> Any:
                yield from parts(self._report, self._view)
                yield from super().results()

        monkeypatch.setattr(module, "_Writer", Bad)
        real = lambda *_: iter(())  # noqa: E731
    else:
        monkeypatch.setattr(module, name, parts)
    done = run("scan", "-q", "--format", form, *names)
    assert done.code == 2
    assert "unexpected: KeyError: 'surprise'" in done.err
    assert sound.out.count(b"cannot read the SBOM missing") >= 1
    if form in {"text", "table"}:
        assert b"No report: unexpected: KeyError" in done.out
        assert done.out.count(b"Image 2 of 4: sbom:clean") == 1
        assert b"No report could be made on 1 of 4 images." in done.out
        return
    if form in {"csv", "junit", "markdown", "gitlab", "html"}:
        assert done.out.count(b"unexpected: KeyError") == (2 if form == "html" else 1)
        assert all(line in done.out for line in sound.out.splitlines() if b"missing" not in line)
        return
    found, wanted = json.loads(done.out), json.loads(sound.out)
    found, wanted = (one["runs"] if form == "sarif" else one for one in (found, wanted))
    assert [found[0], *found[2:]] == [wanted[0], *wanted[2:]]
    assert found[1].keys() == wanted[1].keys()


def test_a_file_is_left_alone_where_the_run_is_broken_off(
    tmp_path: Path, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "out"
    output.write_bytes(b"before")

    real = each._one
    calls: list[str] = []

    def one(name: str, *rest: Any) -> int:
        calls.append(name)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(name, *rest)

    monkeypatch.setattr(each, "_one", one)
    code = run("scan", "-q", sbom("clean"), sbom("issues"), "-o", str(output)).code
    assert (code, len(calls)) == (130, 2)
    assert output.read_bytes() == b"before"
    assert [*tmp_path.iterdir()] == [output]


@pytest.mark.parametrize("words", [["sbom:clean", "kept"], ["docker-archive:kept:app", "sbom:clean"], ["-"]])
def test_none_of_several_is_replaced_by_the_report(words: list[str], home: Path, run: Any) -> None:
    (home / "kept").write_bytes(b"precious")
    done = run("scan", "-q", *words, "-o", "kept", given=b"sbom:clean\nkept\n")
    assert (done.code, (home / "kept").read_bytes()) == (2, b"precious")
    assert "--output kept would replace what" in done.err


OPENED = """
import collections, os, sys
opened = collections.Counter()
def hook(event, values):
    if event == "sqlite3.connect":
        opened[os.path.basename(str(values[0]).partition("?")[0])] += 1
sys.addaudithook(hook)
from garboard.cli.main import run
run(sys.argv[1:])
print(sorted(opened.values()), file=sys.stderr)
"""


def test_the_database_is_opened_once(home: Path) -> None:
    words = [sys.executable, "-c", OPENED, "scan", "-q", *NAMES, *NAMES, "app.tar"]
    done = subprocess.run(words, env=os.environ, capture_output=True, text=True, check=True, cwd=home)
    assert done.stderr == "[1, 1]\n"


@pytest.mark.parametrize("words", [["-"], ["sbom:clean", "sbom:issues"]])
def test_docker_scan_is_of_one_image(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert plugin.run(["scan", *words]) == 2
    assert capsys.readouterr().out == ""


def test_a_report_names_only_its_own_feeds(home: Path) -> None:
    """Of one open database, through the library too."""
    import garboard

    with garboard.open_database(home / "db") as database:
        found = [
            garboard.scan(sbom(str(home / name)), database=database, now="2026-11-20T00:00:00Z")
            for name in ("debian", "clean")
        ]
    assert [[state.shard for state in one.feeds] for one in found] == [["debian"], ["osv:npm"]]
