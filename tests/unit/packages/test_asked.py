"""Manifests beside lock files: what was asked for by name has its line, and what nothing pins is told."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from pathlib import Path
from typing import NamedTuple

import jsonschema_rs
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.matching import trace
from garboard.model.advisory import Status
from garboard.model.finding import Finding, Vulnerability
from garboard.model.image import Image
from garboard.model.package import Asked, Inventory, Location, Package
from garboard.model.report import Report
from garboard.packages import asked
from garboard.reporters.scan import json as scan_json
from garboard.reporters.scan import sarif as scan_sarif
from garboard.reporters.scan import text as scan_text
from garboard.reporters.view import View
from tests.unit.packages.test_declared import read

SCHEMA = Path(__file__).parents[2] / "vectors/sarif/sarif-schema-2.1.0.json"


class Project(NamedTuple):
    """A manifest that asks for ``a``, and the lock file beside it by which ``a`` needs ``b``."""

    manifest: str
    asks: str
    lock: str
    locked: str
    direct: str = "a"
    indirect: str = "b"
    told: bool = True
    """Whether the manifest alone is a gap that the same reader states."""


def _json(document: object) -> str:
    return json.dumps(document, indent=2)


TABLE = '[[package]]\nname = "a"\nversion = "1.0.0"\n{}\n[[package]]\nname = "b"\nversion = "2.0.0"\n'
PROJECTS = [
    Project(
        "package.json",
        _json({"name": "shop", "private": True, "scripts": {"a": "x"}, "devDependencies": {"a": "^1"}}),
        "yarn.lock",
        '# yarn lockfile v1\n\na@^1:\n  version "1.0.0"\n  dependencies:\n    b "^2"\n\nb@^2:\n  version "2.0.0"\n',
    ),
    Project(
        "package.json",
        _json({"name": "shop", "private": True, "dependencies": {"a": "^1"}}),
        "package-lock.json",
        _json(
            {
                "packages": {
                    "": {"name": "shop", "dependencies": {"a": "^1"}},
                    "node_modules/a": {"version": "1.0.0", "dependencies": {"b": "^2"}},
                    "node_modules/b": {"version": "2.0.0"},
                }
            }
        ),
    ),
    Project(
        "pyproject.toml",
        '[project]\nname = "shop"\ndependencies = [\n  "A[x]>=1",\n]\n',
        "poetry.lock",
        TABLE.format('[package.dependencies]\nb = ">=2"\n'),
    ),
    Project(
        "pyproject.toml",
        '[tool.poetry.dependencies]\npython = "^3.11"\n[tool.poetry.group.dev.dependencies]\na = "^1"\n',
        "poetry.lock",
        TABLE.format('[package.dependencies]\nb = ">=2"\n'),
    ),
    Project("pyproject.toml", '[dependency-groups]\ndev = ["a>=1"]\n', "pdm.lock", TABLE.format('dependencies = ["b"]\n')),
    Project(
        "requirements.in",
        "a\n",
        "requirements.txt",
        "a==1.0.0 \\\n    --hash=sha256:aa\n    # via -r requirements.in\nb==2.0.0\n    # via\n    #   a\n",
    ),
    Project("requirements.txt", "# all\nA>=1\n", "uv.lock", TABLE.format('dependencies = [{ name = "b" }]\n')),
    Project("setup.cfg", "[options]\ninstall_requires =\n  a>=1\n", "requirements.txt", "a==1.0.0  # via shop (setup.cfg)\nb==2.0.0  # via a\n"),
    Project("setup.py", "setup(\n  install_requires=[\n  'a>=1',\n])\n", "requirements.txt", "a==1.0.0  # via shop (setup.py)\nb==2.0.0  # via a\n"),
    Project(
        "Cargo.toml",
        '[package]\nname = "shop"\n[dependencies]\nown = { path = "own" }\n[target."cfg(unix)".dependencies]\na = "1"\n',
        "Cargo.lock",
        '[[package]]\nname = "a"\nversion = "1.0.0"\nsource = "r"\ndependencies = ["b"]\n[[package]]\nname = "b"\nversion = "2.0.0"\nsource = "r"\n',
    ),
    Project(
        "Gemfile",
        'source "https://rubygems.org"\ngem "a", "~> 1"\n',
        "Gemfile.lock",
        "GEM\n  specs:\n    a (1.0.0)\n      b (>= 2)\n    b (2.0.0)\n\nDEPENDENCIES\n  a\n",
    ),
    Project(
        "shop.gemspec",
        'Gem::Specification.new do |s|\n  s.add_runtime_dependency("a", "~> 1")\nend\n',
        "Gemfile.lock",
        "GEM\n  specs:\n    a (1.0.0)\n      b (>= 2)\n    b (2.0.0)\n\nDEPENDENCIES\n  a\n",
    ),
    Project(
        "composer.json",
        _json({"require": {"php": ">=8", "v/a": "^1"}}),
        "composer.lock",
        _json({"packages": [{"name": "v/a", "version": "1.0.0", "require": {"v/b": "^2"}}, {"name": "v/b", "version": "2.0.0"}]}),
        "v/a",
        "v/b",
    ),
    Project(
        "mix.exs",
        'defp deps do\n  [\n    {:a, "~> 1.0"}\n  ]\nend\n',
        "mix.lock",
        '%{\n  "a": {:hex, :a, "1.0.0", "aa", [:mix], [{:b, "~> 2.0"}], "hexpm"},\n  "b": {:hex, :b, "2.0.0", "aa", [:mix], [], "hexpm"},\n}\n',
    ),
    Project(
        "DESCRIPTION",
        "Package: shop\nDepends: R (>= 4.0), methods\nImports:\n    a (>= 1.0),\n    stats\n",
        "renv.lock",
        _json({"Packages": {"a": {"Version": "1.0.0", "Source": "Repository", "Requirements": ["b"]}, "b": {"Version": "2.0.0", "Source": "Repository"}}}),
    ),
    Project(
        "pubspec.yaml",
        "name: shop\ndependencies:\n  flutter:\n    sdk: flutter\n  a: ^1.0.0\n",
        "pubspec.lock",
        'packages:\n  a:\n    dependency: "direct main"\n    source: hosted\n    version: "1.0.0"\n  b:\n    dependency: transitive\n    source: hosted\n    version: "2.0.0"\n',
    ),
    Project("Project.toml", '[deps]\na = "aa"\n', "Manifest.toml", 'manifest_format = "2.0"\n[[deps.a]]\ndeps = ["b"]\nversion = "1.0.0"\n[[deps.b]]\nversion = "2.0.0"\n'),
    Project(
        "Package.swift",
        'dependencies: [\n  .package(url: "https://x.org/o/a.git", from: "1.0.0"),\n]\n',
        "Package.resolved",
        _json({"pins": [{"location": f"https://x.org/o/{name}.git", "state": {"version": "1.0.0"}} for name in "ab"]}),
        "x.org/o/a",
        "x.org/o/b",
    ),
    Project(
        "shop.csproj",
        '<Project>\n<ItemGroup>\n<PackageReference Include="A" Version="1.*" />\n</ItemGroup>\n</Project>\n',
        "packages.lock.json",
        _json({"dependencies": {"net8.0": {"a": {"type": "Direct", "resolved": "1.0.0", "dependencies": {"b": "2"}}, "b": {"type": "Transitive", "resolved": "2.0.0"}}}}),
    ),
    Project(
        "build.gradle.kts",
        'dependencies {\n  implementation(platform("g:bom:1"))\n  implementation("g:a:1.+")\n}\n',
        "gradle.lockfile",
        "g:a:1.0.0=runtimeClasspath\ng:b:2.0.0=runtimeClasspath\nempty=\n",
        "g/a",
        "g/b",
    ),
    Project(
        "gradle/libs.versions.toml",
        '[libraries]\none = { module = "g:a", version = "1.+" }\n',
        "app/gradle.lockfile",
        "g:a:1.0.0=runtimeClasspath\ng:b:2.0.0=runtimeClasspath\nempty=\n",
        "g/a",
        "g/b",
    ),
    Project("conanfile.txt", "[requires]\na/[>=1]\n", "conan.lock", _json({"requires": ["a/1.0.0#x", "b/2.0.0#x"]})),
]  # fmt: skip


@pytest.mark.parametrize("project", PROJECTS, ids=lambda one: f"{one.manifest}-{one.lock}")
def test_a_lock_file_answers_and_the_manifest_tells_the_line(tmp_path: Path, project: Project) -> None:
    found = read(tmp_path, {project.manifest: project.asks, project.lock: project.locked})
    assert found.gaps == ()
    by_name = {one.full_name.lower(): one for one in found.packages if one.declared and not one.application}
    assert set(by_name) == {project.direct, project.indirect}
    direct, indirect = by_name[project.direct], by_name[project.indirect]
    (place,) = direct.asked
    assert place.path == project.manifest
    assert project.direct.rpartition("/")[2] in project.asks.lower().split("\n")[place.line - 1]
    assert (direct.automatic, indirect.automatic, indirect.asked) == (False, True, ())


@pytest.mark.parametrize("project", PROJECTS, ids=lambda one: f"{one.manifest}-{one.lock}")
def test_a_manifest_alone_is_a_gap(tmp_path: Path, project: Project) -> None:
    found = read(tmp_path, {project.manifest: project.asks})
    assert any(project.manifest in f"{gap.subject} {gap.reason}" for gap in found.gaps)


@pytest.mark.parametrize("project", PROJECTS, ids=lambda one: f"{one.manifest}-{one.lock}")
def test_the_lock_file_of_another_project_does_not_answer(tmp_path: Path, project: Project) -> None:
    found = read(tmp_path, {f"one/{project.manifest}": project.asks, f"two/{project.lock}": project.locked})
    assert any("one" in f"{gap.subject} {gap.reason}" for gap in found.gaps)
    assert all(one.asked == () for one in found.packages)


MEMBERS = {
    "package.json": _json({"name": "member", "version": "1.0.0", "dependencies": {"zz": "^1"}}),
    "pyproject.toml": '[project]\nname = "member"\ndependencies = ["zz"]\n',
    "Cargo.toml": '[package]\nname = "member"\n[dependencies]\nzz = "1"\n',
    "Gemfile": 'gem "zz"\n',
    "composer.json": _json({"require": {"v/zz": "^1"}}),
}


@pytest.mark.parametrize(
    "project", [one for one in PROJECTS if one.manifest in MEMBERS], ids=lambda one: f"{one.manifest}-{one.lock}"
)
@pytest.mark.parametrize("names_others", [True, False])
def test_what_a_member_of_a_workspace_asks_for_and_the_lock_file_lacks(
    tmp_path: Path, project: Project, names_others: bool
) -> None:
    locked = project.locked
    if not names_others:
        locked = {"package-lock.json": '{"packages": {"": {"name": "shop"}}}'}.get(project.lock, locked)
    files = {project.manifest: project.asks, project.lock: locked, f"m/x/{project.manifest}": MEMBERS[project.manifest]}
    told = [gap.reason for gap in read(tmp_path, files).gaps if gap.subject == f"m/x/{project.manifest}"]
    name = "v/zz" if project.direct == "v/a" else "zz"
    [reason] = told
    assert reason in {
        f"asks for {name}, which {project.lock} does not have: not judged",
        f"asks for {name}, and {project.lock} is not of this project: not judged",
    }


def test_a_lock_file_answers_for_its_own_projects_alone(tmp_path: Path) -> None:
    """What a project beside its own states is listed, and what it leaves open is told."""
    lock = _json(
        {
            "packages": {
                "": {"name": "root", "dependencies": {"left-pad": "1.3.0"}},
                "node_modules/left-pad": {"version": "1.3.0"},
            }
        }
    )
    files = {
        "package.json": _json({"name": "root", "dependencies": {"left-pad": "1.3.0"}}),
        "package-lock.json": lock,
        "svc/package.json": _json({"name": "svc", "dependencies": {"left-pad": "^1.0.0"}}),
        "build.gradle": "dependencies {\n implementation 'a.b:c:1.0'\n}\n",
        "gradle.lockfile": "a.b:c:1.0=a\nempty=\n",
        "sub/build.gradle": "dependencies {\n implementation 'a.b:c:1.0'\n implementation 'g:log:2.14.1'\n}\n",
        "packages.lock.json": _json(
            {"version": 1, "dependencies": {"net8.0": {"J": {"type": "Direct", "resolved": "13.0.3"}}}}
        ),
        "b/b.csproj": '<Project><ItemGroup><PackageReference Include="J" Version="12.0.1"/></ItemGroup></Project>',
    }
    found = read(tmp_path, files)
    assert {(one.full_name, one.version) for one in found.packages if not one.application} == {
        ("left-pad", "1.3.0"), ("a.b/c", "1.0"), ("g/log", "2.14.1"), ("J", "13.0.3"), ("J", "12.0.1"),
    }  # fmt: skip
    assert "asks for left-pad, and package-lock.json is not of this project: not judged" in {
        gap.reason for gap in found.gaps if gap.subject == "svc/package.json"
    }


@pytest.mark.parametrize(
    ("path", "text", "name", "project"),
    [
        ("svc/pyproject.toml", '[project]\nname = "svc"\ndependencies = ["a==1.0.0", "zz==1.0"]\n', "zz", "uv.lock"),
        ("svc/setup.py", "setup(install_requires=['a==1.0.0', 'zz==1.0'])\n", "zz", "poetry.lock"),
        ("svc/composer.json", _json({"require": {"v/a": "1.0.0", "v/zz": "1.0.0"}}), "v/zz", "composer.lock"),
        ("svc/package.json", _json({"name": "svc", "dependencies": {"a": "1.0.0", "zz": "1.0.0"}}), "zz", "yarn.lock"),
        ("svc/mix.exs", 'defp deps, do: [{:a, "1.0.0"}, {:zz, "1.0.0"}]\n', "zz", "mix.lock"),
        ("svc/build.gradle", "dependencies {\n implementation 'g:a:1.0.0'\n implementation 'g:zz:1'\n}\n", "g/zz", "gradle.lockfile"),
    ],
)  # fmt: skip
def test_versions_that_a_lock_file_above_lacks_are_judged_and_what_they_need_is_told(
    tmp_path: Path, path: str, text: str, name: str, project: str
) -> None:
    locked = next(one.locked for one in PROJECTS if one.lock.rpartition("/")[2] == project)
    found = read(tmp_path, {project: locked, path: text})
    assert [(one.full_name, one.locations[0].path) for one in found.packages if "zz" in one.name] == [(name, path)]
    assert [gap.reason for gap in found.gaps if gap.subject == path] == [
        f"asks for {name}, which {project} does not have: what that needs is not known"
    ]


@pytest.mark.parametrize(
    ("path", "exact", "below", "leaves_open"),
    [
        ("composer.json", _json({"require": {"v/a": "2.9.0"}}), "sub/composer.json", _json({"require": {"v/a": "^1"}})),
        ("package.json", _json({"dependencies": {"a": "2.1.3"}}), "sub/package.json", _json({"dependencies": {"a": "^1", "b": "2.0.0"}})),
        ("package.json", _json({"dependencies": {"a": "2.1.3"}}), "sub/package.json", _json({"name": "s", "dependencies": {"a": "^1"}})),
        ("pyproject.toml", '[project]\ndependencies=["a==2.1.0"]\n', "sub/pyproject.toml", '[project]\ndependencies=["a>=1"]\n'),
        ("Cargo.toml", '[dependencies]\na = "=0.2.101"\n', "b/Cargo.toml", '[dependencies]\na = "0.1"\n'),
        ("mix.exs", 'defp deps, do: [{:a, "1.0.0"}]\n', "b/mix.exs", 'defp deps, do: [{:a, "~> 0.1"}]\n'),
        ("setup.py", "setup(extras_require={'x': ['a==25.0']})\n", "setup.cfg", "[options.extras_require]\nx = a==24.0\ny = a>=19\n"),
    ],
)  # fmt: skip
def test_the_version_of_one_manifest_is_not_that_of_another(
    tmp_path: Path, path: str, exact: str, below: str, leaves_open: str
) -> None:
    found = read(tmp_path, {path: exact, below: leaves_open})
    told = [gap for gap in found.gaps if "only what is asked for by name" not in gap.reason]
    assert [gap for gap in told if below in (gap.subject, *gap.subjects) or below in gap.reason]


@pytest.mark.parametrize(
    ("asks", "place", "name", "version"),
    [
        ({"a": "1.0.0"}, "node_modules/.pnpm/a@1.0.0/node_modules/a", "a", "1.0.0"),
        ({"a": "1.0.0"}, "node_modules/.pnpm/a@1.0.1/node_modules/a", "a", "1.0.1"),
        ({"@s/a": "1.0.0"}, "node_modules/.pnpm/@s+a@1.0.1/node_modules/@s/a", "@s/a", "1.0.1"),
        ({"b": "npm:a@1.0.0"}, "node_modules/b", "a", "1.0.1"),
        ({"@s/b": "npm:a@1.0.0"}, "node_modules/@s/b", "a", "1.0.0"),
    ],
)
@pytest.mark.parametrize("folder", ["", "packages/x/"])
def test_installed_copies_answer_in_stores_and_under_other_names(
    tmp_path: Path, asks: dict[str, str], place: str, name: str, version: str, folder: str
) -> None:
    files = {
        f"{folder}package.json": _json({"name": "shop", "dependencies": asks}),
        f"{place}/package.json": _json({"name": name, "version": version}),
    }
    found = read(tmp_path, files)
    assert found.gaps == ()
    assert [(one.full_name, one.version, one.declared) for one in found.packages if not one.application] == [
        (name, version, False)
    ]


def test_a_copy_within_another_package_does_not_answer(tmp_path: Path) -> None:
    files = {
        "package.json": _json({"name": "shop", "dependencies": {"a": "1.0.0"}}),
        "node_modules/b/package.json": _json({"name": "b", "version": "1.0.0"}),
        "node_modules/b/node_modules/a/package.json": _json({"name": "a", "version": "1.0.1"}),
    }
    found = read(tmp_path, files)
    assert {one.version for one in found.packages if one.name == "a"} == {"1.0.0", "1.0.1"}
    assert [gap.subject for gap in found.gaps] == ["package.json"]


def test_crates_in_the_version_of_their_workspace_leave_nothing_open(tmp_path: Path) -> None:
    workspace = '[workspace]\nmembers = ["b"]\n[workspace.dependencies]\na = "=0.2.101"\n'
    found = read(tmp_path, {"Cargo.toml": workspace, "b/Cargo.toml": "[dependencies]\na.workspace = true\n"})
    assert {gap.subject for gap in found.gaps} == {"Cargo.toml"}
    assert [(one.name, one.version) for one in found.packages] == [("a", "0.2.101")]


@pytest.mark.parametrize(
    "folder",
    [
        "node_modules/x/",
        "a/site-packages/x/",
        "vendor/bundle/ruby/3.1.0/gems/x-1/",
        "deps/x/",
        ".m2/repository/x/",
        "vendor/v/x/",
    ],
)
def test_the_lock_files_of_installed_packages_are_their_authors_own(tmp_path: Path, folder: str) -> None:
    own = {"deps/x/": ("mix.exs",), "vendor/v/x/": ("composer.json",)}
    for project in PROJECTS:
        if "/" not in project.manifest and project.manifest in own.get(folder, (project.manifest,)):
            files = {f"{folder}{project.manifest}": project.asks, f"{folder}{project.lock}": project.locked}
            found = read(tmp_path / project.manifest / project.lock, files)
            assert not any(one.declared for one in found.packages), project.manifest


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "package-lock.json",
            _json(
                {"packages": {"": {"devDependencies": {"a": "1"}}, "node_modules/a": {"version": "1.0.0", "dev": True}}}
            ),
        ),
        ("composer.lock", _json({"packages": [], "packages-dev": [{"name": "v/a", "version": "1"}]})),
        ("Pipfile.lock", _json({"default": {}, "develop": {"a": {"version": "==1"}}})),
        ("pubspec.lock", 'packages:\n  a:\n    dependency: "direct dev"\n    source: hosted\n    version: "1.0.0"\n'),
    ],
)
def test_what_only_development_needs_is_told_so(tmp_path: Path, name: str, text: str) -> None:
    assert {one.scope for one in read(tmp_path, {name: text}).packages if not one.application} == {"development"}


def test_constraints_state_the_versions_of_the_lists_that_name_them(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "a\nb==1.0\nc>=1\n-c pins/constraints.txt\n-r requirements/more.txt\n",
        "requirements/more.txt": "d\n",
        "requirements/alone.txt": "a\nb==1.0\n-c ../constraints-of-none.txt\n",
        "pins/constraints.txt": "A==3.0\nb==9.0\nx==1.0\n",
        "constraints.txt": "y==1.0\n",
    }
    found = read(tmp_path, files)
    assert {(one.name, one.version, one.locations[0].path) for one in found.packages} == {
        ("a", "3.0", "requirements.txt"),
        ("b", "1.0", "requirements.txt"),
        ("b", "1.0", "requirements/alone.txt"),
    }
    told = {(gap.subject, word) for gap in found.gaps for word in gap.reason.split()}
    assert told >= {("requirements.txt", "c:"), ("requirements/more.txt", "d,"), ("requirements/alone.txt", "a:")}
    assert {gap.subject for gap in found.gaps if "no list of requirements" in gap.reason} == {"constraints.txt"}
    assert any("constraints-of-none.txt" in gap.reason for gap in found.gaps)


def test_two_lists_that_name_each_other_end(tmp_path: Path) -> None:
    found = read(tmp_path, {f"requirements-{a}.txt": f"a\n-r requirements-{b}.txt\n" for a, b in ("xy", "yx")})
    assert not found.packages


def test_the_members_of_a_workspace_are_called_as_they_call_themselves(tmp_path: Path) -> None:
    packages = {
        "": {"name": "root", "workspaces": ["packages/*"]},
        "node_modules/@s/a": {"resolved": "packages/a", "link": True},
        "packages/a": {"version": "1.0.0"},
        "packages/b": {"name": "other", "version": "1.0.0"},
    }
    found = read(tmp_path, {"package-lock.json": _json({"name": "root", "packages": packages})})
    assert {one.full_name for one in found.packages} == {"root", "@s/a", "other"}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("-r deps/base.txt", True),
        ("--requirement=base.in", True),
        ("-r requirements-dev.txt", False),
        ("-r requirements-test.txt", True),
        ("-rrequirements/a.txt", False),
        ("-r ./requirements/b/c.txt", False),
        ("-r ../requirements.txt", True),
    ],
)
def test_a_file_of_requirements_that_another_names_is_read_or_told(tmp_path: Path, line: str, told: bool) -> None:
    others = dict.fromkeys(("requirements-dev.txt", "requirements/a.txt", "requirements/b/c.txt"), "b==2.0\n")
    found = read(tmp_path, {"requirements.txt": f"a==1.0\n{line}\n", **others})
    assert [gap.subject for gap in found.gaps] == ["requirements.txt"] * told


def test_central_versions_answer_for_projects_below(tmp_path: Path) -> None:
    project = '<Project>\n<ItemGroup>\n<PackageReference Include="A" />\n<PackageReference Include="B" />\n</ItemGroup>\n</Project>\n'
    central = '<Project>\n<ItemGroup>\n<PackageVersion Include="A" Version="1.0.0" />\n</ItemGroup>\n</Project>\n'
    found = read(tmp_path, {"src/shop.csproj": project, "Directory.Packages.props": central})
    assert [gap.reason for gap in found.gaps if "in which versions" in gap.reason] == [
        "asks for B, and no lock file says in which versions: not judged"
    ]
    assert [(one.name, one.version) for one in found.packages] == [("A", "1.0.0")]


def _lines(found: Inventory, name: str) -> Report:
    package = next(one for one in found.packages if one.full_name == name)
    vulnerability = Vulnerability(id="CVE-1")
    finding = Finding(
        vulnerability=vulnerability, package=package, status=Status.AFFECTED, fixed_in="9", feed="osv", matched_by=name
    )
    return Report(
        image=Image(name="/src/shop", source="dir"),
        inventory=found,
        findings=trace((finding,), found.packages),
        created=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    )


def test_reports_name_what_to_raise_and_its_line(tmp_path: Path) -> None:
    project = PROJECTS[1]
    report = _lines(read(tmp_path, {project.manifest: project.asks, project.lock: project.locked}), "b")
    text = scan_text.render(report, View(dependency_tree=True)).decode()
    assert "  From: a@1.0.0 > b@2.0.0" in text
    assert "  Raise a@1.0.0 (package.json:5)\n" in text
    assert "docker-image|" not in text
    document = json.loads(scan_json.render(report, View()))
    (entry,) = document["vulnerabilities"]
    assert entry["from"] == ["shop", "a@1.0.0", "b@2.0.0"]
    assert entry["directDependencies"] == [
        {"name": "a", "version": "1.0.0", "purl": "pkg:npm/a@1.0.0", "file": "package.json", "line": 5}
    ]


def test_sarif_names_the_manifest_too(tmp_path: Path) -> None:
    project = PROJECTS[1]
    report = _lines(read(tmp_path, {project.manifest: project.asks, project.lock: project.locked}), "b")
    (result,) = json.loads(scan_sarif.render(report, View()))["runs"][0]["results"]
    jsonschema_rs.validator_for(json.loads(SCHEMA.read_bytes())).validate(json.loads(scan_sarif.render(report, View())))
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "package-lock.json"
    (related,) = result["relatedLocations"]
    assert related["message"]["text"] == "Asks for a@1.0.0."
    assert related["physicalLocation"]["artifactLocation"]["uri"] == "package.json"
    assert related["physicalLocation"]["region"] == {"startLine": 5}


def test_a_direct_one_is_asked_for_at_its_line(tmp_path: Path) -> None:
    project = PROJECTS[1]
    report = _lines(read(tmp_path, {project.manifest: project.asks, project.lock: project.locked}), "a")
    text = scan_text.render(report, View()).decode()
    assert "  Asked for in package.json:5\n" in text
    assert "  Raise" not in text
    assert "  From: shop > a@1.0.0\n" in text
    assert text.count("  From: ") == 1


@pytest.mark.parametrize(
    "project", [one for one in PROJECTS if one.manifest.endswith(".json")], ids=lambda one: one.lock
)
@pytest.mark.parametrize("ends", ["", "\n", "\r\n"])
def test_a_manifest_on_one_line_is_asked_for_at_that(tmp_path: Path, project: Project, ends: str) -> None:
    manifest = json.dumps(json.loads(project.asks)) + ends
    found = read(tmp_path, {project.manifest: manifest, project.lock: project.locked})
    places = {(one.full_name, place.line) for one in found.packages for place in one.asked}
    assert places == {(project.direct, 1)}


@pytest.mark.parametrize(
    ("path", "data", "command"),
    [
        ("package.json", '{"devDependencies": {"a": "1"}}', "pnpm install --lockfile-only"),
        ("package.json", '{"devDependencies": {"a": "1"}, "packageManager": "yarn@4.1.0"}', "yarn install --mode update-lockfile"),
        ("package.json", '{"devDependencies": {"a": "1"}, "packageManager": "pnpm@9"}', "pnpm install --lockfile-only"),
        ("package.json", '{"devDependencies": {"a": "1"}, "packageManager": "npm@9"}', "npm install --package-lock-only"),
        ("package.json", '{"dependencies": {"a": "1"}}', "npm install --package-lock-only"),
        ("pyproject.toml", '[tool.poetry.dependencies]\na = "^1"', "poetry lock"),
        ("pyproject.toml", '[project]\ndependencies = ["a"]\n[tool.uv.x]', "uv lock"),
        ("pyproject.toml", '[project]\ndependencies = ["a"]\n[tool.pdm]', "pdm lock"),
        ("pyproject.toml", '[project]\ndependencies = ["a"]', "uv lock"),
        ("Pipfile", '[packages]\na = "*"', "pipenv lock"),
        ("requirements.in", "a", "pip-compile requirements.in"),
        ("requirements.txt", "a", "pip-compile"),
        ("requirements.txt", "a\nb==1", "pip-compile"),
        ("Gemfile", 'gem "a"', "bundle lock"),
        ("Cargo.toml", '[dependencies]\na = "1"', "cargo generate-lockfile"),
        ("composer.json", '{"require": {"v/a": "1"}}', "composer update --no-install"),
        ("mix.exs", 'defp deps do\n[{:a, "~> 1"}]\nend', "mix deps.get"),
        ("a.csproj", '<Project><ItemGroup><PackageReference Include="a"/></ItemGroup></Project>', "dotnet restore --use-lock-file"),
    ],
)  # fmt: skip
def test_a_gap_names_the_command_that_locks(tmp_path: Path, path: str, data: str, command: str) -> None:
    assert any(command in gap.reason for gap in read(tmp_path, {path: data}).gaps)


POETRY = (
    '[[package]]\nname = "a"\nversion = "1"\n[package.dependencies]\nc = "1"\n[[package]]\nname = "b"\nversion = "1"\n'
    '[package.dependencies]\nc = "1"\nd = "1"\n[[package]]\nname = "c"\nversion = "1"\n[[package]]\nname = "d"\nversion = "1"\n'
)
GROUPED = "".join(
    f'[[package]]\nname = "{name}"\nversion = "1"\ngroups = {groups}\n'
    for name, groups in (("a", '["main"]'), ("b", '["dev"]'), ("c", '["main", "dev"]'), ("d", '["dev", "test"]'))
)
CRATES = (
    '[[package]]\nname = "shop"\nversion = "1.0.0"\ndependencies = ["a", "b"]\n'
    + "".join(
        f'[[package]]\nname = "{name}"\nversion = "1.0.0"\nsource = "r"\ndependencies = {needs}\n'
        for name, needs in (("a", '["c"]'), ("b", '["c", "d"]'), ("c", "[]"), ("d", "[]"))
    )
)  # fmt: skip
YARN = '# yarn lockfile v1\n\na@1:\n  version "1"\n  dependencies:\n    c "1"\n\nb@1:\n  version "1"\n  dependencies:\n    c "1"\n    d "1"\n\nc@1:\n  version "1"\n\nd@1:\n  version "1"\n'
GEMS = (
    "GEM\n  specs:\n    a (1)\n      c\n    b (1)\n      c\n      d\n    c (1)\n    d (1)\n\nDEPENDENCIES\n  a\n  b\n"
)
PNPM = (
    "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      a:\n        specifier: '1'\n        version: 1.0.0\n"
    "    devDependencies:\n      b:\n        specifier: '1'\n        version: 1.0.0\npackages:\n"
    + "".join(f"  {name}@1.0.0:\n    resolution: {{integrity: x}}\n" for name in "abcd")
    + "snapshots:\n  a@1.0.0:\n    dependencies:\n      c: 1.0.0\n  b@1.0.0:\n    dependencies:\n      c: 1.0.0\n      d: 1.0.0\n  c@1.0.0: {}\n  d@1.0.0: {}\n"
)
NPM = _json({"dependencies": {"a": "1"}, "devDependencies": {"b": "1"}})


@pytest.mark.parametrize(
    ("manifest", "asks", "lock", "locked"),
    [
        ("package.json", NPM, "yarn.lock", YARN),
        ("package.json", NPM, "pnpm-lock.yaml", PNPM),
        ("pyproject.toml", '[tool.poetry.dependencies]\na = "1"\n[tool.poetry.group.dev.dependencies]\nb = "1"\n', "poetry.lock", POETRY),
        ("pyproject.toml", '[project]\ndependencies = ["a"]\n[dependency-groups]\ndev = ["b"]\n', "poetry.lock", POETRY),
        ("pyproject.toml", '[project]\ndependencies = ["a"]\n[tool.pdm.dev-dependencies]\nx = ["b"]\n', "pdm.lock", POETRY),
        ("pyproject.toml", '[project]\ndependencies = ["a"]\n[tool.uv]\ndev-dependencies = ["b"]\n', "uv.lock", POETRY),
        ("README", "", "poetry.lock", GROUPED),
        ("README", "", "pdm.lock", GROUPED.replace('"main"', '"default"')),
        ("README", "", "poetry.lock", GROUPED.replace('groups = ["main", "dev"]', 'category = "main"').replace('groups = ["dev", "test"]', 'category = "dev"')),
        ("Cargo.toml", '[dependencies]\na = "1"\n[dev-dependencies]\nb = "1"\n', "Cargo.lock", CRATES),
        ("Gemfile", 'gem "a"\ngroup :development, :test do\n  gem "b"\nend\n', "Gemfile.lock", GEMS),
        ("Gemfile", 'gem "a"\ngem "b", "~> 1", group: [:development, :test]\n', "Gemfile.lock", GEMS),
        ("Gemfile", 'group :production do\n  gem "a"\nend\ngem "b", :group => :test\n', "Gemfile.lock", GEMS),
        ("shop.gemspec", 'x.add_dependency("a")\nx.add_development_dependency("b")\n', "Gemfile.lock", GEMS),
    ],
)  # fmt: skip
def test_what_only_development_leads_to_is_told_so(
    tmp_path: Path, manifest: str, asks: str, lock: str, locked: str
) -> None:
    found = read(tmp_path, {manifest: asks, lock: locked})
    scopes = {one.name: one.scope for one in found.packages if one.declared and not one.application}
    assert scopes == {"a": "", "b": "development", "c": "", "d": "development"}


@given(
    name=st.sampled_from(["Django", "zope.interface", "ruamel_yaml", "PyYAML"]),
    lock=st.sampled_from(
        [("requirements.txt", "{}==1.0\n"), ("poetry.lock", '[[package]]\nname = "{}"\nversion = "1.0"\n')]
    ),
)
def test_installed_and_declared_distributions_have_one_package_url(name: str, lock: tuple[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        metadata = f".venv/lib/python3.11/site-packages/{name}-1.0.dist-info/METADATA"
        files = {lock[0]: lock[1].format(name), metadata: f"Name: {name}\nVersion: 1.0\n"}
        found = read(Path(folder) / "x", files)
    assert len(found.packages) == 2
    assert len({(one.purl, one.full_name) for one in found.packages}) == 1


NAMES = st.sampled_from("abcd")
PLACES = st.sampled_from(("", "x", "x/y", "z"))


@given(
    locks=st.dictionaries(PLACES, st.sets(NAMES, min_size=1), max_size=4),
    manifests=st.dictionaries(PLACES, st.sets(NAMES, min_size=1), max_size=4),
)
def test_each_manifest_is_answered_or_told(locks: dict[str, set[str]], manifests: dict[str, set[str]]) -> None:
    """A lock file answers in its folder and below, where it names anything; nothing is lost and nothing is both."""
    packages = [
        Package(type="npm", name=name, version="1", scheme="semver", declared=True, locations=(Location(path=f"{folder}/lock".lstrip("/")),))
        for folder, names in locks.items()
        for name in sorted(names)
    ]  # fmt: skip
    found = [
        asked.ManifestFile(
            f"{folder}/manifest".lstrip("/"),
            0,
            Asked(type="npm", names=tuple((name, 1) for name in sorted(names)), open=tuple(sorted(names))),
        )
        for folder, names in manifests.items()
    ]
    joined = asked.joined(packages, found)
    assert [msgspec.structs.replace(one, asked=(), automatic=None) for one in joined.packages] == packages
    above = {"": ("",), "x": ("x", ""), "x/y": ("x/y", "x", ""), "z": ("z", "")}
    for folder, names in manifests.items():
        expected = next((names & locks[one] for one in above[folder] if names & locks.get(one, set())), set())
        path = f"{folder}/manifest".lstrip("/")
        assert (path in joined.answered) == bool(expected)
        files = [one for one in above[folder] if names & locks.get(one, set())][:1]
        absent = names - (locks[files[0]] if files else set())
        reasons = [gap.reason for gap in joined.gaps if gap.subject == path]
        assert bool(reasons) == bool(absent)
        assert all(name in reason for reason in reasons for name in absent)
        assert {one.name for one in joined.packages if any(place.path == path for place in one.asked)} == expected


MADE = "works out what it requires"


@pytest.mark.parametrize(
    ("name", "text", "names"),
    [
        ("setup.py", "R = ['a>=1']\nsetup(install_requires=R)", "a"),
        ("setup.py", "R = ['a']\nif x:\n    R.append('b')\nR += ['c']\nsetup(install_requires=R)", "abc"),
        ("setup.py", "kw = dict(install_requires=('a>=1',))\nsetup(**kw)", "a"),
        ("setup.py", "kw = {}\nkw['install_requires'] = ['a']\nsetup(**kw)", "a"),
        ("setup.py", "setup(install_requires=list(['a']) + ['b'] * 1)", "a" + MADE),
        ("setup.py", "setup(install_requires='a\\nb')", "ab"),
        ("setup.py", "setup(install_requires=[f'a=={x}', *(['b'] if y else ['c'])])", "abc"),
        ("setup.py", "setup(install_requires=['a[x]>=1', 'b'])", "ab"),
        ("setup.py", "setup(extras_require={'x': ['a']}, tests_require=['b'], setup_requires=['c'])", "abc"),
        ("setup.py", "A = B\nB = A\nsetup(install_requires=A + ['a'])", "a"),
        ("setup.py", "setup(install_requires=open('x').read().splitlines())", MADE),
        ("setup.py", "setup(**load())", MADE),
        ("setup.py", "print 'x'\nsetup(install_requires=['a'])", MADE),
        ("setup.py", "setup(name='x')", ""),
        ("setup.py", "run(**load())", ""),
        ("setup.cfg", "[options]\ntests_require = a\nsetup_requires =\n  b\n[options.extras_require]\nx =\n  c\n", "abc"),
        ("setup.cfg", "[options]\ninstall_requires = file: x.in\n", "from x.in"),
        ("setup.cfg", "[flake8]\nextras_require = a\n", ""),
        ("pyproject.toml", '[tool.hatch.envs.x]\ndependencies = ["a"]\nextra-dependencies = ["b"]\n', "ab"),
        ("pyproject.toml", '[tool.rye]\ndev-dependencies = ["a"]\n', "a"),
        ("pyproject.toml", '[tool.flit.metadata]\nrequires = ["a"]\n[tool.flit.metadata.requires-extra]\nx = ["b"]\n', "ab"),
        ("pyproject.toml", '[tool.poetry.requires-plugins]\na = "^1"\n', "a"),
        ("pyproject.toml", '[tool.setuptools.dynamic]\ndependencies = {file = ["x.in"]}\n', "x.in"),
        ("pyproject.toml", '[tool.setuptools.dynamic.optional-dependencies]\nx = {file = "x.in"}\n', "x.in"),
        ("pyproject.toml", '[project]\ndynamic = ["dependencies"]\n', "leaves its dependencies to its build"),
        ("pyproject.toml", '[project]\ndynamic = ["version"]\n', ""),
        ("Pipfile", '[[source]]\nurl = "x"\n[docs]\na = "*"\n[requires]\npython_version = "3"\n', "a"),
    ],
)  # fmt: skip
def test_what_a_project_of_python_asks_for_in_other_forms_is_told(
    tmp_path: Path, name: str, text: str, names: str
) -> None:
    told = " ".join(gap.reason for gap in read(tmp_path, {name: text}).gaps)
    single = names[: len(names) - len(names.lstrip("abc"))] if MADE in names or set(names) <= set("abc") else ""
    assert (names[len(single) :]) in told
    if single:
        assert f"asks for {', '.join(single)}, and no lock file says in which versions:" in told
    if not names:
        assert not told


@pytest.mark.parametrize(
    "name",
    [
        *(
            "requirements.TXT",
            "Requirements-Dev.TXT",
            "requirements/a/b/c/x.txt",
            "requirements",
            "requirements.d/x.txt",
        ),
        *("reqs.txt", "dev-reqs.txt", "reqs/x.txt", "tools/pip-requires", "tools/test-requires"),
    ],
)
def test_a_list_for_pip_by_each_of_its_names(tmp_path: Path, name: str) -> None:
    assert [one.version for one in read(tmp_path, {name: "a==1.0\n"}).packages] == ["1.0"]


def test_a_lock_file_of_helm_is_no_list_for_pip(tmp_path: Path) -> None:
    text = "dependencies:\n- name: a\n  repository: https://x\n  version: 1.0.0\ndigest: sha256:aa\n"
    (gap,) = read(tmp_path, {"requirements.lock": text}).gaps
    assert "Helm" in gap.subject


def _referred(item: str, more: str = "") -> str:
    return f"<Project>{more}<ItemGroup>{item}</ItemGroup></Project>"


@pytest.mark.parametrize(
    ("name", "text", "packages"),
    [
        ("Directory.Packages.props", _referred('<GlobalPackageReference Include="A" Version="1.0"/>'), "A@1.0"),
        ("a.csproj", _referred('<PackageReference Update="A" Version="1.0"/>'), "A@1.0"),
        ("a.csproj", _referred('<PackageReference Include="A" Version="1.0"/><PackageReference Update="a" Version="2.0"/>'), "A@2.0"),
        ("a.csproj", _referred('<PackageReference Include="A" Version="1.0"/><PackageReference Update="A" Condition="x" Version="2.0"/>'), "A@1.0 A@2.0"),
        ("a.csproj", '<project><itemgroup><packagereference include="A" version="1.0"/></itemgroup></project>', "A@1.0"),
        ("A.CSPROJ", _referred('<PackageReference Include="A"><version>1.0</version></PackageReference>'), "A@1.0"),
        *((f"eng/a.{end}", _referred('<PackageReference Include="A" Version="1.0"/>'), "A@1.0") for end in ("props", "targets", "proj", "sqlproj", "wixproj", "vcxproj", "projitems")),
        ("a.csproj", '<Project Sdk="A/1.0;Microsoft.NET.Sdk"><Sdk Name="B" Version="2.0"/><Import Sdk="C" Version="3.0"/></Project>', "A@1.0 B@2.0 C@3.0"),
        ("global.json", '{"msbuild-sdks": {"A": "1.0"}}', "A@1.0"),
        ("a.csproj", _referred('<DotNetCliToolReference Include="A" Version="1.0"/><PackageDownload Include="B" Version="[2.0]"/>'), "A@1.0 B@2.0"),
        ("a.csproj", _referred("<Reference Include='A'><HintPath>..\\packages\\A.B.1.0.1\\lib\\A.dll</HintPath></Reference>"), "A.B@1.0.1"),
        *((name, '<packages><package id="A" version="1.0"/></packages>', "A@1.0") for name in ("packages.x.config", "Packages.config", "Packages.X.config", "PACKAGES.CONFIG")),
        ("a.csproj", _referred('<PackageReference Include="A; B;" Version="1.0"/>'), "A@1.0 B@1.0"),
        ("a.csproj", _referred('<PackageReference Include="$(n)" Version="$(V)"/>', "<PropertyGroup><N>A;B</N><v>1.0</v></PropertyGroup>"), "A@1.0 B@1.0"),
        ("a.csproj", _referred('<PackageReference Include="A" Version="1.0"/><PackageReference Remove="a"/>'), ""),
        ("a.csproj", _referred('<PackageReference Include="A" Version="1.0"/><PackageReference Remove="A" Condition="x"/>'), "A@1.0"),
    ],
)  # fmt: skip
def test_projects_of_dot_net_as_msbuild_reads_them(tmp_path: Path, name: str, text: str, packages: str) -> None:
    found = read(tmp_path, {name: text})
    assert sorted(f"{one.full_name}@{one.version}" for one in found.packages) == packages.split()
    assert not any("in which versions" in gap.reason for gap in found.gaps)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.csproj", _referred('<PackageReference Include="@(X)" Version="1.0"/>'), "@(X)"),
        ("a.csproj", '<Project Sdk="Other.Sdk"/>', "asks for Other.Sdk, and no lock file says"),
        ("a.props", "a = b\n", ""),
        ("a.props", "<Project", "is not what NuGet writes"),
        ("global.json", '{"sdk": {"version": "8.0.100"}} // x', ""),
    ],
)
def test_what_a_project_of_dot_net_does_not_state_is_told(tmp_path: Path, name: str, text: str, told: str) -> None:
    reasons = " ".join(gap.reason for gap in read(tmp_path, {name: text}).gaps)
    assert told in reasons
    assert bool(told) == bool(reasons)


def _nested(depth: int) -> str:
    return f'{{"lockfileVersion": 1, "dependencies": {"".join(f"""{{"a{n}": {{"version": "1.0.0", "dependencies": """ for n in range(depth))}{{}}{"}}" * depth}}}'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"packages": {"": {}, "node_modules/a": {"dev": true}, "node_modules/b": {"version": ""}}}', "no version of a, b:"),
        ('{"packages": {"": {}, "node_modules/a": {"optional": true, "peer": true}}}', "no version of a:"),
        ('{"lockfileVersion": 1, "dependencies": {"a": {"integrity": "x"}}}', "no version of a:"),
        ('{"lockfileVersion": 1, "dependencies": {"a": {"version": "1.0.0", "dependencies": {"b": "1.0.0"}}}}', "not judged: b"),
        (_nested(102), "not judged: a101"),
        (_nested(101), ""),
    ],
)  # fmt: skip
def test_entries_of_npm_that_are_not_understood_are_told(tmp_path: Path, text: str, told: str) -> None:
    reasons = " ".join(gap.reason for gap in read(tmp_path, {"package-lock.json": text}).gaps)
    assert told in reasons
    assert bool(told) == bool(reasons)


def test_the_address_of_an_archive_has_the_version_that_an_entry_of_npm_lacks(tmp_path: Path) -> None:
    entry = {"resolved": "https://registry.npmjs.org/@s/a/-/a-1.2.3.tgz"}
    found = read(tmp_path, {"package-lock.json": _json({"lockfileVersion": 1, "dependencies": {"@s/a": entry}})})
    assert "@s/a@1.2.3" in {f"{one.full_name}@{one.version}" for one in found.packages}


def test_a_lock_file_of_conda_answers_for_an_environment_without_pip(tmp_path: Path) -> None:
    environment = "name: a\nchannels: [conda-forge]\ndependencies:\n  - numpy=1.21.0\n"
    lock = "version: 1\npackage:\n- name: numpy\n  version: 1.21.0\n  manager: conda\n"
    assert read(tmp_path / "alone", {"environment.yml": environment}).gaps
    assert read(tmp_path / "with", {"environment.yml": environment, "conda-lock.yml": lock}).gaps == ()


@pytest.mark.parametrize("project", PROJECTS, ids=lambda one: one.manifest)
def test_lines_may_end_as_on_windows(tmp_path: Path, project: Project) -> None:
    for text, path in ((project.asks, project.manifest), (project.locked, project.lock)):
        unix = read(tmp_path / "unix" / path, {path: text})
        windows = read(tmp_path / "windows" / path, {path: text.replace("\n", "\r\n")})
        assert (windows.packages, windows.gaps) == (unix.packages, unix.gaps), path


@pytest.mark.parametrize(
    "text",
    [
        'def project, do: [app: :a, deps: [{:a, "~> 1.0"}]]\n',
        'def project, do: [app: :a, deps: deps()]\n  defp deps, do: [{:a, "~> 1.0"}]\n',
        'defp deps(:test), do: [{:a, "~> 1.0"}]\n',
        'defp deps do\n  [{:b, "1", only: [:dev]},\n  # {:x, "1"}\n  ] ++ [{:a, "~> 1.0"}]\nend\ndefp x, do: [{:y, "1"}]\n',
        'defp deps do\r\n  [\r\n    {:a, "~> 1.0"}\r\n  ]\r\nend\r\n',
    ],
)
def test_what_mix_asks_for_is_told_however_it_is_written(tmp_path: Path, text: str) -> None:
    (gap,) = read(tmp_path, {"mix.exs": text}).gaps
    assert "mix deps.get" in gap.reason
    assert "{:x" not in gap.reason


def test_what_r_has_installed_asks_for_nothing(tmp_path: Path) -> None:
    text = "Package: a\nVersion: 1\nImports: b\n"
    assert read(tmp_path / "source", {"DESCRIPTION": text}).gaps
    assert not read(tmp_path / "built", {"DESCRIPTION": f"{text}Built: R 4.3.1\n"}).gaps


@pytest.mark.parametrize("version", ["${LXML}", "{{lxml}}", "%LXML%", "5.${MINOR}"])
def test_a_version_that_is_filled_in_is_not_known(tmp_path: Path, version: str) -> None:
    found = read(tmp_path, {"requirements.txt": f"lxml=={version}\nb==1.0\n"})
    assert [one.name for one in found.packages] == ["b"]
    assert any("states no version of lxml" in gap.reason for gap in found.gaps)


def test_pub_packages_of_repositories_are_judged_and_those_of_folders_are_own(tmp_path: Path) -> None:
    text = 'packages:\n  g:\n    source: git\n    version: "1.0.0"\n  p:\n    source: path\n    version: "2.0.0"\n'
    found = read(tmp_path, {"pubspec.lock": text})
    assert [(one.name, one.version) for one in found.packages if not one.application] == [("g", "1.0.0")]
    (gap,) = found.gaps
    assert "as if it were the release of its version: g" in gap.reason


@pytest.mark.parametrize(
    ("folder", "told"),
    [("./lib", False), ("../outside", True), ("/absolute", True), ("./gone", True)],
)
def test_a_folder_in_the_place_of_a_module_is_one_of_the_tree_or_told(
    tmp_path: Path, folder: str, *, told: bool
) -> None:
    files = {
        "svc/go.mod": f"module a.b/svc // c\n\ngo 1.21\n\nrequire a.b/lib v0.0.0\n\nreplace a.b/lib => {folder}\n",
        "svc/go.sum": "",
        "svc/lib/go.mod": "module a.b/lib\n\ngo 1.21\n",
    }
    found = read(tmp_path, files)
    assert any("a.b/lib" in gap.reason for gap in found.gaps) == told
    assert {one.full_name for one in found.packages if one.application} == {"a.b/svc", "a.b/lib"}


def test_what_only_builds_a_project_answers_for_nothing_that_it_needs(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": '[build-system]\nrequires = ["setuptools==67.2.0"]\n',
        "setup.cfg": "[metadata]\nname = x\n[options]\ninstall_requires =\n    requests>=2\n",
    }
    (gap,) = [one for one in read(tmp_path, files).gaps if one.subject == "setup.cfg"]
    assert "no lock file says in which versions" in gap.reason


def test_a_script_answers_for_nothing_but_itself(tmp_path: Path) -> None:
    project = '<Project><ItemGroup><PackageReference Include="Wild" Version="1.*" /></ItemGroup></Project>'
    files = {"a.cs": "#:package A@1.0.0\n", "x.csproj": project}
    (gap,) = [one for one in read(tmp_path, files).gaps if one.subject == "x.csproj" and "Wild" in one.reason]
    assert "no lock file says in which versions" in gap.reason
