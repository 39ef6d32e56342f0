"""What only repeats another file's package is not a second one; what is declared neither replaces nor repeats anything."""

from __future__ import annotations

import json

import pytest

from garboard import image as images
from garboard.image.layers.cache import NoCache
from garboard.image.options import Options
from garboard.model.image import FileHistory, Files, FileVersion
from garboard.model.package import Package
from garboard.packages.assemble import assemble
from garboard.packages.catalogers import CATALOGERS
from garboard.packages.declared import DECLARATIONS
from tests.unit.packages.test_unread import Given, layer

COMPOSER = json.dumps({"packages": [{"name": "drupal/core", "version": "10.2.3"}]}).encode()
PUBSPEC = b'packages:\n  http:\n    dependency: "direct main"\n    source: hosted\n    version: "1.2.0"\n'
CONFIG = json.dumps({"packages": [{"rootUri": "file:///c/hosted/pub.dev/http-1.2.0"}]}).encode()
CORE = b"const VERSION = '10.2.3';"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {"app/composer.lock": COMPOSER, "app/vendor/composer/installed.json": COMPOSER},
            {"composer.lock", "installed.json"},
        ),
        ({"app/composer.lock": COMPOSER, "app/core/lib/Drupal.php": CORE}, {"composer.lock", "Drupal.php"}),
        ({"app/vendor/composer/installed.json": COMPOSER, "app/core/lib/Drupal.php": CORE}, {"installed.json"}),
        (
            {"app/pubspec.lock": PUBSPEC, "app/.dart_tool/package_config.json": CONFIG},
            {"pubspec.lock", "package_config.json"},
        ),
    ],
)
def test_the_files_that_count(files: dict[str, bytes], expected: set[str]) -> None:
    found = assemble(images.read(Given(layer(files, 0o644)), (*CATALOGERS, *DECLARATIONS), NoCache(), Options()))
    assert {one.locations[0].path.rpartition("/")[2] for one in found.packages} == expected


def test_many_copies_of_one_package_take_no_square_of_time():
    """Comparing each with each would not end within the runner's patience."""
    from garboard.model.package import Location, Package
    from garboard.packages.assemble import _told_once

    copies = [
        Package(
            type="npm",
            name="a",
            version="1.0.0",
            scheme="semver",
            locations=(Location(path=f"{n}/node_modules/a/package.json"),),
        )
        for n in range(60_000)
    ]
    assert len(_told_once(copies)) == len(copies)


@pytest.mark.parametrize(
    ("groups", "expected"), [(("org.x",), {"org.x"}), (("org.x", "org.y"), {"", "org.x", "org.y"})]
)
def test_an_archive_without_a_group_has_that_of_the_declared_one(groups: tuple[str, ...], expected: set[str]) -> None:
    def of(namespace: str, path: str, *, declared: bool) -> FileHistory:
        fact = Package(type="maven", namespace=namespace, name="a", version="1.0", scheme="maven", declared=declared)
        version = FileVersion(layer=0, facts=(fact,))
        return FileHistory(reader="maven-declared" if declared else "maven", path=path, versions=(version,))

    declared = (of(group, f"{group}/pom.xml", declared=True) for group in groups)
    found = assemble(Files(histories=(*declared, of("", "lib/a-1.0.jar", declared=False))))
    assert {one.namespace for one in found.packages} == expected
