from __future__ import annotations

import pytest

from garboard.ecosystems.python.direct import ELSEWHERE
from garboard.model.package import Package, Unread
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


@pytest.mark.parametrize(
    ("stated", "vendor"),
    [
        ("Author-email: A <a@x.example>\nMaintainer: B\n", "A <a@x.example>"),
        ("Author: UNKNOWN\nMaintainer-email: B <b@x.example>\nMaintainer: B\n", "B"),
        ("Maintainer-email: B <b@x.example>\n", "B <b@x.example>"),
        ("", ""),
    ],
)
def test_whose_it_is(stated, vendor):
    assert packages(read(cataloger, PATH, f"Name: a\nVersion: 1\n{stated}"))[0].vendor == vendor


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


DJANGO = b"Metadata-Version: 1.0\nName: Django\nVersion: 3.2\n"


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("lib/site-packages/Django-3.2-py3.11.egg/EGG-INFO/PKG-INFO", DJANGO),
        ("lib/site-packages/Django-3.2.egg-info/METADATA", DJANGO),
        ("lib/site-packages/Django-3.2.egg-info/PKG-INFO", DJANGO),
        ("lib/site-packages/Django-3.2.egg-info", DJANGO),
    ],
)
def test_eggs(path, data):
    assert wanted(cataloger, path)
    facts = read(cataloger, path, data)
    assert [(package.name, package.version) for package in packages(facts)] == [("django", "3.2")]
    assert cataloger.ecosystem.install_folder(path) == "lib/site-packages"


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("lib/site-packages/pkg/tests/data/a-1.egg/EGG-INFO/PKG-INFO", 0),
        ("lib/site-packages/pkg/test/a-1.dist-info/METADATA", 0),
        ("lib/site-packages/pkg/_vendor/a-1.dist-info/METADATA", 1),
        ("lib/site-packages/a-1.dist-info/METADATA", 1),
        ("home/tests/venv/lib/site-packages/a-1.dist-info/METADATA", 1),
    ],
)
def test_what_a_distribution_brings_for_its_tests_is_not_installed(path, count):
    assert len(read(cataloger, path, "Name: a\nVersion: 1\n")) == count


def test_headers_beyond_the_limit_are_a_gap():
    facts = read(cataloger, PATH, "Name: a\nVersion: 1\n" + "Requires-Dist: b\n" * 100_000)
    assert ["the limit is 1048576" in reason for reason in gaps(facts)] == [True]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (
            '{"url": "https://user:secret@git.example/a.git", "vcs_info": {"vcs": "git", "commit_id": "0123456789abcdef"}}',
            "(git.example/a.git, commit 0123456789ab): it was judged as if",
        ),
        ('{"url": "https://[", "vcs_info": {"commit_id": 1}}', "(of an unknown address)"),
        ("[]", "does not tell where"),
        ("[" * 5000, "does not tell where"),
    ],
)
def test_where_a_distribution_came_from(data: str, text: str) -> None:
    told = gaps(read(cataloger, "usr/lib/python3/site-packages/a-1.0.dist-info/direct_url.json", data))
    assert len(told) == 1
    assert all(text in reason and "secret" not in reason for reason in told)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ('{"url": "file:///wheels/a.whl", "archive_info": {}}', True),
        ('{"url": "file:///src/a", "dir_info": {"editable": true}}', True),
        ('{"url": "https://example.org/a-1.0.whl", "archive_info": {}}', True),
        ('{"url": "https://files.pythonhosted.org/packages/a/a-1.0.whl", "archive_info": {}}', False),
    ],
)
def test_what_no_index_brought_is_told_in_one_line(data: str, told: bool) -> None:
    facts = read(cataloger, "usr/lib/python3/site-packages/a-1.0.dist-info/direct_url.json", data)
    assert [(fact.kind, fact.folder) for fact in facts if isinstance(fact, Unread)] == [
        (ELSEWHERE, "usr/lib/python3/site-packages/a-1.0.dist-info")
    ] * told
