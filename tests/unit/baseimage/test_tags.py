import pytest

from garboard.baseimage.releases import DistroRelease
from garboard.baseimage.tags import PartKind, numbers, parse, program, short


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
        ("harbor.example/dockerhub/library/python", "python"),
        ("library/python", "python"),
        ("python", "python"),
    ],
)
def test_short(repository, name):
    assert short(repository) == name


@pytest.mark.parametrize(
    ("repository", "distro", "name"),
    [
        ("docker.io/bitnami/postgresql", "debian 12", "postgres"),
        ("registry.access.redhat.com/ubi9/ubi-minimal", "rhel 9.4", "ubi"),
        ("registry.access.redhat.com/rhel7", "", "ubi"),
        ("registry.example/corp/debian", "debian 12", "debian"),
        ("registry.example/corp/debian", "alpine 3.20.3", "corp/debian"),
        ("registry.example/corp/tool", "debian 12", "corp/tool"),
        ("docker.io/library/debian", "alpine 3.20.3", "debian"),
    ],
)
def test_what_a_repository_has(repository, distro, name):
    assert program(repository, distro) == name


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("9.4-1194", "9.4-1227"),
        ("9.4-1227", "9.4-1227.1726694542"),
        ("9.5-900", "9.5-1736404036"),
    ],
)
def test_builds_are_numbers(first, second):
    one, other = (parse("registry.access.redhat.com/ubi9/ubi", text, "rhel 9.4") for text in (first, second))
    assert numbers(one.build) < numbers(other.build)
    assert one.version == other.version
