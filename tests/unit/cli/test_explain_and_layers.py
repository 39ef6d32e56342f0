"""``garboard explain`` and ``garboard layers`` from the outside, over an image and a database on disk."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from garboard.cli import explain, layers, scan
from garboard.database import store
from garboard.database.build import Builder
from garboard.model.advisory import Advisory, Affected, FeedState, Range, Rating, Status
from garboard.model.errors import UsageError
from garboard.reporters import LAYERS
from tests.unit.cli.image_on_disk import write_image


def advisory(name: str, package: str, fixed: str) -> Advisory:
    affected = Affected(
        ecosystem="Debian:12", package=package, scheme="deb", ranges=(Range(fixed=fixed),),
        status=Status.FIXED, rating=Rating(source="debian", word="high"),
    )  # fmt: skip
    return Advisory(id=name, feed="debian", aliases=(f"DSA-{name[-1]}",), affected=(affected,))


@pytest.fixture
def image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    directory = tmp_path / "db"
    directory.mkdir()
    with Builder(store.path_of(directory, "debian")) as builder:
        builder.fill([advisory("CVE-2024-1", "openssl", "3.0.10-1"), advisory("CVE-2024-2", "curl", "7.88.1-11")])
        builder.finish(FeedState(shard="debian", fetched="2023-11-14T00:00:00+00:00", sha256="00", records=2), "[]")
    monkeypatch.setenv("GARBOARD_DB", str(directory))
    return str(write_image(tmp_path / "app.tar"))


def run(module: object, *arguments: str) -> Result:
    return CliRunner().invoke(
        module.command, [*arguments, "--no-cache", "--offline"], env={"SOURCE_DATE_EPOCH": "1700000000"},
        standalone_mode=False,
    )  # fmt: skip


def test_a_vulnerability(image: str) -> None:
    result = run(explain, image, "dsa-2")
    assert (result.return_value, result.exception) == (0, None)
    assert "CVE-2024-2: high severity (by debian)" in result.output
    assert "apt-get install -y --only-upgrade curl=7.88.1-11" in result.output


def test_a_vulnerability_that_the_installed_version_has_fixed(image: str) -> None:
    result = run(explain, image, "CVE-2024-1")
    assert result.return_value == 0
    assert "not affected: fixed in 3.0.10-1, installed 3.0.11-1" in result.output


def test_a_package_as_json(image: str, tmp_path: Path) -> None:
    output = tmp_path / "out.json"
    assert run(explain, image, "curl", "--json", "-o", str(output)).return_value == 0
    found = json.loads(output.read_bytes())
    assert [package["layerIndex"] for package in found["packages"]] == [1]
    assert found["issues"][0]["vulnerability"]["id"] == "CVE-2024-2"
    assert found["created"] == "2023-11-14T22:13:20+00:00"


@pytest.mark.parametrize(
    "words", [("scan", "text"), ("scan", "json"), ("scan", "sarif"), *(("layers", kind) for kind in LAYERS.names)]
)
def test_a_name_may_be_any_bytes(image: str, tmp_path: Path, words: tuple[str, str]) -> None:
    other = Path(image).rename(tmp_path / os.fsdecode(b"bad\xff.tar"))
    found = run(
        {"scan": scan, "layers": layers}[words[0]], str(other), "--format", words[1], "-o", str(tmp_path / "out")
    )
    assert found.exception is None
    assert b"curl" in (tmp_path / "out").read_bytes()


def test_what_is_not_there(image: str) -> None:
    result = run(explain, image, "crul")
    assert result.return_value == 3
    assert "not found" in result.output
    assert "Near: curl" in result.output


@pytest.mark.parametrize("kind", LAYERS.names)
def test_layers_twice_the_same_bytes(image: str, tmp_path: Path, kind: str) -> None:
    outputs = [tmp_path / "one", tmp_path / "two"]
    for output in outputs:
        assert run(layers, image, "--format", kind, "-o", str(output)).return_value == 0
    one, two = (output.read_bytes() for output in outputs)
    assert one == two
    for word in (b"3.0.9-1", b"3.0.11-1", b"apt-get install -y curl", b"openssl"):
        assert word in one


def test_layers_of_a_dockerfile(image: str, tmp_path: Path) -> None:
    file = tmp_path / "Dockerfile"
    file.write_text("FROM debian:12\nRUN apt-get install -y curl\n")
    result = run(layers, image, "-f", str(file))
    assert result.exception is None
    assert f"of the Dockerfile ({file}:2)" in result.output


def test_what_has_no_layers(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    result = run(layers, f"dir:{tmp_path}")
    assert isinstance(result.exception, UsageError)
    assert "no layers" in result.exception.message
