"""The catalogue as a witness of whose layers are: exact, without a network, and never against what the image or its
Dockerfile says.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from garboard.dockerfile.parser import parse
from garboard.image.options import Options
from garboard.model.attribution import Certainty, Origin
from garboard.model.baseimage import BaseImage, Catalog
from garboard.model.image import Image
from garboard.model.package import Inventory
from garboard.workflows.attribute import Build, Whose, whose
from tests.unit.basecatalog.entries import NOW, base, image, name, writer

DEBIAN, PYTHON = base("a", "debian:12"), base("ab", "python:3.12", name("python:3.11", current=False))
APP = image("a", "b", "x")


def never(_reference: str) -> tuple[Image, Inventory]:
    raise AssertionError


def attributed(of: Image, catalog: Catalog | None, dockerfile: str = "", **build: object) -> Whose:
    """Offline: whoever looks for the base anywhere else finds nothing."""
    parsed = parse(dockerfile.encode(), "Dockerfile") if dockerfile else None
    return whose(
        of, Inventory(), Build(dockerfile=parsed, **build), Options(offline=True), never, catalog=catalog, now=NOW
    )


def known(folder: Path, *bases: BaseImage) -> Catalog:
    return writer(folder, *bases).catalog


def test_without_a_dockerfile_it_is_the_nearest(tmp_path: Path) -> None:
    found = attributed(APP, known(tmp_path, DEBIAN, PYTHON)).attribution
    assert found
    assert (found.base.name, found.base.layers, found.base.how) == ("python:3.12", 2, Certainty.EXACT)
    assert found.base.digest == PYTHON.key
    assert [one.origin for one in found.layers] == [Origin.BASE, Origin.BASE, Origin.DOCKERFILE]


def test_the_image_itself_has_the_base_below(tmp_path: Path) -> None:
    found = attributed(PYTHON.image, known(tmp_path, DEBIAN, PYTHON))
    assert found.attribution
    assert (found.attribution.base.name, found.attribution.base.layers) == ("debian:12", 1)
    assert [one.itself for one in found.ancestors] == [True, False]


@pytest.mark.parametrize("tag", ["3.12", "3.11", f"3.12@{PYTHON.key}"])
def test_the_dockerfiles_base_now_or_once(tmp_path: Path, tag: str) -> None:
    """An image that the tag has left since is proven all the same, and needs no network."""
    found = attributed(APP, known(tmp_path, DEBIAN, PYTHON), f"FROM python:{tag}\nRUN x\n", look_up=True).attribution
    assert found
    assert (found.base.name, found.base.layers, found.base.how) == (f"python:{tag}", 2, Certainty.EXACT)


def test_what_lies_below_the_dockerfiles_base_is_not_the_base(tmp_path: Path) -> None:
    """FROM names an image that the catalogue does not know; that debian is below it says nothing of where it ends."""
    found = attributed(APP, known(tmp_path, DEBIAN), "FROM golden/python:1\nRUN x\n", look_up=True)
    assert found.attribution
    assert found.attribution.base.name == "golden/python:1"
    assert found.attribution.base.how is not Certainty.EXACT
    assert [one.image.label for one in found.ancestors] == ["debian:12"]


def test_a_cached_line_that_was_catalogd_is_not_the_base(tmp_path: Path) -> None:
    """Somebody's image of the same first line has a longer chain than debian, which FROM names."""
    sibling = base("ab", "somebody/tools:1")
    found = attributed(APP, known(tmp_path, DEBIAN, sibling), "FROM debian:12\nRUN b\nRUN x\n").attribution
    assert found
    assert (found.base.name, found.base.layers) == ("debian:12", 1)


def test_from_scratch_has_no_base(tmp_path: Path) -> None:
    found = attributed(APP, known(tmp_path, DEBIAN), "FROM scratch\nADD a /\nCOPY b /\nCOPY x /\n").attribution
    assert found
    assert found.base.name in {"", "scratch"}


def test_a_label_of_the_images_own_counts(tmp_path: Path) -> None:
    labeled = image("a", "b", "x", labels=(("org.opencontainers.image.base.name", "docker.io/library/debian:12"),))
    found = attributed(labeled, known(tmp_path, DEBIAN, PYTHON)).attribution
    assert found
    assert (found.base.name, found.base.layers) == ("docker.io/library/debian:12", 1)


def test_a_label_that_the_base_had_is_not_the_images_own(tmp_path: Path) -> None:
    label = (("org.opencontainers.image.base.name", "docker.io/library/debian:12"),)
    python = base("ab", "python:3.12", labels=label)
    found = attributed(image("a", "b", "x", labels=label), known(tmp_path, DEBIAN, python)).attribution
    assert found
    assert (found.base.name, found.base.layers) == ("python:3.12", 2)


def test_a_label_of_something_unknown_leaves_the_base_unknown(tmp_path: Path) -> None:
    labeled = image("a", "b", "x", labels=(("org.opencontainers.image.base.name", "golden/python:1"),))
    found = attributed(labeled, known(tmp_path, DEBIAN)).attribution
    assert found
    assert (found.base.name, found.base.layers) == ("golden/python:1", None)


def test_what_nobody_knows_is_unknown(tmp_path: Path) -> None:
    found = attributed(image("y", "z"), known(tmp_path, DEBIAN, PYTHON))
    assert found.attribution
    assert (found.attribution.base.name, found.attribution.base.layers, found.ancestors) == ("", None, ())


def test_a_catalog_that_cannot_be_read_is_a_gap(tmp_path: Path) -> None:
    made = writer(tmp_path, DEBIAN)
    made.catalog.store.rows("UPDATE image SET payload = x'93'")
    found = attributed(APP, made.catalog).attribution
    assert found
    assert "its base was not looked for" in found.gaps[-1].reason


def test_without_a_catalog_nothing_of_it_is_loaded() -> None:
    program = (
        "import sys, garboard.workflows.attribute, garboard.workflows.scan, garboard.cli.scan\n"
        "assert not [one for one in sys.modules if one.startswith(('garboard.basecatalog', 'garboard.baseimage'))]"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
