"""Tags as they were written: tables checked by hand, and all of Docker's official images."""

import re
from pathlib import Path

import msgspec
import pytest

from garboard.baseimage.tags import PartKind, parse

TABLE = Path(__file__).parent / "tags" / "tags.txt"
ROWS = [line.split() for line in TABLE.read_text().splitlines() if not line.startswith("#")]
ELSEWHERE = [
    line.split() for line in (TABLE.parent / "elsewhere.txt").read_text().splitlines() if not line.startswith("#")
]
KNOWN_WORDS = frozenset(
    [
        "slim",
        "jdk",
        "jre",
        "apache",
        "fpm",
        "cli",
        "zts",
        "perl",
        "otel",
        "management",
        "curl",
        "scm",
        "full",
        "generic",
        "headful",
        "headless",
        "native",
        "glibc",
        "musl",
        "uclibc",
        "minimal",
        "threaded",
        "backports",
        "graal",
        "corretto",
        "temurin",
        "eclipse",
        "amazoncorretto",
        "sapmachine",
        "semeru",
        "ibm",
        "ibmjava",
        "and",
    ]
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}:{row[1]}")
def test_table(row):
    repository, text, version, prerelease, date, channels, flavor, suite = (cell if cell != "-" else "" for cell in row)
    tag = parse(f"docker.io/library/{repository}", text)
    assert "-".join(part.text for part in tag.parts) == text
    assert ".".join(tag.version) == version
    assert tag.prerelease == prerelease
    assert tag.date == date
    assert ",".join(tag.channels) == channels
    assert ",".join(tag.flavor) == flavor
    assert (":".join(part for part in tag.suite[:2] if part) if tag.suite else "") == suite


@pytest.mark.parametrize("row", ELSEWHERE, ids=lambda row: f"{row[0]}:{row[2]}@{row[1]}")
def test_table_of_other_repositories(row):
    repository, own, text, version, build, prerelease, date, channels, flavor, suite = (
        cell if cell != "-" else "" for cell in row
    )
    tag = parse(repository, text, own.replace(":", " "))
    assert "-".join(part.text for part in tag.parts) == text
    found = (".".join(tag.version), ".".join(tag.build), tag.prerelease, tag.date)
    assert found == (version, build, prerelease, date)
    assert (",".join(tag.channels), ",".join(tag.flavor)) == (channels, flavor)
    assert (":".join(part for part in tag.suite[:2] if part) if tag.suite else "") == suite


def test_the_tables_are_large():
    assert len(ELSEWHERE) + len(ROWS) >= 800
    assert len({row[0] for row in ELSEWHERE} | {row[0] for row in ROWS}) >= 150


@pytest.mark.parametrize("mirror", ["harbor.example/dockerhub/library/", "mirror.gcr.io/library/", "localhost:5000/x/"])
def test_a_mirror_has_the_same_tags(mirror):
    for repository, text, *_ in ROWS:
        found, official = (parse(where + repository, text) for where in (mirror, "docker.io/library/"))
        assert msgspec.structs.replace(found, repository=official.repository) == official


def official(shared):
    for path in sorted((shared / "data/images/official-images/library").iterdir()):
        for line in path.read_text().splitlines():
            field, _, value = line.partition(":")
            if field in {"Tags", "SharedTags"}:
                yield from ((path.name, tag.strip()) for tag in value.split(",") if tag.strip())


def test_every_official_tag_is_understood(shared):
    tags = list(official(shared))
    assert len(tags) == 4529
    assert sum(parse(f"docker.io/library/{repository}", text).floating for repository, text in set(tags)) == 509
    for repository, text in tags:
        tag = parse(f"docker.io/library/{repository}", text)
        assert "-".join(part.text for part in tag.parts) == text
        strange = {word.rstrip("0123456789.") for word in tag.flavor} - KNOWN_WORDS - {"php", "otp"}
        assert not strange, f"{repository}:{text}: {strange}"
        numbered = [part for part in tag.parts if re.match(r"v?\d", part.text)]
        kinds = {part.kind for part in numbered}
        assert kinds <= {PartKind.VERSION, PartKind.DATE, PartKind.SUITE, PartKind.RUNTIME, PartKind.PRERELEASE}, (
            f"{repository}:{text}: {kinds}"
        )
        assert sum(part.kind is PartKind.VERSION for part in tag.parts) <= 1


UNRELEASED = re.compile(
    r"(?:^|[-\d])(?:rc|beta|ea|tip|dev|devel|sid|testing|unstable|experimental|forky|edge|rawhide|kitten)(?:[-\d]|$)",
    re.IGNORECASE,
)


def test_what_is_not_released(shared):
    """By a rule of its own, which is coarser: it holds of what was official on one day."""
    found = {(repository, text) for repository, text in official(shared) if parse(repository, text).prerelease}
    snapshots = {("alpine", "20260805")}
    assert found - snapshots == {one for one in official(shared) if UNRELEASED.search(one[1])}
