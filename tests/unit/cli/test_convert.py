"""Several formats of one run, and the same of a saved report: byte for byte what the scan writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from garboard import reporters
from garboard.cli import main
from tests.unit.cli.test_several import _surroundings, home, sbom  # noqa: F401  (fixtures)


@pytest.fixture
def garboard(home: Path, tmp_path: Path, capfdbinary: Any, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: F811
    for name in ("issues", "clean"):
        (tmp_path / name).write_bytes((home / name).read_bytes())
    (tmp_path / "report.j2").write_text("{% for one in report.vulnerabilities %}{{ one.id }}\n{% endfor %}")
    monkeypatch.setenv("GARBOARD_TEMPLATE", "report.j2")
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, bytes, bytes]:
        code = main.run([*words])
        return code, *capfdbinary.readouterr()

    return run


def test_a_saved_report_gives_every_format_as_the_scan_does(garboard: Any, tmp_path: Path) -> None:
    names = reporters.SCAN.names
    words = [word for name in names for word in ("--format", f"{name}=direct.{name}")]
    code, out, err = garboard("scan", "-q", sbom("issues"), *words)
    assert (code, out) == (1, b""), err
    for name in names:
        direct = (tmp_path / f"direct.{name}").read_bytes()
        assert garboard("scan", "-q", sbom("issues"), "--format", name)[1] == direct
        assert garboard("convert", "direct.report", "--format", name) == (0, direct, b"")
        assert garboard("convert", "direct.report", "--severity", "critical", "--format", name)[0] == 0


def test_some_formats_have_files_and_one_is_printed(garboard: Any, tmp_path: Path) -> None:
    code, out, _ = garboard("scan", "-q", sbom("issues"), "--format", "json=a.json", "--json")
    assert code == 1
    assert json.loads(out) == json.loads((tmp_path / "a.json").read_bytes())


def test_formats_of_several_images(garboard: Any, tmp_path: Path) -> None:
    words = ("--format", "json=a.json", "--format", "table", "--format", "sarif=a.sarif")
    code, out, _ = garboard("scan", "-q", sbom("issues"), sbom("clean"), *words)
    assert (code, b"Summary of 2 images" in out) == (1, True)
    assert len(json.loads((tmp_path / "a.json").read_bytes())) == 2
    assert len(json.loads((tmp_path / "a.sarif").read_bytes())["runs"]) == 2


def test_files_stay_where_no_image_could_be_read(garboard: Any, tmp_path: Path) -> None:
    for name in ("a.json", "a.sarif"):
        (tmp_path / name).write_text("before")
    words = ("--format", "json=a.json", "--format", "sarif=a.sarif")
    assert garboard("scan", "-q", sbom("missing"), sbom("missing"), *words)[0] == 2
    assert [(tmp_path / name).read_text() for name in ("a.json", "a.sarif")] == ["before", "before"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("scan", "a", "--format", "json", "--format", "text"), b"two formats go to the same place"),
        (("scan", "a", "--format", "json=x", "--format", "text=x"), b"two formats go to the same place"),
        (("scan", "a", "--format", "json=x", "-o", "y"), b"every one has its own"),
        (("scan", "a", "--format", "json="), b"names no file"),
        (("scan", "a", "--format", "junit=x", "--json", "--format", "text"), b"short for --format json"),
        (("layers", "a", "--format", "json=x", "--format", "text"), b"one format at a time"),
        (("convert", "absent"), b"is no saved report, or not there"),
        (("convert", "other"), b"is no saved report, or not there"),
        (("convert", "later"), b"is not a saved report of this version"),
    ],
)
def test_what_does_not_go_together_says_so(garboard: Any, tmp_path: Path, words: Any, told: bytes) -> None:
    (tmp_path / "other").write_text("{}")
    (tmp_path / "later").write_text('{"garboardReport":99,"report":{}}')
    code, _, err = garboard(*words)
    assert (code, told in err) == (2, True), err


def test_a_saved_report_is_compared_and_is_a_baseline(garboard: Any) -> None:
    assert garboard("scan", "-q", sbom("issues"), "--format", "report=a.report")[0] == 1
    code, out, _ = garboard("compare", "a.report", sbom("issues"))
    assert (code, b"0 gone" in out, b"0 new" in out, b"Packages:" in out) == (0, True, True, True)
    assert garboard("scan", "-q", sbom("issues"), "--baseline", "a.report")[0] == 0


def test_what_is_gone_with_a_file_that_cannot_be_read_is_not_sure(garboard: Any, tmp_path: Path) -> None:
    for name, text in (("a", '{"packages": {"node_modules/right": {"version": "1.0.0"}}}'), ("b", '{"packages": {')):
        (tmp_path / name / "x").mkdir(parents=True)
        (tmp_path / name / "package-lock.json").write_text(text)
        (tmp_path / name / "x" / "package-lock.json").write_text(
            '{"packages": {"node_modules/left": {"version": "1.0.0"}}}'
        )
    code, out, _ = garboard("compare", "dir:a", "dir:b")
    assert (code, b"1 gone" in out, b"could not be read any more: package-lock.json" in out) == (3, True, True), out
    assert garboard("compare", "dir:a", "dir:a")[0] == 0
