"""Front ends that Python's packages bring."""

from __future__ import annotations

import json

import pytest

from garboard.image import read as read_image
from garboard.image.layers.cache import NoCache
from garboard.image.options import Options
from garboard.model.package import Inventory
from garboard.packages.assemble import assemble
from garboard.packages.catalogers import CATALOGERS
from tests.unit.image.layers.builders import Entry, Given, tar

_HOME = "opt/v/lib/python3.11/site-packages"


def _inventory(files: dict[str, bytes]) -> Inventory:
    layer = tar([Entry(path, data) for path, data in files.items()])
    return assemble(read_image(Given(layer), CATALOGERS, NoCache(), Options()))


def _package(name: str, version: str = "1.0.0", **more: object) -> bytes:
    return json.dumps({"name": name, "version": version, **more}).encode()


def _distribution(name: str, *paths: str, home: str = _HOME) -> dict[str, bytes]:
    folder = f"{home}/{name}-2.0.dist-info"
    record = "".join(f"{path},sha256=0,1\n" for path in paths)
    return {f"{folder}/METADATA": f"Name: {name}\nVersion: 2.0\n".encode(), f"{folder}/RECORD": record.encode()}


@pytest.mark.parametrize(
    ("distribution", "path", "name"),
    [
        (
            "jupyterlab_pygments",
            "../../../share/jupyter/labextensions/jupyterlab_pygments/package.json",
            "jupyterlab_pygments",
        ),
        ("apache_airflow", "airflow/www/package.json", "airflow-www"),
        ("apache_superset", "superset/static/assets/package.json", "superset"),
        ("panel", "panel/package.json", "@holoviz/panel"),
        ("jupyterlab", "jupyterlab/galata/@jupyterlab/galata/package.json", "@jupyterlab/galata"),
        ("jupyterlab", "jupyterlab/tests/mock_packages/test-hyphens/package.json", "test-hyphens"),
    ],
)
def test_a_front_end_of_its_own_is_no_application(distribution: str, path: str, name: str) -> None:
    place = f"{_HOME}/{path}".replace(f"{_HOME}/../../../", "opt/v/")
    files = {place: _package(name, dependencies={"x": "1"})}
    found = _inventory(files | _distribution(distribution, path))
    assert not found.gaps
    assert [one.name for one in found.packages if not one.application] == [distribution.replace("_", "-")]
    assert any("was taken for an application" in gap.reason for gap in _inventory(files).gaps)


@pytest.mark.parametrize("top", ["../../../share/airflow", "airflow"])
def test_a_copy_of_another_package_is_listed_as_carried(top: str) -> None:
    path = f"{top}/www/static/dist/swagger-ui/package.json"
    place = f"{_HOME}/{path}".replace(f"{_HOME}/../../../", "opt/v/")
    found = _inventory({place: _package("swagger-ui-dist", "4.1.3")} | _distribution("apache_airflow", path))
    (copy,) = (one for one in found.packages if one.type == "npm")
    assert (copy.name, copy.version, copy.application, copy.vendored_by) == (
        "swagger-ui-dist",
        "4.1.3",
        False,
        "apache_airflow",
    )
    assert not found.gaps


def test_a_distribution_without_a_list_has_what_lies_below_its_folder() -> None:
    files = {
        f"{_HOME}/b-1.0.egg-info/PKG-INFO": b"Name: b\nVersion: 1.0\n",
        f"{_HOME}/b/static/package.json": _package("b"),
        f"{_HOME}/b/static/jquery/package.json": _package("jquery", "1.12.0"),
    }
    found = _inventory(files)
    assert [(one.name, one.vendored_by) for one in found.packages if one.type == "npm" and not one.application] == [
        ("jquery", "b")
    ]
    assert not found.gaps


def test_what_lies_in_a_folder_for_packages_counts_by_the_name_of_the_distribution() -> None:
    files = {"srv/deps/b/static/package.json": _package("b"), "srv/deps/c/package.json": _package("c")}
    found = _inventory(files | _distribution("b", "b/static/package.json", home="srv/deps"))
    assert [gap.subject for gap in found.gaps] == ["srv/deps/c/package.json"]


def test_an_application_that_needs_npm_packages_is_told_unless_a_distribution_brought_it() -> None:
    files = {"opt/v/share/lab/package.json": _package("top", private=True, dependencies={"x": "1"})}
    subject = "applications without the npm packages that they need"
    assert [gap.subject for gap in _inventory(files).gaps] == [subject]
    assert not _inventory(files | _distribution("lab", "../../../share/lab/package.json")).gaps
    other = _distribution("lab", "../../../share/lab/package.json.orig", "../../../share/other/package.json")
    assert [gap.subject for gap in _inventory(files | other).gaps] == [subject]


def test_what_conda_brought_is_no_application() -> None:
    record = {"name": "b", "version": "2.0", "files": ["share/b/package.json"]}
    files = {"opt/conda/share/b/package.json": _package("b-front"), "opt/conda/conda-meta/b-2.0-0.json": b"{}"}
    assert any("was taken for an application" in gap.reason for gap in _inventory(files).gaps)
    files["opt/conda/conda-meta/b-2.0-0.json"] = json.dumps(record).encode()
    assert not any("was taken for an application" in gap.reason for gap in _inventory(files).gaps)
