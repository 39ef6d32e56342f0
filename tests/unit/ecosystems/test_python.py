from __future__ import annotations

import pytest

from garboard.model.package import Package
from tests.unit.ecosystems.reading import cataloger_of, gaps, packages, read, wanted

cataloger = cataloger_of("python")

PATH = "usr/lib/python3/site-packages/x-1.dist-info/METADATA"
METADATA = """\
Metadata-Version: 2.1
Name: Zope.Interface__Ext
Version: 5.5.2
Summary: Interfaces
Author: Zope Foundation
License: ZPL 2.1
Classifier: License :: OSI Approved
Classifier: License :: OSI Approved :: Zope Public License
Classifier: Programming Language :: Python
Requires-Dist: setuptools (>=40)
Requires-Dist: Typing_Extensions>=4; python_version < "3.11"
Requires-Dist: sphinx; extra == 'docs'
Requires-Dist: coverage[toml]~=7.0 ; (python_version > "3") and extra == "test"
Requires-Dist: setuptools
Provides-Dist: old.name (1.0)
Provides-Extra: docs

Name: not this
Version: 0
"""


def test_every_field():
    assert read(cataloger, PATH, METADATA) == [
        Package(
            type="pypi",
            name="zope-interface-ext",
            version="5.5.2",
            scheme="pep440",
            licenses=("ZPL 2.1", "Zope Public License"),
            requires=(("setuptools",), ("typing-extensions",)),
            limits=(("setuptools", ">=40"),),
            provides=("old-name",),
            vendor="Zope Foundation",
        ),
    ]


def test_a_license_expression_is_the_only_license():
    text = "Name: a\nVersion: 1\nLicense: whatever\nLicense-Expression: MIT OR Apache-2.0\n"
    assert packages(read(cataloger, PATH, text))[0].licenses == ("MIT OR Apache-2.0",)


def test_unknown_is_no_license_and_a_long_one_is_its_first_line():
    assert packages(read(cataloger, PATH, "Name: a\nVersion: 1\nLicense: UNKNOWN\n"))[0].licenses == ()
    text = "Name: a\nVersion: 1\nLicense: MIT License\n        \n        Permission is granted\n"
    assert packages(read(cataloger, PATH, text))[0].licenses == ("MIT License",)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends(end):
    data = METADATA.replace("\n", end).encode()
    assert [(p.name, p.version) for p in packages(read(cataloger, PATH, data))] == [("zope-interface-ext", "5.5.2")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Version: 1\n", "the metadata state no name"),
        ("", "the metadata state no name"),
        ("Name: a\n", "the metadata of a state no version"),
        ("Name: ../../etc\nVersion: 1\n", "'../../etc' is no distribution's name"),
        (b"\x00\xff" * 50, "the metadata state no name"),
    ],
)
def test_what_is_missing_is_a_gap(text, reason):
    assert gaps(read(cataloger, PATH, text)) == [reason]


def test_paths():
    assert wanted(cataloger, "usr/lib/python3/dist-packages/six-1.16.0.egg-info")
    assert wanted(cataloger, "a.egg-info/PKG-INFO")
    assert wanted(cataloger, "opt/venv/lib/python3.12/site-packages/setuptools/_vendor/x.dist-info/METADATA")
    assert not wanted(cataloger, "usr/lib/x.dist-info/RECORD")
