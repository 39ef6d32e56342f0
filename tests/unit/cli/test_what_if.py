"""What-if from the outside: the image as it would be, what is not certain, and what cannot be done."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result

from garboard.cli import what_if
from tests.unit.cli import test_policy
from tests.unit.cli.image_on_disk import OS_RELEASE, stanza, tar, write_layers

image = test_policy.image


def asked(*arguments: str) -> Result:
    return test_policy.run(what_if, *arguments, "--no-cache", "--offline")


def fates(found: Result) -> dict[str, str]:
    assert found.exception is None, found.exception
    return {one["id"]: one["fate"] for one in json.loads(found.output)["issues"]}


@pytest.mark.parametrize(
    ("changes", "first", "second"),
    [
        (("--drop", "curl"), "same", "gone"),
        (("--raise", "openssl"), "gone", "same"),
        (("--raise", "openssl@3.0.12-1"), "gone", "same"),
        (("--raise", "openssl", "--drop", "curl"), "gone", "gone"),
        (("-f", "web/Dockerfile", "--line", "3=off"), "same", "gone"),
    ],
)
def test_what_becomes_of_each_issue(image: str, changes: tuple[str, ...], first: str, second: str) -> None:
    found = asked(image, *changes, "--json")
    assert fates(found) == {"CVE-2024-1": first, "CVE-2024-2": second}
    document = json.loads(found.output)
    assert document["after"]["size"] is None
    assert found.return_value == 0


def test_a_line_that_is_left_out_leaves_what_was_there_before_it(image: str) -> None:
    found = json.loads(asked(image, "-f", "web/Dockerfile", "--line", "3=off", "--json").output)
    changed = {one["name"]: (one["before"], one["after"]) for one in found["packages"]}
    assert changed == {"openssl": (["3.0.11-1"], ["3.0.9-1"]), "curl": (["7.88.1-10"], [])}
    assert "whether the instructions after it work without it is not known" in [one["reason"] for one in found["gaps"]]


def test_on_another_base(image: str) -> None:
    base = Path("root.tar")
    base.write_bytes(tar({"etc/os-release": OS_RELEASE, "var/lib/dpkg/status": stanza("openssl", "3.0.12-1").encode()}))
    Path("web/Dockerfile").write_text("FROM old:1\nRUN apt-get install -y curl\n")
    found = asked(image, "-f", "web/Dockerfile", "--rebase", f"root-archive:{base}", "--json")
    assert fates(found) == {"CVE-2024-1": "gone", "CVE-2024-2": "same"}
    assert json.loads(found.output)["after"]["baseImage"] == f"root-archive:{base}"


def test_packages_that_another_release_may_have_are_not_gone(image: str) -> None:
    base = Path("root.tar")
    trixie = OS_RELEASE.replace(b"12", b"13").replace(b"bookworm", b"trixie")
    base.write_bytes(tar({"etc/os-release": trixie, "var/lib/dpkg/status": stanza("openssl", "3.0.12-1").encode()}))
    Path("web/Dockerfile").write_text("FROM old:1\nRUN apt-get install -y curl\n")
    wanted = ("-f", "web/Dockerfile", "--rebase", f"root-archive:{base}")
    found = asked(image, *wanted, "--json")
    assert fates(found)["CVE-2024-2"] == "unknown"
    document = json.loads(found.output)
    assert document["counts"]["unknown"] == 1
    assert {one["name"]: one["known"] for one in document["packages"]}["curl"] is False
    assert found.return_value == 3
    text = asked(image, *wanted)
    assert "1 not known" in text.output.partition("\n")[0]
    assert "whether curl is there, and in which version, is not known" in text.output
    assert "Packages that may or may not be there: 1\n  curl" in text.output
    assert asked(image, *wanted, "--fail-if", "any").return_value == 1


def test_what_is_not_certain_is_told(image: str) -> None:
    found = asked(image, "--raise", "openssl@3.9-1")
    assert "Not certain:\n  openssl 3.9-1: no advisory names this version" in found.output
    assert "not known" in found.output  # the size


def test_what_is_set_aside_stays_so(image: str) -> None:
    assert fates(asked(image, "--drop", "curl", "--ignore", "CVE-2024-2=not reachable", "--json")) == {
        "CVE-2024-1": "same"
    }


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((), "needs a change"),
        (("--drop", "crul"), "no package crul"),
        (("--raise", "openssl@1"), "not older than 1"),
        (("--raise", "openssl@x y"), "no version of openssl"),
        (("--raise", "openssl@3.0.12-1", "--raise", "openssl@3.0.13-1"), "two versions"),
        (("--raise", "openssl", "--drop", "openssl"), "openssl is dropped and raised"),
        (("--line", "3=off"), "there is none"),
        (("-f", "web/Dockerfile", "--line", "2=off", "--line", "9=off"), "line 9"),
        (("--rebase", "root-archive:nowhere.tar"), ""),
    ],
)
def test_what_cannot_be_done_says_what_can(image: str, arguments: tuple[str, ...], text: str) -> None:
    error = asked(image, *arguments).exception
    assert text in str(error)
    assert getattr(error, "hint", "")


@pytest.mark.parametrize("text", ["3", "3=on", "=off", "x=off", "1.5=off"])
def test_a_line_is_written_as_it_is_meant(image: str, text: str) -> None:
    assert "N=off" in str(asked(image, "-f", "web/Dockerfile", f"--line={text}").exception)


def test_what_nothing_answers_for_without_a_line_is_told(image: str, tmp_path: Path) -> None:
    gem = b"Gem::Specification.new do |s|\n  s.name = 'rack'\n  s.version = '2.0'\nend\n"
    layers = {
        "ADD rootfs.tar /": {
            "etc/os-release": OS_RELEASE,
            "var/lib/dpkg/status": stanza("openssl", "3.0.12-1").encode(),
        },
        "COPY rack-2.0.gem /gems/ # buildkit": {"gems/rack-2.0.gem": b"\0x"},
        "RUN /bin/sh -c gem install --local /gems/rack-2.0.gem # buildkit": {
            "var/lib/gems/3.1.0/specifications/rack-2.0.gemspec": gem
        },
    }
    app = str(write_layers(tmp_path / "ruby.tar", layers))
    lines = "FROM scratch\nADD rootfs.tar /\nCOPY rack-2.0.gem /gems/\nRUN gem install --local /gems/rack-2.0.gem\n"
    Path("web/Dockerfile").write_text(lines)
    found = json.loads(asked(app, "-f", "web/Dockerfile", "--line", "4=off", "--json").output)
    assert [one["name"] for one in found["packages"]] == ["rack"]
    assert any("gems/rack-2.0.gem" in one["subject"] + one["reason"] for one in found["gaps"])


def test_on_its_own_base_it_is_the_image_itself(image: str) -> None:
    base = write_layers(
        Path("base.tar"),
        {
            "ADD rootfs.tar /": {
                "etc/os-release": OS_RELEASE,
                "var/lib/dpkg/status": stanza("openssl", "3.0.9-1").encode(),
            }
        },
    )
    Path("web/Dockerfile").write_text("FROM old:1\nRUN apt-get install -y curl\n")
    found = asked(image, "-f", "web/Dockerfile", "--rebase", str(base), "--json")
    assert set(fates(found).values()) == {"same"}
    assert json.loads(found.output)["packages"] == []
