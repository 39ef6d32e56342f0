"""Each scheme's order on written-down comparisons: the project's own, and the conformance data of others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from packaging.version import InvalidVersion as NotPep440
from packaging.version import Version

from garboard import ecosystems
from garboard.versions.invalid import InvalidVersion
from tests.unit.ecosystems.comparisons import comparisons, sign

VECTORS = Path(__file__).resolve().parents[2] / "vectors" / "versions"
SCALIBR = "osv-scalibr/semantic/testdata"
DETECTOR = "osv-detector/generators/testdata"
CONFORMANCE = (
    ("deb", f"{SCALIBR}/debian-versions.txt", 30),
    ("deb", f"{SCALIBR}/debian-versions-generated.txt", 14442),
    ("rpm", f"{SCALIBR}/redhat-versions.txt", 165),
    ("rpm", f"{DETECTOR}/redhat-versions.txt", 153),
    ("rpm", "claircore-rpm/rpmvercmp", 113),
    ("apk", f"{SCALIBR}/alpine-versions.txt", 778),
    ("apk", f"{SCALIBR}/alpine-versions-generated.txt", 13979),
    ("apk", f"{DETECTOR}/alpine-versions.txt", 768),
    ("apk", f"{DETECTOR}/alpine-versions-generated.txt", 13979),
    ("pep440", f"{SCALIBR}/pypi-versions.txt", 37),
    ("pep440", f"{SCALIBR}/pypi-versions-generated.txt", 12375),
    ("pep440", f"{DETECTOR}/pypi-versions.txt", 37),
    ("semver", f"{SCALIBR}/semver-versions.txt", 86),
    ("maven", f"{SCALIBR}/maven-versions.txt", 102),
    ("nuget", f"{SCALIBR}/nuget-versions.txt", 35),
    ("pub", f"{SCALIBR}/pub-versions.txt", 100),
    ("numbers", f"{SCALIBR}/cran-versions.txt", 21),
    ("numbers", f"{SCALIBR}/cran-versions-generated.txt", 57),
    ("numbers", f"{SCALIBR}/hackage-versions.txt", 11),
)
OTHERWISE = (
    # Maven's code sets `.word` below `-word`, which its specification has as equal.
    ("maven", f"{SCALIBR}/maven-versions-generated.txt", 14752, 20),
    # PHP alone sets 1.0 below 1.0.0; Composer, whose versions these are, has them as equal, and refuses `.post1` and branches.
    ("composer", f"{SCALIBR}/packagist-versions-generated.txt", 10630, 15),
    ("composer", f"{SCALIBR}/packagist-versions.txt", 95, 9),
)


@pytest.mark.parametrize("scheme", sorted(path.stem for path in VECTORS.glob("*.txt")))
def test_own_vectors(scheme):
    key = ecosystems.order(scheme).key
    wrong = [c.line for c in comparisons(VECTORS / f"{scheme}.txt") if sign(key(c.left), key(c.right)) != c.sign]
    assert wrong == []


@pytest.mark.parametrize(("scheme", "name", "count"), CONFORMANCE)
def test_every_line_of_the_conformance_data(shared, scheme, name, count):
    key = ecosystems.order(scheme).key
    lines = list(comparisons(shared / "conformance" / "versions" / name))
    assert len(lines) == count
    wrong, refused = [], []
    for c in lines:
        try:
            if sign(key(c.left), key(c.right)) != c.sign:
                wrong.append(c.line)
        except InvalidVersion as error:
            refused.append(error.text)
    assert wrong == []
    if scheme != "pep440":
        assert refused == []
    # Legacy versions, which the data order and PEP 440 does not: the reference implementation refuses each of them.
    for text in refused:
        with pytest.raises(NotPep440):
            Version(text)


@pytest.mark.parametrize(("scheme", "name", "count", "otherwise"), OTHERWISE)
def test_conformance_data_that_order_otherwise_in_a_few_lines(shared, scheme, name, count, otherwise):
    key = ecosystems.order(scheme).key
    lines = list(comparisons(shared / "conformance" / "versions" / name))
    wrong = []
    for c in lines:
        try:
            wrong += [c.line] if sign(key(c.left), key(c.right)) != c.sign else []
        except InvalidVersion:
            wrong.append(c.line)
    assert (len(lines), len(wrong)) == (count, otherwise), wrong


CLAIRCORE = re.compile(
    r"(?:(?P<name>[a-z]+(?:-[a-z]+)*)-)?(?P<evr>[0-9:.]+-[0-9]+(?:\.fc39)?)(?:[.-](?P<arch>[a-z0-9]+))?"
)


def test_claircore_package_names(shared):
    """Lines of ``name-epoch:version-release.arch``: the middle by its key, what is around it as text, absent first."""
    wrong = []
    for c in comparisons(shared / "conformance" / "versions" / "claircore-rpm" / "compare"):
        left, right = (CLAIRCORE.fullmatch(text).groups("") for text in (c.left, c.right))
        order = [
            sign(left[0], right[0]),
            sign(*map(ecosystems.order("rpm").key, (left[1], right[1]))),
            sign(left[2], right[2]),
        ]
        if next(filter(None, order), 0) != c.sign:
            wrong.append(c.line)
    assert wrong == []


@pytest.mark.parametrize(
    ("scheme", "text"),
    [
        ("deb", ""),
        ("deb", "1 2"),
        ("deb", "a:1"),
        ("deb", ":1"),
        ("deb", "-1"),
        ("deb", "1-"),
        ("deb", "1:"),
        ("deb", "1\n"),
        ("deb", "1.0é"),
        ("deb", "1" * 1025),
        ("rpm", ""),
        ("rpm", "1 0"),
        ("rpm", "1\x00"),
        ("rpm", "1" * 1025),
        ("apk", ""),
        ("apk", "1 2"),
        ("apk", "1é"),
        ("apk", "1" * 1025),
        ("pep440", ""),
        ("pep440", "0.1-bulbasaur"),
        ("pep440", "1" * 1025),
        ("semver", ""),
        ("semver", "latest"),
        ("semver", "^1.2.3"),
        ("semver", "1.x"),
        ("semver", "1.2.3-a..b"),
        ("semver", "1.2.3 beta"),
        ("semver", "git+https://example.org/a.git"),
        ("semver", "1" * 1025),
        ("maven", ""),
        ("maven", "[1.0,2.0)"),
        ("maven", "1" * 1025),
        ("composer", "dev-main"),
        ("composer", "6.5.x-dev"),
        ("composer", "1" * 1025),
        ("nuget", "[1.0]"),
        ("pub", "any"),
        ("numbers", "1.0b"),
        ("numbers", "1" * 1025),
        ("bitnami", "latest"),
        ("githubactions", "v4"),
        ("githubactions", "main"),
        ("githubactions", "8f4b7f84864484a7bf31766abe9204da3cbe65b3"),
    ],
)
def test_text_that_is_no_version_is_refused(scheme, text):
    with pytest.raises(InvalidVersion) as raised:
        ecosystems.order(scheme).key(text)
    assert (raised.value.scheme, raised.value.text) == (scheme, text)


def test_rpm_without_a_release_is_below_every_release():
    key = ecosystems.order("rpm").key
    assert key("1.2") < key("1.2-0") < key("1.2-1") < key("1.2.1")


def test_apk_tails_beyond_the_grammar_are_ordered_and_never_raise():
    key = ecosystems.order("apk").key
    assert key("1.2.r1") < key("1.2.r2") < key("1.2")
    assert key("a") < key("b") < key("0")
