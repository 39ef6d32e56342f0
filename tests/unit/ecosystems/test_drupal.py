"""Drupal's core and its modules."""

from __future__ import annotations

import json

import pytest

from tests.unit.ecosystems.reading import cataloger_of, gaps, packages, read
from tests.unit.ecosystems.taking import taken

cataloger = cataloger_of("php")
CORE = "opt/drupal/web/core/lib/Drupal.php"
WEBFORM = "opt/drupal/web/modules/contrib/webform/webform.info.yml"


def info(project: str, version: str, kind: str = "module") -> str:
    return f"name: X\ntype: {kind}\ncore_version_requirement: ^10\n\n# Information added by Drupal.org packaging script\nversion: '{version}'\nproject: '{project}'\n"


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (CORE, "class Drupal {\n  const VERSION = '10.2.3';\n", ("core", "10.2.3")),
        ("var/www/includes/bootstrap.inc", "<?php // Drupal\ndefine('VERSION', '7.98');\n", ("drupal", "7.98")),
        (WEBFORM, info("webform", "6.2.0"), ("webform", "6.2.0")),
        (WEBFORM, info("webform", "8.x-5.28"), ("webform", "5.28.0")),
        (WEBFORM, info("webform", "8.x-5.0-rc12", "theme"), ("webform", "5.0.0-rc12")),
    ],
)
def test_what_files_state(path: str, text: str, expected: tuple[str, str]) -> None:
    [found] = packages(read(cataloger, path, text))
    assert (found.full_name, found.version, found.scheme) == (f"drupal/{expected[0]}", expected[1], "composer")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (CORE, "class Drupal {}"),
        ("var/www/includes/bootstrap.inc", "drupal_bootstrap();"),
        (WEBFORM, info("webform", "8.x-5.x-dev")),
        (WEBFORM, info("webform", "")),
        (WEBFORM, "type: module\ncore_version_requirement: ^10\n"),
    ],
)
def test_what_states_no_release_is_a_gap(path: str, text: str) -> None:
    facts = read(cataloger, path, text)
    assert (packages(facts), len(gaps(facts))) == ([], 1)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("opt/x/includes/bootstrap.inc", "define('VERSION', '7.98');"),
        ("opt/drupal/web/modules/contrib/webform/modules/webform_ui/webform_ui.info.yml", info("webform", "6.2.0")),
        ("opt/drupal/web/modules/custom/mine/mine.info.yml", "type: module\ncore_version_requirement: ^10\n"),
        ("opt/x/a.info.yml", "name: a\nversion: 1\n"),
    ],
)
def test_what_is_no_package(path: str, text: str) -> None:
    assert read(cataloger, path, text) == []


def test_what_composer_lists_is_told_once():
    installed = {
        "packages": [{"name": "drupal/core", "version": "10.2.3"}, {"name": "drupal/webform", "version": "6.2.0"}]
    }
    found = taken(
        {
            "opt/drupal/vendor/composer/installed.json": json.dumps(installed).encode(),
            CORE: b"const VERSION = '10.2.3';",
            WEBFORM: info("webform", "6.2.0").encode(),
            "opt/drupal/web/modules/contrib/token/token.info.yml": info("token", "8.x-1.13").encode(),
        }
    )
    assert [(one.full_name, one.version, one.locations[0].path.rpartition("/")[2]) for one in found.packages] == [
        ("drupal/core", "10.2.3", "installed.json"),
        ("drupal/token", "1.13.0", "token.info.yml"),
        ("drupal/webform", "6.2.0", "installed.json"),
    ]
