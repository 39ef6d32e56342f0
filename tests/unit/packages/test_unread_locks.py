"""A lock file in an image whose packages are not installed is told, whichever tool wrote it."""

from __future__ import annotations

import re

import pytest

from garboard.ecosystems import ECOSYSTEMS
from garboard.packages import unread_kinds, unread_lists
from garboard.patterns import of_globs
from tests.unit.packages.test_declared_files import FILES, Declared
from tests.unit.packages.test_unread import kinds, layer
from tests.unit.packages.test_unread_lists import SAMPLES

TOLD = {unread_kinds.LOCK, unread_kinds.DOTNET}
DECLARING = [glob for one in ECOSYSTEMS for glob in one.declares if glob not in one.of_sources]
DEVELOPMENT = re.compile(r"dev|test|docs?/|build|local|lint")
LOCKS = [
    one
    for one in FILES
    if re.fullmatch(of_globs(DECLARING), one.name) and one.packages and not DEVELOPMENT.search(one.name)
]


@pytest.mark.parametrize("one", LOCKS, ids=lambda one: one.name)
def test_every_lock_file_that_is_read_is_told(one: Declared) -> None:
    told = kinds(layer({f"srv/{one.name}": one.text.encode()}))
    assert [told[kind] for kind in TOLD if kind in told] == [f"found, and not read: srv/{one.name}"]


def test_every_pattern_of_lock_files_is_told_or_said_to_be_of_sources() -> None:
    others = {*unread_kinds.OWNABLE, *unread_kinds.PINNING}
    assert set(DECLARING) - others == set()
    for one in ECOSYSTEMS:
        assert set(one.of_sources) <= set(one.declares), one.name


@pytest.mark.parametrize(
    "path",
    [
        ".github/workflows/ci.yml",
        "constraints.txt",
        "project/build.properties",
        "gradle/verification-metadata.xml",
        "explicit.txt",
        "manifest.toml",
    ],
)
def test_what_pins_nothing_for_an_image_is_not(path: str) -> None:
    assert kinds(layer({f"srv/{path}": b"a = 1\n"})) == {}


@pytest.mark.parametrize("tool", [name for name, tool in unread_lists.TOOLS.items() if tool.locks])
def test_a_lock_file_that_nobody_reads_is_told_by_its_tool(tool: str) -> None:
    path, text = SAMPLES[tool]
    if not re.fullmatch(of_globs(unread_lists.TOOLS[tool].locks), path):
        path, text = "nimble.lock", '{"version": 1, "packages": {"x": {"version": "1.0"}}}'
    told = {unread_lists.KIND.format(tool): f"found, and not read: srv/{path}"}
    assert kinds(layer({f"srv/{path}": text.encode()})) == told


@pytest.mark.parametrize("path", ["flake.lock", "Chart.lock", "shard.yml", "Berksfile"])
def test_other_lists_of_theirs_are_not(path: str) -> None:
    assert kinds(layer({f"srv/{path}": b"dependencies:\nshards:\n"})) == {}


JULIA = b'julia_version = "1.10.0"\nmanifest_format = "2.0"\n[[deps.JSON]]\nuuid = "682c06a0-de6a-54ab-a142-c8b1cf79cde6"\nversion = "0.21.4"\n'
PROJECT = b'name = "JSON"\nuuid = "682c06a0-de6a-54ab-a142-c8b1cf79cde6"\nversion = "0.21.4"\n'


def test_one_whose_packages_are_installed_is_not() -> None:
    manifest = {"root/.julia/environments/v1.10/Manifest.toml": JULIA}
    installed = {"root/.julia/packages/JSON/93Ea8/Project.toml": PROJECT}
    assert set(kinds(layer(manifest))) == {unread_kinds.LOCK}
    assert kinds(layer({**manifest, **installed})) == {}
