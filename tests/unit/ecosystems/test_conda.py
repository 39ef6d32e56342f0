"""Packages of Conda, and that what PyPI's data judge is not called unjudged."""

from __future__ import annotations

import json

import pytest

from garboard.image import read as read_image
from garboard.image.layers.cache import NoCache
from garboard.image.options import Options
from garboard.matching.match import match
from garboard.model.package import Inventory, Owns
from garboard.packages.assemble import assemble
from garboard.packages.catalogers import CATALOGERS
from tests.unit.ecosystems.reading import cataloger_of, gaps, packages, read
from tests.unit.image.layers.builders import Entry, Given, tar

cataloger = cataloger_of("conda")
SITE = "lib/python3.11/site-packages"
NUMPY = {
    "name": "numpy",
    "version": "1.26.0",
    "build": "py311h64a7726_0",
    "channel": "https://conda.anaconda.org/conda-forge/linux-64",
    "subdir": "linux-64",
    "depends": ["python >=3.11,<3.12.0a0", "libblas", "__glibc >=2.17", "conda-forge::python_abi 3.11.* *_cp311"],
    "license": "BSD-3-Clause",
    "files": ["bin/f2py", f"{SITE}/numpy-1.26.0.dist-info/METADATA", "share/doc/numpy.txt"],
}


def test_a_package() -> None:
    facts = read(cataloger, "opt/conda/conda-meta/numpy-1.26.0-py311h64a7726_0.json", json.dumps(NUMPY))
    (found,) = packages(facts)
    assert found.purl == "pkg:conda/numpy@1.26.0?build=py311h64a7726_0&channel=conda-forge&subdir=linux-64"
    assert (found.licenses, found.requires) == (("BSD-3-Clause",), (("python",), ("libblas",), ("python_abi",)))
    assert [fact for fact in facts if isinstance(fact, Owns)] == [
        Owns(
            type="conda",
            package="numpy@1.26.0",
            paths=("opt/conda/bin/f2py", f"opt/conda/{SITE}/numpy-1.26.0.dist-info/METADATA"),
        )
    ]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("", "is not what Conda writes"),
        ("[]", "is not what Conda writes"),
        ("[" * 5000, "is not what Conda writes"),
        ("{}", "does not state"),
        ('{"name": "a"}', "does not state"),
        ('{"name": "a/b", "version": "1"}', "does not state"),
        ('{"name": 1, "version": 2}', "does not state"),
    ],
)
def test_what_cannot_be_read_is_a_gap(data: str, text: str) -> None:
    (reason,) = gaps(read(cataloger, "e/conda-meta/a.json", data))
    assert text in reason


def test_odd_fields_do_no_harm() -> None:
    odd = {"name": "a", "version": "1!2+b", "files": {"x": 1}, "depends": [1, "", " "], "channel": "<unknown>"}
    (found,) = packages(read(cataloger, "conda-meta/a.json", json.dumps(odd)))
    assert (found.purl, found.requires) == ("pkg:conda/a@1%212%2Bb", ())


def image(**metadata: str) -> Inventory:
    """An environment of Conda with numpy, and metadata of Python beside it."""
    entries = [
        Entry("opt/conda/conda-meta/numpy.json", json.dumps(NUMPY).encode()),
        Entry("opt/conda/bin/f2py", b"\x7fELF" + bytes(60)),
        *(
            Entry(
                f"opt/conda/{SITE}/{name}-{version}.dist-info/METADATA", f"Name: {name}\nVersion: {version}\n".encode()
            )
            for name, version in metadata.items()
        ),
    ]
    return assemble(read_image(Given(tar(entries)), CATALOGERS, NoCache(), Options()))


def test_the_same_package_of_python_is_judged_in_its_place() -> None:
    conda, pypi = image(numpy="1.26.0").packages
    assert conda.same_as == pypi.id
    assert (conda.owner, pypi.owner, pypi.ecosystem) == ("", "", "PyPI")


@pytest.mark.parametrize("metadata", [{}, {"numpy": "1.25.0"}, {"other": "1.26.0"}])
def test_another_is_not(metadata: dict[str, str]) -> None:
    assert not any(one.same_as for one in image(**metadata).packages)


def test_its_programs_are_not_strangers() -> None:
    assert not [gap for gap in image().gaps if "no package manager" in gap.subject]


@pytest.mark.parametrize("covered", [frozenset({"PyPI"}), frozenset()])
def test_what_nothing_judges_is_told(covered: frozenset[str]) -> None:
    class Data:
        def covers(self, ecosystem: str) -> bool:
            return ecosystem in covered

        def hits(self, ecosystem: str, name: str) -> tuple[()]:
            del ecosystem, name
            return ()

    told = {gap.subject for gap in match(image(numpy="1.26.0"), Data()).gaps}
    assert told == (set() if covered else {"(conda)", "PyPI"})
    assert "(conda)" in {gap.subject for gap in match(image(), Data()).gaps}
