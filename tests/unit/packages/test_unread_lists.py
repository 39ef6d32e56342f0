"""Lists of dependencies that no cataloger reads are told, by the tool that they are of."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from garboard.packages import unread_lists
from garboard.packages.declared import DECLARATIONS
from garboard.patterns import of_globs
from tests.unit.packages.test_declared import read

CLEAN = {"php/composer.lock": '{"packages": [{"name": "psr/log", "version": "1.1.4"}]}'}
SAMPLES = {
    "Ansible": ("requirements.yml", "collections:\n  - name: a.b\n"),
    "Appraisal, and Gemfiles that work out gems": (
        "Appraisals",
        'appraise "rails-6" do\n  gem "rails", "6.0.0"\nend\n',
    ),
    "Bazel": ("MODULE.bazel", 'bazel_dep(name = "rules_jvm_external", version = "6.0")\n'),
    "Cake": ("build.cake", "#addin nuget:?package=A&version=1.0.0\n"),
    "Carthage": ("Cartfile.resolved", 'github "A/B" "1.0.0"\n'),
    "Chef": ("Policyfile.lock.json", "{}"),
    "CMake's CPM": ("package-lock.cmake", "CPMDeclarePackage(fmt VERSION 9.1.0)\n"),
    "Conda's recipes": ("recipe/meta.yaml", "package:\n  name: a\nrequirements:\n  run:\n    - python\n"),
    "Cocoapods' pods (podspec)": ("A.podspec", "s.dependency 'B', '~> 1'\n"),
    "Crystal": ("shard.lock", "version: 2.0\nshards:\n  db:\n    git: x\n    version: 0.10.1\n"),
    "D (dub)": ("dub.selections.json", '{"fileVersion": 1, "versions": {"vibe-d": "0.9.4"}}'),
    "C# and F# scripts": ("a/b.fsx", '#r "nuget: A, 1.0.0"\n'),
    "Deno": ("deno.json", '{"imports": {"a": "npm:a@1"}}'),
    "Elm": ("elm.json", "{}"),
    "Erlang (rebar3)": ("rebar.config", '{deps, [{cowboy, "2.9.0"}]}.\n'),
    "Erlang (erlang.mk)": ("Makefile", "PROJECT = a\nDEPS = cowboy\ndep_cowboy = hex 2.9.0\ninclude erlang.mk\n"),
    "Gleam": ("gleam.toml", 'name = "a"\n[dependencies]\nb = "1"\n'),
    "Go before its modules": ("Godeps/Godeps.json", '{"Deps": []}'),
    "Gradle's declarative build files": ("build.gradle.dcl", 'javaLibrary { dependencies { api("g:a:1.0") } }'),
    "Haskell": ("a.cabal", "library\n  build-depends: base, aeson\n"),
    "Helm": ("Chart.lock", "dependencies:\n- name: a\n"),
    "jspm and import maps": ("importmap.json", '{"imports": {"a": "https://esm.sh/a@1"}}'),
    "Jeweler": ("Rakefile", "Jeweler::Tasks.new do |gem|\n  gem.add_dependency 'rack'\nend\n"),
    "LibMan": ("libman.json", '{"libraries": [{"library": "jquery@1.9.0"}]}'),
    "Maven's extensions": (".mvn/extensions.xml", "<extensions><extension/></extensions>"),
    "Maven in other languages than XML": ("pom.yaml", "dependencies:\n  - {groupId: g}\n"),
    "Meson": ("subprojects/zlib.wrap", "[wrap-file]\n"),
    "Mill": ("build.sc", 'def ivyDeps = Agg(ivy"g::a:1.0")\n'),
    "NuGet before project files (project.json)": ("project.json", '{"dependencies": {"A": "1.0"}, "frameworks": {}}'),
    "Nim": ("a.nimble", 'requires "nim >= 1.0"\n'),
    "Nix": ("flake.lock", "{}"),
    "OCaml": ("a.opam", 'depends: ["ocaml"]\n'),
    "Paket": ("paket.dependencies", "nuget A\n"),
    "Perl": ("cpanfile", "requires 'Mojolicious';\n"),
    "Pixi": ("pixi.toml", '[dependencies]\nnumpy = "1.0"\n'),
    "pnpm before version 3": ("shrinkwrap.yaml", "packages:\n"),
    "Puppet": ("Puppetfile", "mod 'a/b', '1.0.0'\n"),
    "PureScript": ("spago.dhall", "{}"),
    "pnpm's workspaces (catalogs)": ("pnpm-workspace.yaml", "catalog:\n  react: ^18\n"),
    "package.json5 and package.yaml of pnpm": ("package.json5", "{dependencies: {}}"),
    "shadow-cljs": ("shadow-cljs.edn", '{:dependencies [[reagent "1.0"]]}'),
    "Symfony's import maps": ("importmap.php", "<?php return ['a' => ['version' => '1.0.0']];"),
    "Go's sums without modules": ("go.sum", "golang.org/x/text v0.3.0 h1:x\n"),
    "Xcode": ("a.xcodeproj/project.pbxproj", "isa = XCRemoteSwiftPackageReference;\n"),
    "Tuist": ("Tuist/Dependencies.swift", "let dependencies = Dependencies()\n"),
    "Drush": ("site.make", "projects[views] = 3.0\n"),
    "Ant": ("build.xml", "<project><ivy:retrieve/></project>"),
    "Terraform": (".terraform.lock.hcl", 'provider "x" {}\n'),
    "Unity": ("Packages/packages-lock.json", "{}"),
    "V": ("v.mod", "Module {\n dependencies: ['a']\n}\n"),
    "vcpkg": ("vcpkg.json", '{"dependencies": ["zlib"]}'),
    "Zig": ("build.zig.zon", ".{ .dependencies = .{} }\n"),
}


def gaps(folder: Path, files: dict[str, str]) -> dict[str, str]:
    return {gap.subject: gap.reason for gap in read(folder, {**CLEAN, **files}).gaps}


@pytest.mark.parametrize("tool", unread_lists.TOOLS)
def test_a_list_of_each_tool_is_told(tmp_path: Path, tool: str) -> None:
    path, text = SAMPLES[tool]
    for folder in ("", "a/b/"):
        told = gaps(tmp_path / (folder or "root"), {f"{folder}{path}": text})
        assert told == {unread_lists.KIND.format(tool): f"found, and not read: {folder}{path}"}


@pytest.mark.parametrize("tool", unread_lists.TOOLS)
def test_a_list_that_windows_wrote_is_told(tmp_path: Path, tool: str) -> None:
    path, text = SAMPLES[tool]
    told = gaps(tmp_path, {path: "\ufeff" + text.replace("\n", "\r\n")})
    assert told == {unread_lists.KIND.format(tool): f"found, and not read: {path}"}


@pytest.mark.parametrize("tool", unread_lists.TOOLS)
def test_one_of_an_installed_package_is_its_authors_own(tmp_path: Path, tool: str) -> None:
    path, text = SAMPLES[tool]
    assert gaps(tmp_path, {f"node_modules/a/{path}": text}) == {}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("deno.json", '{"tasks": {}}'),
        ("project.json", '{"name": "a", "targets": {}}'),
        ("Chart.yaml", "name: a\nversion: 1.0.0\n"),
        ("rebar.config", "{deps, []}.\n"),
        ("vcpkg.json", '{"name": "a"}'),
        ("state.lock", ""),
        ("Makefile", "DEPS = a.h b.h\nall: x\n"),
        ("main.tf", 'module "a" {\n  source = "./a"\n}\n'),
        ("Rakefile", "task :default\n"),
        ("meta.yaml", "name: a\n"),
        ("Gemfile", 'source "https://rubygems.org"\n'),
        ("a.gemspec", "Gem::Specification.new do |gem|\n  gem.name = 'a'\n  gem.files = []\nend\n"),
        ("pid.lock", "1234\n"),
    ],
)
def test_a_file_that_asks_for_nothing_is_not(tmp_path: Path, path: str, text: str) -> None:
    assert gaps(tmp_path, {path: text}) == {}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Gemfile", 'eval_gemfile "gemfiles/a.rb"\n'),
        ("Gemfile", "%w[a b].each { |name| gem name }\n"),
        ("Gemfile", "[['a', '1']].each do |name, version|\n  gem name, version\nend\n"),
        ("gems.rb", "gem(*args)\n"),
        ("a.gemspec", "needs.each { |one| s.add_dependency(one) }\n"),
        ("a.gemspec", "deps.each do |name|\n  spec.add_runtime_dependency name, '1'\nend\n"),
    ],
)
def test_gems_that_are_worked_out_are_told_where_no_lock_file_lists_them(tmp_path: Path, path: str, text: str) -> None:
    kind = unread_lists.KIND.format("Appraisal, and Gemfiles that work out gems")
    assert gaps(tmp_path / "alone", {path: text}) == {kind: f"found, and not read: {path}"}
    lock = "GEM\n  specs:\n    a (1.0)\n\nDEPENDENCIES\n  a\n"
    assert gaps(tmp_path / "with", {path: text, "Gemfile.lock": lock}) == {}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Makefile", "dep_cowboy = hex 2.9.0\n"),
        ("main.tf", "terraform {\n  required_providers {\n    aws = {}\n  }\n}\n"),
        ("main.tf", 'provider "aws" {}\n'),
        ("a/b.tf", 'module "a" {\n  source  = "terraform-aws-modules/vpc/aws"\n  version = "5.0.0"\n}\n'),
    ],
)
def test_files_of_any_use_are_told_by_what_they_contain(tmp_path: Path, path: str, text: str) -> None:
    assert [reason.rpartition(": ")[2] for reason in gaps(tmp_path, {path: text}).values()] == [path]


def test_what_a_lock_file_beside_it_tells_is_not(tmp_path: Path) -> None:
    path, text = SAMPLES["Deno"]
    lock = '{"version": "4", "specifiers": {"npm:a@1": "1.0.0"}, "npm": {"a@1.0.0": {"integrity": "sha512-x"}}}'
    assert gaps(tmp_path, {path: text, "deno.lock": lock}) == {}


def test_a_lock_file_of_a_tool_that_is_not_known_is_told(tmp_path: Path) -> None:
    told = gaps(
        tmp_path, {"a/frobnicate.lock": "left-pad 1.3.0\n", "b.lock.json": '{"x": "1.0"}', "c-lock.yaml": "a: 1.0\n"}
    )
    assert told == {unread_lists.UNKNOWN: "found, and not read: a/frobnicate.lock, b.lock.json, c-lock.yaml"}


def test_what_npm_installed_is_told_where_it_is_not_there(tmp_path: Path) -> None:
    hidden = {"a/node_modules/.package-lock.json": '{"packages": {"node_modules/b": {"version": "1.0.0"}}}'}
    assert set(gaps(tmp_path / "alone", hidden)) == {unread_lists.HIDDEN}
    there = {**hidden, "a/node_modules/b/package.json": '{"name": "b", "version": "1.0.0"}'}
    assert gaps(tmp_path / "with", there) == {}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_submodules_that_are_not_checked_out_are_told(tmp_path: Path, end: str) -> None:
    modules = {
        ".gitmodules": '[submodule "a"]\n\tpath = libs/a\n\turl = x\n[submodule "b"]\n\tpath = libs/b\n\turl = y\n'
    }
    there = {"libs/b/composer.lock": '{"packages": [{"name": "psr/log", "version": "1.1.4"}]}'}
    modules = {name: text.replace("\n", end) for name, text in modules.items()}
    assert gaps(tmp_path, {**modules, **there}) == {unread_lists.SUBMODULES: "found, and not read: libs/a"}


def test_what_is_read_is_not_said_to_be_unread() -> None:
    """A tool is taken off the table when its files are read."""
    declared = [glob for reader in DECLARATIONS if reader.NAME.endswith("-declared") for glob in reader.GLOBS]
    for tool, (path, _) in SAMPLES.items():
        assert not re.fullmatch(of_globs(declared), path), tool
