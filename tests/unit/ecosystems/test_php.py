"""Installed PHP packages: what Composer writes, in both of its forms."""

from __future__ import annotations

import json

import pytest

from garboard.ecosystems.php.version import key as version_key
from garboard.versions.invalid import InvalidVersion
from tests.unit.ecosystems.reading import cataloger_of, gaps, packages, read
from tests.unit.packages.test_unread import inventory, layer

cataloger = cataloger_of("php")
PATH = "app/vendor/composer/installed.json"
MONOLOG = {
    "name": "monolog/monolog",
    "version": "2.9.1",
    "version_normalized": "2.9.1.0",
    "require": {"php": ">=7.2", "psr/log": "^1.0.1 || ^2.0", "ext-json": "*"},
    "require-dev": {"phpunit/phpunit": "^8.5"},
    "license": ["MIT"],
    "authors": [{"name": "Jordi"}],
    "type": "library",
}
LOG = {"name": "psr/log", "version": "v1.1.4", "license": "MIT"}


@pytest.mark.parametrize(
    "document", [[MONOLOG, LOG], {"packages": [MONOLOG, LOG], "dev": True, "dev-package-names": []}]
)
def test_both_forms(document: object) -> None:
    found = packages(read(cataloger, PATH, json.dumps(document)))
    assert [(one.full_name, one.version, one.licenses, one.requires, one.vendor) for one in found] == [
        ("monolog/monolog", "2.9.1", ("MIT",), (("psr/log",),), "Jordi"),
        ("psr/log", "v1.1.4", ("MIT",), (), ""),
    ]


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ("", "is not what Composer writes"),
        ("{}", "is not what Composer writes"),
        ('{"packages": 1}', "is not what Composer writes"),
        ("[" * 5000, "is not what Composer writes"),
        ("[1]", "one of its packages cannot be read"),
        ('[{"version": "1"}]', "nothing is no name"),
        ('[{"name": "a/b"}]', "a/b has no version"),
        ('[{"name": "b", "version": "1"}]', "b is no name"),
    ],
)
def test_what_cannot_be_read_is_a_gap(document: str, text: str) -> None:
    (reason,) = gaps(read(cataloger, PATH, document))
    assert text in reason


def test_a_metapackage_has_no_code_and_odd_fields_do_no_harm() -> None:
    document = [
        {"name": "a/meta", "version": "1.0", "type": "metapackage"},
        {"name": "a/odd", "version": "dev-main", "license": {"x": 1}, "require": [], "authors": "me"},
    ]
    (found,) = packages(read(cataloger, PATH, json.dumps(document)))
    assert (found.full_name, found.version, found.licenses, found.vendor) == ("a/odd", "dev-main", (), "")


LOADED = """\
<?php return array(
    'root' => array(
        'name' => 'me/app',
        'pretty_version' => 'dev-main',
        'version' => 'dev-main',
    ),
    'versions' => array(
        'me/app' => array(
            'pretty_version' => 'dev-main',
        ),
        'monolog/monolog' => array(
            'pretty_version' => '2.9.1',
            'version' => '2.9.1.0',
        ),
        'psr/log-implementation' => array(
            'dev_requirement' => false,
            'provided' => array(
                0 => '1.0.0 || 2.0.0',
            ),
        ),
        'psr/log' => array(
            'pretty_version' => 'v1.1.4',
        ),
    ),
);
"""


@pytest.mark.parametrize("text", [LOADED, LOADED.replace("array(", "[").replace("),", "],")])
def test_what_programs_load_of_the_list_names_the_same_packages(text: str) -> None:
    found = packages(read(cataloger, PATH.replace(".json", ".php"), text))
    assert [(one.full_name, one.version) for one in found] == [("monolog/monolog", "2.9.1"), ("psr/log", "v1.1.4")]


def test_what_programs_load_only_repeats_the_list() -> None:
    files = {PATH: json.dumps([MONOLOG, LOG]).encode(), PATH.replace(".json", ".php"): LOADED.encode()}
    found = inventory(layer(files))
    assert [(one.full_name, one.locations[0].path) for one in found.packages] == [
        ("monolog/monolog", PATH),
        ("psr/log", PATH),
    ]
    assert found.gaps == ()


def test_another_file_of_that_name_is_a_gap() -> None:
    (reason,) = gaps(read(cataloger, PATH.replace(".json", ".php"), "<?php return [];"))
    assert "lists no versions" in reason


@pytest.mark.parametrize("text", ["9999999-dev", "9999999.9999999.9999999.9999999-dev", "v9999999-DEV"])
def test_the_default_branch_is_not_newer_than_every_release(text: str) -> None:
    with pytest.raises(InvalidVersion):
        version_key(text)
    assert version_key("9999999") > version_key("1.0.0")
