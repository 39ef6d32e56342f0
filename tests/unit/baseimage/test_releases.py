"""What releases are called."""

import pytest

from garboard.baseimage.releases import codename


@pytest.mark.parametrize(
    ("distro", "version", "name"),
    [
        ("debian", "12", "bookworm"),
        ("debian", "13.1", "trixie"),
        ("ubuntu", "24.04", "noble"),
        ("ubuntu", "24", ""),
        ("debian", "", ""),
        ("alpine", "3.20", ""),
        ("debian", "99", ""),
    ],
)
def test_codename(distro, version, name):
    assert codename(distro, version) == name
