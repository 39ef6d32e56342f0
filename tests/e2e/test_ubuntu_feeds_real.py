"""Ubuntu: thirty advisories, and packages below, at and above their fixes, which the real dpkg installed.

Every third is fixed for subscribers only, and every third for both, by other versions.
"""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from tests.e2e.running import Garboard, run

COUNT = 30
PLAIN, PRO = "Ubuntu:22.04:LTS", "Ubuntu:Pro:22.04:LTS"


def cve(number: int) -> str:
    return f"CVE-2024-{7000 + number}"


def fixes(number: int) -> tuple[str, str]:
    """The version that everybody gets (empty: none), and that of subscribers."""
    epoch = f"{number % 2}:" if number % 2 else ""
    own = f"{epoch}1.{number}-{9 + number % 4}ubuntu0"
    return ("" if number % 3 == 1 else f"{own}.12", "" if number % 3 == 0 else f"{own}.9+esm2")


def mirror(folder: Path) -> Path:
    plain, pro = (folder / f"osv/{name}/all.zip" for name in (PLAIN, PRO))
    for path in (plain, pro):
        path.parent.mkdir(parents=True)
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as made:
            for number in range(COUNT):
                made.writestr(f"UBUNTU-{cve(number)}.json", json.dumps(record(number)))
        path.write_bytes(file.getvalue())
    return folder


def record(number: int) -> dict[str, object]:
    free, paid = fixes(number)
    affected = [
        {
            "package": {"ecosystem": ecosystem, "name": f"law-{number}"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, *([{"fixed": fix}] if fix else [])]}],
        }
        for ecosystem, fix in ((PLAIN, free), (PRO, paid))
        if fix or ecosystem == PLAIN
    ]
    return {"id": f"UBUNTU-{cve(number)}", "upstream": [cve(number)], "affected": affected}


def root(folder: Path, versions: dict[int, str]) -> Path:
    """A root folder in which dpkg installed these versions."""
    made = folder / "root"
    for name in ("var/lib/dpkg/updates", "var/lib/dpkg/info", "etc"):
        (made / name).mkdir(parents=True)
    (made / "var/lib/dpkg/status").touch()
    (made / "etc/os-release").write_text('ID=ubuntu\nVERSION_ID="22.04"\nVERSION_CODENAME=jammy\n')
    packages = []
    for number, version in versions.items():
        built = folder / f"p{number}"
        (built / "DEBIAN").mkdir(parents=True)
        (built / "DEBIAN/control").write_text(
            f"Package: law-{number}\nVersion: {version}\nArchitecture: all\n"
            "Maintainer: Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>\nDescription: x\n"
        )
        packages.append(folder / f"p{number}.deb")
        run("dpkg-deb", "--root-owner-group", "-b", built, packages[-1])
    run("dpkg", f"--root={made}", "--force-not-root,bad-path", "--log=/dev/null", "-i", *packages)
    return made


def stepped(version: str, step: int) -> str:
    """The version a build earlier or later: its last number counts builds."""
    at = len(version.rstrip("0123456789"))
    return f"{version[:at]}{int(version[at:]) + step}"


def found(garboard: Garboard, where: Path) -> dict[str, str]:
    ended = garboard.run("scan", "--json", "--quiet", "--offline", f"dir:{where}")
    assert not [gap for gap in ended.json["gaps"] if gap["stage"] == "match"]
    return {
        one["purl"].split("@")[0].rpartition("-")[2]: one["nearestFixedInVersion"]
        for one in ended.json["vulnerabilities"]
    }


@pytest.mark.parametrize("subscriber", [False, True], ids=["everybody", "subscriber"])
def test_builds_are_compared_with_the_fixes_of_their_kind(tmp_path: Path, *, subscriber: bool) -> None:
    if not (shutil.which("dpkg") and shutil.which("dpkg-deb")):
        pytest.skip("Ubuntu's feed is NOT tested on packages: dpkg and dpkg-deb are needed")
    garboard = Garboard(tmp_path / "home", tmp_path / "db")
    ended = garboard.run("db", "update", "--offline", "--from", mirror(tmp_path / "mirror"), f"osv:{PLAIN}")
    assert ended.code == 0, ended.err
    own = {n: fix for n in range(COUNT) if (fix := fixes(n)[subscriber])}
    for step in (-1, 0, 1):
        versions = {n: stepped(fix, step) for n, fix in own.items()}
        told = found(garboard, root(tmp_path / f"at{step}", versions))
        assert told == ({f"{n}": fix for n, fix in own.items()} if step < 0 else {}), step
    for number, version in versions.items():
        run("dpkg", "--compare-versions", version, "gt", own[number])
