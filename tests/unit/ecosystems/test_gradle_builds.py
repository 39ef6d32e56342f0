"""Files of Gradle that speak of each other: properties that scripts fill in, and catalogs that they choose from."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.packages.test_declared import read


def versions(tmp_path: Path, files: dict[str, str]) -> set[str]:
    return {f"{one.full_name.replace('/', ':')}@{one.version}" for one in read(tmp_path, files).packages}


def script(*lines: str, more: str = "") -> str:
    return more + "dependencies {\n" + "".join(f"    {line}\n" for line in lines) + "}\n"


PROPERTIES = "# constants\nfooVersion=1.2\ngrp : g\nempty=\nodd=1 \\\n  2\nspaced = 3.0 \nversion=9\n"


@pytest.mark.parametrize(
    ("line", "more", "expected"),
    [
        ('api "g:a:$fooVersion"', "", "1.2"),
        ('api "g:a:${fooVersion}"', "", "1.2"),
        ('api "g:a:${project.fooVersion}"', "", "1.2"),
        ('api "g:a:$rootProject.fooVersion"', "", "1.2"),
        ("api(\"g:a:${property('fooVersion')}\")", "", "1.2"),
        ('api("g:a:${project.property("fooVersion")}")', "", "1.2"),
        ('api("g:a:${fooVersion}")', "val fooVersion: String by project\n", "1.2"),
        ('api("g:a:$fooVersion")', 'val fooVersion = project.property("fooVersion") as String\n', "1.2"),
        ('api "$grp:a:$fooVersion"', "", "1.2"),
        ('api "g:a:$spaced"', "", "3.0"),
        ('api "g:a:$version"', "", "9"),
        ("api group: 'g', name: 'a', version: \"$fooVersion\"", "", "1.2"),
        ('api "g:a:$own"', "def own = '2.0'\n", "2.0"),
        ('api "g:a:$own"', "ext {\n  own = '2.0'\n}\n", "2.0"),
        ('api "g:a:$own"', 'extra["own"] = "2.0"\n', "2.0"),
        ('api "g:a:$own"', 'ext.set("own", "2.0")\n', "2.0"),
        ('api "g:a:$fooVersion"', "def fooVersion = '2.0'\n", "2.0"),
        ('api "g:a:$own"', "// own = '1'\ndef own = '2.0'\n", "2.0"),
        ('api "g:a:$own"', "def own = '2.0'\nif (x) {\n  own = '3.0'\n}\n", ""),
        ('api "g:a:$own"', "def own = x ? '2.0' : '3.0'\n", ""),
        ('api "g:a:$fooVersion"', "fooVersion = other()\n", ""),
        ('api "g:a:$fooVersion.RELEASE"', "", ""),
        ('api "g:a:$gone"', "", ""),
        ('api "g:a:$empty"', "", ""),
        ('api "g:a:$odd"', "", ""),
        ('api "g:a:$version"', "version = '5'\n", ""),
    ],
)
@pytest.mark.parametrize("name", ["build.gradle", "app/build.gradle.kts", "gradle/deps.gradle"])
def test_properties_of_a_script(tmp_path: Path, name: str, line: str, more: str, expected: str) -> None:
    found = read(tmp_path, {"gradle.properties": PROPERTIES, name: script(line, more=more)})
    assert [one.version for one in found.packages] == ([expected] if expected else [])
    assert any("in which versions: not judged" in gap.reason for gap in found.gaps) is not bool(expected)


def test_the_nearest_properties_count(tmp_path: Path) -> None:
    files = {
        "gradle.properties": "v=1.0\n",
        "app/gradle.properties": "v=2.0\n",
        "app/build.gradle": script('api "g:a:$v"'),
        "lib/build.gradle": script('api "g:b:$v"'),
    }
    assert versions(tmp_path, files) == {"g:a@2.0", "g:b@1.0"}


def test_a_value_that_another_script_may_change_is_not_known(tmp_path: Path) -> None:
    files = {
        "gradle.properties": "v=1.0\n",
        "build.gradle": "ext.v = '2.0'\n",
        "app/build.gradle": script('api "g:a:$v"'),
    }
    assert versions(tmp_path, files) == set()


def test_a_plugin_by_a_property(tmp_path: Path) -> None:
    files = {"gradle.properties": "v=1.0\n", "settings.gradle": "plugins {\n  id 'a.b' version \"${v}\"\n}\n"}
    assert versions(tmp_path, files) == {"a.b:a.b.gradle.plugin@1.0"}


CATALOG = """[versions]
v = "1.0"
[libraries]
foo-bar = { module = "g:foo-bar", version.ref = "v" }
foo_baz = "g:foo-baz:2.0"
in-bundle = "g:in-bundle:3.0"
unused = "g:unused:4.0"
[bundles]
all = ["in-bundle"]
other = ["unused"]
[plugins]
a-b = { id = "a.b", version.ref = "v" }
c = "c.d:2.0"
"""
ALL = {
    *("g:foo-bar@1.0", "g:foo-baz@2.0", "g:in-bundle@3.0", "g:unused@4.0"),
    *("a.b:a.b.gradle.plugin@1.0", "c.d:c.d.gradle.plugin@2.0"),
}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"build.gradle": script("api libs.foo.bar")}, {"g:foo-bar@1.0"}),
        ({"app/build.gradle.kts": script("api(platform(libs\n  .foo.baz))")}, {"g:foo-baz@2.0"}),
        ({"build.gradle": script("api libs.bundles.all")}, {"g:in-bundle@3.0"}),
        ({"build.gradle": "plugins {\n  alias(libs.plugins.a.b)\n}\n"}, {"a.b:a.b.gradle.plugin@1.0"}),
        ({"build.gradle": 'x = catalog.findLibrary("foo-bar").get()\n'}, {"g:foo-bar@1.0"}),
        ({"build.gradle": script("// api libs.foo.bar", "api libs.foo.baz")}, {"g:foo-baz@2.0"}),
        ({"build.gradle": script("api libs.foo.bar"), "x/y.gradle": script("api libs.unused")}, {"g:foo-bar@1.0", "g:unused@4.0"}),
        ({"build.gradle.kts": script("api(some.bar)", "api(libs.foo.baz)", more="val some = libs.foo\n")}, {"g:foo-bar@1.0", "g:foo-baz@2.0"}),
        ({"build.gradle.kts": script("with(libs) { api(foo.bar) }")}, ALL),
        ({"build.gradle.kts": script("api(x.foo.bar)", more="val x = libs\n")}, ALL),
        ({"build.gradle": script("api libs.foo.bar", "api fileTree(dir: 'libs', include: '*.aar')")}, {"g:foo-bar@1.0"}),
        ({}, ALL),
        ({"build.gradle": script("api libs.other")}, ALL),
        ({"build.gradle": script("api libs.foo.bar", more="x.findLibrary(name)\n")}, ALL),
        ({"build.gradle": script("api libs.foo.bar"), "settings.gradle": "includeBuild('x')\n"}, ALL),
        ({"build.gradle": script("api libs.foo.bar"), "p/build.gradle.kts": "plugins { `kotlin-dsl` }\n"}, ALL),
        ({"build.gradle": script("api libs.foo.bar"), "buildSrc/build.gradle": "x\n"}, ALL),
        ({"build.gradle": script("api libs.foo.bar", more="apply from: 'https://x/y.gradle'\n")}, ALL),
    ],
)  # fmt: skip
def test_what_scripts_choose_from_a_catalog(tmp_path: Path, files: dict[str, str], expected: set[str]) -> None:
    assert versions(tmp_path, {"gradle/libs.versions.toml": CATALOG, **files}) == expected


def test_a_script_that_cannot_be_read_may_choose_all(tmp_path: Path) -> None:
    files = {"gradle/libs.versions.toml": CATALOG, "build.gradle": script("api libs.foo.bar")}
    (tmp_path / "x.gradle").write_bytes(b"\xff\xfe\x00")
    assert versions(tmp_path, files) == ALL
