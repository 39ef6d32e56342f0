"""Several images in one run of ``garboard scan`` and ``garboard inventory``."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from garboard.cli import inventory, scan
from garboard.cli.filtering import worst
from garboard.database import store
from garboard.database.build import Builder
from garboard.model.advisory import Advisory, Affected, FeedState, Range, Rating, Status
from garboard.model.errors import UsageError
from tests.unit.cli.image_on_disk import write_image

CODES = [0, 1, 2, 3]


@pytest.fixture
def images(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """One with an issue, and one that has nothing that can be judged."""
    directory = tmp_path / "db"
    directory.mkdir()
    affected = Affected(
        ecosystem="Debian:12", package="curl", scheme="deb", ranges=(Range(fixed="7.88.1-11"),),
        status=Status.FIXED, rating=Rating(source="debian", word="high"),
    )  # fmt: skip
    with Builder(store.path_of(directory, "debian")) as builder:
        builder.fill([Advisory(id="CVE-2024-2", feed="debian", affected=(affected,))])
        builder.finish(FeedState(shard="debian", fetched="2023-11-14T00:00:00+00:00", sha256="00", records=1), "[]")
    monkeypatch.setenv("GARBOARD_DB", str(directory))
    monkeypatch.setenv("GARBOARD_CATALOG", str(tmp_path / "catalog"))
    (tmp_path / "empty" / "etc").mkdir(parents=True)
    return str(write_image(tmp_path / "app.tar")), f"dir:{tmp_path / 'empty'}"


def run(*arguments: str, text: str | None = None, module: Any = scan) -> Result:
    return CliRunner().invoke(
        module.command, [*arguments, "--no-cache", "--offline"], input=text,
        env={"SOURCE_DATE_EPOCH": "1700000000"}, standalone_mode=False,
    )  # fmt: skip


def written(output: Path, *arguments: str, module: Any = scan) -> tuple[int, str]:
    code = run(*arguments, "-o", str(output), module=module).return_value
    return code, output.read_text()


@pytest.mark.parametrize("module", [scan, inventory])
def test_an_array_of_what_each_is_alone(images: tuple[str, str], tmp_path: Path, module: Any) -> None:
    names = (*images, images[0])
    alone = [written(tmp_path / "one", name, "--json", module=module)[1] for name in names]
    code, together = written(tmp_path / "all", *names, "--json", module=module)
    assert together == "[\n" + ",\n".join(one.removesuffix("\n") for one in alone) + "\n]\n"
    assert code == {scan: 1, inventory: 3}[module]


def test_an_image_that_cannot_be_read_is_no_lost_run(images: tuple[str, str], tmp_path: Path) -> None:
    missing = str(tmp_path / "none.tar")
    code, text = written(tmp_path / "all", images[0], missing, images[1], "--json")
    found = json.loads(text)
    assert code == 2
    assert [one["ok"] for one in found] == [False, False, False]
    assert found[1] == {
        "image": missing,
        "path": missing,
        "ok": False,
        "error": found[1]["error"],
        "hint": found[1]["hint"],
    }
    assert found[1]["error"].startswith("no image was found")
    assert "none.tar" in run(images[0], missing).stderr


def test_a_run_for_each_in_sarif(images: tuple[str, str], tmp_path: Path) -> None:
    code, text = written(tmp_path / "all", images[0], "none:1", images[0], "--format", "sarif")
    runs = json.loads(text)["runs"]
    alone = json.loads(written(tmp_path / "one", images[0], "--format", "sarif")[1])["runs"][0]
    assert code == 2
    assert runs[0] == alone
    assert [one["invocations"][0]["executionSuccessful"] for one in runs] == [True, False, True]
    assert len({one["automationDetails"]["id"] for one in runs}) == 3, "GitHub takes each category once"
    assert runs[2]["results"] == alone["results"]


def test_texts_and_a_table_of_all(images: tuple[str, str]) -> None:
    result = run(*images, "none:1")
    assert result.return_value == 2
    assert [line for line in result.stdout.splitlines() if line.startswith("Image ")] == [
        f"Image 1 of 3: {images[0]}", f"Image 2 of 3: {images[1]}", "Image 3 of 3: none:1",
    ]  # fmt: skip
    table = result.stdout.partition("Summary of 3 images:")[2].split("\n\n")[1].splitlines()
    assert [row.split()[:3] for row in table[:2]] == [["IMAGE", "CRITICAL", "HIGH"], [images[0], "0", "1"]]
    assert [row.rpartition("  ")[2].partition(":")[0] for row in table[1:]] == [
        "issues",
        "nothing could be judged",
        "error",
    ]


def test_names_on_standard_input(images: tuple[str, str]) -> None:
    listed = run("-", "--json", text=f"# of this week\n\n{images[0]}\r\n  {images[1]}\n")
    assert listed.stdout == run(*images, "--json").stdout
    one = run("-", "--json", text=f"{images[0]}\n")
    assert len(json.loads(one.stdout)) == 1, "a list is an array, whatever its length"


@pytest.mark.parametrize(
    ("arguments", "text", "message"),
    [
        (("-",), "\n# nothing\n", "names no image"),
        (("-",), "a\nsbom:-\n", "stands for standard input"),
        (("-",), "a\0b\n", "NUL"),
        (("-", "a:1"), "b:1\n", "others are on the line"),
        (("sbom:-", "sbom:-"), "{}", "can be read once"),
        (("-", "-f", "-"), "a:1\n", "can be read once"),
        (("a:1", "b:1", "-f", "-"), "FROM a\n", "names the Dockerfile of one image"),
    ],
)
def test_what_cannot_be_meant(arguments: tuple[str, ...], text: str, message: str) -> None:
    error = run(*arguments, text=text).exception
    assert isinstance(error, UsageError)
    assert message in str(error)


def test_a_format_of_one_image(images: tuple[str, str]) -> None:
    error = run(*images, "--format", "spdx", module=inventory).exception
    assert isinstance(error, UsageError)
    assert error.hint == "run once for each image, or choose --format text or json"


def test_an_output_that_is_one_of_them_is_refused(images: tuple[str, str]) -> None:
    error = run(images[1], images[0], "-o", images[0]).exception
    assert isinstance(error, UsageError)
    assert "would replace" in str(error)
    assert isinstance(run("-", "-o", images[0], text=f"{images[0]}\n").exception, UsageError)


def test_the_worst_exit_code() -> None:
    """An error hides nothing that was found, and findings count more than what was not judged."""
    assert [worst(pair) for pair in itertools.combinations(CODES, 2)] == [1, 2, 3, 2, 1, 2]


@given(st.lists(st.sampled_from(CODES), min_size=1), st.lists(st.sampled_from(CODES), min_size=1))
def test_the_worst_of_all_is_the_worst_of_the_worst(one: list[int], other: list[int]) -> None:
    assert worst([*one, *other]) == worst([worst(one), worst(other)])
    assert (worst([*one, *other]) == 0) == (not any((*one, *other)))
