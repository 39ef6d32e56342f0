import pytest

from garboard.baseimage.releases import DistroRelease
from garboard.baseimage.tags import PartKind, parse, short


def test_version_flavor_and_suite():
    tag = parse("docker.io/library/python", "3.12.4-slim-bookworm")
    assert tag.version == ("3", "12", "4")
    assert tag.numbers == (3, 12, 4)
    assert tag.flavor == ("slim",)
    assert tag.suite == DistroRelease("debian", "12")
    assert [part.kind for part in tag.parts] == [PartKind.VERSION, PartKind.FLAVOR, PartKind.SUITE]


@pytest.mark.parametrize(
    "text", ["3.12-slim", "x", "-", "", "a--b", "3.12-", "latest-latest", "9" * 200, "jdk-and-25", "alpine-"]
)
def test_anything_is_a_tag_and_nothing_is_lost(text):
    for repository in ("python", "debian", "node", "traefik", "maven"):
        assert "-".join(part.text for part in parse(repository, text).parts) == text[:128]


def test_a_code_name_is_a_version_only_of_its_own_distribution():
    assert parse("debian", "bookworm-slim").version == ("12",)
    assert parse("debian", "bookworm-slim").by_codename
    assert parse("python", "bookworm").version == ()
    assert parse("python", "bookworm").floating


def test_a_date_says_more_than_a_version():
    assert parse("debian", "bookworm-20240904").precision > parse("debian", "12.5").precision


def test_a_date_alone_is_a_snapshot():
    assert parse("alpine", "20260805").prerelease == "20260805"


def test_node_calls_its_lines_by_name_and_no_other_repository_does():
    assert parse("node", "jod").version == ("22",)
    assert parse("python", "jod").flavor == ("jod",)


def test_the_release_of_alpine_may_stand_in_a_part_of_its_own():
    assert parse("eclipse-temurin", "8-jdk-alpine-3.24").suite == DistroRelease("alpine", "3.24")


@pytest.mark.parametrize(
    ("repository", "name"),
    [
        ("docker.io/library/python", "python"),
        ("docker.io/bitnami/redis", "bitnami/redis"),
        ("localhost:5000/library/node", "node"),
        ("registry.example/corp/python", "corp/python"),
        ("python", "python"),
    ],
)
def test_short(repository, name):
    assert short(repository) == name
