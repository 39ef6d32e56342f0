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
        ('api "g:a:$own"', "ext { own = '2.0' }\n", "2.0"),
        ('api "g:a:$own"', "ext { x = f(1); own = '2.0'; y = '3' }\n", "2.0"),
        ('api "g:a:$own"', "ext { own = '2.0' + x }\n", ""),
        ('api "g:a:$own"', "ext.own = '2.0'\next.own += '.1'\n", ""),
        ('api "g:a:$own"', "ext.other = '2.0'\ndef own = project.ext.other\n", "2.0"),
        ('api "g:a:$own"', "def part = '2'\ndef own = \"${part}.1\"\n", "2.1"),
        ('api "g:a:$own"', 'def own = "$own"\n', ""),
        ('api "g:a:$own"', 'def a = "$b"\ndef b = "$a"\ndef own = "$a"\n', ""),
        ('api("g:a:$own")', 'val own by extra("2.0")\n', "2.0"),
        ('api("g:a:$own")', 'val own: String by extra { "2.0" }\n', "2.0"),
        ('api("g:a:$own")', "val own by extra { work() }\n", ""),
        ('api("g:a:${extra["own"]}")', 'extra["own"] = "2.0"\n', "2.0"),
        ('api("g:a:${project.extra["own"] as String}")', 'extra["own"] = "2.0"\n', "2.0"),
        ('api "g:a:$fooVersion"', "def fooVersion = findProperty('fooVersion') ?: '2.0'\n", "1.2"),
        ('api "g:a:$own"', "def own = findProperty('own') ?: '2.0'\n", ""),
        ('api "g:a:$fooVersion"', "def fooVersion = (project.findProperty('fooVersion') ?: '2.0') as String\n", "1.2"),
        (
            'api "g:a:$fooVersion"',
            "def fooVersion = project.hasProperty('fooVersion') ? project.fooVersion : '2.0'\n",
            "1.2",
        ),
        (
            'api "g:a:$fooVersion"',
            "def fooVersion = hasProperty('fooVersion') ? property('fooVersion') : '2.0'\n",
            "1.2",
        ),
        (
            'api "g:a:$fooVersion"',
            "def fooVersion = providers.gradleProperty('fooVersion').orElse('2.0').get()\n",
            "1.2",
        ),
        ('api "g:a:$fooVersion"', "def fooVersion = providers.gradleProperty('fooVersion').getOrElse('2.0')\n", "1.2"),
        ('api "g:a:$fooVersion"', "def fooVersion = hasProperty('fooVersion') && x ? '3.0' : '2.0'\n", ""),
        ('api "g:a:$fooVersion"', "def fooVersion = findProperty('fooVersion').replace('1', '2')\n", ""),
        ('api "g:a:$fooVersion"', "def fooVersion = findProperty('fooVersion') + '.1'\n", ""),
        ('api "g:a:$fooVersion"', "def fooVersion = f(findProperty('fooVersion') ?: '2.0')\n", ""),
        ('api "g:a:$fooVersion"', "def fooVersion = (findProperty('fooVersion') ?: '2.0').trim()\n", ""),
        ('api "g:a:$fooVersion"', "def fooVersion = System.getProperty('fooVersion') ?: '2.0'\n", ""),
        ('api "g:a:$fooVersion"', "def fooVersion = System.getProperty('fooVersion')\n", ""),
        ('api "g:a:$fooVersion"', "def fooVersion = x ?: findProperty('fooVersion')\n", ""),
        ('api "g:a:${versions.own}"', "ext.versions = [x: '1.0', own: \"2.0\"]\n", "2.0"),
        ('api "g:a:$versions.own"', "ext { versions = [own: '2.0', x: '1.0'] }\n", "2.0"),
        (
            "api \"g:a:${versions['own']}\"",
            "ext {\n versions = [ // those\n  'x': f(1),\n  'own': '2.0',\n ]\n}\n",
            "2.0",
        ),
        ('api "g:a:${versions.b.own}"', "def versions = [a: [own: '1.0'], b: [own: '2.0']]\n", "2.0"),
        ('api "g:a:${versions.own}"', "ext.versions = [own: f('1.0'), x: '2.0']\n", ""),
        ('api "g:a:${versions.own}"', "ext.versions = [own: '1.0']\nversions.own = '2.0'\n", ""),
        ('api "g:a:${versions.own}"', "def versions = [:]\nversions.own = '2.0'\next.versions = versions\n", "2.0"),
        ('api("g:a:${versions["own"]}")', 'val versions = mapOf("x" to "1.0", "own" to "2.0")\n', "2.0"),
        ('api "g:a:" + fooVersion', "", "1.2"),
        ("api('g:a:' + own)", "def own = '2.0'\n", "2.0"),
        ("api 'g:a:' + own + '@aar'", "def own = '2.0'\n", "2.0"),
        ("api 'g:a:' + own + more", "def own = '2.0'\n", ""),
        ("api 'g:a:' + own()", "def own = '2.0'\n", ""),
        ("api group: 'g', name: 'a', version: own", "def own = '2.0'\n", "2.0"),
        ('api("g", "a", own)', 'val own = "2.0"\n', "2.0"),
        ('api(group = "g", name = "a", version = own)', 'val own = "2.0"\n', "2.0"),
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


ROOT = {
    "settings.gradle": "include 'app'\n",
    "build.gradle": "buildscript {\n  ext.v = '1.0'\n}\next { w = '2.0'; deps = [a: \"g:of-map:$w\"] }\ndef own = '3.0'\n",
    "gradle/more.gradle": "ext.more = '4.0'\next.two = '5'\n",
    "other/build.gradle": "ext.sibling = '6'\next.two = '7'\n",
}


@pytest.mark.parametrize(
    ("line", "version"),
    [
        ('api "g:a:$v"', "1.0"),
        ('api "g:a:$rootProject.ext.v"', "1.0"),
        ('api "g:a:${rootProject.v}"', "1.0"),
        ('api("g:a:${rootProject.extra["w"]}")', "2.0"),
        ('api "g:a:" + rootProject.ext.w', "2.0"),
        ("api group: 'g', name: 'a', version: rootProject.ext.w", "2.0"),
        ('api "g:a:$more"', "4.0"),
        ('api "g:a:$own"', ""),
        ('api "g:a:$two"', ""),
        ('api "g:a:$sibling"', ""),
        ("api 'g:a:0.1'\n  def v = '9'\n  api \"g:b:${rootProject.ext.v}\"", "0.1 1.0"),
    ],
)
def test_values_of_the_root_project(tmp_path: Path, line: str, version: str) -> None:
    found = read(tmp_path, {**ROOT, "app/build.gradle": script(line)})
    of_app = [one.version for one in found.packages if one.name != "of-map"]
    assert of_app == version.split()
    told = any("in which versions: not judged" in gap.reason for gap in found.gaps if gap.subject == "app/build.gradle")
    assert told is not bool(version)


def test_values_of_another_build_do_not_count(tmp_path: Path) -> None:
    files = {"settings.gradle": "", "build.gradle": "ext.v = '1.0'\n", "own/settings.gradle": ""}
    assert versions(tmp_path, {**files, "own/build.gradle": script('api "g:a:$v"')}) == set()


@pytest.mark.parametrize("line", ["api deps.a", "api(deps.a)", 'api rootProject.ext.deps["a"]', "api platform(deps.a)"])
def test_coordinates_under_a_name(tmp_path: Path, line: str) -> None:
    found = read(tmp_path, {**ROOT, "app/build.gradle": script(line)})
    assert {(one.name, one.version) for one in found.packages} == {("of-map", "2.0")}
    places = sorted(place.path for one in found.packages for place in one.locations)
    assert places == ["app/build.gradle", "build.gradle"]
    assert not any("not understood" in gap.reason for gap in found.gaps)


STDLIB = 'api(kotlin("stdlib"))'


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"build.gradle.kts": script('api(kotlin("stdlib", "1.8.0"))')}, "1.8.0"),
        ({"build.gradle.kts": script('api(kotlin("stdlib", v))', more='val v = "1.8.0"\n')}, "1.8.0"),
        ({"build.gradle.kts": script(STDLIB, more='plugins {\n  kotlin("jvm") version "1.9.0"\n}\n')}, "1.9.0"),
        ({"build.gradle.kts": script(STDLIB, more='plugins {\n  id("org.jetbrains.kotlin.jvm") version "1.9.0"\n}\n')}, "1.9.0"),
        ({"build.gradle.kts": 'plugins {\n  kotlin("jvm") version "1.9.0" apply false\n}\n', "a/build.gradle.kts": script(STDLIB)}, "1.9.0"),
        ({"settings.gradle.kts": 'val v: String by settings\npluginManagement { plugins {\n  kotlin("jvm") version v\n} }\n', "gradle.properties": "v=1.9.0\n", "build.gradle.kts": script(STDLIB)}, "1.9.0"),
        ({"build.gradle.kts": 'buildscript { dependencies {\n  classpath("org.jetbrains.kotlin:kotlin-gradle-plugin:1.9.0")\n} }\n', "a/build.gradle.kts": script(STDLIB)}, "1.9.0"),
        ({"gradle/libs.versions.toml": '[plugins]\nk = "org.jetbrains.kotlin.jvm:1.9.0"\n', "build.gradle.kts": script(STDLIB)}, "1.9.0"),
        ({"gradle/libs.versions.toml": '[versions]\nkotlin-all = "1.9.0"\n', "build.gradle.kts": script('api(kotlin("stdlib", libs.versions.kotlin.all.get()))')}, "1.9.0"),
        ({"a/build.gradle.kts": 'plugins { kotlin("jvm") version "1.8.0" }\n', "b/build.gradle.kts": 'plugins { kotlin("jvm") version "1.9.0" }\n', "build.gradle.kts": script(STDLIB)}, ""),
        ({"build.gradle.kts": script(STDLIB)}, ""),
    ],
)  # fmt: skip
def test_a_library_of_kotlin(tmp_path: Path, files: dict[str, str], expected: str) -> None:
    found = read(tmp_path, files)
    assert [one.version for one in found.packages if one.name == "kotlin-stdlib"] == ([expected] if expected else [])
    told = any("org.jetbrains.kotlin:kotlin-stdlib" in gap.reason and "not judged" in gap.reason for gap in found.gaps)
    assert told is not bool(expected)
    assert not any(one.name in {"kotlin-jvm", f"kotlin-{expected}"} for one in found.packages)


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


@pytest.mark.parametrize(
    "more",
    [
        "def f(fooVersion) { }\n",
        "String f(final String a, String fooVersion = '3') { }\n",
        "fun f(a: String = g(1),\n  fooVersion: String) { }\n",
        "val f = fun(fooVersion: String) = 1\n",
        "[1].each { fooVersion -> }\n",
        "[1].each { String a,\n  String fooVersion -> }\n",
        "x.map(fooVersion -> 1)\n",
        "for (fooVersion in [1]) { }\n",
        "for (String fooVersion : x) { }\n",
        "for ((a, fooVersion) in x) { }\n",
        "try { } catch (fooVersion) { }\n",
        "def (a, fooVersion) = f()\n",
        "val fooVersion by lazy { work() }\n",
        "val fooVersion: String get() = work()\n",
        "def fooVersion\n",
    ],
)
@pytest.mark.parametrize("own", ["", "ext.fooVersion = '4'\n"])
def test_a_name_that_a_part_of_a_script_has_for_itself_is_not_known(tmp_path: Path, more: str, own: str) -> None:
    line = 'api "g:a:$fooVersion"'
    found = read(tmp_path, {"gradle.properties": PROPERTIES, "build.gradle": script(line, more=own + more)})
    assert not found.packages
    assert any("in which versions: not judged" in gap.reason for gap in found.gaps)


@pytest.mark.parametrize(
    "more",
    [
        "def f(a = fooVersion) { }\n",
        "versions.each { a, b -> }\n",
        'println "-> fooVersion -> def f(fooVersion)"\n',
        "if (fooVersion) { }\n",
    ],
)
def test_what_is_no_parameter(tmp_path: Path, more: str) -> None:
    files = {"gradle.properties": PROPERTIES, "build.gradle": script('api "g:a:$fooVersion"', more=more)}
    assert versions(tmp_path, files) == {"g:a@1.2"}


def test_the_one_of_a_closure_is_no_property(tmp_path: Path) -> None:
    files = {"gradle.properties": "it=1.0\n", "build.gradle": script('["2"].each { api "g:a:$it" }')}
    assert versions(tmp_path, files) == set()


def test_comments_of_kotlin_within_each_other(tmp_path: Path) -> None:
    text = script('/* a /* b */ api("g:a:1") */', 'api("g:b:2") // \'"', "val s = '\"'")
    assert versions(tmp_path, {"build.gradle.kts": text}) == {"g:b@2"}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("if (x) {\n  ext.fooVersion = '4'\n}\n", ""),
        ("if (x) ext.fooVersion = '4'\n", ""),
        ("if (x)\n  ext.fooVersion = '4'\n", ""),
        ("if (x)\n{\n  ext.fooVersion = '4'\n}\n", ""),
        ("if (x) {\n} else {\n  ext { fooVersion = '4' }\n}\n", ""),
        ("switch (x) { case 1: ext.fooVersion = '4'; break }\n", ""),
        ("try { fooVersion = '4' } catch (e) { }\n", ""),
        ("afterEvaluate { extra.set('fooVersion', '4') }\n", ""),
        ("if (x) { ext.fooVersion = '1.2' }\n", ""),
        ("ext.fooVersion = '4'\nif (x) { ext.fooVersion = '4' }\n", "4"),
        ("ext.fooVersion = '4'\nif (x) { ext.fooVersion = '5' }\n", ""),
        ("def y = \"{\"\next.fooVersion = '4'\n", "4"),
        ("buildscript { ext { fooVersion = '4' } }\n", "4"),
        ("project.ext { fooVersion = '4' }\n", "4"),
        ("extra.apply {\n  set('fooVersion', '4')\n}\n", "4"),
        ("subprojects {\n  ext.fooVersion = '4'\n}\n", "4"),
        ("if (x) { }\next.fooVersion = '4'\n", "4"),
        ("@Field final String fooVersion = '4'\n", "4"),
        ("private static final String fooVersion = '4'\n", "4"),
        ("jacoco { fooVersion = '4' }\n", ""),
        ("class C { static String fooVersion = '4' }\n", ""),
        ("def a = '''\n  fooVersion = '4'\n'''\n", "1.2"),
        ("println \"the fooVersion = '4'\"\n", "1.2"),
        ("foo(fooVersion = '4')\n", ""),
    ],
)
def test_values_that_a_part_of_a_script_gives(tmp_path: Path, more: str, expected: str) -> None:
    line = 'api "g:a:$fooVersion"'
    found = read(tmp_path, {"gradle.properties": PROPERTIES, "build.gradle": script(line, more=more)})
    assert [one.version for one in found.packages] == ([expected] if expected else [])
    assert any("in which versions: not judged" in gap.reason for gap in found.gaps) is not bool(expected)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("if (x) { ext.v = '2.0' }\n", ""),
        ("if (x) { v = '2.0' }\n", ""),
        ("checkstyle { v = '2.0' }\n", "1.0"),
        ("class C { String v = '2.0' }\n", "1.0"),
        ("foo(v = '2.0')\n", "1.0"),
        ("checkstyle { ext.v = '2.0' }\n", ""),
    ],
)
def test_what_a_part_of_a_script_gives_to_others(tmp_path: Path, more: str, expected: str) -> None:
    files = {
        "settings.gradle": "",
        "build.gradle": "ext.v = '1.0'\n",
        "a/build.gradle": script('api "g:a:$v"'),
        "b/build.gradle": more,
    }
    assert versions(tmp_path, files) == ({f"g:a@{expected}"} if expected else set())


@pytest.mark.parametrize(
    "more",
    [
        "project.setProperty('v', '2')\n",
        "versions.put('v', '2')\n",
        "versions.putAll([v: '2'])\n",
        "versions << [v: '2']\n",
        "versions += [v: '2']\n",
        "versions[x] = '2'\n",
        "versions.\"$x\" = '2'\n",
        "versions.put(x, '2')\n",
        "ext.versions.putAll(x)\n",
        "x.each { a, b -> project.ext.set(a, b) }\n",
        "ext << [v: '2']\n",
    ],
)
@pytest.mark.parametrize("other", [False, True])
def test_what_may_have_got_another_value_is_not_known(tmp_path: Path, more: str, *, other: bool) -> None:
    files = {"settings.gradle": "", "gradle.properties": "v=1.0\n", "gradle/more.gradle": more if other else ""}
    start = "ext.versions = [v: '1.0']\n"
    files["build.gradle"] = script(
        'api "g:a:$v"' if "versions" not in more else 'api "g:a:${versions.v}"', more=start + ("" if other else more)
    )
    assert versions(tmp_path, files) == set()


@pytest.mark.parametrize(
    "more",
    ["others.putAll([v: '2'])\n", "def versions = [:]\nversions << [v: '2']\n", "println 'ext << x'\n", "x.set(y)\n"],
)
def test_what_other_names_get(tmp_path: Path, more: str) -> None:
    files = {"settings.gradle": "", "build.gradle": "ext.versions = [v: '1.0']\n", "a/b.gradle": more}
    files["a/build.gradle"] = script('api "g:a:${versions.v}"')
    assert versions(tmp_path, files) == {"g:a@1.0"}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("version('v', '2.0')", "2.0"),
        ("version('v') { strictly '2.0' }", ""),
        ("version('v', x)", ""),
        ("version('other', '2.0')", "1.0"),
        ("if (x) { version('v', '2.0') }", ""),
        ("version('v', '2.0'); version('v', '3.0')", ""),
    ],
)
def test_versions_of_a_catalog_that_settings_give(tmp_path: Path, settings: str, expected: str) -> None:
    files = {
        "gradle/libs.versions.toml": '[versions]\nv = "1.0"\n[libraries]\na = { module = "g:a", version.ref = "v" }\n',
        "settings.gradle": f"dependencyResolutionManagement {{ versionCatalogs {{ libs {{ {settings} }} }} }}\n",
        "build.gradle": script("api libs.a", 'api "g:b:${libs.versions.v.get()}"'),
    }
    found = read(tmp_path, files)
    assert {f"{one.name}@{one.version}" for one in found.packages} == (
        {f"a@{expected}", f"b@{expected}"} if expected else set()
    )
    assert sum("in which versions: not judged" in gap.reason for gap in found.gaps) == (0 if expected else 2)


@pytest.mark.parametrize(
    ("line", "missing"),
    [
        ("api(libs.gone)", "libs.gone"),
        ("api libs.bundles.gone", "libs.bundles.gone"),
        ("api(platform(libs.foo.gone))", "libs.foo.gone"),
        ("api(libs.foo.bar.get())", ""),
        ("api libs.bundles.all", ""),
        ("api(libs.foo_bar)", "libs.foo_bar"),
        ("api(libs.of.settings)", ""),
    ],
)
def test_aliases_that_no_catalog_has(tmp_path: Path, line: str, missing: str) -> None:
    files = {"gradle/libs.versions.toml": CATALOG, "build.gradle": script(line)}
    settings = "dependencyResolutionManagement { versionCatalogs { libs { library('of-settings', 'g:s:1') } } }\n"
    found = read(tmp_path, {**files, "settings.gradle": settings})
    told = [gap.reason for gap in found.gaps if "no catalog of the tree has" in gap.reason]
    assert [f"({missing})" in one for one in told] == [True] * bool(missing)


@pytest.mark.parametrize(
    ("line", "more", "expected", "told"),
    [
        ("api 'g:a:1.0'", "configurations.all { resolutionStrategy { force 'g:b:1', 'g:a:2.0' } }\n", {"g:a@2.0", "g:b@1"}, ""),
        ("api 'g:a:1.0'", "configurations.kapt { resolutionStrategy { force 'g:a:2.0' } }\n", {"g:a@1.0", "g:a@2.0"}, ""),
        ("api 'g:a:1.0'", "if (x) { configurations.all { resolutionStrategy { force 'g:a:2.0' } } }\n", {"g:a@1.0", "g:a@2.0"}, ""),
        ("api 'g:a:1.0'", "configurations.all { resolutionStrategy { force('g:a:1.0') } }\n", {"g:a@1.0"}, ""),
        ("api 'g:a:1.0'\n constraints { api 'g:a:2.0' }", "", {"g:a@2.0"}, ""),
        ("api 'g:a:2.10'\n constraints { api 'g:a:2.9' }", "", {"g:a@2.10", "g:a@2.9"}, ""),
        ("api 'g:a:1.0'\n constraints { kapt 'g:a:2.0' }", "", {"g:a@1.0", "g:a@2.0"}, ""),
        ("api 'g:a:1.0'", "x.eachDependency { d -> d.useVersion '2.0' }\n", {"g:a@1.0"}, "changes versions"),
        ("api 'g:a:1.0'", "x { eachPlugin { useVersion '2.0' } }\n", {"g:a@1.0"}, ""),
    ],
)  # fmt: skip
def test_versions_that_take_the_place_of_others(
    tmp_path: Path, line: str, more: str, expected: set[str], told: str
) -> None:
    found = read(tmp_path, {"build.gradle": script(line, more=more)})
    assert {f"{one.full_name.replace('/', ':')}@{one.version}" for one in found.packages} == expected
    assert any("changes versions" in gap.reason for gap in found.gaps) is bool(told)
