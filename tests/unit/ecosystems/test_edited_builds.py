"""Manifests of Ruby, Go, Maven, PHP and Rust: exactly the expected bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.ecosystems.golang import edited_mod
from garboard.ecosystems.maven import edited_gradle, edited_pom
from garboard.ecosystems.php import edited_composer
from garboard.ecosystems.ruby import edited_gemfile
from garboard.ecosystems.rust import edited_cargo
from garboard.model.ecosystem import Editor
from garboard.model.fix import CannotEdit
from garboard.splices import spliced

NAMES = {
    edited_gemfile.raising: "rails",
    edited_mod.raising: "golang.org/x/net",
    edited_pom.raising: "org.a:b",
    edited_composer.raising: "guzzlehttp/guzzle",
    edited_cargo.raising: "time",
}
GO = b"module m\n\ngo 1.21\n\n"
POM = b"<project>\n <!-- <version>1.0</version> -->\n <version>1.0</version>\n%s\n</project>\n"
DEPENDENCY = b"<dependency><groupId>%s</groupId><artifactId>%s</artifactId><version>%s</version></dependency>"
SISTER = DEPENDENCY % (b"org.a", b"c", b"%s")
OWN, OTHER = DEPENDENCY % (b"org.a", b"b", b"%s"), DEPENDENCY % (b"org.c", b"d", b"%s")


def dependencies(*them: bytes) -> bytes:
    return b"<dependencies>" + b"".join(them) + b"</dependencies>"


def pom(*parts: bytes) -> bytes:
    return POM % b"\n".join(parts)


def raised(editor: Editor, data: bytes, version: str) -> bytes:
    return spliced(data, editor(data, NAMES[editor], version))


PROPERTY = b"<properties>\r\n<b.version>%s</b.version></properties>"


@pytest.mark.parametrize(
    ("editor", "data", "version", "expected"),
    [
        (edited_gemfile.raising, b'gem "rails", "6.0.1"\n', "6.1.7", b'gem "rails", "6.1.7"\n'),
        (edited_gemfile.raising, b'gem "rails", "~> 6.0"\n', "6.1.7", b'gem "rails", "~> 6.1", ">= 6.1.7"\n'),
        (edited_gemfile.raising, b"gem 'rails', '~> 6.0.1'", "6.0.6", b"gem 'rails', '~> 6.0.6'"),
        (
            edited_gemfile.raising,
            b"# gem 'rails', '>= 6.0'\r\ngroup :x do\r\n\tgem('rails', '>= 6.0', require: false) # '6.0' \xc3\xa9\r\nend\r\n",
            "6.1",
            b"# gem 'rails', '>= 6.0'\r\ngroup :x do\r\n\tgem('rails', '>= 6.1', require: false) # '6.0' \xc3\xa9\r\nend\r\n",
        ),
        (
            edited_gemfile.raising,
            b"# \xc3\xa9\ngem 'rails', '= 6.0' if ENV['X']\ngem 'rails', '6.1' unless ENV['X']\n",
            "6.1",
            b"# \xc3\xa9\ngem 'rails', '= 6.1' if ENV['X']\ngem 'rails', '6.1' unless ENV['X']\n",
        ),
        (
            edited_mod.raising,
            GO + b"require golang.org/x/net v0.1.0 // indirect\n",
            "0.17.0",
            GO + b"require golang.org/x/net v0.17.0 // indirect\n",
        ),
        (
            edited_mod.raising,
            (GO + b"require (\n\t// golang.org/x/net v0.1.0\n\tgolang.org/x/net v0.1.0 // x v0.1.0\n\ta.b/c v0.1.0\n)\nexclude golang.org/x/net v0.1.0\n").replace(b"\n", b"\r\n"),
            "v0.17.0",
            (GO + b"require (\n\t// golang.org/x/net v0.1.0\n\tgolang.org/x/net v0.17.0 // x v0.1.0\n\ta.b/c v0.1.0\n)\nexclude golang.org/x/net v0.1.0\n").replace(b"\n", b"\r\n"),
        ),
        (edited_pom.raising, pom(dependencies(OWN % b"1.0", OTHER % b"1.0")), "1.2", pom(dependencies(OWN % b"1.2", OTHER % b"1.0"))),
        (
            edited_pom.raising,
            pom(b"<dependencyManagement>" + dependencies(OWN % b" 1.0\r\n") + b"</dependencyManagement>", dependencies(OTHER % b"1.0")),
            "1.2",
            pom(b"<dependencyManagement>" + dependencies(OWN % b" 1.2\r\n") + b"</dependencyManagement>", dependencies(OTHER % b"1.0")),
        ),
        (
            edited_pom.raising,
            pom(PROPERTY % b"1.0", dependencies(OWN % b"${b.version}", DEPENDENCY % (b"org.a", b"c", b"${b.version}"))),
            "1.2",
            pom(PROPERTY % b"1.2", dependencies(OWN % b"${b.version}", DEPENDENCY % (b"org.a", b"c", b"${b.version}"))),
        ),
        (
            edited_composer.raising,
            b'{\r\n "require": {"GuzzleHTTP/Guzzle": "^6.0", "php": "^6.0"},\r\n "x": {"guzzlehttp/guzzle": "^6.0"}}',
            "6.5.8",
            b'{\r\n "require": {"GuzzleHTTP/Guzzle": "^6.5.8", "php": "^6.0"},\r\n "x": {"guzzlehttp/guzzle": "^6.0"}}',
        ),
        (edited_composer.raising, b'{"require-dev": {"guzzlehttp/guzzle": "~6.0"}}', "6.5.8", b'{"require-dev": {"guzzlehttp/guzzle": "^6.5.8"}}'),
        (edited_composer.raising, b'{"require": {"guzzlehttp/guzzle": "~6.5.1"}}', "6.5.8", b'{"require": {"guzzlehttp/guzzle": "~6.5.8"}}'),
        (edited_cargo.raising, b'[dependencies]\ntime = "0.1"  # "0.1"\nx = "0.1"\n', "0.1.45", b'[dependencies]\ntime = "0.1.45"  # "0.1"\nx = "0.1"\n'),
        (
            edited_cargo.raising,
            b"[dev-dependencies]\r\nt = { features = ['a'], version = '^1.0', package = 'time' }\r\n[dependencies.time]\r\ndefault-features = false\r\nversion = \"1.0\"\r\n",
            "1.3.0",
            b"[dev-dependencies]\r\nt = { features = ['a'], version = '^1.3.0', package = 'time' }\r\n[dependencies.time]\r\ndefault-features = false\r\nversion = \"1.3.0\"\r\n",
        ),
        (edited_cargo.raising, b"[workspace.dependencies]\ntime.version = '1'\n", "1.3.0", b"[workspace.dependencies]\ntime.version = '1.3.0'\n"),
        (edited_cargo.raising, b"[target.'cfg(unix)'.dependencies]\ntime = '1'\n", "1.3.0", b"[target.'cfg(unix)'.dependencies]\ntime = '1.3.0'\n"),
    ],
)  # fmt: skip
def test_every_other_byte_stays(editor: Editor, data: bytes, version: str, expected: bytes) -> None:
    assert raised(editor, data, version) == expected


@pytest.mark.parametrize(
    ("editor", "data", "version", "said"),
    [
        (edited_gemfile.raising, b"gem 'rack'\n", "6.1", "does not name it"),
        (edited_gemfile.raising, b"gem 'rails'\n", "6.1", "states no version"),
        (edited_gemfile.raising, b"gem 'rails', V\n", "6.1", "states no version"),
        (edited_gemfile.raising, b"gem 'rails', '>= 5', '< 6'\n", "6.1", "more than one"),
        (edited_gemfile.raising, b"gem 'rails', '>= 5',\n '< 6'\n", "6.1", "more than one"),
        (edited_gemfile.raising, b"gem 'rails', '< 6'\n", "6.1", "states no version"),
        (edited_gemfile.raising, b"gem 'rails', '6.0', git: 'x'\n", "6.1", "repository"),
        (edited_gemfile.raising, b"gem 'rails', '6.2'\n", "6.1", "already"),
        (edited_gemfile.raising, b"=begin\ngem 'rails', '6.0'\n=end\n", "6.1", "no plain lines"),
        (edited_gemfile.raising, b"gem 'rails', '6.0'\n__END__\n", "6.1", "no plain lines"),
        (edited_gemfile.raising, b"gem 'rails', '6.0'\rgem 'x'\n", "6.1", "unusual"),
        (edited_gemfile.raising, b"\xff", "6.1", "no text"),
        (edited_gemfile.raising, b"#" * 2**21, "6.1", "larger"),
        (edited_mod.raising, GO, "0.17.0", "does not require"),
        (edited_mod.raising, GO + b"require golang.org/x/net v0.18.0\n", "0.17.0", "already"),
        (edited_mod.raising, GO + b"require golang.org/x/net v0.1.0\n", "2.0.0", "another major"),
        (edited_mod.raising, GO + b"require golang.org/x/net v0.1.0\n", "1.2", "may have"),
        (edited_mod.raising, GO + b"require golang.org/x/net v0.1.0\nreplace golang.org/x/net => ../net\n", "0.17.0", "replace"),
        (edited_mod.raising, GO + b"require golang.org/x/net latest\n", "0.17.0", "does not require"),
        (edited_mod.raising, b"\xff", "0.17.0", "no text"),
        (edited_pom.raising, pom(dependencies(OTHER % b"1.0")), "1.2", "states no version"),
        (edited_pom.raising, pom(dependencies(OWN % b"1.0", OWN % b"1.0")), "1.2", "more than one place"),
        (edited_pom.raising, pom(dependencies(OWN % b"[1.0,2.0)")), "1.2", "a range"),
        (edited_pom.raising, pom(dependencies(OWN % b"1.0-${x}")), "1.2", "put together"),
        (edited_pom.raising, pom(dependencies(OWN % b"1.3")), "1.2", "already"),
        (edited_pom.raising, pom(dependencies(OWN % b"${b.version}")), "1.2", "does not set"),
        (edited_pom.raising, pom(dependencies(OWN % b"${project.version}")), "1.2", "does not set"),
        (edited_pom.raising, pom(PROPERTY % b"1.0", PROPERTY % b"1.0", dependencies(OWN % b"${b.version}")), "1.2", "not once"),
        (edited_pom.raising, pom(PROPERTY % b"1.0", dependencies(OWN % b"${b.version}", OTHER % b"${b.version}")), "1.2", "other things"),
        (edited_pom.raising, pom(PROPERTY % b"1.0", b"<x>v${b.version}</x>", dependencies(OWN % b"${b.version}")), "1.2", "other things"),
        (edited_pom.raising, pom(PROPERTY % b"1.0", b"<modules/>", dependencies(OWN % b"${b.version}")), "1.2", "modules"),
        (edited_pom.raising, pom(PROPERTY % b"1.0", dependencies(OWN % b"${b.version}", SISTER % b"${b.version}")), "1.2.3", "c goes by the same"),
        (edited_pom.raising, pom(dependencies(OWN % b"1<!-- -->.0")), "1.2", "not certain"),
        (edited_pom.raising, b"<!DOCTYPE project [<!ENTITY v '1'>]><project/>", "1.2", "no pom.xml"),
        (edited_pom.raising, b"<x/>", "1.2", "no pom.xml"),
        (edited_pom.raising, b"", "1.2", "no pom.xml"),
        (edited_composer.raising, b'{"require": []}', "6.5.8", "does not ask"),
        (edited_composer.raising, b'{"require": {"guzzlehttp/guzzle": "dev-master"}}', "6.5.8", "a branch"),
        (edited_composer.raising, b'{"require": {"guzzlehttp/guzzle": "^5 || ^6"}}', "6.5.8", "more than one"),
        (edited_composer.raising, b'{"require": {"guzzlehttp/guzzle": "^7.0"}}', "6.5.8", "already"),
        (edited_composer.raising, b"[]", "6.5.8", "not the JSON"),
        (edited_composer.raising, b'{"require": [["guzzlehttp/guzzle", "1"]]}', "6.5.8", "not the JSON"),
        (edited_cargo.raising, b"[dependencies]\nx = '1'\n", "1.3.0", "does not ask"),
        (edited_cargo.raising, b"[dependencies]\ntime = { git = 'x' }\n", "1.3.0", "does not ask"),
        (edited_cargo.raising, b"[dependencies]\ntime.workspace = true\n", "1.3.0", "does not ask"),
        (edited_cargo.raising, b"[dependencies]\ntime = '*'\n", "1.3.0", "a pattern"),
        (edited_cargo.raising, b"[dependencies]\ntime = '>=1, <2'\n", "1.3.0", "more than one"),
        (edited_cargo.raising, b"[dependencies]\ntime = '0.1'\n", "0.3.0", "not compatible"),
        (edited_cargo.raising, b"[dependencies]\ntime = '1.4'\n", "1.3.0", "already"),
        (edited_cargo.raising, b'[dependencies]\ntime = "1.\\u0030"\n', "1.3.0", "not certain"),
        (edited_cargo.raising, b"x = " + b"[" * 5000, "1.3.0", "no TOML"),
        (edited_cargo.raising, b"dependencies = 1", "1.3.0", "does not ask"),
    ],
)  # fmt: skip
def test_what_is_not_certain_is_refused(editor: Editor, data: bytes, version: str, said: str) -> None:
    with pytest.raises(CannotEdit, match=said):
        raised(editor, data, version)


def test_the_standard_library_comes_with_go() -> None:
    with pytest.raises(CannotEdit, match="comes with Go"):
        edited_mod.raising(GO, "stdlib", "1.22.1")


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Zl", "Zp")), max_size=20)


@given(st.lists(TEXT, max_size=4), st.sampled_from(("\n", "\r\n")))
def test_remarks_stay_as_they_are(remarks: list[str], end: str) -> None:
    for editor, mark, lines, old, new in (
        (edited_gemfile.raising, "# ", ["gem 'rails', '1.0.0'"], "1.0.0", "1.3.0"),
        (edited_mod.raising, "// ", ["module m", "require golang.org/x/net v1.0.0"], "1.0.0", "1.3.0"),
        (edited_cargo.raising, "# ", ["[dependencies]", "time = '1.0.0'"], "1.0.0", "1.3.0"),
    ):
        said = [f"{mark}{one.lstrip()} 1.0.0" for one in remarks]
        assert "__END__" not in said
        before = end.join((*said, *lines, *said, ""))
        after = end.join((*said, *(one.replace(old, new) for one in lines), *said, ""))
        try:
            assert raised(editor, before.encode(), new).decode() == after
        except CannotEdit as error:
            assert "plain lines" in str(error)  # noqa: PT017  (`<<x` in a remark)


CATALOG = b"""# guava 30.0-jre
[versions]
jackson = '2.9.8' # as of 2019
agp = "7.0.0"

[libraries]
guava = { module = "com.google.guava:guava", version = "30.0-jre" }
core = { group = "com.fasterxml.jackson.core", name = "jackson-core", version.ref = "jackson" }
databind = { module = "com.fasterxml.jackson.core:jackson-databind", version.ref = "jackson" }
io = "commons-io:commons-io:2.6"
other = "org.a:commons-io:2.6"
build = { module = "com.android.tools:build", version.ref = "agp" }
rich = { module = "org.a:rich", version = { strictly = "[1,2[", prefer = "1.5" } }
twice = { module = "org.a:twice", version = "1.0" }
again = "org.a:twice:1.0"
none = { module = "org.a:none" }

[plugins]
android = { id = "com.android.application", version.ref = "agp" }
"""
SCRIPT = b"""// implementation "com.google.guava:guava:30.0-jre"
dependencies {
    implementation 'com.google.guava:guava:30.0-jre'
    api("commons-io:commons-io:2.6@jar")
    api "org.a:one:1.0", "org.a:one:1.0"
    api "org.a:set:$version"
    api group: 'org.a', name: 'parts', version: '1.0'
}
"""


@pytest.mark.parametrize(
    ("name", "version", "old", "new"),
    [
        ("com.google.guava:guava", "32.0.0-jre", b'version = "30.0-jre"', b'version = "32.0.0-jre"'),
        ("com.fasterxml.jackson.core:jackson-databind", "2.9.10", b"'2.9.8'", b"'2.9.10'"),
        ("commons-io:commons-io", "2.14.0", b"commons-io:commons-io:2.6", b"commons-io:commons-io:2.14.0"),
    ],
)
def test_a_version_catalog(name: str, version: str, old: bytes, new: bytes) -> None:
    for data in (CATALOG, CATALOG.replace(b"\n", b"\r\n")):
        assert data.count(old) == 1
        assert spliced(data, edited_gradle.catalog_raising(data, name, version)) == data.replace(old, new)


@pytest.mark.parametrize(
    ("name", "version", "said"),
    [
        ("com.google.guava:guava", "30.0-jre", "later one already"),
        ("com.android.tools:build", "8.0", "other things"),
        ("com.fasterxml.jackson.core:jackson-databind", "2.9.10.8", "jackson-core goes by the same text"),
        ("org.a:rich", "1.6", "range"),
        ("org.a:twice", "2.0", "more than one place"),
        ("org.a:none", "2.0", "none is stated"),
        ("org.a:missing", "2.0", "does not ask for it"),
    ],
)
def test_what_a_version_catalog_leaves_open(name: str, version: str, said: str) -> None:
    with pytest.raises(CannotEdit, match=said):
        edited_gradle.catalog_raising(CATALOG, name, version)


@pytest.mark.parametrize("data", [b"[libraries", b"libraries = 1\n", b"[libraries]\na = 1\n", b"\xff"])
def test_what_is_no_version_catalog(data: bytes) -> None:
    with pytest.raises(CannotEdit):
        edited_gradle.catalog_raising(data, "a:b", "1")


@pytest.mark.parametrize(
    ("name", "version", "old", "new"),
    [
        (
            "com.google.guava:guava",
            "32.0.0-jre",
            b"'com.google.guava:guava:30.0-jre'",
            b"'com.google.guava:guava:32.0.0-jre'",
        ),
        ("commons-io:commons-io", "2.14.0", b":2.6@jar", b":2.14.0@jar"),
    ],
)
def test_a_build_script(name: str, version: str, old: bytes, new: bytes) -> None:
    for data in (SCRIPT, SCRIPT.replace(b"\n", b"\r\n")):
        assert spliced(data, edited_gradle.script_raising(data, name, version)) == data.replace(old, new)


@pytest.mark.parametrize(
    ("name", "version", "said"),
    [
        ("commons-io:commons-io", "2.6", "later one already"),
        ("org.a:one", "2.0", "more than one place"),
        ("org.a:set", "2.0", "or in none"),
        ("org.a:missing", "2.0", "does not ask for it"),
        ("org.a:parts", "2.0", "not certain"),
    ],
)
def test_what_a_build_script_leaves_open(name: str, version: str, said: str) -> None:
    with pytest.raises(CannotEdit, match=said):
        edited_gradle.script_raising(SCRIPT, name, version)
