"""The packages of an image are those that its own tools tell of, and each is in the layer that brought it."""

from __future__ import annotations

from pathlib import Path

import pytest

from garboard.image.options import Options
from garboard.model.package import Inventory, Package
from tests.e2e import building
from tests.e2e.building import Docker, Truth
from tests.e2e.forms import Forms
from tests.e2e.running import Garboard

Key = tuple[str, str, str]


def debs(inventory: Inventory) -> set[Key]:
    return {(p.name, p.version, p.arch) for p in inventory.packages if p.type == "deb"}


def is_installed(package: Package) -> bool:
    """Whether pip lists it: a Python package that is no copy in another's files, and none in an archive."""
    inside = any(".whl" in location.path for location in package.locations)
    return package.type == "pypi" and not package.vendored_by and not inside


def check(inventory: Inventory, truth: Truth) -> None:
    assert debs(inventory) == truth.debs
    assert {(p.type, p.name, p.version) for p in inventory.packages if is_installed(p)} == truth.pip
    modules = {p.locations[0].path for p in inventory.packages if p.type == "npm" and not p.application}
    assert modules == truth.npm


def test_the_image_is_a_hard_one(truth: Truth) -> None:
    """What the other tests are about is there: removed, upgraded and reinstalled packages."""
    states = {row[0]: row[3] for row in truth.dpkg}
    assert states["nano"] == "config-files"
    assert states["jq"] == states["git"] == "installed"
    assert {name for _, name, _ in truth.pip} >= {"six", "idna", "urllib3", "pip"}
    assert len(truth.debs) > 100
    assert len(truth.npm) >= 4


def test_packages(garboard: Garboard, forms: Forms, truth: Truth, tmp_path: Path) -> None:
    """Without a cache, with a cold one, and with a warm one."""
    cache = tmp_path / "layers"
    for folder in (None, cache, cache):
        check(garboard.inventory(str(forms.docker_archive), Options(), folder)[1], truth)
    assert list(cache.rglob("*"))


def test_sources(garboard: Garboard, forms: Forms, docker: Docker, built: str) -> None:
    """Advisories speak of source packages: dpkg tells the same ones."""
    _, inventory = garboard.inventory(str(forms.docker_archive), Options())
    own = {p.name: (p.source, p.source_version_or_own) for p in inventory.packages if p.type == "deb"}
    assert own == building.sources(docker, built)


@pytest.fixture(scope="module")
def steps(docker: Docker, context: Path, base: str, built: str, truth: Truth) -> list[tuple[int, Truth]]:
    """After each instruction that makes a layer: how many layers there are, and what is installed.

    An engine that cleared some of its build cache meanwhile runs those instructions again: other digests, same packages.
    """
    found = []
    for text in building.prefixes(building.DOCKERFILE):
        image = building.build(docker, context, text, base, building.own_tag("step"))
        found.append((len(building.layers(docker, image)), building.ask(docker, image)))
    assert [count for count, _ in found] == list(range(1, len(building.layers(docker, built)) + 1))
    assert found[-1][1] == truth, "another build than the image's"
    return found


def since(steps: list[tuple[int, frozenset[Key]]]) -> dict[Key, int]:
    """For all that is there in the end: the layer since which it is there without a break."""
    known: dict[Key, int] = {}
    for count, there in steps:
        known = {key: known.get(key, count - 1) for key in there}
    return known


def test_layers_of_debs(garboard: Garboard, forms: Forms, steps: list[tuple[int, Truth]]) -> None:
    _, inventory = garboard.inventory(str(forms.docker_archive), Options())
    own = {(p.name, p.version, p.arch): p.layer for p in inventory.packages if p.type == "deb"}
    expected = since([(count, truth.debs) for count, truth in steps])
    assert own == expected
    by_name = {key[0]: layer for key, layer in expected.items()}
    assert by_name["dpkg"] == 0
    assert 0 < by_name["git"] < by_name["libjq1"] + 1 < by_name["garboard-demo"] < by_name["jq"]


def test_layers_of_language_packages(garboard: Garboard, forms: Forms, steps: list[tuple[int, Truth]]) -> None:
    _, inventory = garboard.inventory(str(forms.docker_archive), Options())
    own = {(p.type, p.name, p.version): p.layer for p in inventory.packages if is_installed(p)}
    assert own == since([(count, truth.pip) for count, truth in steps])
    modules = {p.locations[0].path: p.layer for p in inventory.packages if p.type == "npm" and not p.application}
    paths = [(count, frozenset(("npm", path, "") for path in truth.npm)) for count, truth in steps]
    assert modules == {path: layer for (_, path, _), layer in since(paths).items()}


def test_images_on_the_way(garboard: Garboard, docker: Docker, context: Path, base: str, tmp_path: Path) -> None:
    """Images that share layers, with one cache for all: what is taken from it is not another image's."""
    cache = tmp_path / "layers"
    for text in building.prefixes(building.DOCKERFILE)[::3]:
        image = building.build(docker, context, text, base, building.own_tag("step"))
        expected = building.ask(docker, image)
        _, inventory = garboard.inventory(f"docker:{image}", Options(), cache, env=docker.env)
        check(inventory, expected)
