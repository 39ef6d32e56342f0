"""What the data of an ecosystem say is said of its packages, whatever their kind."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from pathlib import Path

import pytest

from garboard import ecosystems
from garboard.database.read import Database
from garboard.feeds.readers import osv_ecosystems
from garboard.image.options import Options
from garboard.matching import match
from garboard.packages import distro
from garboard.workflows import update_database
from garboard.workflows.scan import take_inventory

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
EXAMPLES = {
    "Bioconductor": ("pkg:bioconductor/a@1.2.0", "a"),
    "Bitnami": ("pkg:bitnami/wordpress@1.2.9-3?arch=amd64&distro=debian-12", "wordpress"),
    "CRAN": ("pkg:cran/A.b@1.2-9", "A.b"),
    "ConanCenter": ("pkg:conan/zlib@1.2.9", "zlib"),
    "GitHub Actions": ("pkg:githubactions/Actions/Runner@v1.2.9", "actions/runner"),
    "Go": ("pkg:golang/github.com/masterminds/goutils@v1.2.0-20200510223506-06a226fb4e37", "github.com/Masterminds/goutils"),
    "Hackage": ("pkg:hackage/aeson@1.2.9.1", "aeson"),
    "Hex": ("pkg:hex/phoenix@1.2.9", "phoenix"),
    "Julia": ("pkg:julia/HTTP@1.2.9?uuid=1", "HTTP"),
    "Maven": ("pkg:maven/org.example/core@1.2.9.Final", "org.example:core"),
    "NuGet": ("pkg:nuget/Newtonsoft.Json@1.2.9", "newtonsoft.json"),
    "Packagist": ("pkg:composer/Drupal/core@v1.2.9", "drupal/core"),
    "Pub": ("pkg:pub/archive@1.2.9", "archive"),
    "PyPI": ("pkg:pypi/zope.interface@1.2.9", "Zope_Interface"),
    "RubyGems": ("pkg:gem/rails@1.2.9", "rails"),
    "SwiftURL": ("pkg:swift/github.com/apple/swift-nio/swift-nio@1.2.9", "https://github.com/apple/swift-nio.git"),
    "crates.io": ("pkg:cargo/smallvec@1.2.9", "smallvec"),
    "npm": ("pkg:npm/%40babel/core@1.2.9", "@babel/core"),
}  # fmt: skip


def test_every_ecosystem_with_data_has_packages_and_an_order() -> None:
    of_types = {one.osv for one in ecosystems.ECOSYSTEMS if one.osv}
    assert set(EXAMPLES) == of_types
    of_distros = {distro.ecosystem(name, "1.0", "x").partition(":")[0] for name in distro._ECOSYSTEMS}
    assert set(osv_ecosystems.ECOSYSTEMS) <= of_types | of_distros | {"Software"}
    for name, one in osv_ecosystems.ECOSYSTEMS.items():
        assert ecosystems.order(one.scheme), name


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    mirror, directory = tmp_path_factory.mktemp("mirror"), tmp_path_factory.mktemp("db")
    for name, (_, listed) in EXAMPLES.items():
        path = mirror / "osv" / name.replace(" ", "_") / "all.zip"
        path.parent.mkdir(parents=True)
        record = {
            "id": f"X-{name.replace(' ', '')}",
            "affected": [
                {"package": {"ecosystem": name, "name": listed},
                 "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.2.10"}]}]}
            ],
        }  # fmt: skip
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("x.json", json.dumps(record))
    shards = [f"osv:{name}" for name in EXAMPLES]
    results = update_database.update(directory, shards, origin=str(mirror), now=NOW)
    assert [result.error for result in results] == [""] * len(EXAMPLES)
    return Database(directory)


@pytest.mark.parametrize("name", EXAMPLES)
def test_its_package_is_judged(database: Database, tmp_path: Path, name: str) -> None:
    purl = EXAMPLES[name][0]
    fixed = purl.replace("1.2.9", "1.2.10").replace("1.2-9", "1.2.10").replace("1.2.0", "1.2.10")
    path = tmp_path / "b.json"
    for each, issues in ((purl, 1), (fixed.partition("-2020")[0], 0)):
        path.write_text(json.dumps({"bomFormat": "CycloneDX", "components": [{"type": "library", "purl": each}]}))
        matched = match(take_inventory(str(path), Options(offline=True))[1], database)
        assert (len(matched.findings), matched.judged, matched.gaps) == (issues, 1, ()), each
