"""WordPress, plugins and themes."""

from __future__ import annotations

import pytest

from garboard.image import read as read_image
from garboard.image.layers.cache import NoCache
from garboard.image.options import Options
from garboard.packages.assemble import assemble
from garboard.packages.catalogers import CATALOGERS
from tests.unit.ecosystems.reading import cataloger_of, gaps, packages, read
from tests.unit.image.layers.builders import Entry, Given, tar

cataloger = cataloger_of("wordpress")


@pytest.mark.parametrize(
    ("path", "data", "expected"),
    [
        (
            "var/www/wp-includes/version.php",
            "<?php\n$wp_version = '6.4.2';\n$wp_db_version = 1;\n",
            ("wordpress", "wordpress", "6.4.2"),
        ),
        (
            "w/wp-content/plugins/akismet/akismet.php",
            "<?php\n/**\n * Plugin Name: Akismet\n * Version: 5.3\n * License: GPLv2 or later\n */",
            ("wordpress", "plugins/akismet", "5.3", "GPLv2 or later"),
        ),
        ("w/wp-content/themes/t/style.css", "/*\nTheme Name: T\nVersion: 1.2\n*/", ("wordpress", "themes/t", "1.2")),
    ],
)
def test_a_package(path: str, data: str, expected: tuple[str, ...]) -> None:
    (found,) = packages(read(cataloger, path, data))
    assert (found.type, found.full_name, found.version, *found.licenses) == expected


@pytest.mark.parametrize(
    ("path", "data", "text"),
    [
        ("w/wp-includes/version.php", "<?php", "states no version of WordPress"),
        ("w/wp-content/plugins/a/a.php", "/* Plugin Name: A */", "states no version"),
        ("w/wp-content/themes/t/style.css", "a{}", "states no version"),
    ],
)
def test_what_cannot_be_read_is_a_gap(path: str, data: str, text: str) -> None:
    (reason,) = gaps(read(cataloger, path, data))
    assert text in reason


@pytest.mark.parametrize(
    "data",
    [
        "<?php /* Plugin Name: A\nVersion: 1.2\n*/",
        "<?php\r/*\rPlugin Name: A\rVersion: 1.2\r*/\r",
        "<?php\r\n/*\r\n * Plugin Name: A\r\n * Version: 1.2\r\n */\r\n",
        "<?php\n/* plugin name: A */\n// version: 1.2 ?>\n",
        "<?php\n// Plugin Name: A\n// Version: 1.2\n$x = '\nVersion: 9\n';",
    ],
)
def test_forms_of_a_header(data: str) -> None:
    (found,) = packages(read(cataloger, "w/wp-content/plugins/a/a.php", data))
    assert (found.full_name, found.version) == ("plugins/a", "1.2")


def test_a_file_without_a_header_says_nothing() -> None:
    assert read(cataloger, "w/wp-content/plugins/a/b.php", "<?php\nVersion: 1\n") == []


def test_a_plugin_without_a_header_is_told() -> None:
    plugins = "w/wp-content/plugins"
    entries = [
        Entry(f"{plugins}/a/a.php", b"/*\nPlugin Name: A\nVersion: 1\n*/"),
        Entry(f"{plugins}/a/readme.txt"),
        Entry(f"{plugins}/b/readme.txt"),
    ]
    inventory = assemble(read_image(Given(tar(entries)), CATALOGERS, NoCache(), Options()))
    assert [gap.reason for gap in inventory.gaps] == [f"found, and not read: {plugins}/b/readme.txt"]
