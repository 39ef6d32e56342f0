"""Plugins of Gradle's builds are listed for development; libraries of a catalog that is not here are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from garboard import lock_text
from tests.unit.packages.test_declared import read

SCRIPT = """plugins {
    id("com.android.application") version "8.1.0" apply false
    kotlin("jvm") version "1.9.0"
    id("x.y").version("1.0")  // id("z") version "1"
    id("no.version")
    id("worked.out") version "$v"
    alias(libs.plugins.foo)
}
"""
CATALOG = """[versions]
agp = "8.1.0"
[plugins]
android = { id = "com.android.application", version.ref = "agp" }
short = "a.b:1.0"
open = { id = "c.d", version = { strictly = "[1,2)" } }
"""
USING = "dependencies {\n    implementation(libs.okhttp)\n}\n"


@pytest.mark.parametrize(
    ("path", "text", "plugins"),
    [
        (
            "build.gradle.kts",
            SCRIPT,
            {"com.android.application@8.1.0": 2, "org.jetbrains.kotlin.jvm@1.9.0": 3, "x.y@1.0": 4},
        ),
        ("settings.gradle", "pluginManagement { plugins { id 'a.b' version '2.5.0' } }\n", {"a.b@2.5.0": 1}),
        ("gradle/libs.versions.toml", CATALOG, {"com.android.application@8.1.0": 4, "a.b@1.0": 5}),
    ],
)
def test_plugins_are_listed(tmp_path: Path, path: str, text: str, plugins: dict[str, int]) -> None:
    found = read(tmp_path, {path: text})
    assert {f"{one.namespace}@{one.version}": one.locations[0].line for one in found.packages} == plugins
    assert {one.scope for one in found.packages} == {"development"}
    assert all(one.name == f"{one.namespace}.gradle.plugin" for one in found.packages)
    assert found.gaps == ()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("gradle/libs.versions.toml", '[libraries]\nokhttp = "g:okhttp:1.0"\n'),
        ("settings.gradle", 'x { versionCatalogs { libs { library("okhttp", "g:okhttp:1.0") } } }\n'),
        ("app/gradle.lockfile", "g:okhttp:1.0=runtimeClasspath\nempty=\n"),
    ],
)
def test_libraries_of_a_catalog_that_is_not_here_are_told(tmp_path: Path, path: str, text: str) -> None:
    def told(folder: str, **more: str) -> list[str]:
        files = {"app/build.gradle.kts": USING, "settings.gradle.kts": 'from(files("../x.toml"))\n'}
        return [one.subject for one in read(tmp_path / folder, {**files, **more}).gaps if "Gradle" in one.subject]

    assert told("alone") == [lock_text.ALIASES]
    assert told("with", **{path: text}) == []


def test_what_is_in_a_comment_or_of_plugins_names_no_library(tmp_path: Path) -> None:
    script = "plugins {\n  alias(libs.plugins.a)\n}\n// implementation(libs.b)\n/*\n implementation libs.b\n*/\n"
    assert read(tmp_path, {"build.gradle": script, "x": ""}).gaps == ()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("build.gradle", "dependencies {{\n    implementation 'g:a:{}'\n}}\n"),
        (
            "gradle/libs.versions.toml",
            '[versions]\na = "{}"\n[libraries]\na = {{ module = "g:a", version.ref = "a" }}\n',
        ),
    ],
)
@pytest.mark.parametrize(("stated", "version"), [("2.14.1!!", "2.14.1"), ("[1.7, 1.8[!!1.7.25", "1.7.25")])
def test_strict_versions(tmp_path: Path, path: str, text: str, stated: str, version: str) -> None:
    (found,) = read(tmp_path, {path: text.format(stated)}).packages
    assert (found.namespace, found.name, found.version) == ("g", "a", version)
