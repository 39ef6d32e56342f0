"""``garboard inventory`` from the outside."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from garboard.cli import main
from garboard.cli.inventory import command
from garboard.model.errors import ImageError, UsageError
from garboard.reporters import INVENTORY

STATUS = "Package: openssl\nStatus: install ok installed\nVersion: 3.0.11-1\nArchitecture: amd64\n\n"
OS_RELEASE = 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files = {
        "etc/os-release": OS_RELEASE,
        "var/lib/dpkg/status": STATUS,
        "app/package.json": '{"name": "app"}',
        "app/node_modules/broken/package.json": "{",
    }
    for name, text in files.items():
        path = tmp_path / "root" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "root"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, [*arguments, "--no-cache", "--offline"], env={"SOURCE_DATE_EPOCH": "1700000000"})


def test_a_table(root: Path) -> None:
    result = run(f"dir:{root}")
    assert (result.exit_code, result.exception) == (0, None)
    assert "openssl  3.0.11-1  deb" in result.output
    assert "Distribution:  Debian GNU/Linux 12 (bookworm)" in result.output
    assert "Not covered:\n  - app/node_modules/broken/package.json: " in result.output


@pytest.mark.parametrize("kind", INVENTORY.names)
def test_every_format_twice_the_same_bytes(root: Path, tmp_path: Path, kind: str) -> None:
    outputs = [tmp_path / "one", tmp_path / "two"]
    for output in outputs:
        assert run(f"dir:{root}", "--format", kind, "-o", str(output)).exit_code == 0
    one, two = (output.read_bytes() for output in outputs)
    assert one == two
    assert b"broken" in one
    if kind != "text":
        assert "2023-11-14T22:13:20" in json.dumps(json.loads(one))


@pytest.mark.parametrize("kind", ["cyclonedx", "spdx", "spdx3"])
def test_the_inventory_of_a_bill_of_materials(root: Path, tmp_path: Path, kind: str) -> None:
    bill = tmp_path / "bill.json"
    run(f"dir:{root}", "--format", kind, "-o", str(bill))
    one, two = (json.loads(run(name, "--format", "json").output) for name in (f"dir:{root}", f"sbom:{bill}"))
    assert one["packages"] == two["packages"]
    assert one["distribution"] == two["distribution"]
    assert one["gaps"] == two["gaps"]


@pytest.mark.parametrize("kind", INVENTORY.names)
def test_a_name_may_be_any_bytes(root: Path, tmp_path: Path, kind: str) -> None:
    other = root.rename(tmp_path / os.fsdecode(b"bad\xff"))
    assert run(f"dir:{other}", "--format", kind, "-o", str(tmp_path / "out")).exit_code == 0
    assert b"openssl" in (tmp_path / "out").read_bytes()


def test_no_package_is_told_by_the_exit_code(tmp_path: Path) -> None:
    result = CliRunner().invoke(command, [f"dir:{tmp_path}", "--no-cache", "--offline"], standalone_mode=False)
    assert result.return_value == 3
    assert "Packages:      0" in result.output
    assert "holds no package" in result.output


def test_an_image_that_is_not_there(tmp_path: Path) -> None:
    result = run(f"docker-archive:{tmp_path}/none.tar")
    assert isinstance(result.exception, ImageError)
    assert result.exception.exit_code == 2


def test_an_unknown_format(root: Path) -> None:
    assert isinstance(run(f"dir:{root}", "--format", "xml").exception, UsageError)


def test_help_is_a_word_too(capfd):
    assert main.run(["help"]) == 0
    assert capfd.readouterr().out.startswith("Usage: garboard [OPTIONS] COMMAND")
    assert main.run(["help", "scan"]) == 0
    assert capfd.readouterr().out.startswith("Usage: garboard scan [OPTIONS] IMAGE")
    assert main.run(["help", "nonsense"]) == 2


def test_what_may_be_a_package_and_was_taken_for_an_application_is_told(root: Path):
    places = {"opt/tool": ("tool", True), "srv/shop": ("shop", False)}
    for place, (name, alone) in places.items():
        (root / place).mkdir(parents=True)
        (root / place / "package.json").write_text(json.dumps({"name": name, "version": "1.0.0"}))
        if not alone:
            (root / place / "node_modules" / "a").mkdir(parents=True)
            (root / place / "node_modules" / "a" / "package.json").write_text('{"name": "a", "version": "1"}')
    result = run(str(root), "--format", "json")
    told = [gap["subject"] for gap in json.loads(result.stdout)["gaps"] if "application of its own" in gap["reason"]]
    assert told == ["opt/tool/package.json"]
