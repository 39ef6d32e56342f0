"""What other scanners ignore, as entries of a policy; and that entries leave what is there as it is."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.model.errors import UsageError
from garboard.model.policy import Ignore
from garboard.policy import document, entries, foreign

TRIVY = """\
# Accept the risk
CVE-2018-14618

CVE-2019-14697  # only in tests
CVE-2019-1543 exp:2023-01-01
AVD-DS-0002
"""
TRIVY_YAML = """\
vulnerabilities:
  - id: CVE-2022-40897
    paths:
      - "usr/local/lib/python3.9/site-packages/setuptools-58.1.0.dist-info/METADATA"
    statement: Accept the risk
    expired_at: 2026-09-01
  - id: CVE-2023-3817
    purls:
      - "pkg:deb/debian/libssl1.1@1.1.1n?arch=amd64"
      - "pkg:npm/%40a/b@1"
misconfigurations:
  - id: AVD-1
"""
SNYK = """\
# Snyk (https://snyk.io) policy file
version: v1.25.0
ignore:
  CVE-2021-1:
    - 'express > qs@6.5.2':
        reason: not reachable
        expires: 2027-01-31T00:00:00.000Z
    - '*':
        reason: everywhere
  SNYK-JS-QS-3153490:
    - '*':
        reason: x
patch: {}
"""
GRYPE = """\
ignore:
  - vulnerability: CVE-2008-4318
    fix-state: unknown
    package:
      name: libcurl
      version: 1.5.1
      type: npm
  - vulnerability: CVE-2014-1
    vex-status: not_affected
  - fix-state: wont-fix
  - package:
      location: "/usr/local/lib/node_modules/**"
    reason: tools
"""
OSV = """\
[[IgnoredVulns]]
id = "GO-2022-0968"
ignoreUntil = 2027-11-09
reason = "No ssh servers are connected to or hosted in Go lang"

[[PackageOverrides]]
name = "lib"
version = "1.0.0"
ecosystem = "Go"
ignore = true
reason = "abc"

[[PackageOverrides]]
ecosystem = "npm"
license.override = ["MIT"]
"""


def test_trivyignore() -> None:
    found = foreign.read(TRIVY, "x/.trivyignore")
    assert [(one.ids, one.reason, one.until) for one in found.ignores] == [
        (("CVE-2018-14618",), "Accept the risk", None),
        (("CVE-2019-14697",), "only in tests", None),
        (("CVE-2019-1543",), "no reason was given", dt.date(2022, 12, 31)),
    ]
    assert found.left == ("x/.trivyignore:6: AVD-DS-0002 is about no vulnerability",)


def test_a_comment_in_a_trivyignore_is_of_the_next_entry_alone() -> None:
    found = foreign.read("# one\n# two\nCVE-1\nCVE-2\n# x\n\nCVE-3\n", ".trivyignore")
    assert [one.reason for one in found.ignores] == ["one two", "no reason was given", "no reason was given"]


@pytest.mark.parametrize(
    ("end", "last"),
    [
        ("2020-03-01", "2020-02-29"),
        ("2020-03-01T00:00:00Z", "2020-02-29"),
        ("2020-03-01T12:00:00Z", "2020-02-29"),
        ("2020-03-01T23:59:59Z", "2020-03-01"),
        ("2020-03-01T00:00:00+02:00", "2020-02-28"),
    ],
)
def test_nothing_is_ignored_longer_than_it_was(end: str, last: str) -> None:
    for text, name in (
        (f'[[IgnoredVulns]]\nid = "CVE-1"\nignoreUntil = {end}\n', "osv-scanner.toml"),
        (f"CVE-1 exp:{end}\n", ".trivyignore"),
        (f"ignore:\n  CVE-1:\n  - '*':\n      expires: {end}\n", ".snyk"),
    ):
        assert [str(one.until) for one in foreign.read(text, name).ignores] == [last]


def test_trivyignore_yaml() -> None:
    found = foreign.read(TRIVY_YAML, ".trivyignore.yaml")
    assert [(one.ids[0], one.packages, one.version, one.until) for one in found.ignores] == [
        ("CVE-2022-40897", (), "", dt.date(2026, 8, 31)),
        ("CVE-2023-3817", ("libssl1.1",), "1.1.1n", None),
        ("CVE-2023-3817", ("@a/b",), "1", None),
    ]
    assert found.ignores[0].paths == ("/usr/local/lib/python3.9/site-packages/setuptools-58.1.0.dist-info/METADATA",)
    assert "says after ? or #" in found.left[0]
    assert "misconfigurations" in found.left[1]


def test_snyk() -> None:
    found = foreign.read(SNYK, ".snyk")
    assert [(one.ids, one.packages, one.reason, one.until) for one in found.ignores] == [
        (("CVE-2021-1",), ("qs",), "not reachable", dt.date(2027, 1, 30)),
        (("CVE-2021-1",), (), "everywhere", None),
    ]
    assert found.ignores[0].version == "6.5.2"
    assert "the path express > qs@6.5.2" in found.left[0]
    assert "SNYK-JS-QS-3153490" in found.left[1]


def test_grype() -> None:
    found = foreign.read(GRYPE, ".grype.yaml")
    assert [(one.ids, one.packages, one.version, one.ecosystems, one.until_fixed) for one in found.ignores] == [
        (("CVE-2008-4318",), ("libcurl",), "1.5.1", ("npm",), True),
        ((), (), "", (), False),
    ]
    assert found.ignores[1].paths == ("/usr/local/lib/node_modules/**",)
    assert len(found.left) == 2


def test_osv_scanner() -> None:
    found = foreign.read(OSV, "osv-scanner.toml")
    assert [(one.ids, one.packages, one.version, one.until) for one in found.ignores] == [
        (("GO-2022-0968",), (), "", dt.date(2027, 11, 8)),
        ((), ("lib",), "1.0.0", None),
    ]
    assert len(found.left) == 1


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("", "ignore.txt"),
        ("x: [", ".snyk"),
        ("= 1", "osv-scanner.toml"),
        ("a", ".trivyignore.yaml"),
        ("- 1", ".grype.yaml"),
    ],
)
def test_what_is_no_such_file(text: str, name: str) -> None:
    with pytest.raises(UsageError):
        foreign.read(text, name)


@pytest.mark.parametrize(
    ("name", "text", "taken", "said"),
    [
        (".trivyignore", "CVE-1 exp:2024-13-45\nCVE-2", ["CVE-2"], "2024-13-45 is no day"),
        (".trivyignore", "CVE-1 pkg:npm/x\nCVE-2", ["CVE-2"], "pkg:npm/x has nothing that stands for it"),
        (".trivyignore", "CVE-1,CVE-3\nCVE-2", ["CVE-2"], "no patterns"),
        (".trivyignore", "CVE-*\nCVE-2", ["CVE-2"], "no patterns"),
        (
            ".trivyignore.yaml",
            "vulnerabilities:\n- id: CVE-1\n  expired_at: soon\n- id: CVE-2",
            ["CVE-2"],
            "soon is no day",
        ),
        (".trivyignore.yaml", "vulnerabilities:\n- id: CVE-1\n  purls: [banana]\n- id: CVE-2", ["CVE-2"], "banana"),
        (".trivyignore.yaml", "vulnerabilities:\n- id: CVE-1\n  paths: a\n- id: CVE-2", ["CVE-2"], "no list of texts"),
        (".trivyignore.yaml", "vulnerabilities:\n- id: CVE-1\n  foo: bar\n- id: CVE-2", ["CVE-2"], "foo has nothing"),
        (".trivyignore.yaml", "vulnerabilities:\n- paths: [a]\n- id: CVE-2", ["CVE-2"], "has no id"),
        (".trivyignore.yaml", "vulnerabilities:\n- CVE-1\n- id: CVE-2", ["CVE-2"], "CVE-1 is no entry"),
        (
            ".snyk",
            "ignore:\n  CVE-1:\n  - '*':\n      expires: never\n  CVE-2:\n  - '*':",
            ["CVE-2"],
            "never is no day",
        ),
        (".snyk", "ignore:\n  CVE-1: {}\n  CVE-2:\n  - '*':", ["CVE-2"], "has no paths"),
        (".snyk", "exclude:\n  global: [a]\nignore:\n  CVE-2:\n  - '*':", ["CVE-2"], "exclude is not about"),
        (
            ".snyk",
            "ignore:\n  CVE-1:\n  - '*':\n      disregardIfFixable: true\n      expires: 2027-01-31\n  CVE-2:\n  - '*':",
            ["CVE-2"],
            "one end",
        ),
        (".grype.yaml", "ignore:\n- vulnerability: CVE-.*\n- vulnerability: CVE-2", ["CVE-2"], "no patterns"),
        (
            ".grype.yaml",
            "ignore:\n- vulnerability: CVE-1\n  namespace: x\n- vulnerability: CVE-2",
            ["CVE-2"],
            "namespace",
        ),
        (".grype.yaml", "only-fixed: true\nignore:\n- vulnerability: CVE-2", ["CVE-2"], "only-fixed is not about"),
        (
            ".grype.yaml",
            "ignore:\n- package:\n    type: java-archive\n- package:\n    name: a[bc]\n- vulnerability: CVE-2",
            ["CVE-2"],
            "a[bc] is an expression",
        ),
        ("osv-scanner.toml", '[[IgnoredVulns]]\nreason = "x"\n[[IgnoredVulns]]\nid = "CVE-2"', ["CVE-2"], "has no id"),
        (
            "osv-scanner.toml",
            '[[IgnoredVulns]]\nid = "CVE-2"\n[[PackageOverrides]]\nname = "a"\ngroup = "dev"\nignore = true',
            ["CVE-2"],
            "group has nothing",
        ),
    ],
)
def test_what_cannot_be_taken_over_is_told_and_the_rest_is_taken(
    name: str, text: str, taken: list[str], said: str
) -> None:
    found = foreign.read(text, name)
    assert [*(id_ for one in found.ignores for id_ in one.ids)] == taken
    assert any(said in one for one in found.left)


def test_a_name_by_an_expression_is_a_pattern() -> None:
    (one,) = foreign.read("ignore:\n- package:\n    name: linux-.*-headers", ".grype.yaml").ignores
    assert one.packages == ("linux-*-headers",)


@given(
    st.sampled_from([*foreign.names()]),
    st.text(st.sampled_from("ignore:vulabtsCVE-1 \n-'*>@{}[]\"=,#"), max_size=80),
)
def test_whatever_is_taken_over_is_a_policy(name: str, text: str) -> None:
    try:
        found = foreign.read(text, name).ignores
    except UsageError:
        return
    document.read(entries.appended("", found), "p")


@pytest.mark.parametrize("text", [TRIVY, TRIVY_YAML, SNYK, GRYPE, OSV])
def test_all_that_is_taken_over_is_read_again(text: str) -> None:
    name = {
        TRIVY: ".trivyignore",
        TRIVY_YAML: ".trivyignore.yaml",
        SNYK: ".snyk",
        GRYPE: ".grype.yaml",
        OSV: "osv-scanner.toml",
    }[text]
    found = foreign.read(text, name).ignores
    again = document.read(entries.appended("", found), "p").ignores
    strip = [
        (one.ids, one.packages, one.version, one.paths, one.ecosystems, one.reason, one.until, one.until_fixed)
        for one in found
    ]
    assert strip == [
        (one.ids, one.packages, one.version, one.paths, one.ecosystems, one.reason, one.until, one.until_fixed)
        for one in again
    ]


TEXTS = st.text(min_size=1, max_size=20).filter(lambda text: text.strip() == text and "\r" not in text)


@given(
    st.sampled_from(["", "# ours\n", "# ours", "[stages.a]\r\n", 'default-stage = "a" # x\n[stages.a]\n\n\n']),
    st.lists(TEXTS.filter(lambda one: not re.search(r"[\s,*?\[\]]", one)), min_size=1, max_size=3).map(tuple),
    TEXTS,
    st.none() | st.dates(),
)
def test_an_entry_changes_nothing_that_is_there(
    before: str, ids: tuple[str, ...], reason: str, until: dt.date | None
) -> None:
    after = entries.appended(before, [Ignore(place="p", ids=ids, reason=reason, until=until)])
    assert after.startswith(before)
    (found,) = document.read(after, "p").ignores
    assert (found.ids, found.reason, found.until) == (ids, reason, until)


@pytest.mark.parametrize(
    ("path", "taken"),
    [
        ("app/node_modules", "/app/node_module[s]"),
        ("/usr/bin/app", "/usr/bin/ap[p]"),
        ("./app/package.json", "/app/package.json"),
        ("app/x/../METADATA", "/app/METADATA"),
        ("app/*/x", "/app/*/x"),
        (".", None),
        ("./", None),
        ("app/..", None),
    ],
)
def test_a_path_is_of_one_file_and_not_of_all_in_a_folder(path: str, taken: str | None) -> None:
    text = f"vulnerabilities:\n  - id: CVE-2024-1\n    paths: [{path!r}]\n"
    found = foreign.read(text, ".trivyignore.yaml")
    assert [one.paths for one in found.ignores] == ([(taken,)] if taken else [])
    assert len(found.left) == (taken is None)
