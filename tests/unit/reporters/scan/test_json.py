from __future__ import annotations

import json
import shutil
import subprocess

import msgspec
import pytest

from garboard import json_text
from garboard.reporters.scan.json import parts, render
from garboard.reporters.view import View
from tests.unit.reporters.attributed import BASE, COPIED, NOBODY, OURS, finding, report

RECIPE = """[.vulnerabilities[]
      | select(.nearestFixedInVersion)
      | select(.severity == "high")
      | { packageName, dockerfileInstruction, title, severity, version, nearestFixedInVersion }]"""


def document(*findings: object, view: View | None = None, **more: object) -> dict:
    return json.loads(render(report(*findings, **more), view or View()))


def test_what_the_dockerfile_brought() -> None:
    (entry,) = document(finding("git", OURS))["vulnerabilities"]
    assert entry["dockerfileInstruction"] == "apt-get install -y git vim"
    assert entry["introducedBy"] == OURS.instruction
    assert (entry["dockerfileFile"], entry["dockerfileLine"]) == ("Dockerfile", 3)
    assert (entry["origin"], entry["askedFor"], entry["dockerBaseImage"]) == ("dockerfile", "git", "")


def test_without_a_command_the_instruction_is_told() -> None:
    (entry,) = document(finding("x", COPIED))["vulnerabilities"]
    assert (entry["dockerfileInstruction"], entry["copiedFrom"]) == ("COPY --from=build /o /o", "build")


def test_headers_of_which_nothing_runs_are_marked() -> None:
    found = document(finding("linux-libc-dev", BASE), finding("git", OURS))["vulnerabilities"]
    assert {entry["name"]: entry["headers"] for entry in found} == {"linux-libc-dev": True, "git": False}


@pytest.mark.parametrize(("who", "origin", "base"), [(BASE, "base", "ruby:2.5.1"), (NOBODY, "unknown", "")])
def test_what_others_brought_has_no_instruction(who: object, origin: str, base: str) -> None:
    (entry,) = document(finding("x", who))["vulnerabilities"]
    assert (entry["origin"], entry["dockerBaseImage"], entry["dockerfileInstruction"]) == (origin, base, "")


def test_the_top_tells_of_the_layers() -> None:
    told = document(finding("a", BASE), finding("b", OURS), finding("c", NOBODY))
    assert told["docker"]["baseImage"] == "ruby:2.5.1"
    whose = told["attribution"]
    assert (whose["how"], whose["baseLayers"], whose["instructions"]) == ("exact", 1, "aligned")
    assert whose["issues"] == {"base": 1, "dockerfile": 1, "unknown": 1}
    assert [(one["origin"], one["dockerfileLine"]) for one in whose["layers"]] == [("base", None), ("dockerfile", 3)]


def test_without_layers_there_is_no_attribution() -> None:
    assert document(finding("a", None), attribution=None)["attribution"] is None


def test_excluding_the_base_keeps_the_count_of_dependencies() -> None:
    told = document(finding("a", BASE), finding("b", OURS), view=View(exclude_base=True))
    assert (told["dependencyCount"], told["uniqueCount"]) == (2, 1)
    assert [entry["origin"] for entry in told["vulnerabilities"]] == ["dockerfile"]
    assert any(gap["subject"] == "--exclude-base" for gap in told["gaps"])


@pytest.mark.skipif(shutil.which("jq") is None, reason="no jq here")
def test_the_recipe_of_the_guide_runs_unchanged() -> None:
    data = render(report(finding("curl", OURS), finding("bzip2", BASE)), View(exclude_base=True))
    told = json.loads(subprocess.run(["jq", RECIPE], input=data, capture_output=True, check=True).stdout)
    assert told == [
        {
            "packageName": "curl", "dockerfileInstruction": "apt-get install -y git vim", "title": "Wrong in curl",
            "severity": "high", "version": "1", "nearestFixedInVersion": "2",
        }
    ]  # fmt: skip


@pytest.mark.parametrize("count", [0, 1, 3])
def test_the_parts_are_one_indented_document(count: int) -> None:
    """However many there are, no part but the first and the last grows with them."""
    found = [finding(f"CVE-2024-{number}", OURS) for number in range(count)]
    made = list(parts(report(*found), View()))
    assert b"".join(made) == render(report(*found), View())
    assert len(made) == count + 2
    assert b"".join(made) == json_text.formatted(msgspec.json.encode(json.loads(b"".join(made))))
    assert len(json.loads(b"".join(made))["vulnerabilities"]) == count
