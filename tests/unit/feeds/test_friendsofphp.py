"""FriendsOfPHP: what Composer's constraints of each branch say of a version."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.feeds import friendsofphp
from garboard.matching.ranges import judge
from garboard.model.advisory import Advisory, Affected, Range, Status
from garboard.model.errors import FeedError
from garboard.model.feed import FeedHeader, Record
from garboard.model.gap import Gap
from tests.unit.feeds.test_rubysec import zipped

ENTRY = """title: 'CVE-2024-1000: a hole'
link: https://example.org/blog
cve: CVE-2024-1000
branches:
    2.0.x:
        time: 2024-01-02 10:00:00
        versions: ['>=2.0.0', '<2.0.15']
    2.1.x:
        time: '2024-01-01 00:00:00'
        versions: ['>=2.1.0', '<=2.1.4']
reference: composer://Acme/Web
composer-repository: false
"""
ROOT = "security-advisories-master/"


def parsed(files: dict[str, str | bytes]) -> list[Record]:
    header, *records = friendsofphp.parse("friendsofphp", [zipped(files)])
    assert header == FeedHeader(ecosystems=("Packagist",))
    return records


def one(text: str, name: str = "acme/web/2024-01-01.yaml") -> Advisory:
    (found,) = parsed({f"{ROOT}{name}": text})
    assert isinstance(found, Advisory), found
    return found


def branch(*constraints: str) -> Affected:
    versions = ", ".join(f"'{one}'" for one in constraints)
    text = f"branches:\n    a:\n        versions: [{versions}]\nreference: composer://acme/web\n"
    (affected,) = one(text).affected
    return affected


def test_an_entry() -> None:
    files: dict[str, str | bytes] = {
        f"{ROOT}acme/web/CVE-2024-1000.yaml": ENTRY,
        f"{ROOT}.github/workflows/x.yaml": "a: b",
        f"{ROOT}README.md": "x",
    }
    (found,) = parsed(files)
    assert isinstance(found, Advisory)
    assert (found.id, found.aliases, found.published) == (
        "acme/web/CVE-2024-1000",
        ("CVE-2024-1000",),
        "2024-01-01",
    )
    (affected,) = found.affected
    assert (affected.ecosystem, affected.package, affected.status) == ("Packagist", "acme/web", Status.FIXED)
    assert affected.ranges == (
        Range(introduced="2.0.0-dev", fixed="2.0.15"),
        Range(introduced="2.1.0-dev", last_affected="2.1.4"),
    )


@pytest.mark.parametrize(
    ("name", "link", "aliases"),
    [
        ("acme/web/GHSA-2jx3-65f3-xr8r.yaml", "https://example.org", ("GHSA-2jx3-65f3-xr8r",)),
        ("acme/web/2024-01-01.yaml", "https://github.com/advisories/GHSA-2jx3-65f3-xr8r", ("GHSA-2jx3-65f3-xr8r",)),
        ("acme/web/2024-01-01.yaml", "https://example.org", ()),
    ],
)
def test_without_a_cve_its_name_at_github_is_its_alias(name: str, link: str, aliases: tuple[str, ...]) -> None:
    text = ENTRY.replace("cve: CVE-2024-1000", "cve: ~").replace("https://example.org/blog", link)
    assert one(text, name).aliases == aliases


@pytest.mark.parametrize(
    ("constraints", "version", "affected"),
    [
        ((">=2.0", "<2.1"), "2.0.0-RC1", True),
        ((">=2.0.0-beta2", "<2.1"), "2.0.0-beta1", False),
        ((">2.0", "<2.1"), "2.0.0", False),
        ((">2.0", "<2.1"), "2.0.0-p1", True),
        ((">2.0", "<2.1"), "2.0.0.1", True),
        (("<=2.0",), "2.0.0", True),
        (("<2.3.2-p2",), "2.3.2-p1", True),
        (("<2.3.2-p2",), "2.3.2-p2", False),
        (("==2.0",), "v2.0.0", True),
        ((">=1",), "9.9", True),
    ],
)
def test_constraints(constraints: tuple[str, ...], version: str, affected: bool) -> None:
    assert judge(branch(*constraints), version).affected == affected


VERSION = st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3))


@given(
    low=VERSION, high=VERSION, above=st.sampled_from([">=", ">"]), below=st.sampled_from(["<", "<="]), version=VERSION
)
def test_a_version_is_affected_if_all_constraints_hold(
    low: tuple[int, ...], high: tuple[int, ...], above: str, below: str, version: tuple[int, ...]
) -> None:
    written = [".".join(map(str, one)) for one in (low, high, version)]
    holds = (version >= low if above == ">=" else version > low) and (
        version < high if below == "<" else version <= high
    )
    assert judge(branch(f"{above}{written[0]}", f"{below}{written[1]}"), written[2]).affected == holds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a\n",
        b"\xff\xfe",
        "a: [",
        ENTRY.replace("composer://Acme/Web", "pear://Acme/Web"),
        ENTRY.replace("branches:", "branche:"),
        ENTRY.replace("'>=2.0.0', '<2.0.15'", ""),
        ENTRY.replace("'>=2.0.0', '<2.0.15'", "'^2.0'"),
        ENTRY.replace("'>=2.0.0', '<2.0.15'", "'<2.0.15', '<2.0.16'"),
        ENTRY.replace("'>=2.0.0', '<2.0.15'", "'<2.0.15', '<=2.0.16'"),
        ENTRY.replace("['>=2.0.0', '<2.0.15']", "all"),
    ],
)
def test_what_is_no_entry_is_a_gap(text: str | bytes) -> None:
    (found,) = parsed({f"{ROOT}acme/web/2024-01-01.yaml": text})
    assert isinstance(found, Gap), found
    assert found.subject == "friendsofphp acme/web/2024-01-01"


def test_no_zip() -> None:
    with pytest.raises(FeedError):
        list(friendsofphp.parse("friendsofphp", [None]))
