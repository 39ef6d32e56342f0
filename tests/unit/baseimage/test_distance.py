"""How far one base is from another, and what speaks against it."""

import datetime as dt

import msgspec
import pytest

from garboard.baseimage.candidates import choice, related, release, spelling
from garboard.baseimage.distance import InUse, ageing, group_of, objections, warnings
from garboard.baseimage.lifecycle import DISTRO_PRODUCTS, REPOSITORY_PRODUCTS, Lifetimes
from garboard.baseimage.tags import parse
from garboard.feeds import endoflife
from garboard.model.lifecycle import Cycle, State
from garboard.model.recommendation import Group
from tests.unit.baseimage.rebases import base, deb, name


def of(*texts, distro="debian 12", layers="", created="2026-08-04T00:00:00Z", **more):
    """An image by the names that it has."""
    names = [name(text, **more) for text in texts]
    one = base(layers or texts[0], *names, created=created)
    return choice(msgspec.structs.replace(one, distro=distro), names[0].repository)


def use(*texts, wanted="", **more):
    one = of(*texts, **more)
    return InUse(one, parse(one.repository, wanted) if wanted else None)


@pytest.mark.parametrize(
    ("own", "other", "group"),
    [
        (("python:3.12.4",), ("python:3.12.5",), Group.PATCH),
        (("python:3.12.4",), ("python:3.13.0",), Group.MINOR),
        (("python:2.7.18",), ("python:3.12.4",), Group.MAJOR),
        (("python:3.12.4",), ("python:3.12.4-slim",), Group.ALTERNATIVE),
        (("node:20.1.0",), ("node:22.1.0",), Group.MAJOR),
        (("postgres:16.4",), ("postgres:16.5",), Group.MINOR),
        (("postgres:16.4",), ("postgres:17.1",), Group.MAJOR),
        (("ubuntu:22.04",), ("ubuntu:24.04",), Group.MAJOR),
        (("debian:12.5",), ("debian:12.6",), Group.MINOR),
        (("debian:bookworm-20240904",), ("debian:bookworm-20240926",), Group.PATCH),
        (("debian:bookworm",), ("debian:trixie",), Group.MAJOR),
        (("debian:12.5",), ("debian:12.5-slim",), Group.ALTERNATIVE),
        (("alpine:3.20.1",), ("alpine:3.21.0",), Group.MINOR),
        (("gradle:8.10-jdk17",), ("gradle:8.10-jdk21",), Group.ALTERNATIVE),
        (("python:3.12.4",), ("chainguard/python:3.12.4",), Group.ALTERNATIVE),
        (("bitnami/postgresql:16.3.0-debian-12-r14",), ("bitnami/postgresql:16.3.0-debian-12-r20",), Group.PATCH),
        (("corp.example/ubi9/ubi:9.4-1194",), ("corp.example/ubi9/ubi:9.4-1227",), Group.PATCH),
        (("corp.example/ubi9/ubi:9.4-1194",), ("corp.example/ubi9/ubi:9.5-12",), Group.MINOR),
        (("corp.example/m/library/debian:12",), ("corp.example/m/library/debian:trixie",), Group.MAJOR),
        (("corp.example/m/library/ubuntu:jammy",), ("corp.example/m/library/ubuntu:noble",), Group.MAJOR),
        (("cgr.example/python:3.12.4-dev",), ("cgr.example/python:3.12.5-dev",), Group.PATCH),
        (("cgr.example/python:3.12.4-dev",), ("cgr.example/python:3.12.5",), Group.ALTERNATIVE),
        (("nvidia/cuda:12.4.1-devel",), ("nvidia/cuda:12.4.2-devel",), Group.PATCH),
    ],
)
def test_groups(own, other, group):
    assert group_of(use(*own, wanted="none"), of(*other)) is group


def test_another_release_of_the_distribution_is_an_alternative():
    assert group_of(use("python:3.12.4"), of("python:3.12.5", distro="debian 13")) is Group.ALTERNATIVE
    assert (
        group_of(use("python:3.12.4", distro="alpine 3.20.1"), of("python:3.12.5", distro="alpine 3.20.9"))
        is Group.PATCH
    )


def test_the_same_tag_is_a_rebuild_whatever_it_names_now():
    assert group_of(use("python:3.12.4", "python:3", wanted="3"), of("python:3.13.0", "python:3")) is Group.REBUILD
    assert group_of(use("python:3.12.4", wanted="3"), of("python:3", current=False)) is not Group.REBUILD


def test_a_base_of_your_own_is_called_after_its_release():
    own = use("corp.example/base:bookworm", wanted="bookworm")
    newer = of("corp.example/base:trixie", distro="debian 13")
    assert group_of(own, newer) is Group.MAJOR
    assert "latest" not in codes(own, newer)
    assert group_of(own, of("corp.example/base:jammy", distro="ubuntu 22.04")) is Group.ALTERNATIVE


def codes(own, other, lifespans=(), group=Group.MINOR, own_reason=""):
    return {one.code for one in objections(own, other, group, lifespans, own_reason)}


@pytest.mark.parametrize(
    ("own", "other", "expected"),
    [
        ("python:3.12.4", "python:3.13.0", set()),
        ("python:3.12.4", "python:3.14.0rc1", {"prerelease"}),
        ("python:3.12.4", "python:3.12.3", {"older"}),
        ("python:3.12.4", "python:3.11.9-slim", {"older"}),
        ("python:3.12.4", "python:slim", {"latest"}),
        ("python:3.12.4", "python:latest", {"latest"}),
        ("node:22.1.0", "node:23.0.0", {"short-lived"}),
        ("perl:5.40.0", "perl:5.41.1", {"short-lived"}),
        ("ubuntu:24.04", "ubuntu:24.10", {"short-lived"}),
        ("nginx:1.28.0", "nginx:1.29.1", {"short-lived"}),
        ("nginx:1.27.0", "nginx:1.29.1", set()),
        ("php:8.3.1-cli", "php:8.4.1-apache", {"other"}),
        ("eclipse-temurin:21.0.4_7-jdk", "eclipse-temurin:21.0.4_7-jre", {"other"}),
        ("debian:12.5", "debian:sid", {"prerelease", "latest"}),
        ("node:22.1.0", "node:24.1.0", set()),
        ("node:22.1.0", "node:26.1.0", {"short-lived"}),
        ("jenkins/jenkins:2.452.1-jdk17", "jenkins/jenkins:2.462.3-jdk17", set()),
        ("jenkins/jenkins:2.452.1-lts-jdk17", "jenkins/jenkins:2.479-jdk17", {"short-lived"}),
        ("corp.example/m/jenkins:2.452.1", "corp.example/m/jenkins:2.479", {"short-lived"}),
        ("corp.example/m/library/ubuntu:noble", "corp.example/m/library/ubuntu:questing", {"short-lived"}),
        ("corp.example/m/node:22.1.0", "corp.example/m/node:23.0.0", {"short-lived"}),
        ("corp.example/m/library/debian:bookworm", "corp.example/m/library/debian:trixie", set()),
        ("debian:bookworm-20260711-slim", "debian:bookworm-20261127-slim", set()),
        ("debian:bookworm-20260711-slim", "debian:bookworm-20260601-slim", {"older"}),
        ("ubuntu:noble-20260711", "ubuntu:noble-20260711.1", set()),
        ("corp.example/ubi9/ubi:9.4-1227", "corp.example/ubi9/ubi:9.4-1194", {"older"}),
        ("bitnami/redis:7.2.5-debian-12-r3", "bitnami/redis:7.2.5-debian-12-r20", set()),
        ("bitnami/redis:7.2.5-debian-12-r20", "bitnami/redis:7.2.5-debian-12-r3", {"older"}),
        ("haproxy:3.1.2", "haproxy:3.2-dev", {"prerelease"}),
        ("cgr.example/python:3.12.4-dev", "cgr.example/python:3.13.1-dev", set()),
    ],
)
def test_objections(own, other, expected):
    assert codes(use(own), of(other)) == expected


def test_a_line_of_long_term_support_is_not_left_in_silence():
    own = use("haproxy:3.0.4", "haproxy:lts")
    assert codes(own, of("haproxy:3.0.5")) == set()
    assert codes(own, of("haproxy:3.1.1")) == {"short-lived"}
    assert codes(own, of("haproxy:3.2.1", "haproxy:3.2-lts")) == set()


@pytest.mark.parametrize(
    "texts", [("debian:bookworm-20260711", "debian:bookworm-20260801"), ("corp/x:1-3", "corp/x:1-4")]
)
def test_what_a_tag_states_counts_and_not_when_it_was_built(texts):
    first, second = (of(text, created=day) for text, day in zip(texts, ("2026-11-28", "2026-01-01"), strict=True))
    assert codes(InUse(first, None), second) == set()
    assert codes(InUse(second, None), first) == {"older"}


def test_a_dated_tag_is_compared_with_the_day_on_which_another_was_built():
    rolling = of("debian:bookworm", created="2026-08-04T00:00:00Z")
    assert codes(InUse(rolling, None), of("debian:bookworm-20260801")) == {"older"}
    assert codes(InUse(rolling, None), of("debian:bookworm-20260804")) == set()
    assert codes(InUse(of("debian:bookworm-20260801"), None), rolling) == set()


def test_a_line_that_the_user_has_chosen_is_not_held_against_its_patches():
    reason = "23 is odd, which never has long-term support"
    assert codes(use("node:23.0.0"), of("node:23.1.0"), own_reason=reason) == set()
    assert codes(use("node:23.0.0"), of("node:25.1.0"), own_reason=reason) == {"short-lived"}


def test_what_no_tag_names_any_more():
    assert codes(use("python:3.12.4"), of("python:3.12.5", current=False)) == {"superseded"}


def test_what_the_maintainers_do_not_build_any_more():
    assert codes(use("python:3.12.4"), of("python:3.12.5", supported=False)) == {"unsupported"}
    assert codes(use("python:3.12.4"), of("python:3.12.5", supported=None)) == set()


class Feed:
    def __init__(self, *known):
        self._known = known

    def cycles(self, product):
        return tuple(one for one in self._known if one.product == product)


FEED = Feed(
    Cycle(product="python", name="3.9", eol="2025-10-31"),
    Cycle(product="python", name="3.1", eol="2012-01-01"),
    Cycle(product="debian", name="12", eol="2026-07-11", extended="2028-06-30"),
    Cycle(product="ubuntu", name="22.04", eol="2027-04-01", extended="2032-04-01", lts=True),
    Cycle(product="ubuntu", name="25.10", eol="2026-07-01"),
    Cycle(product="nginx", name="1.31", ended=False),
    Cycle(product="nginx", name="1.2", ended=True),
)


@pytest.mark.parametrize(
    ("repository", "version", "distro", "now", "expected"),
    [
        ("python", "3.9.1", "", "2025-10-31", [("Python 3.9", State.SUPPORTED)]),
        ("python", "3.9.1", "", "2025-11-01", [("Python 3.9", State.ENDED)]),
        ("python", "3.10.1", "", "2026-01-01", [("Python 3.10", State.UNKNOWN)]),
        ("debian", "12.5", "debian 12", "2026-07-12", [("Debian 12", State.EXTENDED)]),
        ("debian", "12.5", "debian 12", "2028-07-01", [("Debian 12", State.ENDED)]),
        ("ubuntu", "22.04", "ubuntu 22.04", "2030-01-01", [("Ubuntu 22.04", State.ENDED)]),
        (
            "nginx",
            "1.31.2",
            "debian 12",
            "2026-01-01",
            [("nginx 1.31", State.SUPPORTED), ("Debian 12", State.SUPPORTED)],
        ),
        ("nginx", "1.2.9", "", "2026-01-01", [("nginx 1.2", State.ENDED)]),
        ("unheard/of", "1", "plan9 4", "2026-01-01", []),
    ],
)
def test_lifespans(repository, version, distro, now, expected):
    found = Lifetimes(FEED, dt.datetime.fromisoformat(f"{now}T00:00:00Z")).of(repository, version.split("."), distro)
    assert [(one.name, one.state) for one in found] == expected


def test_what_is_over_is_never_recommended():
    spans = Lifetimes(FEED, dt.datetime(2026, 9, 1, tzinfo=dt.UTC)).of("python", ("3", "9"), "debian 12")
    assert codes(use("python:3.9.1"), of("python:3.9.2"), spans) == {"eol"}
    assert [text.partition(":")[0] for text in ageing(spans)] == [
        "Python 3.9 is no longer maintained since 2025-10-31",
        "Debian 12",
    ]


def test_every_product_is_fetched():
    assert {product for product, _ in (*DISTRO_PRODUCTS.values(), *REPOSITORY_PRODUCTS.values())} <= set(
        endoflife.PRODUCTS
    )


def test_warnings():
    own, other = of("python:3.12.4"), of("python:3.13.0-alpine3.20", distro="alpine 3.20.1")
    before, after = (deb("bash", "1"), deb("apt", "1")), (deb("musl", "1"),)
    found = list(warnings(own, other, before, after))
    assert [text.partition(":")[0] for text in found] == [
        "musl instead of glibc",
        "another distribution",
        "another Python",
        "1 of 2 packages fewer",
        "no shell",
        "no package manager",
    ]
    assert list(warnings(own, own, before, before)) == []
    assert list(warnings(own, own, before, ())) == []  # nothing is known of it


def test_another_flavor_is_warned_of():
    plain, slim = of("python:3.12.4"), of("python:3.12.4-slim")
    before = tuple(deb(name, "1") for name in "abcdef")
    assert list(warnings(plain, slim, before, before[:3])) == ["another flavour: slim, 3 of 6 packages fewer"]
    assert list(warnings(slim, plain, before[:3], before)) == ["another flavour: without slim"]
    assert list(warnings(plain, slim, before, ())) == ["another flavour: slim"]
    assert list(warnings(plain, of("python:3.12.5"), before, before[:5])) == []
    assert list(warnings(plain, of("python:3.12.5"), before, before[:4])) == ["2 of 6 packages fewer"]


@pytest.mark.parametrize(
    ("names", "wanted", "expected"),
    [
        (("python:3.12.4-slim-bookworm", "python:3.12-slim", "python:slim"), "3.11-slim", "3.12-slim"),
        (
            ("python:3.12.4-slim-bookworm", "python:3.12-slim-bookworm", "python:3.12-slim"),
            "3.11-slim-bookworm",
            "3.12-slim-bookworm",
        ),
        (("python:3.12.4", "python:3.12", "python:3", "python:latest"), "3", "3"),
        (("python:3.12.4", "python:3.12"), "3", "3.12"),
        (("python:3.12.4", "python:3.12", "python:latest"), "latest", "3.12.4"),
        (("debian:13.1", "debian:13", "debian:trixie"), "12", "13"),
        (("debian:13.1", "debian:13", "debian:trixie"), "bookworm", "trixie"),
        (("debian:trixie-20250101", "debian:trixie", "debian:13"), "bookworm-20240101", "trixie-20250101"),
        (("node:24.1.0-slim", "node:24-slim", "node:lts-slim", "node:krypton-slim"), "22-slim", "24-slim"),
        (("python:latest",), "3.12", "latest"),
    ],
)
def test_spelling(names, wanted, expected):
    one = of(*names)
    text, others = spelling(one, parse(one.repository, wanted))
    assert text == expected
    assert {text, *others} == {each.rpartition(":")[2] for each in names}


@pytest.mark.parametrize(
    ("distro", "expected"),
    [("alpine 3.20.3", "alpine 3.20"), ("debian 12", "debian 12"), ("rocky 9.3", "rocky 9"), ("", "")],
)
def test_release(distro, expected):
    assert release(distro) == expected


def test_related_repositories():
    known = (
        "cgr.dev/chainguard/python",
        "docker.io/library/node",
        "gcr.io/distroless/python3-debian12",
        "gcr.io/distroless/base",
    )
    assert list(related("docker.io/library/python", known)) == ["docker.io/library/python", known[0], known[2]]
