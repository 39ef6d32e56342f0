from __future__ import annotations

import pytest

from garboard.shellcommands.upgrades import doings, may_upgrade

LONG = 500_000
"""Words: a search that starts anew at each of them would not end."""


def upgraded(text: str) -> set[str]:
    return {kind for one in doings(text) for kind in one.upgrades}


def installed(text: str, kind: str) -> set[str]:
    return {name for one in doings(text) for name in one.installs.get(kind, ())}


def held(text: str) -> set[str]:
    return {name for one in doings(text) for name in one.holds}


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("RUN apt-get update && apt-get upgrade -y", {"deb"}),
        ("RUN apt-get -y \\\n  dist-upgrade", {"deb"}),
        ('RUN ["/usr/bin/apt-get", "upgrade"]', {"deb"}),
        ("RUN sh -c 'apt full-upgrade'", {"deb"}),
        ("RUN (aptitude safe-upgrade>/dev/null)", {"deb"}),
        ("RUN apt-get install --only-upgrade git", set()),
        ("RUN apt-get update; upgrade", set()),
        ("RUN apt-get update\nupgrade", set()),
        ("RUN apt-get update # upgrade", set()),
        ("RUN pip install --upgrade pip", set()),
        ("RUN apk upgrade --no-cache", {"apk"}),
        ("RUN apk -U upgrade # buildkit", {"apk"}),
        ("RUN apk upgrade curl", set()),
        ("RUN dnf5 -y distro-sync && yum up", {"rpm"}),
        ("RUN dnf update curl", set()),
    ],
)
def test_general_upgrades(text: str, kinds: set[str]) -> None:
    assert upgraded(text) == kinds


@pytest.mark.parametrize(
    ("text", "kind", "names"),
    [
        ("RUN apt-get install -y \\\n # why\n curl \\\n libc6:amd64", "deb", {"-y", "curl", "libc6"}),
        ("RUN apt-get install curl=1-1\ngit", "deb", {"curl=1-1"}),
        ("RUN (apt-get install 'curl')", "deb", {"curl"}),
        ("RUN apk add curl|cat git", "apk", {"curl"}),
        ("RUN dnf upgrade -y curl", "rpm", {"-y", "curl"}),
        ("RUN echo install apt-get", "deb", set()),
    ],
)
def test_installs(text: str, kind: str, names: set[str]) -> None:
    assert installed(text, kind) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("RUN apt-mark hold git \\\n curl:amd64; true", {"git", "curl"}),
        ("RUN apt-mark -q hold git", {"git"}),
        ("RUN apt-mark unhold git", set()),
        ("RUN apt-mark showhold", set()),
    ],
)
def test_holds(text: str, names: set[str]) -> None:
    assert held(text) == names


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("RUN apt-get -y upgrade", True),
        ("RUN apt-get \\\n upgrade", True),
        ("RUN apk fix", True),
        ("RUN zypper dup", True),
        ("RUN apt-get update && upgrade", False),
        ("RUN apt-get install dnf; echo update", False),
    ],
)
def test_what_may_bring_other_packages(text: str, answer: bool) -> None:
    assert may_upgrade(text) is answer


@pytest.mark.parametrize(
    "text",
    [
        "apt " * LONG,
        "apk " * LONG,
        "dnf " * LONG,
        "apk " + "-x=upgrade " * LONG + "x",
        "apt-get install " * LONG,
        "apt-mark hold " * LONG,
        "apt-mark " + " " * LONG,
        "apt\\" + " " * LONG + "x",
        "apt\\\n#" * LONG,
    ],
    ids=lambda text: text[:12].strip(),
)
def test_a_long_text_is_read_to_its_end(text: str) -> None:
    assert may_upgrade(text) is ("upgrade" in text)
    assert not upgraded(text)
