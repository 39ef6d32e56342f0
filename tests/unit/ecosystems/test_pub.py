"""Dart packages of pub's cache."""

from __future__ import annotations

import json

import pytest

from tests.unit.ecosystems.reading import cataloger_of, gaps, packages, read
from tests.unit.ecosystems.taking import taken

cataloger = cataloger_of("pub")
CACHE = "root/.pub-cache/hosted/pub.dev"
CONFIG = "app/.dart_tool/package_config.json"


@pytest.mark.parametrize("folder", ["http-1.2.0", "http-1.2.0+1", "http-1.2.0-beta.1"])
def test_a_folder_of_the_cache_and_what_leads_there(folder: str) -> None:
    config = {
        "packages": [
            {"name": "http", "rootUri": f"file:///{CACHE}/{folder.replace('+', '%2B')}"},
            {"name": "app", "rootUri": "../"},
        ]
    }
    cached = packages(read(cataloger, f"{CACHE}/{folder}/pubspec.yaml", "name: http\n"))
    assert [(one.name, one.version) for one in cached] == [("http", folder.partition("-")[2])]
    assert packages(read(cataloger, CONFIG, json.dumps(config))) == cached
    found = taken({f"{CACHE}/{folder}/pubspec.yaml": b"", CONFIG: json.dumps(config).encode()})
    assert [one.locations[0].path for one in found.packages] == [f"{CACHE}/{folder}/pubspec.yaml"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (f"{CACHE}/http/pubspec.yaml", ""),
        ("root/.pub-cache/git/http-0123abc/pubspec.yaml", ""),
        (CONFIG, "["),
        (CONFIG, "{}"),
    ],
)
def test_what_cannot_be_judged_is_a_gap(path: str, text: str) -> None:
    facts = read(cataloger, path, text)
    assert (packages(facts), len(gaps(facts))) == ([], 1)


def test_entries_of_another_shape_are_nothing():
    assert read(cataloger, CONFIG, '{"packages": [1, {}, {"rootUri": 1}, {"rootUri": "../x"}]}') == []
