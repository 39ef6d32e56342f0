"""Whether a line names the version of a package: in the command that asked for it, or in words that may come to it."""

from __future__ import annotations

import pytest

from garboard.model.attribution import Introduction, Origin
from garboard.model.package import Package
from garboard.packages.pins import pinned

CURL = Package(type="deb", name="curl", version="7.88.1-10", scheme="deb", arch="amd64")


@pytest.mark.parametrize(
    ("instruction", "command", "expected"),
    [
        ("RUN apt-get install -y curl=7.88.1-10", "apt-get install -y curl=7.88.1-10", True),
        ("RUN apt-get install -y curl=$V", "apt-get install -y curl=$V", True),
        ("RUN apt-get install -y curl:amd64=7.88.1-10", "apt-get install -y curl:amd64=7.88.1-10", True),
        ("RUN apt-get install -y curl:i386=7.88.1-10 curl", "apt-get install -y curl:i386=7.88.1-10 curl", False),
        ('RUN P="curl=7.88.1-10 git" && apt-get install -y $P', "apt-get install -y $P", True),
        ("RUN for p in git curl=7.88.1-10; do apt-get install -y $p; done", "", True),
        ('RUN echo "curl=7.88.1-10" | xargs apt-get install -y', "xargs apt-get install -y", True),
        ('RUN i() { apt-get install -y "$@"; }; i curl=7.88.1-10', "", True),
        ("RUN apt-get install -y curl", "apt-get install -y curl", False),
        ("RUN apt-get install -y curl && export curl=$V", "apt-get install -y curl", False),
        ("RUN apt-get install -y curl libcurl=7.88.1-10", "apt-get install -y curl libcurl=7.88.1-10", False),
        ("COPY curl=7.88.1-10 /", "", False),
    ],
)
def test_a_line_pins(instruction: str, command: str, expected: bool) -> None:
    who = Introduction(origin=Origin.DOCKERFILE, instruction=instruction, command=command)
    assert pinned(CURL, who) is expected
    assert not pinned(CURL, Introduction(origin=Origin.BASE, instruction=instruction, command=command))
