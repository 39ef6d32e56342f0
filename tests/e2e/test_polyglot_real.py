"""One image with applications in many languages: each one's own tool tells what garboard has to list, line by line.

Built on this machine from the languages' registries, and copied into an image that has no package manager.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.building import CACHE, Docker, own_tag
from tests.e2e.running import Garboard, run

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
"""
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
PIP = ("requests==2.25.0", "jinja2==2.11.0", "flask==1.0")


@dataclass(frozen=True)
class Polyglot:
    """The image, and what each of its layers has to hold, by package URL type."""

    image: str
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


@pytest.fixture(scope="module")
def polyglot(docker: Docker, tmp_path_factory: pytest.TempPathFactory) -> Polyglot:
    context = tmp_path_factory.mktemp("polyglot")
    for name in ("go", "java", "rust", "node", "python"):
        (context / name).mkdir()
    java = _java(context / "java")
    _one_jar(context / "java")
    expected = (
        ("golang", _go(context / "go")),
        ("maven", java),
        ("maven", java),
        ("cargo", _rust(context / "rust")),
        ("npm", _node(context / "node")),
        ("pypi", _python(context / "python")),
    )
    (context / ".dockerignore").write_text("python/venv\nrust/target\n")
    (context / "Dockerfile").write_text(DOCKERFILE)
    tag = own_tag("polyglot")
    docker("build", "--quiet", "--tag", tag, context)
    return Polyglot(tag, expected)


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


def _name(one: dict[str, str]) -> str:
    if one["type"] == "pypi":
        return one["name"].lower()
    return (
        f"{one['namespace']}{':' if one['type'] == 'maven' else '/'}{one['name']}" if one["namespace"] else one["name"]
    )
