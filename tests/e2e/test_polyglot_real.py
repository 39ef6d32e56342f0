"""One image with applications in many languages: each one's own tool tells what garboard has to list, line by line.

Built on this machine from the languages' registries, and copied into an image that has no package manager.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.building import CACHE, Docker, own_tag
from tests.e2e.running import Garboard, run

Listed = set[tuple[str, str]]
"""Names and versions."""

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
DOCKERFILE = """\
FROM scratch
COPY go/serve /usr/local/bin/serve
COPY java/target/lib /srv/java
COPY java/target/all.jar /srv/all.jar
COPY rust/app /usr/local/bin/app
COPY node /srv/node
COPY python/lib /srv/python
COPY ruby/home /srv/ruby
COPY php/vendor /srv/php/vendor
COPY yarn /srv/yarn
COPY pnpm /srv/pnpm
COPY uv/lib /srv/uv
COPY gradle/lib /srv/gradle
"""
LAYERS = DOCKERFILE.splitlines()[1:]
GO_MOD = """module example.com/serve

go 1.19

require (
\tgithub.com/gorilla/mux v1.8.0
\tgolang.org/x/text v0.3.7
)
"""
GO = """package main

import (
\t"fmt"

\t"github.com/gorilla/mux"
\t"golang.org/x/text/language"
)

func main() { fmt.Println(mux.NewRouter(), language.English) }
"""
POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>com.example</groupId><artifactId>shop</artifactId><version>1.0.0</version>
  <properties><maven.compiler.source>11</maven.compiler.source><maven.compiler.target>11</maven.compiler.target></properties>
  <dependencies>
    <dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-core</artifactId><version>2.14.1</version></dependency>
    <dependency><groupId>com.fasterxml.jackson.core</groupId><artifactId>jackson-databind</artifactId><version>2.12.1</version></dependency>
    <dependency><groupId>org.apache.commons</groupId><artifactId>commons-text</artifactId><version>1.9</version></dependency>
    <dependency><groupId>org.yaml</groupId><artifactId>snakeyaml</artifactId><version>1.26</version></dependency>
    <dependency><groupId>com.google.guava</groupId><artifactId>guava</artifactId><version>29.0-jre</version></dependency>
  </dependencies>
</project>
"""
CARGO = """[package]
name = "app"
version = "0.1.0"
edition = "2021"
[dependencies]
time = "=0.1.44"
regex = "=1.5.4"
"""
RUST = """fn main() { println!("{}", regex::Regex::new("a+").unwrap().is_match("a")); let _ = time::now(); }
"""
PACKAGE = {
    "name": "shop",
    "version": "1.0.0",
    "private": True,
    "dependencies": {"express": "4.17.1", "semver": "7.5.1"},
}
GRADLE = """apply plugin: 'java'
repositories { mavenCentral() }
dependencies {
  compile 'org.apache.commons:commons-compress:1.20'
  compile 'ch.qos.logback:logback-classic:1.2.3'
}
task libraries(type: Copy) { from configurations.runtime; into 'lib' }
task told { doLast { configurations.runtime.resolvedConfiguration.resolvedArtifacts.each { println "LIB ${it.moduleVersion.id}" } } }
"""
GEMS = {"rack": ("2.0.1", ()), "actionpack": ("5.2.0", ("rack",)), "rails": ("5.2.0", ("actionpack", "rack"))}
VENDORED = {
    "psr/log": ("1.1.4", {}),
    "monolog/monolog": ("2.9.1", {"psr/log": "^1.1"}),
    "laravel/framework": ("8.83.0", {"monolog/monolog": "^2.0"}),
}
PIP = ("requests==2.25.0", "jinja2==2.11.0", "flask==1.0")


@dataclass(frozen=True)
class Polyglot:
    """The image, and what each of its layers has to hold, by package URL type."""

    image: str
    dockerfile: Path
    expected: tuple[tuple[str, Listed], ...]


def _go(folder: Path) -> Listed:
    (folder / "go.mod").write_text(GO_MOD)
    (folder / "main.go").write_text(GO)
    environment = {"GOTOOLCHAIN": "local", "CGO_ENABLED": "0", "GOFLAGS": "-mod=mod -buildvcs=false"}
    run("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", "serve", ".", cwd=folder, env=environment)
    told = run("go", "version", "-m", folder / "serve")
    standard = re.search(r": go(\S+)", told)
    assert standard is not None
    return {("stdlib", standard[1])} | set(re.findall(r"\tdep\t(\S+)\t(\S+)", told))


def _java(folder: Path) -> Listed:
    (folder / "pom.xml").write_text(POM)
    goals = (
        "dependency:copy-dependencies",
        "-DoutputDirectory=target/lib",
        "dependency:list",
        "-DincludeScope=runtime",
    )
    told = run("mvn", "-B", *goals, cwd=folder, env={"MAVEN_OPTS": "-Xmx512m"})
    return {
        (f"{group}:{name}", version)
        for group, name, version in re.findall(r"   (\S+?):(\S+?):jar:(\S+?):(?:compile|runtime)", told)
    }


def _one_jar(folder: Path) -> None:
    """All libraries in one archive within another, as Spring Boot lays them."""
    inner = folder / "target" / "BOOT-INF" / "lib"
    inner.mkdir(parents=True)
    for jar in (folder / "target" / "lib").glob("*.jar"):
        os.link(jar, inner / jar.name)
    run("python3", "-m", "zipfile", "-c", "all.jar", "BOOT-INF", cwd=folder / "target")


def _rust(folder: Path) -> Listed:
    (folder / "src").mkdir()
    (folder / "Cargo.toml").write_text(CARGO)
    (folder / "src" / "main.rs").write_text(RUST)
    tools = CACHE / "cargo-auditable"
    if not (tools / "bin" / "cargo-auditable").exists():
        run("cargo", "install", "--quiet", "cargo-auditable@0.6.1", "--locked", "--root", tools)
    path = {"PATH": f"{tools / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    run("cargo", "auditable", "build", "--quiet", cwd=folder, env=path)
    os.rename(folder / "target" / "debug" / "app", folder / "app")
    told = run("cargo", "tree", "-e", "normal,no-proc-macro", "--prefix", "none", cwd=folder)
    return set(re.findall(r"^(\S+) v(\S+)", told, re.MULTILINE)) - {("app", "0.1.0")}


def _node(folder: Path) -> Listed:
    (folder / "package.json").write_text(json.dumps(PACKAGE))
    run("npm", "install", "--silent", "--no-audit", "--ignore-scripts", cwd=folder)
    found: Listed = set()

    def add(entry: dict[str, object]) -> None:
        dependencies = entry.get("dependencies")
        for name, one in dependencies.items() if isinstance(dependencies, dict) else ():
            found.add((name, one["version"]))
            add(one)

    add(json.loads(run("npm", "ls", "--all", "--json", cwd=folder)))
    return found


def _python(folder: Path) -> Listed:
    library = folder / "lib"
    pip = ("python3", "-m", "venv", folder / "venv")
    subprocess.run(pip, check=True)
    tool = folder / "venv" / "bin" / "pip"
    run(tool, "install", "-q", "--target", library, *PIP)
    return {
        (one["name"].lower(), one["version"])
        for one in json.loads(run(tool, "list", "--path", library, "--format", "json"))
    }


def _ruby(folder: Path) -> Listed:
    """Gems that were built here under the names of real ones, installed as a user installs them."""
    for name, (version, needs) in GEMS.items():
        wanted = "".join(f"s.add_runtime_dependency '{need}'\n" for need in needs)
        (folder / f"{name}.gemspec").write_text(
            f"Gem::Specification.new do |s|\ns.name = '{name}'\ns.version = '{version}'\ns.summary = s.name\ns.authors = ['x']\n"
            f"{wanted}end\n"
        )
        run("gem", "build", "--silent", f"{name}.gemspec", cwd=folder)
    home = folder / "home"
    gems = sorted(one.name for one in folder.glob("*.gem"))
    run("gem", "install", "--local", "--no-document", "--install-dir", home, *gems, cwd=folder)
    told = run("gem", "list", "--local", env={"GEM_HOME": str(home), "GEM_PATH": str(home)})
    return {
        (name, version)
        for name, versions in re.findall(r"^(\S+) \((.+)\)$", told, re.MULTILINE)
        for version in versions.split(", ")
        if not version.startswith("default: ")
    }


def _php(folder: Path) -> Listed:
    """Packages that were made here, which Composer installs from a folder of archives."""
    (folder / "artifacts").mkdir()
    for name, (version, needs) in VENDORED.items():
        with zipfile.ZipFile(folder / "artifacts" / f"{name.replace('/', '-')}.zip", "w") as archive:
            archive.writestr("composer.json", json.dumps({"name": name, "version": version, "require": needs}))
    wanted = {
        "repositories": [{"type": "artifact", "url": "artifacts"}, {"packagist.org": False}],
        "require": {"laravel/framework": "^8.0"},
    }
    (folder / "composer.json").write_text(json.dumps(wanted))
    environment = {"COMPOSER_ALLOW_SUPERUSER": "1", "COMPOSER_HOME": str(folder / "home")}
    run("composer", "install", "--quiet", "--no-interaction", cwd=folder, env=environment)
    told = json.loads(run("composer", "show", "--format=json", cwd=folder, env=environment))
    return {(one["name"], one["version"]) for one in told["installed"]}


def _tool(name: str, version: str) -> Path:
    """A package manager of npm's registry."""
    home = CACHE / f"npm-{name}"
    path = home / "node_modules" / ".bin" / name
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        run("npm", "install", "--silent", "--no-audit", "--prefix", home, f"{name}@{version}")
    return path


def _yarn(folder: Path) -> Listed:
    (folder / "package.json").write_text(json.dumps(PACKAGE))
    yarn = _tool("yarn", "1.22.22")
    run(yarn, "install", "--silent", "--ignore-scripts", "--non-interactive", cwd=folder)
    told = json.loads(run(yarn, "list", "--json", "--silent", cwd=folder).splitlines()[-1])["data"]["trees"]
    found: Listed = set()
    while told:
        one = told.pop()
        told += one.get("children") or []
        if not one.get("shadow"):
            name, _, version = one["name"].rpartition("@")
            found.add((name, version))
    return found


def _pnpm(folder: Path) -> Listed:
    (folder / "package.json").write_text(json.dumps(PACKAGE))
    pnpm = _tool("pnpm", "8.15.9")
    store = folder.with_name("pnpm-store")
    run(pnpm, "install", "--silent", "--ignore-scripts", "--store-dir", store, cwd=folder)
    found: Listed = set()
    waiting = json.loads(run(pnpm, "list", "--depth", "Infinity", "--json", cwd=folder))
    while waiting:
        for name, one in (waiting.pop().get("dependencies") or {}).items():
            found.add((name, one["version"]))
            waiting.append(one)
    return found


def _uv(folder: Path) -> Listed:
    tools = CACHE / "uv"
    if not (tools / "bin" / "uv").exists():
        run("python3", "-m", "venv", tools)
        run(tools / "bin" / "pip", "install", "-q", "uv")
    uv, library = tools / "bin" / "uv", folder / "lib"
    run(uv, "pip", "install", "-q", "--target", library, "--python", tools / "bin" / "python", *PIP)
    listed = json.loads(run(tools / "bin" / "pip", "list", "--path", library, "--format", "json"))
    return {(one["name"].lower(), one["version"]) for one in listed}


def _gradle(folder: Path) -> Listed:
    (folder / "build.gradle").write_text(GRADLE)
    told = run("gradle", "--no-daemon", "-q", "libraries", "told", cwd=folder)
    return {(f"{group}:{name}", version) for group, name, version in re.findall(r"LIB (\S+?):(\S+?):(\S+)", told)}


APPLICATIONS = {
    "go": ("golang", _go),
    "java": ("maven", _java),
    "rust": ("cargo", _rust),
    "node": ("npm", _node),
    "python": ("pypi", _python),
    "ruby": ("gem", _ruby),
    "php": ("composer", _php),
    "yarn": ("npm", _yarn),
    "pnpm": ("npm", _pnpm),
    "uv": ("pypi", _uv),
    "gradle": ("maven", _gradle),
}
"""By its folder, in the order of the layers: its packages' type, and what makes it and tells what it consists of."""


@pytest.fixture(scope="module")
def polyglot(docker: Docker, tmp_path_factory: pytest.TempPathFactory) -> Polyglot:
    context = tmp_path_factory.mktemp("polyglot")
    for name in APPLICATIONS:
        (context / name).mkdir()
    with ThreadPoolExecutor(4) as together:
        made = [(type_, together.submit(make, context / name)) for name, (type_, make) in APPLICATIONS.items()]
        expected = [(type_, one.result()) for type_, one in made]
    _one_jar(context / "java")
    expected.insert(LAYERS.index("COPY java/target/all.jar /srv/all.jar"), expected[list(APPLICATIONS).index("java")])
    (context / ".dockerignore").write_text("python/venv\nrust/target\n")
    (context / "Dockerfile").write_text(DOCKERFILE)
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
