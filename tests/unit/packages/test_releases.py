"""Packages of a later release of the distribution are told: this release's data do not speak of them."""

from __future__ import annotations

import pytest

from garboard import ecosystems
from garboard.model.package import Distro, Package
from tests.unit.packages.test_unread import DEBIAN, STATUS, kinds, layer

DISTROS = {
    "debian": ("deb", "12"), "ubuntu": ("deb", "22.04"), "rhel": ("rpm", "8.9"), "rocky": ("rpm", "8.9"),
    "fedora": ("rpm", "40"), "amzn": ("rpm", "2"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("distro", "version", "release"),
    [
        ("debian", "3.0.15-1~deb12u1", ""),
        ("debian", "252.36-1+deb11u2", ""),
        ("debian", "3.5.1-1+deb13u1", "13"),
        ("debian", "3.5.1-1~deb13u1", "13"),
        ("debian", "3.5.1-1+deb13u1~bpo12+1", ""),
        ("debian", "3.5.1-1+deb13u1~deb12u1", ""),
        ("debian", "1.0~bpo13+1", "13"),
        ("debian", "3.5.0-1", ""),
        ("debian", "1+debugging", ""),
        ("ubuntu", "3.0.2-0ubuntu1.18", ""),
        ("ubuntu", "1.2-3ubuntu0.22.04.1", ""),
        ("ubuntu", "1.2-3ubuntu0.24.04.1", "24.04"),
        ("rhel", "1.1.1k-9.el8_7", ""),
        ("rhel", "1:3.0.7-27.el9_2", "9"),
        ("rocky", "1.2-3.module+el9.1.0+123+abc", "9"),
        ("rocky", "1.2-3.el7", ""),
        ("fedora", "1.2-3.fc41", "41"),
        ("fedora", "1.2-3.fc40", ""),
        ("amzn", "1.2-3.amzn2023.0.1", "2023"),
        ("amzn", "1.2-3.amzn2", ""),
        ("debian", f"1+deb{'9' * 5000}u1", ""),
        ("rhel", f"1-1.el{'9' * 5000}", ""),
    ],
)
def test_a_version_says_what_it_was_built_for(distro: str, version: str, release: str) -> None:
    type_, own = DISTROS[distro]
    later = ecosystems.of(type_).later_release
    assert later is not None
    package = Package(type=type_, name="a", version=version, scheme=type_)
    assert later(package, Distro(id=distro, version=own)) == release
    assert later(package, Distro(id=distro)) == later(package, Distro(id="other", version=own)) == ""


@pytest.mark.parametrize(("version", "told"), [("3.5.1-1+deb13u1", True), ("3.0.15-1~deb12u1", False)])
def test_it_is_told_in_the_inventory(version: str, told: bool) -> None:
    status = STATUS.format(name="openssl", version=version, maintainer=DEBIAN)
    files = {
        "var/lib/dpkg/status": status.encode(),
        "etc/os-release": b"ID=debian\nVERSION_ID=12\nPRETTY_NAME=Bookworm\n",
    }
    found = kinds(layer(files))
    assert list(found) == ["Bookworm"] * told
    assert all("openssl 3.5.1-1+deb13u1" in reason and "release 13" in reason for reason in found.values())


def test_what_apk_took_from_a_tagged_repository() -> None:
    database = b"P:a\nV:1-r0\n\nP:b\nV:1-r0\ns:edge\n\n"
    [reason] = kinds(layer({"lib/apk/db/installed": database})).values()
    assert reason.startswith("package b comes from the repository that the image calls @edge")
