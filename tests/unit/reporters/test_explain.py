"""What ``garboard explain`` finds under a name, and how it says it."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from garboard.matching.explain import explain
from garboard.model.attribution import Introduction, Origin, Place
from garboard.model.explanation import Standing
from garboard.model.package import Package
from garboard.model.report import Report
from garboard.reporters.explain import json as explain_json
from garboard.reporters.explain import text as explain_text
from garboard.reporters.view import View
from tests.unit.reporters.findings import Data, scanned


def text(query: str, of: Report | None = None) -> str:
    return explain_text.render(explain(query, of or scanned(), Data()), View()).decode()


def document(query: str) -> dict[str, Any]:
    return json.loads(explain_json.render(explain(query, scanned(), Data())))


@pytest.mark.parametrize("name", ["CVE-2024-0001", "cve-2024-0001", " DSA-1-1 "])
def test_a_vulnerability_by_any_of_its_names(name: str) -> None:
    found = explain(name, scanned(), Data())
    assert [f.package.arch for issue in found.issues for f in issue.findings] == ["amd64", "i386"]
    assert found.packages == ()


@pytest.mark.parametrize(
    "name",
    ["libssl3", "openssl/libssl3", "openssl", "libssl3@3.0.9-1", "libssl3=3.0.9-1", "pkg:deb/debian/libssl3@3.0.9-1"],
)
def test_a_package_by_any_of_its_names(name: str) -> None:
    found = explain(name, scanned(), Data())
    assert [package.name for package in found.packages] == ["libssl3", "libssl3"]
    assert [issue.findings[0].vulnerability.id for issue in found.issues] == ["CVE-2024-0001"]


def test_all_of_an_issue_is_told() -> None:
    told = text("CVE-2024-0001")
    for line in (
        "CVE-2024-0001: high severity (by debian)",
        "  Exploited: known since 2024-02-01 (CISA KEV), by ransomware too",
        "  Exploit probability: 50.00% within 30 days (EPSS), more than 99.0% of all",
        "  Also known as: DSA-1-1",
        "    debian       high",
        "    nvd          CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "    Affected: <3.0.11-1",
        "    Fixed in: 3.0.11-1",
        "    Where: var/lib/dpkg/status (layer 0)",
        "    Since: layer 0 (sha256:" + "a" * 64 + ")",
        "    Brought by: the base image debian:12, `ADD rootfs.tar /`",
        "      git@1:2.39.1-1+b1 > curl/libcurl3@7.88.1-10 > openssl/libssl3@3.0.9-1",
        "    https://example.org/1",
    ):
        assert line in told.splitlines()
    assert "\x1b" not in told


def test_the_line_that_brought_it() -> None:
    told = text("CVE-2024-0003")
    assert (
        "Brought by: the Dockerfile (./build dir/Dockerfile:3), `RUN apt-get update && apt-get install -y git" in told
    )
    assert "Asked by: `apt-get install -y git ${X:-vim}`, for git" in told
    assert "Copied from: build, made there by `RUN pip install jinja2`" in text("markupsafe")


@pytest.mark.parametrize(
    ("query", "command"),
    [
        (
            "CVE-2024-0001",
            "apt-get update && apt-get install -y --only-upgrade libssl3:amd64=3.0.11-1 libssl3:i386=3.0.11-1",
        ),
        ("CVE-2024-0003", "apt-get update && apt-get install -y --only-upgrade libcurl3=7.88.1-10+deb12u1"),
        ("jinja2", "pip install --upgrade 'jinja2>=3.1.5'"),
        ("CVE-2024-0001", "docker build --pull --no-cache ."),
        ("CVE-2024-0003", "docker build --no-cache ."),
    ],
)
def test_commands_that_clear(query: str, command: str) -> None:
    commands = [remedy.command for issue in explain(query, scanned(), Data()).issues for remedy in issue.remedies]
    assert command in commands


def test_what_stands_in_the_way_without_a_fix() -> None:
    told = text("CVE-2024-0002")
    assert "- no fix: the distribution has put the fix off (Minor issue)" in told
    assert "- nothing else needs it: an image without git does not have the issue" in told


def test_doing_without_what_asked_for_it() -> None:
    assert "- only git leads to it: an image without git does not have the issue" in text("CVE-2024-0003")
    assert "an image without" not in text("CVE-2024-0001"), "the base image brings it anyhow"


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("deb", "apt-get install -y 'x=1'"),
        ("rpm", "dnf install -y x-1"),
        ("pypi", "pip install X==1.0"),
        ("npm", "npm i x@1"),
    ],
)
def test_a_version_that_the_line_names(kind: str, words: str) -> None:
    of = scanned()
    line = Introduction(origin=Origin.DOCKERFILE, command=words, place=Place(file="Dockerfile", line=7))
    package = Package(type=kind, name="x", version="1", scheme="deb", purl=f"pkg:{kind}/x@1")
    finding = msgspec.structs.replace(of.findings[0], package=package, fixed_in="2", introduced=line)
    inventory = msgspec.structs.replace(of.inventory, packages=(package,))
    of = msgspec.structs.replace(of, findings=(finding,), inventory=inventory)
    texts = [remedy.text for remedy in explain("x", of, Data()).issues[0].remedies]
    assert f"`{words}` names the version: change it there (Dockerfile:7)" in texts


def test_a_binary_with_a_version_of_its_own_is_named_without_it() -> None:
    of = scanned()
    one = next(finding for finding in of.findings if finding.package.name == "libcurl3")
    package = msgspec.structs.replace(one.package, source_version="7.88.1-9")
    other = msgspec.structs.replace(one, package=package)
    of = msgspec.structs.replace(of, findings=(other,))
    remedy = explain("CVE-2024-0003", of, Data()).issues[0].remedies[0]
    assert remedy.command.endswith("--only-upgrade libcurl3")
    assert "upgrade to 7.88.1-10+deb12u1 (of the source package curl)" in remedy.text


@pytest.mark.parametrize(
    ("kind", "distro", "command"),
    [
        ("rpm", "almalinux", "dnf upgrade -y x-2"),
        ("rpm", "azurelinux", "tdnf upgrade -y x-2"),
        ("rpm", "sles", "zypper --non-interactive install 'x>=2'"),
        ("apk", "alpine", "apk add --no-cache --upgrade 'x>=2'"),
        ("npm", "", "npm install x@2"),
        ("gem", "", "gem install 'x:>=2'"),
        ("nuget", "", "dotnet add package x --version 2"),
        ("golang", "", "go get x@v2 && go mod tidy"),
        ("cargo", "", "cargo update -p x --precise 2"),
        ("composer", "", "composer require 'x:^2'"),
        ("pub", "", "dart pub upgrade x"),
        ("swift", "", ""),
    ],
)
def test_every_package_manager(kind: str, distro: str, command: str) -> None:
    of = scanned()
    package = Package(type=kind, name="x", version="1", scheme="rpm", purl=f"pkg:{kind}/x@1")
    finding = msgspec.structs.replace(
        of.findings[0], package=package, fixed_in="2", from_paths=((package.id,),), introduced=Introduction()
    )
    inventory = msgspec.structs.replace(
        of.inventory, packages=(package,), distro=msgspec.structs.replace(of.inventory.distro, id=distro)
    )
    of = msgspec.structs.replace(of, findings=(finding,), inventory=inventory)
    remedy = explain("x", of, Data()).issues[0].remedies[0]
    assert remedy.command == command
    assert "2" in remedy.text


@pytest.mark.parametrize(
    ("name", "standing", "words"),
    [
        ("CVE-2019-0001", Standing.FIXED, "not affected: fixed in 1:1.2.11.dfsg-2, installed 1:1.2.13.dfsg-1"),
        ("CVE-2019-0002", Standing.NOT_AFFECTED, "not affected: the source says so of this release"),
        ("CVE-2019-0003", Standing.OUTSIDE, "not affected: installed 2.11.0, affected >=3.0 <3.1"),
        ("CVE-2019-0004", Standing.UNDETERMINED, "has not determined yet"),
    ],
)
def test_why_a_vulnerability_does_not_apply(name: str, standing: Standing, words: str) -> None:
    found = explain(name.lower(), scanned(), Data())
    assert [one.standing for one in found.considered] == [standing]
    assert found.found
    assert words in text(name)
    assert document(name)["noFindings"][0]["standing"] == standing.value


def test_a_package_without_findings() -> None:
    assert "No known vulnerability." in text("zlib1g")
    nowhere = scanned()
    packages = tuple(msgspec.structs.replace(p, ecosystem="") for p in nowhere.inventory.packages)
    nowhere = msgspec.structs.replace(
        nowhere, findings=(), inventory=msgspec.structs.replace(nowhere.inventory, packages=packages)
    )
    assert "there are no data by which it could be judged" in text("zlib1g", nowhere)


@pytest.mark.parametrize(
    ("query", "near"),
    [("libsl3", "libssl3"), ("libssl3@9", "libssl3@3.0.9-1"), ("CVE-2024-00001", "CVE-2024-0001"), ("zzzz", None)],
)
def test_near_names_where_nothing_is_found(query: str, near: str | None) -> None:
    found = explain(query, scanned(), Data())
    assert not found.found
    assert near is None or near in found.near
    assert f"{query}: not found in ghcr.io/acme/app:1" in text(query)


def test_the_document() -> None:
    found = document("CVE-2024-0003")
    assert (found["found"], found["image"]) == (True, "ghcr.io/acme/app:1")
    issue = found["issues"][0]
    assert issue["vulnerability"]["severity"] == "low"
    assert issue["packages"][0]["package"]["introduced"]["place"]["line"] == 3
    assert issue["packages"][0]["package"]["paths"] == [["git@1:2.39.1-1+b1", "curl/libcurl3@7.88.1-10"]]
    assert issue["remedies"][0]["command"].startswith("apt-get update")
    assert document("nothing-like-it")["found"] is False
