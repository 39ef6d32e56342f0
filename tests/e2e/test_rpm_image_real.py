"""An image of an RPM distribution, whose database the real rpm wrote, layer upon layer."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest

from garboard.image.options import Options
from tests.e2e.building import Docker
from tests.e2e.running import Garboard, findings, run

OS_RELEASE = """NAME="Rocky Linux"
VERSION="9.4 (Blue Onyx)"
ID="rocky"
ID_LIKE="rhel centos fedora"
VERSION_ID="9.4"
PLATFORM_ID="platform:el9"
PRETTY_NAME="Rocky Linux 9.4 (Blue Onyx)"
"""
SPEC = """
Name: {name}
Epoch: {epoch}
Version: {version}
Release: {release}
Summary: Of the tests
License: MIT
Requires: {requires}
%description
Of the tests.
%files
"""
FIRST = (("openssl-libs", 1, "3.0.7", "24.el9", "glibc"), ("glibc", 0, "2.34", "100.el9_4.2", "/bin/sh"))
SECOND = (("openssl-libs", 1, "3.0.7", "27.el9", "glibc"), ("curl", 0, "7.76.1", "29.el9_4", "openssl-libs"))


def packages_of(folder: Path, what: tuple[tuple[str, int, str, str, str], ...]) -> list[Path]:
    for name, epoch, version, release, requires in what:
        spec = folder / f"{name}.spec"
        spec.write_text(SPEC.format(name=name, epoch=epoch, version=version, release=release, requires=requires))
        run("rpmbuild", "--define", f"_topdir {folder}", "--define", "_build_id_links none", "-bb", spec)
    return sorted((folder / "RPMS").rglob("*.rpm"))


def install(root: Path, rpms: list[Path]) -> frozenset[tuple[str, str, str]]:
    """By the real rpm, into the database alone; (name, version, architecture) of all that rpm then lists."""
    rpm = ("rpm", "--root", root, "--dbpath", "/var/lib/rpm")
    run(*rpm, "--justdb", "--nodeps", "--noscripts", "--upgrade", *rpms)
    return listed(root)


def listed(root: Path) -> frozenset[tuple[str, str, str]]:
    form = "%{NAME}\\t%|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\\t%{ARCH}\\n"
    said = run("rpm", "--root", root, "--dbpath", "/var/lib/rpm", "-qa", "--qf", form)
    return frozenset(tuple(line.split("\t")) for line in said.splitlines())  # type: ignore[misc]


def without_zero_epoch(rows: frozenset[tuple[str, str, str]]) -> frozenset[tuple[str, str, str]]:
    return frozenset((name, version.removeprefix("0:"), arch) for name, version, arch in rows)


@pytest.fixture(scope="module")
def image(work: Path, docker: Docker) -> tuple[Path, frozenset[tuple[str, str, str]], frozenset[tuple[str, str, str]]]:
    """The image as an archive, and what rpm lists after its first and after its second layer."""
    if not shutil.which("rpmbuild"):
        pytest.skip("images of RPM distributions are NOT tested: rpm and rpmbuild are needed")
    if run("rpm", "--eval", "%_db_backend").strip() != "sqlite":
        pytest.skip("images of RPM distributions are NOT tested: this rpm does not write SQLite databases")
    folder, root = work / "rocky", work / "rocky" / "root"
    (root / "etc").mkdir(parents=True)
    (root / "etc/os-release").write_text(OS_RELEASE)
    before = install(root, packages_of(folder / "first", FIRST) if (folder / "first").mkdir() is None else [])
    tar, base = folder / "root.tar", "localhost/garboard-e2e:rocky-base"
    run("tar", "-c", "-f", tar, "-C", root, ".")
    docker("import", tar, base)
    (folder / "second").mkdir()
    after = install(root, packages_of(folder / "second", SECOND))
    tag, path = "localhost/garboard-e2e:rocky", folder / "rocky.tar"
    docker("build", "-t", tag, "-f", "-", root, stdin=f"FROM {base}\nCOPY var /var\n".encode())
    docker("save", "-o", path, tag)
    docker("image", "rm", tag, base)
    return path, before, after


def test_packages_are_what_rpm_lists(image, tmp_path: Path) -> None:
    path, before, after = image
    _, inventory = Garboard(tmp_path, tmp_path / "db").inventory(str(path), Options())
    own = {(p.name, p.version, p.arch): p.layer for p in inventory.packages}
    assert set(without_zero_epoch(frozenset(own))) == set(without_zero_epoch(after))
    assert len(after) == 3
    assert {key: layer for key, layer in own.items() if layer == 0}.keys() == {key for key in own if key[0] == "glibc"}
    assert inventory.distro is not None
    assert (inventory.distro.id, inventory.distro.ecosystem) == ("rocky", "Rocky Linux:9")
    assert inventory.gaps == ()
    assert before != after


def test_findings(image, tmp_path: Path) -> None:
    """Epochs are compared too: without its own, openssl-libs would be older than what fixes it."""
    path, _, _ = image
    fixes = {
        "openssl-libs": ("1:3.0.7-27.el9", "1:3.0.7-28.el9_4"),
        "glibc": ("0:2.34-100.el9_4.2",),
        "curl": ("0:7.76.1-31.el9",),
    }
    archive = tmp_path / "mirror/osv/Rocky Linux:9/all.zip"
    archive.parent.mkdir(parents=True)
    with zipfile.ZipFile(archive, "w") as zipped:
        for number, (name, fixed) in enumerate((name, fix) for name, found in fixes.items() for fix in found):
            record = {
                "id": f"RLSA-2024:{number:04}",
                "modified": "2024-01-01T00:00:00Z",
                "upstream": [f"CVE-2024-98{number:03}"],
                "affected": [
                    {
                        "package": {"ecosystem": "Rocky Linux:9", "name": name},
                        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}],
                    }
                ],
            }
            zipped.writestr(f"{record['id']}.json", json.dumps(record))
    garboard = Garboard(tmp_path, tmp_path / "db")
    ended = garboard.run("db", "update", "--offline", "--from", tmp_path / "mirror", "osv:Rocky Linux:9")
    assert ended.code == 0, ended.err
    report = garboard.scan("--offline", path)
    found = {(purl.split("@")[0].rpartition("/")[2], fixed) for _, purl, fixed, _ in findings(report)}
    assert {(name, fixed.removeprefix("0:")) for name, fixed in found} == {
        ("openssl-libs", "1:3.0.7-28.el9_4"),
        ("curl", "7.76.1-31.el9"),
    }
