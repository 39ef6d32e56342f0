"""Runtimes that files of a source tree name: listed with their lines, and told where they are no version."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from garboard import lock_text
from garboard.image.handle import OpenedInventory
from garboard.image.options import Options
from garboard.image.sources import sbom
from garboard.matching import match
from garboard.model.package import NAMED_RUNTIMES, UNMANAGED, Inventory
from garboard.reporters.inventory import json as inventory_json
from garboard.reporters.view import View
from garboard.sbom import cyclonedx_writer, spdx_writer
from tests.unit.matching.known import Known
from tests.unit.packages.test_declared import read
from tests.unit.reporters.inventories import report

PROJECT = "<Project>\n<PropertyGroup>\n<{0}>{1}</{0}>\n</PropertyGroup>\n</Project>\n"


def listed(found: Inventory) -> dict[str, int]:
    runtimes = [one for one in found.packages if one.type == UNMANAGED]
    assert all(one.declared and not one.ecosystem for one in runtimes)
    return {f"{one.name}@{one.version}": one.locations[0].line for one in runtimes}


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (".python-version", "# mine\n3.8.10\n3.9\n", {"python@3.8.10": 2, "python@3.9": 3}),
        (".python-version", "python-3.8\n", {"python@3.8": 1}),
        (".ruby-version", "ruby-2.7.8@gems\n", {"ruby@2.7.8": 1}),
        (".ruby-version", "2.7.8-p225", {"ruby@2.7.8-p225": 1}),
        ("a/.nvmrc", "v16.20.0\n", {"node@16.20.0": 1}),
        (".node-version", "18", {"node@18": 1}),
        (".php-version", "7.4\n", {"php@7.4": 1}),
        (".go-version", "1.19.3\n", {"go@1.19.3": 1}),
        (".java-version", "11.0\n", {"java@11.0": 1}),
        ("runtime.txt", "python-3.9.1\n", {"python@3.9.1": 1}),
        ("runtime.txt", "anything else\n", {}),
        (".tool-versions", "nodejs 16.1.0 # why\npython 3.8.1 system\n", {"node@16.1.0": 1, "python@3.8.1": 2}),
        (".sdkmanrc", "# x\njava=17.0.9-tem\n", {"java@17.0.9": 2}),
        ("mise.toml", '[tools]\npython = ["3.8", "3.9"]\nnode = { version = "16" }\n', {"python@3.8": 2, "python@3.9": 2, "node@16": 3}),
        (".mise.toml", '[tools]\n"core:ruby" = "2.7"\n', {"ruby@2.7": 2}),
        ("rust-toolchain", "1.65.0\n", {"rust@1.65.0": 1}),
        ("rust-toolchain.toml", '[toolchain]\nchannel = "1.65"\n', {"rust@1.65": 2}),
        ("global.json", '{\n  "sdk": {\n    "version": "6.0.100"\n  }\n}\n', {"dotnet@6.0.100": 3}),
        ("global.json", '{"sdk": {"rollForward": "major", "version": "6.0.100"}} // why\n', {"dotnet@6.0.100": 1}),
        ("global.json", '{"sdk": {"rollForward": "major"}}', {}),
        ("a.csproj", PROJECT.format("TargetFramework", "net6.0"), {"dotnet@6.0": 3}),
        ("a.fsproj", PROJECT.format("TargetFrameworks", "netcoreapp3.1; net8.0-windows10.0;netstandard2.0"), {"dotnet@3.1": 3, "dotnet@8.0": 3}),
        ("Directory.Build.props", PROJECT.format("TargetFramework", "net6.0"), {"dotnet@6.0": 3}),
    ],
)  # fmt: skip
def test_runtimes(tmp_path: Path, path: str, text: str, expected: dict[str, int]) -> None:
    found = read(tmp_path, {path: text})
    assert listed(found) == expected
    assert not [gap for gap in found.gaps if "not judged" in gap.reason]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (".nvmrc", "lts/*\n", {"node@lts/*": 1}),
        (".python-version", "pypy3.9-7.3.11\n", {"python@pypy3.9-7.3.11": 1}),
        (".tool-versions", "ruby ref:main\nterraform 1.5.0\n", {"ruby@ref:main": 1, "terraform@1.5.0": 2}),
        (".sdkmanrc", "java=latest\n", {"java@latest": 1}),
        ("rust-toolchain", "stable\n", {"rust@stable": 1}),
        ("a.csproj", PROJECT.format("TargetFramework", "net472"), {"dotnet-framework@net472": 3}),
    ],
)
def test_what_no_release_line_is_known_of(tmp_path: Path, path: str, text: str, expected: dict[str, int]) -> None:
    assert listed(read(tmp_path, {path: text})) == expected


@pytest.mark.parametrize(
    ("path", "text", "kind", "named"),
    [
        (".tool-versions", "ruby\n", lock_text.RUNTIMES, "ruby"),
        ("mise.toml", '[tools]\n"npm:a" = "1"\n', lock_text.TOOLS, "npm:a"),
        ("a.csproj", PROJECT.format("TargetFramework", "$(Ours)"), lock_text.RUNTIMES, "$(Ours)"),
    ],
)
def test_what_has_no_version_is_told(tmp_path: Path, path: str, text: str, kind: str, named: str) -> None:
    found = read(tmp_path, {path: text})
    assert listed(found) == {}
    (reason,) = (gap.reason for gap in found.gaps if gap.subject == kind)
    assert "not judged" in reason
    assert f"{path} ({named})" in reason


@pytest.mark.parametrize(("path", "text"), [("mise.toml", "[tools"), ("rust-toolchain", "[[")])
def test_what_cannot_be_read_is_told(tmp_path: Path, path: str, text: str) -> None:
    assert any("cannot be read" in gap.reason for gap in read(tmp_path, {path: text}).gaps)


def test_a_framework_by_a_property(tmp_path: Path) -> None:
    files = {
        "Directory.Build.props": PROJECT.format("Ours", "net6.0"),
        "a/a.csproj": PROJECT.format("TargetFramework", "$(Ours)"),
    }
    assert listed(read(tmp_path, files)) == {"dotnet@6.0": 3}


def test_publishers_of_java(tmp_path: Path) -> None:
    files = {".tool-versions": "java temurin-17.0.9+9\n", "a/.sdkmanrc": "java=17.0.9-amzn\n", ".java-version": "17\n"}
    vendors = {one.locations[0].path: one.vendor for one in read(tmp_path, files).packages}
    assert vendors == {".tool-versions": "Eclipse Adoptium", "a/.sdkmanrc": "Amazon.com Inc.", ".java-version": ""}


def test_vulnerabilities_of_runtimes_are_not_judged_and_that_is_told(tmp_path: Path) -> None:
    found = match(read(tmp_path, {".python-version": "3.8\n"}), Known())
    assert (found.judged, found.unjudged) == (0, ())
    ((subject, reason),) = ((gap.subject, gap.reason) for gap in found.gaps)
    assert subject == NAMED_RUNTIMES
    assert reason.endswith("python 3.8")


@pytest.mark.parametrize(
    "form", [cyclonedx_writer.render, spdx_writer.render, lambda of: inventory_json.render(of, View())]
)
def test_no_document_makes_a_release_of_a_line(tmp_path: Path, form: object) -> None:
    assert callable(form)
    of = msgspec.structs.replace(report(), inventory=read(tmp_path, {".python-version": "3.8\n"}))
    path = tmp_path / "document.json"
    path.write_bytes(form(of))
    again = sbom.open(str(path), Options())
    assert isinstance(again, OpenedInventory)
    assert [(one.name, one.version, one.only_named, one.ecosystem) for one in again.inventory.packages] == [
        ("python", "3.8", True, "")
    ]


def test_a_runtime_without_a_version_leaves_nothing_out(tmp_path: Path) -> None:
    (gap,) = (one for one in read(tmp_path, {".tool-versions": "nodejs\n"}).gaps if one.subject == lock_text.RUNTIMES)
    assert not gap.unread
    assert not listed(read(tmp_path, {"mise.toml": "[tools]\npython = true\n"}))
