"""Of seven services, as images and as source trees: each vulnerable dependency with the line that brought it in."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from pathlib import Path

import pytest

from garboard.database.read import Database
from garboard.dockerfile.parser import parse
from garboard.image.options import Options
from garboard.model.attribution import Origin
from garboard.reporters.inventory import text as inventory_text
from garboard.reporters.scan import text
from garboard.reporters.view import View, declared_packages, direct_dependencies
from garboard.workflows import update_database
from garboard.workflows.attribute import Build
from garboard.workflows.scan import scan
from tests.unit.workflows.services import LINE, SERVICES, Service, Vulnerable

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
each = pytest.mark.parametrize("service", SERVICES, ids=lambda one: one.name)


def _record(one: Vulnerable) -> dict[str, object]:
    kind = "SEMVER" if one.ecosystem in {"npm", "Go", "crates.io"} else "ECOSYSTEM"
    events = [{"introduced": "0"}, {"fixed": one.fixed}]
    return {
        "schema_version": "1.7.0",
        "id": f"TEST-{one.name}",
        "modified": "2026-01-01T00:00:00Z",
        "summary": "of the tests",
        "affected": [
            {"package": {"ecosystem": one.ecosystem, "name": one.name}, "ranges": [{"type": kind, "events": events}]}
        ],
    }


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    mirror, directory = tmp_path_factory.mktemp("mirror"), tmp_path_factory.mktemp("db")
    shards = []
    for service in SERVICES:
        ecosystem = service.vulnerable[0].ecosystem
        path = mirror / "osv" / ecosystem / "all.zip"
        path.parent.mkdir(parents=True)
        with zipfile.ZipFile(path, "w") as archive:
            for number, one in enumerate(service.vulnerable):
                archive.writestr(f"{number}.json", json.dumps(_record(one)))
        shards.append(f"osv:{ecosystem}")
    results = update_database.update(directory, tuple(shards), origin=str(mirror), now=NOW)
    assert [one.error for one in results] == [""] * len(shards)
    return Database(directory)


@each
def test_its_image(tmp_path: Path, database: Database, service: Service) -> None:
    dockerfile = parse(service.dockerfile.encode(), "Dockerfile")
    archive = service.write_image(tmp_path / "image.tar")
    report = scan(f"docker-archive:{archive}", database=database, now=NOW, build=Build(dockerfile=dockerfile))
    assert {(one.vulnerability.id, one.package.version, one.fixed_in) for one in report.findings} == {
        (f"TEST-{one.name}", one.version, one.fixed) for one in service.vulnerable
    }
    for one in report.findings:
        assert one.who.origin is Origin.DOCKERFILE
        assert one.who.place is not None
        assert (one.who.place.file, one.who.place.line) == ("Dockerfile", LINE)
    told = text.render(report, View()).decode()
    assert told.count(f"by `{service.line}` (Dockerfile:{LINE})") == len(service.vulnerable)


@each
def test_its_source_tree(tmp_path: Path, database: Database, service: Service) -> None:
    report = scan(f"dir:{service.write_tree(tmp_path)}", database=database, now=NOW, options=Options())
    assert {(one.vulnerability.id, one.package.version) for one in report.findings} == {
        (f"TEST-{one.name}", one.version) for one in service.vulnerable
    }
    told = text.render(report, View()).decode()
    for one in service.vulnerable:
        (finding,) = (found for found in report.findings if found.vulnerability.id == f"TEST-{one.name}")
        own = finding.package.name == one.direct
        raised = [
            (direct.package.name, f"{direct.place.path}:{direct.place.line}")
            for direct in direct_dependencies((finding,), declared_packages(report))
        ]
        places = [f"{place.path}:{place.line}" for place in finding.package.locations]
        assert (one.direct, one.place) in raised or (own and one.place in places)
        assert one.place in told
    assert report.inventory.gaps == ()
    assert "garboard scan IMAGE -f Dockerfile" in told


@each
def test_reports_of_its_tree_speak_of_no_image(tmp_path: Path, database: Database, service: Service) -> None:
    report = scan(f"dir:{service.write_tree(tmp_path / 'shop')}", database=database, now=NOW)
    texts = [text.render(report, View()).decode(), inventory_text.render(report, View()).decode()]
    of_images = ("docker-image", "Docker image", "Dockerfile:", "LAYER", "Image:", "base image")
    assert [word for word in of_images for one in texts if word in one] == []
    assert all("Source tree:" in one for one in texts)
    assert any("FILE" in line.split() for line in texts[1].splitlines()[:1])


def test_a_tree_of_which_no_file_declares_anything_is_one(tmp_path: Path, database: Database) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app/a.cdx.xml").write_text("<bom/>")
    report = scan(f"dir:{tmp_path / 'app'}", database=database, now=NOW)
    found = text.render(report, View()).decode()
    assert "Source tree:" in found
    assert "Not all of the tree could be read" in found
    assert "image" not in found.replace("IMAGE", "")
