"""One image with applications in many languages: each one's own tool tells what garboard has to list, line by line.

Built on this machine from the languages' registries, and copied into an image that has no package manager.
"""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.building import Docker, own_tag
from tests.e2e.polyglot import APPLICATIONS, LAYERS, Listed, build
from tests.e2e.running import Garboard

OSV = {
    "golang": "Go",
    "maven": "Maven",
    "cargo": "crates.io",
    "npm": "npm",
    "pypi": "PyPI",
    "gem": "RubyGems",
    "composer": "Packagist",
}
"""OSV's ecosystem of each package URL type."""


@dataclass(frozen=True)
class Polyglot:
    """The image, and what each of its layers has to hold, by package URL type."""

    image: str
    dockerfile: Path
    expected: tuple[tuple[str, Listed], ...]


@pytest.fixture(scope="module")
def polyglot(docker: Docker, tmp_path_factory: pytest.TempPathFactory) -> Polyglot:
    context = tmp_path_factory.mktemp("polyglot")
    expected = build(context)
    tag = own_tag("polyglot")
    docker("build", "--quiet", "--tag", tag, context)
    return Polyglot(tag, context / "Dockerfile", tuple(expected))


def test_every_package_in_its_layer(garboard: Garboard, docker: Docker, polyglot: Polyglot) -> None:
    ended = garboard.run("inventory", f"docker:{polyglot.image}", "--json", env=docker.env)
    assert ended.code == 0, ended.err
    document = ended.json
    for index, (type_, listed) in enumerate(polyglot.expected):
        assert listed, type_
        found = {
            (_name(one), one["version"])
            for one in document["packages"]
            if one["type"] == type_ and one["layerIndex"] == index and not one["application"]
        }
        nameless = {name for name, _ in found if type_ == "maven" and ":" not in name}
        assert len(nameless) <= 1, "libraries whose archives do not state their group"
        told = {
            (name.rpartition(":")[2] if name.rpartition(":")[2] in nameless else name, version)
            for name, version in listed
        }
        assert found == told, f"layer {index}, {type_}"
    unread = [gap["subject"] for gap in document["gaps"] if gap["stage"] == "catalog"]
    assert unread == []
    assert {one["layerIndex"] for one in document["packages"]} == set(range(len(polyglot.expected)))


def test_every_package_by_its_line(garboard: Garboard, docker: Docker, polyglot: Polyglot, tmp_path: Path) -> None:
    """Of a feed that speaks of each of them, each is found once for each layer, with the line that copied it there."""
    feeds, database = tmp_path / "feeds", tmp_path / "db"
    for type_, ecosystem in OSV.items():
        names = {name for kind, listed in polyglot.expected if kind == type_ for name, _ in listed}
        (feeds / "osv" / ecosystem).mkdir(parents=True)
        with zipfile.ZipFile(feeds / "osv" / ecosystem / "all.zip", "w") as archive:
            for name in names:
                archive.writestr(f"{_advisory_id(ecosystem, name)}.json", json.dumps(_advisory(ecosystem, name)))
    words = ("db", "update", "--quiet", "--from", str(feeds), "--offline", "--db", str(database))
    updated = garboard.run(*words, *(f"osv:{one}" for one in OSV.values()))
    assert updated.code == 0, updated.err
    told = garboard.scan(
        f"docker:{polyglot.image}", "--offline", "-f", str(polyglot.dockerfile), "--db", str(database), env=docker.env
    )
    lines = polyglot.dockerfile.read_text().splitlines()
    found = {(one["id"], one["version"].removeprefix("v"), one["dockerfileLine"]) for one in told["vulnerabilities"]}
    for number, (type_, listed) in enumerate(polyglot.expected, 2):
        assert lines[number - 1].startswith("COPY")
        for name, version in listed:
            assert (_advisory_id(OSV[type_], name), version.removeprefix("v"), number) in found, (name, version, number)
    assert {line for _, _, line in found} == set(range(2, 2 + len(polyglot.expected)))
    assert all(one["dockerfileInstruction"] == lines[one["dockerfileLine"] - 1] for one in told["vulnerabilities"])


TREES = {
    "go": ("go.mod",),
    "java": ("pom.xml",),
    "rust": ("Cargo.toml", "Cargo.lock"),
    "node": ("package.json", "package-lock.json"),
    "php": ("composer.json", "composer.lock"),
    "yarn": ("package.json", "yarn.lock"),
    "pnpm": ("package.json", "pnpm-lock.yaml"),
}
"""By application what its source tree holds of manifests and lock files."""


@pytest.mark.parametrize("name", TREES)
def test_its_source_tree_tells_the_same(garboard: Garboard, polyglot: Polyglot, tmp_path: Path, name: str) -> None:
    """What the language's own tool says is in the application, in the tree too; of Rust what is built on other systems as well."""
    for file in TREES[name]:
        shutil.copy(polyglot.dockerfile.parent / name / file, tmp_path / file)
    repository = Path.home() / ".m2" / "repository"
    ended = garboard.run("inventory", f"dir:{tmp_path}", "--json", "--maven-repository", repository)
    assert ended.code == 0, ended.err
    document = ended.json
    assert [one["subject"] for one in document["gaps"]] == NOT_SAID.get(name, [])
    found = {(_name(one), one["version"]) for one in document["packages"] if not one["application"]}
    listed = dict(zip(APPLICATIONS, _without_the_second_jar(polyglot.expected), strict=True))[name]
    expected = {one for one in listed if one[0] != "stdlib"}
    assert expected <= found if name in MORE_THAN_BUILT else found == expected
    direct = {one["name"] for one in document["packages"] if one["asked"]}
    assert direct if len(TREES[name]) > 1 else not direct


NOT_SAID = {"go": ["go.mod"]}
"""By application what its files do not say: Debian's Go writes none that tell its own version."""
MORE_THAN_BUILT = {"rust", "go"}
"""Whose files list what another system, or the tests of a dependency, would need."""


def _without_the_second_jar(expected: tuple[tuple[str, Listed], ...]) -> list[Listed]:
    second = LAYERS.index("COPY java/target/all.jar /srv/all.jar")
    return [listed for number, (_, listed) in enumerate(expected) if number != second]


def _advisory_id(ecosystem: str, name: str) -> str:
    return f"TEST-{ecosystem}-{re.sub(r'[^A-Za-z0-9]', '-', name)}"


def _advisory(ecosystem: str, name: str) -> dict[str, object]:
    everything = {
        "type": "SEMVER" if ecosystem in {"Go", "npm", "crates.io"} else "ECOSYSTEM",
        "events": [{"introduced": "0"}],
    }
    return {
        "schema_version": "1.7.0",
        "id": _advisory_id(ecosystem, name),
        "modified": "2026-01-01T00:00:00Z",
        "summary": f"of the tests, in {name}",
        "affected": [{"package": {"ecosystem": ecosystem, "name": name}, "ranges": [everything]}],
    }


def _name(one: dict[str, str]) -> str:
    if one["type"] == "pypi":
        return one["name"].lower()
    return (
        f"{one['namespace']}{':' if one['type'] == 'maven' else '/'}{one['name']}" if one["namespace"] else one["name"]
    )
