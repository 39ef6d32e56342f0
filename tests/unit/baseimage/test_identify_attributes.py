"""The catalogue as a witness of whose layers are: exact, without a network, and never against what the image or its
Dockerfile says.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from garboard.baseimage.stated import denied
from garboard.dockerfile.parser import parse
from garboard.image import reference as references
from garboard.image.options import Options
from garboard.model.attribution import Certainty, Origin
from garboard.model.baseimage import BaseImage, Catalog
from garboard.model.image import Image
from garboard.model.package import Distro, Inventory
from garboard.workflows.attribute import Build, Whose, whose
from tests.unit.basecatalog.entries import NOW, base, image, name, writer

DEBIAN, PYTHON = base("a", "debian:12"), base("ab", "python:3.12", name("python:3.11", current=False))
APP = image("a", "b", "x")
NOTHING = Inventory()
BUILT_SAID = ("a", "b", "RUN /bin/sh -c x # buildkit")


def never(_reference: str) -> tuple[Image, Inventory]:
    raise AssertionError


def attributed(
    of: Image, catalog: Catalog | None, dockerfile: str = "", inventory: Inventory = NOTHING, **build: object
) -> Whose:
    """Offline: whoever looks for the base anywhere else finds nothing."""
    parsed = parse(dockerfile.encode(), "Dockerfile") if dockerfile else None
    return whose(
        of, inventory, Build(dockerfile=parsed, **build), Options(offline=True), never, catalog=catalog, now=NOW
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


TRIXIE = base("pq", "python:3.13-slim-trixie", "python:3.13-slim", "python:latest")
SLIM = base("ab", "python:3.12.4-slim-bookworm")
BUILT = image("a", "b", "x", said=BUILT_SAID)


def test_from_was_edited_and_not_rebuilt(tmp_path: Path) -> None:
    """What FROM says now is known, and is not what lies lowest: the layers win."""
    found = attributed(BUILT, known(tmp_path, DEBIAN, SLIM, TRIXIE), "FROM python:3.13-slim\nRUN x\n").attribution
    assert found
    assert (found.base.name, found.base.stated, found.base.edited) == (SLIM.label, "python:3.13-slim", True)
    assert (found.base.layers, found.base.how) == (2, Certainty.EXACT)
    assert any("your Dockerfile now says FROM python:3.13-slim" in gap.reason for gap in found.gaps)


@pytest.mark.parametrize(
    "name", ["python:3.12-slim", "python:3-slim", "harbor.example/hub/library/python:3.12.4-slim-bookworm", "python:slim"]
)  # fmt: skip
def test_a_tag_that_moved_on_and_a_mirrors_name_are_no_contradiction(tmp_path: Path, name: str) -> None:
    found = attributed(BUILT, known(tmp_path, DEBIAN, SLIM), f"FROM {name}\nRUN x\n").attribution
    assert found
    assert (found.base.name, found.base.stated, found.base.how) == (name, "", Certainty.EXACT)
    assert found.gaps == ()


@pytest.mark.parametrize("name", ["golden/python:1", "python:3.13-slim", "python:3.12", "python:3.12-slim-bullseye"])
def test_another_name_may_be_one_of_the_same_image(tmp_path: Path, name: str) -> None:
    found = attributed(BUILT, known(tmp_path, DEBIAN, SLIM), f"FROM {name}\nRUN x\n").attribution
    assert found
    assert (found.base.name, found.base.stated, found.base.edited) == (SLIM.label, name, False)
    assert any("unless that is another name of it" in gap.reason for gap in found.gaps)


@pytest.mark.parametrize(
    ("name", "distro", "env", "reason"),
    [
        ("debian:12", "ubuntu 22.04", (), "it is ubuntu 22.04, not debian 12"),
        ("python:3.13-slim-trixie", "debian 12", (), "it is debian 12, not debian 13"),
        ("harbor.example/x/library/debian:trixie", "debian 12", (), "it is debian 12, not debian 13"),
        ("python:3.12-alpine", "debian 12", (), "it is debian 12, not alpine"),
        ("python:3.11-slim-bookworm", "debian 13", (), ""),
        ("python:3.12-slim", "debian 12", ("PYTHON_VERSION=3.11.2",), "it has PYTHON_VERSION=3.11.2"),
        ("python:3.12", "debian 12", ("PYTHON_VERSION=3.12.4",), ""),
        ("node:22", "debian 12", ("NODE_VERSION=20.18.0",), "it has NODE_VERSION=20.18.0"),
        ("node:lts", "debian 12", ("NODE_VERSION=20.18.0",), ""),
        ("corp/tool:3", "debian 12", ("PYTHON_VERSION=3.12.4",), ""),
        ("alpine:3.20", "alpine 3.19.1", (), "it is alpine 3.19, not alpine 3.20"),
        ("alpine:3.9", "alpine 3.10.1", (), ""),
        ("debian:12", "", (), ""),
    ],
)
def test_what_an_image_cannot_have_been_built_on(name: str, distro: str, env: tuple[str, ...], reason: str) -> None:
    assert denied(references.parse(name), distro, env) == reason


def test_an_image_of_another_distribution_was_not_built_on_what_from_says() -> None:
    found = attributed(
        BUILT, None, "FROM debian:13\nRUN x\n", inventory=Inventory(distro=Distro(id="debian", version="12"))
    )
    assert found.attribution
    own = found.attribution.base
    assert (own.name, own.stated, own.edited, own.layers) == ("", "debian:13", True, 2)


def test_a_variable_that_the_dockerfile_sets_is_no_evidence() -> None:
    of = image("a", "b", "x", said=BUILT_SAID, env=("PYTHON_VERSION=3.11.2",))
    assert attributed(of, None, "FROM python:3.12\nRUN x\n").attribution.base.edited
    text = "FROM python:3.12\nENV PYTHON_VERSION=3.11.2\nRUN x\n"
    assert not attributed(of, None, text).attribution.base.edited


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
