"""Applications in many languages, built on this machine from the languages' registries; each one's own tool tells its packages."""

from __future__ import annotations

import json
import os
import re
import subprocess
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.e2e.building import CACHE
from tests.e2e.running import run

Listed = set[tuple[str, str]]
"""Names and versions."""

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


def build(context: Path) -> list[tuple[str, Listed]]:
    """Build all of them below a folder, with its Dockerfile; by layer the packages' type and what it has to hold."""
    for name in APPLICATIONS:
        (context / name).mkdir()
    with ThreadPoolExecutor(4) as together:
        made = [(type_, together.submit(make, context / name)) for name, (type_, make) in APPLICATIONS.items()]
        expected = [(type_, one.result()) for type_, one in made]
    _one_jar(context / "java")
    expected.insert(LAYERS.index("COPY java/target/all.jar /srv/all.jar"), expected[list(APPLICATIONS).index("java")])
    (context / ".dockerignore").write_text("python/venv\nrust/target\n")
    (context / "Dockerfile").write_text(DOCKERFILE)
    return expected
