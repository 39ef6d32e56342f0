"""Files of package managers that are text: any bytes give facts and gaps, and never an error. Run alone, it tries
random and damaged files for a minute.
"""

from __future__ import annotations

import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from garboard.catalogers import apk, distro, dpkg, node, python, rpm
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Package

_FILES = [
    (dpkg, "var/lib/dpkg/status"),
    (dpkg, "var/lib/dpkg/status.d/a"),
    (dpkg, "var/lib/dpkg/status.d/a.md5sums"),
    (dpkg, "var/lib/dpkg/info/a.list"),
    (dpkg, "var/lib/apt/extended_states"),
    (dpkg, "var/lib/chisel/manifest.wall"),
    (dpkg, "usr/share/doc/a/copyright"),
    (apk, "lib/apk/db/installed"),
    (apk, "etc/apk/world"),
    (python, "x.dist-info/METADATA"),
    (node, "node_modules/a/package.json"),
    (node, "package.json"),
    (rpm, "var/lib/rpmmanifest/container-manifest-2"),
    *((distro, path) for path in distro.GLOBS),
]
_PIECES = st.sampled_from(
    [
        b"\n", b"\n\n", b"\r\n", b" ", b":", b"=", b"|", b",", b"(", b")", b"[", b"]", b"{", b"}", b'"', b"'", b"\\", b"\t",
        b"\0", b"\xff", b"\xc3\xa9", b"0", b"1.0-1", b"a", b"Package: ", b"Version: ", b"Status: install ok installed",
        b"Source: b (1)", b"Depends: ", b"Auto-Installed: 1", b"Format:", b"License: ", b"P:", b"V:", b"D:", b"p:", b"F:",
        b"R:", b"package.json", b".dist-info/METADATA", b".egg-info", b"Name: ", b"Requires-Dist: ", b'"name":',
        b'"version":', b'"dependencies":', b"null", b"[[[[", b"{}", b"ID=", b"VERSION_ID=", b"debian", b"ubuntu",
        b"22.04", b" release ", b"sid", b"Suites: ", b"\x28\xb5\x2f\xfd",
    ],
)  # fmt: skip
_BYTES = st.lists(_PIECES, max_size=40).map(b"".join) | st.binary(max_size=200)


@given(which=st.sampled_from(_FILES), data=_BYTES)
@settings(max_examples=2000, deadline=None)
def test_any_bytes(which, data: bytes) -> None:
    cataloger, path = which
    for fact in cataloger.catalog(File(path=path, data=data)):
        assert not isinstance(fact, Package) or fact.name
        assert not isinstance(fact, Gap) or (fact.stage, fact.subject) == ("catalog", path)


@pytest.mark.parametrize(
    "piece", sorted({b"(", b"[", b";", b"\n", b" ", b"\t", b"deb ", b"a.", b"a-", b"\n\n", b"/", b"PATCHLEVEL "})
)
@pytest.mark.parametrize(
    "start",
    [b"", b"\nDepends: a", b"\nSource: a", b"ID=a\nVERSION=", b"Name: ", b"Requires-Dist: a", b"Format:\nLicense: "],
)
def test_long_repetitions_end(start: bytes, piece: bytes) -> None:
    """What takes quadratic time would not end within the runner's patience."""
    data = b"Package: a\nVersion: 1" + start + piece * 100_000 + b"\nName: a\n"
    for cataloger, path in _FILES:
        assert isinstance(list(cataloger.catalog(File(path=path, data=data))), list)


if __name__ == "__main__":
    end = time.monotonic() + float(sys.argv[1] if len(sys.argv) > 1 else 60)
    while time.monotonic() < end:
        test_any_bytes()
