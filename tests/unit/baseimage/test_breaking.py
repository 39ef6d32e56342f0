"""What would stop a build on another base."""

from __future__ import annotations

import pytest

from garboard.baseimage.breaking import Lines, breaks
from garboard.model.package import Distro
from garboard.shellcommands.removals import Purge
from tests.unit.baseimage.rebases import deb, inventory, module

BULLSEYE, TRIXIE = (
    Distro(id="debian", version=version, ecosystem=f"Debian:{version}") for version in ("11", "13")
)  # fmt: skip
PURGE = Lines(removals=(Purge(("imagemagick", "wget"), "apt-get purge -y imagemagick wget"),))


def test_apt_stops_at_what_it_does_not_know():
    own = inventory("imagemagick=6", "wget=1")
    assert list(breaks(PURGE, own, own)) == []
    (said,) = breaks(PURGE, own, inventory("wget=1"))
    assert said.startswith("`apt-get purge -y imagemagick wget` stops the build: imagemagick is not there")
    assert len(list(breaks(PURGE, own, inventory("a=1")))) == 2


def test_what_apt_has_heard_of_is_not_stopped_at():
    own = inventory("imagemagick=6", "wget=1")
    assert list(breaks(PURGE, own, inventory("wget=1", deb("a", "1", provides=("imagemagick",))))) == []
    assert list(breaks(PURGE, own, inventory("wget=1", deb("a", "1", recommends=(("imagemagick",),))))) == []
    assert list(breaks(PURGE._replace(installs=frozenset(["imagemagick"])), own, inventory("wget=1"))) == []


def test_what_works_today_is_not_doubted():
    assert list(breaks(PURGE, inventory("wget=1"), inventory("wget=1"))) == []
    assert len(list(breaks(PURGE._replace(ran=False), inventory("wget=1"), inventory("wget=1")))) == 1


def test_a_pinned_version_is_of_its_release():
    lines = Lines(pins=(("curl", "7.88.1-10"),))
    own = inventory("libc=1")
    assert list(breaks(lines, own, inventory("libc=2"))) == []
    (said,) = breaks(lines, own, inventory("libc=2", distro=TRIXIE))
    assert said == "curl=7.88.1-10, which a line asks for, is of another release: the build stops"
    assert list(breaks(lines, own, inventory("curl=7.88.1-10", distro=TRIXIE))) == []


@pytest.mark.parametrize(
    ("own", "other", "packages", "stops"),
    [
        (BULLSEYE, TRIXIE, (), True),
        (TRIXIE, TRIXIE, (), False),
        (BULLSEYE, BULLSEYE, (), False),
        (BULLSEYE, TRIXIE, (module("pip", "25", folder="usr/local/lib/python3.13/site-packages"),), False),
        (Distro(id="ubuntu", version="22.04"), Distro(id="ubuntu", version="24.04"), (), True),
        (Distro(id="alpine", version="3.18.9"), Distro(id="alpine", version="3.20.1"), (), True),
        (Distro(id="alpine", version="3.16.9"), Distro(id="alpine", version="3.18.1"), (), False),
    ],
)
def test_pip_does_not_install_over_a_managed_python(own, other, packages, stops):
    lines = Lines(pip="pip3 install idna")
    found = list(breaks(lines, inventory("libc=1", distro=own), inventory("libc=1", *packages, distro=other)))
    assert bool(found) is stops
    assert all("PEP 668" in one for one in found)
