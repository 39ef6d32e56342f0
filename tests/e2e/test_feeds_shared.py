"""The image under test against the distribution's whole data, judged a second time by dpkg itself."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from garboard.image.options import Options
from tests.e2e import building
from tests.e2e.building import Docker
from tests.e2e.conftest import Known
from tests.e2e.forms import Forms
from tests.e2e.running import Garboard

SHARDS = ("debian", "osv:PyPI", "osv:npm", "kev", "epss")
COMPARE = """
import apt_pkg, json, sys
apt_pkg.init_system()
json.dump([apt_pkg.version_compare(*pair) for pair in json.load(sys.stdin)], sys.stdout)
"""


@pytest.fixture(scope="module")
def tracker(shared: Path) -> Path:
    return shared / "data/debian-tracker/tracker/data/json"


@pytest.fixture(scope="module")
def real(shared: Path, work: Path, known: Known) -> Garboard:
    garboard = Garboard(work / "real-home", work / "real-db")
    ended = garboard.run("db", "update", "--offline", "--from", shared / "data", *SHARDS)
    assert ended.code == 0, ended.err
    return garboard


def compared(pairs: list[tuple[str, str]]) -> list[int]:
    """The order of versions by apt's own library."""
    done = subprocess.run(
        ["/usr/bin/python3", "-c", COMPARE], input=json.dumps(pairs), capture_output=True, text=True, check=False
    )
    if "No module named 'apt_pkg'" in done.stderr:
        pytest.skip("the findings are NOT judged a second time: python3-apt is not installed")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert isinstance(found, list)
    return found


def test_debian(real: Garboard, tracker: Path, forms: Forms, docker: Docker, built: str) -> None:
    """Every pair of package and CVE that the tracker says is open or fixed only later, and no other."""
    report = real.scan("--offline", forms.docker_archive)
    own = {
        (entry["name"].rpartition("/")[2], name, entry.get("nearestFixedInVersion", ""))
        for entry in report["vulnerabilities"]
        if entry["purl"].startswith("pkg:deb/")
        for name in entry["advisories"]
    }
    document = json.loads(tracker.read_text())
    candidates = []
    for package, (source, version) in building.sources(docker, built).items():
        for name, issue in document.get(source, {}).items():
            release = issue["releases"].get("bookworm") if isinstance(issue["releases"], dict) else None
            if release is not None and release.get("fixed_version") != "0" and release["status"] != "undetermined":
                candidates.append(
                    (
                        package,
                        name,
                        version,
                        release.get("fixed_version", "") if release["status"] == "resolved" else "",
                    )
                )
    order = compared([(version, fixed or version) for _, _, version, fixed in candidates])
    expected = {
        (package, name, fixed)
        for (package, name, _, fixed), result in zip(candidates, order, strict=True)
        if not fixed or result < 0
    }
    assert own == expected
    assert len(own) > 100


def test_language_packages(real: Garboard, forms: Forms) -> None:
    report = real.scan("--offline", forms.docker_archive)
    ids = {(entry["name"], entry["id"]) for entry in report["vulnerabilities"]}
    assert ("minimist", "CVE-2021-44906") in ids
    assert ("idna", "CVE-2024-3651") in ids
    assert ("semver", "CVE-2022-25883") in ids
    _, inventory = real.inventory(str(forms.docker_archive), Options())
    assert report["dependencyCount"] <= len(inventory.packages)
