"""Joomla."""

from __future__ import annotations

import pytest

from tests.unit.ecosystems.reading import cataloger_of, gaps, packages, read
from tests.unit.ecosystems.taking import taken

cataloger = cataloger_of("joomla")
MANIFEST = "var/www/html/administrator/manifests/files/joomla.xml"
CLASS = "var/www/html/libraries/src/Version.php"
FOUR = "namespace Joomla\\CMS;\nconst PRODUCT = 'Joomla!';\nconst MAJOR_VERSION = 4;\nconst MINOR_VERSION = 3;\nconst PATCH_VERSION = 1;\n"


@pytest.mark.parametrize(
    ("path", "text", "version"),
    [
        (MANIFEST, "<extension><name>files_joomla</name><version>4.3.1</version></extension>", "4.3.1"),
        (CLASS, FOUR, "4.3.1"),
        (
            "www/libraries/cms/version/version.php",
            "// Joomla\npublic $RELEASE = '2.5';\npublic $DEV_LEVEL = '28';\n",
            "2.5.28",
        ),
    ],
)
def test_the_core(path: str, text: str, version: str) -> None:
    assert [(one.type, one.name, one.version) for one in packages(read(cataloger, path, text))] == [
        ("joomla", "joomla", version)
    ]


@pytest.mark.parametrize(
    ("path", "text"), [(MANIFEST, "<extension/>"), (CLASS, "Joomla"), (CLASS, "Joomla const MAJOR_VERSION = 4;")]
)
def test_without_a_version_it_is_a_gap(path: str, text: str) -> None:
    facts = read(cataloger, path, text)
    assert (packages(facts), len(gaps(facts))) == ([], 1)


def test_it_is_told_once_and_other_classes_are_nothing():
    assert read(cataloger, CLASS, "class Version {}") == []
    found = taken({MANIFEST: b"<version>4.3.1</version>", CLASS: FOUR.encode()})
    assert [one.locations[0].path for one in found.packages] == [MANIFEST]
