"""Source trees in which something is broken, missing or called otherwise: each is told by name, and what is complete is not."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from garboard import lock_text
from garboard.ecosystems import ECOSYSTEMS
from garboard.model.package import Inventory
from garboard.packages import install_commands
from tests.unit.packages.test_declared import edges, read

GEMS = "GEM\n  specs:\n    rack (2.0)\n\nDEPENDENCIES\n  rack\n"


def told(inventory: Inventory) -> dict[str, str]:
    """By file, what a report says of it."""
    found: dict[str, str] = {}
    for gap in inventory.gaps:
        found[gap.subject] = f"{found[gap.subject]} | {gap.reason}" if gap.subject in found else gap.reason
    return found


BLANK = sorted(
    {
        glob.removeprefix("**/").replace("*", "x")
        for one in ECOSYSTEMS
        for glob in one.declares
        if one.blank == "(?!)" or glob.endswith((".lock", "lock.json", "lock.yaml"))
    }
    - {"yarn.lock", "xrequirementsx.lock"}
)


@pytest.mark.parametrize("content", ["", "\ufeff\n \n", "# This file is generated.\n"])
@pytest.mark.parametrize("name", BLANK)
def test_an_empty_lock_file_is_told(tmp_path: Path, name: str, content: str) -> None:
    assert told(read(tmp_path, {name: content, "x/Gemfile.lock": GEMS})) == {
        name: "is empty: what it was to list is not known"
    }


@pytest.mark.parametrize("name", ["requirements.txt", "requirements/dev.txt", "yarn.lock", "build.gradle", "Gemfile"])
def test_an_empty_list_that_tools_take_as_such_is_none(tmp_path: Path, name: str) -> None:
    assert not told(read(tmp_path, {name: "", "x/Gemfile.lock": GEMS}))


def test_a_file_of_go_without_its_module_is_told(tmp_path: Path) -> None:
    assert "does not say which module" in told(read(tmp_path, {"go.mod": "hello\n"}))["go.mod"]


LOCKED_BY_NPM = json.dumps(
    {
        "name": "a",
        "lockfileVersion": 3,
        "packages": {"": {"dependencies": {"b": "1"}}, "node_modules/b": {"version": "1.3.0"}},
    }
)
LOCKED_BY_UV = 'version = 1\n[[package]]\nname = "django"\nversion = "3.2"\n'
OTHER_KINDS = [
    ("package.json", '{"dependencies": [1]}', "dependencies is not a table"),
    ("package.json", '{"devDependencies": "b"}', "devDependencies is not a table"),
    ("composer.json", '{"require": ["b/b"]}', "require is not a table"),
    ("pyproject.toml", '[project]\ndependencies = "django"\n', "dependencies is not a list"),
    ("pyproject.toml", "[project]\ndependencies = [1]\n", "dependencies has what is no requirement: 1"),
    ("pyproject.toml", "project = 3\n", "project is not a table"),
    ("pyproject.toml", '[tool.poetry]\ndependencies = ["django"]\n', "tool.poetry.dependencies is not a table"),
    ("pyproject.toml", '[dependency-groups]\ndev = "x"\n', "dependency-groups.dev is not a list"),
    ("Cargo.toml", 'dependencies = ["serde"]\n', "dependencies is not a table"),
    ("Cargo.toml", '[target.x]\ndependencies = "serde"\n', "target.x.dependencies is not a table"),
    ("Pipfile", 'packages = ["django"]\n', "packages is not a table"),
]


@pytest.mark.parametrize(("name", "text", "reason"), OTHER_KINDS)
def test_a_part_of_another_kind_is_told_whatever_a_lock_file_says(
    tmp_path: Path, name: str, text: str, reason: str
) -> None:
    locks = {
        "package-lock.json": LOCKED_BY_NPM,
        "uv.lock": LOCKED_BY_UV,
        "Pipfile.lock": '{"_meta": {}, "default": {"django": {"version": "==3.2"}}}',
        "composer.lock": '{"packages": [{"name": "b/b", "version": "1"}]}',
        "Cargo.lock": 'version = 3\n[[package]]\nname = "serde"\nversion = "1.0.0"\nsource = "registry+x"\n',
    }
    assert told(read(tmp_path, {name: text, **locks})) == {name: f"what it asks for cannot be read: {reason}"}


@pytest.mark.parametrize("text", ['{"require": []}', "[]"])
def test_an_empty_table_of_php_is_a_list(tmp_path: Path, text: str) -> None:
    assert not told(
        read(tmp_path, {"composer.json": text, "composer.lock": '{"packages": [{"name": "b/b", "version": "1"}]}'})
    )


@pytest.mark.parametrize("text", ['{"dependencies":' + '{"x":' * 100_000 + "1" + "}" * 100_001, "{,", ""])
def test_a_damaged_manifest_is_told_once(tmp_path: Path, text: str) -> None:
    gaps = read(tmp_path, {"package.json": text, "package-lock.json": LOCKED_BY_NPM}).gaps
    assert [gap.subject for gap in gaps] == ["package.json"]
    assert "is no JSON object: " in gaps[0].reason


REMOTE = {"https://deno.land/std@0.100.0/a.ts": "0a"}
OF_DENO = {
    "1": REMOTE,
    "2": {
        "version": "2",
        "remote": REMOTE,
        "npm": {
            "specifiers": {"chalk@4": "chalk@4.1.2"},
            "packages": {
                "chalk@4.1.2": {"integrity": "x", "dependencies": {"ansi": "ansi@4.3.0"}},
                "ansi@4.3.0": {"integrity": "x", "dependencies": {}},
            },
        },
    },
    "3": {
        "version": "3",
        "remote": REMOTE,
        "packages": {
            "specifiers": {"npm:chalk@4": "npm:chalk@4.1.2", "jsr:@std/a@1": "jsr:@std/a@1.0.0"},
            "jsr": {"@std/a@1.0.0": {"integrity": "x"}},
            "npm": {
                "chalk@4.1.2": {"integrity": "x", "dependencies": {"ansi": "ansi@4.3.0"}},
                "ansi@4.3.0": {"integrity": "x", "dependencies": {}},
            },
        },
    },
    "4": {
        "version": "4",
        "specifiers": {"npm:chalk@4": "4.1.2", "jsr:@std/a@1": "1.0.0"},
        "jsr": {"@std/a@1.0.0": {"integrity": "x"}},
        "npm": {"chalk@4.1.2": {"integrity": "x", "dependencies": ["ansi"]}, "ansi@4.3.0": {"integrity": "x"}},
        "remote": REMOTE,
        "workspace": {"dependencies": ["npm:chalk@4"]},
    },
}
OF_DENO["5"] = {**OF_DENO["4"], "version": "5"}


@pytest.mark.parametrize("version", OF_DENO)
def test_a_lock_file_of_deno_is_read_in_each_of_its_versions(tmp_path: Path, version: str) -> None:
    inventory = read(tmp_path, {"deno.lock": json.dumps(OF_DENO[version])})
    assert edges(inventory) == ({} if version == "1" else {"chalk@4.1.2": ["ansi@4.3.0"], "ansi@4.3.0": []})
    (reason,) = (gap.reason for gap in inventory.gaps if gap.subject == "deno.lock")
    assert "https://deno.land/std@0.100.0/a.ts" in reason
    assert ("@std/a" in reason) is (version > "2")
    assert {one.name for one in inventory.packages if not one.automatic} == (set() if version == "1" else {"chalk"})


def test_what_version_control_keeps_is_not_of_the_tree(tmp_path: Path) -> None:
    files = {
        ".git/HEAD": "ref: refs/heads/main\n",
        ".git/refs/heads/package.json": "0123456789\n",
        ".git/modules/x/Gemfile.lock": GEMS,
        "vendored/.svn/wc.db": "",
        "vendored/.svn/text-base/pom.xml": "<project",
        "other/.git/Gemfile.lock": GEMS.replace("rack", "mustermann"),
    }
    inventory = read(tmp_path, files)
    assert [one.name for one in inventory.packages] == ["mustermann"]
    assert not inventory.gaps


def test_a_link_to_what_version_control_keeps_is_read(tmp_path: Path) -> None:
    content = tmp_path / ".git/annex/objects/a/Gemfile.lock"
    content.parent.mkdir(parents=True)
    content.write_text(GEMS)
    (tmp_path / ".git/HEAD").write_text("ref: refs/heads/main\n")
    (tmp_path / "Gemfile.lock").symlink_to(".git/annex/objects/a/Gemfile.lock")
    assert [one.name for one in read(tmp_path, {}).packages] == ["rack"]


GEMFILE = """source "https://rubygems.org"
gem "rails", "~> 7.1.0"
# Windows does not include zoneinfo files, so bundle the tzinfo-data gem
gem "tzinfo-data", platforms: %i[ windows jruby ]
gem "wdm", "~> 0.1" if Gem.win_platform?
group :development, :test do
  gem "debug", platforms: %i[ mri windows ]
end
platforms :mingw, :x64_mingw do
  gem "win32-security"
end
if ENV["EXTRA"]
  gem "extra"
end
"""
GEMFILE_LOCK = """GEM
  remote: https://rubygems.org/
  specs:
    debug (1.9.0)
    rails (7.1.0)

PLATFORMS
  x86_64-linux

DEPENDENCIES
  debug
  rails (~> 7.1.0)
  tzinfo-data
  win32-security

BUNDLED WITH
   2.4.0
"""


def test_gems_of_other_platforms_are_left_to_the_lock_file(tmp_path: Path) -> None:
    inventory = read(tmp_path, {"Gemfile": GEMFILE, "Gemfile.lock": GEMFILE_LOCK})
    assert not told(inventory)
    assert {one.name: one.scope for one in inventory.packages} == {"debug": "development", "rails": ""}


@pytest.mark.parametrize(
    ("gemfile", "lock"),
    [
        (GEMFILE + 'gem "puma"\n', GEMFILE_LOCK),
        (GEMFILE + 'gem "puma"\n', GEMFILE_LOCK.replace("DEPENDENCIES\n", "DEPENDENCIES\n  puma\n")),
        (GEMFILE + 'gem "puma", platforms: :mri\n', GEMFILE_LOCK),
    ],
)
def test_what_a_lock_file_lacks_is_told_once(tmp_path: Path, gemfile: str, lock: str) -> None:
    assert told(read(tmp_path, {"Gemfile": gemfile, "Gemfile.lock": lock})) == {
        "Gemfile": "asks for puma, which Gemfile.lock does not have: not judged"
    }


def test_a_lock_file_alone_tells_what_it_lacks(tmp_path: Path) -> None:
    assert told(read(tmp_path, {"Gemfile.lock": GEMFILE_LOCK})) == {
        "Gemfile.lock": "asks for tzinfo-data, win32-security, which it does not list: not judged"
    }


def test_without_a_lock_file_all_of_a_gemfile_is_told(tmp_path: Path) -> None:
    reason = told(read(tmp_path, {"Gemfile": GEMFILE}))["Gemfile"]
    assert "rails, tzinfo-data, wdm and 3 more" in reason


def test_what_npm_did_not_list_is_told_once(tmp_path: Path) -> None:
    lock = LOCKED_BY_NPM.replace('"b": "1"', '"b": "1", "c": "1"')
    alone = "asks for c, which it does not list: not judged"
    assert told(read(tmp_path / "1", {"package-lock.json": lock})) == {"package-lock.json": alone}
    manifest = '{"name": "a", "dependencies": {"b": "1", "c": "1"}}'
    beside = told(read(tmp_path / "2", {"package-lock.json": lock, "package.json": manifest}))
    assert beside == {"package.json": "asks for c, which package-lock.json does not have: not judged"}


@pytest.mark.parametrize(
    "name",
    ["req.txt", "deps/prod.txt", "pip.txt", "REQ.TXT", "requirements.prod", "dev-requirements", "requirements_test"],
)
def test_lists_for_pip_of_any_name_are_read(tmp_path: Path, name: str) -> None:
    text = (
        "# what we need\n--index-url https://example.com/simple\nDjango[argon2] == 3.2.0 ; python_version >= '3.8'\n"
        "flask>=1.0,<2 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\nsix\n"
    )
    inventory = read(tmp_path, {name: text})
    assert {f"{one.name}@{one.version}": one.locations[0].line for one in inventory.packages} == {"django@3.2.0": 3}
    assert "states no version of flask, six" in told(inventory)[name]


@pytest.mark.parametrize(
    "text",
    [
        "django\nflask\n",
        "Use django==3.2.0 for this.\n",
        "django==3.2.0\nand then some prose follows\n",
        "x == y\n",
        "a == 1;2;3\n",
        "django=3.2=py_0\nflask>=1\n",
        "[extra]\ndjango==3.2.0\n",
        "",
    ],
)
def test_texts_are_no_lists_for_pip(tmp_path: Path, text: str) -> None:
    inventory = read(tmp_path, {"notes.txt": text, "x/Gemfile.lock": GEMS})
    assert [one.name for one in inventory.packages] == ["rack"]
    assert not inventory.gaps


def test_what_an_egg_requires_is_no_list_of_the_tree(tmp_path: Path) -> None:
    inventory = read(tmp_path, {"a.egg-info/requires.txt": "django==3.2.0\n", "x/Gemfile.lock": GEMS})
    assert [one.name for one in inventory.packages] == ["rack"]


def test_a_list_that_another_names_is_read_with_it(tmp_path: Path) -> None:
    files = {"requirements.txt": "django\n-r other.txt\n-c pins.txt\n", "other.txt": "flask==1.0\n"}
    inventory = read(tmp_path, {**files, "pins.txt": "django==3.2.0\n"})
    assert {f"{one.name}@{one.version}" for one in inventory.packages} == {"django@3.2.0", "flask@1.0"}
    assert not told(inventory)


def test_a_large_list_of_another_name_is_told(tmp_path: Path) -> None:
    reason = told(read(tmp_path, {"req.txt": "django==3.2.0\n" * 20_000}))["req.txt"]
    assert "looks like a list for pip" in reason


OUTSIDE = "takes in {}, where no project of Python is in the tree: not judged"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("./local", "./local"),
        ("-e ./local", "./local"),
        ("--editable=./local[extra]", "./local[extra]"),
        ("file:./local", "file:./local"),
        ("-e ../local#egg=x", "../local"),
        ("local/inner ; python_version > '3'", "local/inner"),
        ("-e .", "."),
    ],
)
def test_a_folder_without_a_project_is_told(tmp_path: Path, line: str, name: str) -> None:
    files = {"a/requirements.txt": f"django==3.2.0\n{line}\n"}
    assert told(read(tmp_path / "1", files)) == {"a/requirements.txt": OUTSIDE.format(name)}
    place = (Path("a") / name.removeprefix("file:").partition("[")[0]).as_posix().replace("a/..", ".")
    files[f"{place}/setup.py"] = "from setuptools import setup\nsetup(name='x')\n"
    assert not told(read(tmp_path / "2", files))


def test_an_unpacked_distribution_of_sources_is_listed(tmp_path: Path) -> None:
    metadata = "Metadata-Version: 1.1\nName: {}\nVersion: 3.2.1\nRequires-Dist: pytz\n"
    files = {
        "PKG-INFO": metadata.format("shop"),
        "third_party/Django-3.2.1/PKG-INFO": metadata.format("Django"),
        "third_party/Django-3.2.1/setup.py": "from setuptools import setup\nsetup()\n",
        "shop.egg-info/PKG-INFO": metadata.format("egg"),
        "other/PKG-INFO": "hello\n",
    }
    inventory = read(tmp_path, files)
    stated = {one.name: (one.version, one.application, one.declared) for one in inventory.packages}
    assert stated == {
        "django": ("3.2.1", False, True),
        "shop": ("3.2.1", True, True),
        "egg": ("3.2.1", False, False),
    }
    assert told(inventory) == {"other/PKG-INFO": "the metadata state no name"}


@pytest.mark.parametrize(
    "session",
    [
        "def lint(s):\n    s.install('flake8==3.9.0')",
        "def s(session):\n    session.install('black')",
        "def s(it):\n    it.run('pip', 'install', 'x==1')",
    ],
)
def test_what_nox_installs_is_told_whatever_its_session_is_called(tmp_path: Path, session: str) -> None:
    found = read(tmp_path, {"noxfile.py": f"import nox\n\n@nox.session\n{session}\n", "x/Gemfile.lock": GEMS})
    assert told(found) == {"noxfile.py": "works out what it installs for its sessions: that was not judged"}


GRADLE = "plugins {{ id 'java' }}\ndependencies {{\n  api 'a.b:known:1.0'\n  {}\n}}\n"
KOTLIN = """package deps // "x.y:comment:1"
object Versions { const val okhttp = "4.9.0" }
object Deps {
  const val okhttp = "com.squareup.okhttp3:okhttp:${Versions.okhttp}"
  const val gson = "com.google.code.gson:gson:2.8.0"
}
"""
JAVA = """class Deps {
  static final String OKHTTP_VERSION = "4.9.0";
  static final String OKHTTP = "com.squareup.okhttp3:okhttp:" + OKHTTP_VERSION;
  static final String GSON = "com.google.code.gson:gson:2.8.0";
}
"""


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("buildSrc/src/main/kotlin/Deps.kt", KOTLIN),
        ("buildSrc/src/main/java/a/b/Deps.java", JAVA),
        ("build-logic/conventions/src/main/kotlin/a/Deps.kt", KOTLIN),
        (
            "buildSrc/src/main/groovy/Deps.groovy",
            JAVA.replace('"', "'").replace("' +", '" +').replace("= 'com.squ", '= "com.squ'),
        ),
    ],
)
def test_constants_of_the_build_name_artifacts(tmp_path: Path, path: str, text: str) -> None:
    inventory = read(tmp_path, {"build.gradle": GRADLE.format("implementation Deps.OKHTTP"), path: text})
    found = {f"{one.name}@{one.version}" for one in inventory.packages}
    assert found == {"known@1.0", "okhttp@4.9.0", "gson@2.8.0"}
    assert lock_text.CONSTANTS not in told(inventory)


def test_constants_that_are_not_there_are_told(tmp_path: Path) -> None:
    script = GRADLE.format("implementation(Deps.okhttp)")
    assert told(read(tmp_path / "1", {"build.gradle": script}))[lock_text.CONSTANTS] == (
        "what they name was not judged: build.gradle"
    )
    constants = KOTLIN.replace("${Versions.okhttp}", "${Other.okhttp}")
    found = told(read(tmp_path / "2", {"build.gradle": script, "buildSrc/src/main/kotlin/Deps.kt": constants}))
    assert "names artifacts by constants of other files (lines 4)" in found["buildSrc/src/main/kotlin/Deps.kt"]


def test_archives_that_gradle_names_are_there_or_told(tmp_path: Path) -> None:
    script = GRADLE.format("implementation files('libs/a.jar', '../libs/b.jar')\n  api fileTree(dir: 'libs')")
    with zipfile.ZipFile(tmp_path / "a.jar", "w") as archive:
        archive.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n")
    (tmp_path / "app/libs").mkdir(parents=True)
    (tmp_path / "a.jar").rename(tmp_path / "app/libs/a.jar")
    found = told(read(tmp_path, {"app/build.gradle": script}))
    assert found[lock_text.NAMED_ARCHIVES] == "what is in them is not known: libs/b.jar"


OTHER_CASES = {
    "GEMFILE.LOCK": ("gemfile.lock", GEMS),
    "gemfile": ("Gemfile", GEMFILE),
    "a/PACKAGE-LOCK.JSON": ("package-lock.json", LOCKED_BY_NPM),
    "a/pom.Xml": ("pom.xml", "<project><artifactId>a</artifactId></project>"),
    "a/CARGO.TOML": ("Cargo.toml", '[dependencies]\nserde = "1"\n'),
    "Build.Gradle": ("build.gradle", "dependencies { api 'a.b:c:1' }"),
    "Pyproject.toml": ("pyproject.toml", '[project]\ndependencies = ["django"]\n'),
    "POETRY.LOCK": ("poetry.lock", ""),
}


@pytest.mark.parametrize("name", OTHER_CASES)
def test_a_file_of_another_case_is_told(tmp_path: Path, name: str) -> None:
    known, text = OTHER_CASES[name]
    found = told(read(tmp_path, {name: text, "x/Gemfile.lock": GEMS}))
    assert found == {
        name: f"is called as {known} but for capitals, by which not every system finds it: what it names was not judged"
    }


def test_a_file_of_another_case_that_is_another_is_not(tmp_path: Path) -> None:
    files = {"project.toml": '[project]\nid = "x"\n', "Environment.yml": "Resources:\n  a: b\n", "x/Gemfile.lock": GEMS}
    assert not told(read(tmp_path, files))


PROJECT = '<Project><ItemGroup><PackageReference Include="A" Version="1.0.0"/></ItemGroup></Project>'
OF_NUGET = '{"version": 1, "dependencies": {"net6.0": {"A": {"type": "Direct", "resolved": "1.0.0"}}}}'


@pytest.mark.parametrize(
    ("name", "text"), [("App.CsProj", PROJECT), ("Packages.Lock.Json", OF_NUGET), ("directory.packages.Props", PROJECT)]
)
def test_net_finds_files_of_any_case(tmp_path: Path, name: str, text: str) -> None:
    inventory = read(tmp_path, {name: text})
    assert [(one.name, one.version, one.locations[0].path) for one in inventory.packages] == [("A", "1.0.0", name)]
    assert {gap.subject for gap in inventory.gaps} <= {name}


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (".github/workflows/a.yml", "      - run: pip install 'django[argon2]==3.2.0'"),
        (".github/workflows/a.yml", "      - run: python3 -m pip install -q \\\n          django==3.2.0"),
        (".gitlab-ci.yml", "    - npm install -g @angular/cli@12.0.0"),
        ("Jenkinsfile", "sh 'npx cowsay@1.5.0 hello'"),
        ("Makefile", "\tgo install golang.org/x/tools/cmd/goimports@v0.1.0"),
        ("scripts/setup.sh", "set -e; sudo gem install bundler -v 2.3.0"),
        ("scripts/setup.sh", "cargo install ripgrep --version=12.0.0"),
        ("scripts/setup.bash", "composer global require phpunit/phpunit:9.0.0"),
        ("install.ps1", "dotnet tool install --global x --version 1.2.3"),
        ("ci.sh", "apt-get -y install curl=7.74.0-1"),
    ],
)
def test_commands_that_install_stated_versions_are_named_and_cost_no_coverage(
    tmp_path: Path, path: str, line: str
) -> None:
    (gap,) = read(tmp_path, {path: f"a:\n{line}\n", "x/Gemfile.lock": GEMS}).gaps
    assert (gap.stage, gap.subject, gap.reason) == ("development", path, install_commands.REASON)


@pytest.mark.parametrize(
    "line",
    [
        "pip install -r requirements.txt",
        "npm ci",
        "# pip install django==3.2.0",
        "echo x==1 | pip install .",
        "go get ./...",
    ],
)
def test_commands_that_install_what_lists_state_are_not_named(tmp_path: Path, line: str) -> None:
    assert not read(tmp_path, {"setup.sh": f"{line}\n", "x/Gemfile.lock": GEMS}).gaps


def test_what_cargo_takes_from_elsewhere_is_told_without_a_lock_file(tmp_path: Path) -> None:
    text = (
        "[patch.crates-io]\nserde = { git = 'https://example.com/serde' }\nown = { path = 'own' }\n"
        "[replace]\n'foo:0.1.0' = { git = 'https://example.com/foo' }\n"
    )
    reason = told(read(tmp_path / "1", {"Cargo.toml": text}))["Cargo.toml"]
    assert "asks for serde, foo, and no lock file says in which versions: not judged" in reason
    lock = 'version = 3\n[[package]]\nname = "a"\nversion = "1.0.0"\nsource = "registry+x"\n'
    assert not told(read(tmp_path / "2", {"Cargo.toml": text, "Cargo.lock": lock}))


GRADLE_SCRIPT = (
    "dependencies {\n  implementation 'a.b:open'\n  api 'a.b:stated:1.0'\n  api platform('a.b:some-bom:2')\n}\n"
)


def test_a_lock_file_of_gradle_lacks_nothing_but_lists_of_versions(tmp_path: Path) -> None:
    lock = "a.b:open:1.0=x\na.b:stated:1.1=x\nempty=\n"
    inventory = read(tmp_path / "1", {"build.gradle": GRADLE_SCRIPT, "gradle.lockfile": lock})
    assert not told(inventory)
    assert {f"{one.name}@{one.version}" for one in inventory.packages} == {"open@1.0", "stated@1.1"}
    inventory = read(
        tmp_path / "2",
        {"build.gradle": GRADLE_SCRIPT, "gradle.lockfile": "a.b:other:1.0=x\na.b:stated:1.1=x\nempty=\n"},
    )
    assert told(inventory) == {"build.gradle": "asks for a.b:open, which gradle.lockfile does not have: not judged"}


def test_what_a_lock_file_of_nuget_lacks_is_judged_and_told(tmp_path: Path) -> None:
    project = PROJECT.replace("<ItemGroup>", '<ItemGroup><PackageReference Include="B" Version="2.0.0"/>')
    inventory = read(tmp_path, {"App.csproj": project, "packages.lock.json": OF_NUGET})
    assert {f"{one.name}@{one.version}" for one in inventory.packages} == {"A@1.0.0", "B@2.0.0"}
    reason = "asks for B, which packages.lock.json does not have: what that needs is not known"
    assert told(inventory) == {"App.csproj": reason}


@pytest.mark.parametrize("line", ["requi", "require", "replace x =>", "requires x v1.0.0"])
def test_a_line_of_go_mod_that_is_cut_is_told(tmp_path: Path, line: str) -> None:
    text = f"module example.com/a\n\ngo 1.21.6\n\n{line}"
    assert "(lines 5)" in told(read(tmp_path, {"go.mod": text}))["go.mod"]


def test_what_is_part_of_flutter_is_not_told(tmp_path: Path) -> None:
    manifest = "name: a\ndependencies:\n  flutter:\n    sdk: flutter\n  http: ^1.1.0\n"
    lock = (
        'packages:\n  flutter:\n    dependency: "direct main"\n    source: sdk\n    version: "0.0.0"\n'
        '  http:\n    dependency: "direct main"\n    source: hosted\n    version: "1.1.0"\n'
    )
    inventory = read(tmp_path, {"pubspec.yaml": manifest, "pubspec.lock": lock})
    assert [one.name for one in inventory.packages] == ["http"]
    assert not told(inventory)


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("Project.toml", 'deps = ["A"]\n', "deps is not a table"),
        ("Manifest.toml", 'manifest_format = "2.0"\ndeps = ["A"]\n', "deps is not a table"),
        ("environment.yml", "name: a\ndependencies: numpy\n", "it has no list of dependencies"),
        ("gradle/libs.versions.toml", 'libraries = ["a:b:1"]\n', "libraries is not a table"),
        ("tox.toml", '[env_run_base]\ndeps = "x==1"\n', "deps is not a list"),
        ("stack.yaml.lock", "packages: a\n", "what should be a list of tables is none"),
        ("conda-lock.yml", "version: 1\npackage:\n- a\n", "what should be a list of tables is none"),
        ("package-lock.json", '{"packages": {"": {"dependencies": ["a"]}}}', "none of npm's"),
        ("package-lock.json", '{"packages": ["a"]}', "packages is a list and not a table"),
        ("uv.lock", 'version = 1\npackage = ["a"]\n', "a part of it is not of the form that is known"),
        ("Pipfile.lock", '{"_meta": {}, "default": ["a"]}', "a part of it is not of the form that is known"),
        ("pubspec.yaml", "dependencies: [a]\n", "a part of it is not of the form that is known"),
    ],
)
def test_a_part_of_another_kind_is_told_in_plain_words(tmp_path: Path, name: str, text: str, reason: str) -> None:
    found = told(read(tmp_path, {name: text, "x/Gemfile.lock": GEMS}))
    assert found.keys() == {name}
    assert reason in found[name]


HALF_INSTALLED = {
    "package.json": json.dumps(
        {
            "name": "shop",
            "private": True,
            "dependencies": {"a": "^1", "b": "^2"},
            "devDependencies": {"d": "^1"},
            "optionalDependencies": {"o": "^1"},
        }
    ),
    "node_modules/a/package.json": json.dumps({"name": "a", "version": "1.0.0"}),
}


def test_what_an_installation_of_npm_lacks_is_told(tmp_path: Path) -> None:
    reason = told(read(tmp_path, HALF_INSTALLED))["package.json"]
    assert reason.startswith("asks for b, which the installation lacks: not judged; `npm install")


def test_an_installation_of_npm_without_what_is_for_development_or_optional_is_whole(tmp_path: Path) -> None:
    whole = {**HALF_INSTALLED, "node_modules/b/package.json": json.dumps({"name": "b", "version": "2.0.0"})}
    assert not told(read(tmp_path, whole))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("mix.lock", '%{\n  "plug": {:hex, :plug, "1.10.0", "aa", [:mix], []},\n'),
        (
            "rebar.lock",
            '{"1.2.0",\n[{<<"cowboy">>,{pkg,<<"cowboy">>,<<"2.8.0">>},0}]}.\n[\n{pkg_hash,[\n {<<"cowboy">>, <<"F3',
        ),
        ("Gemfile.lock", "GEM\n  specs:\n    rack (2.0)\n    ra"),
        ("gradle.lockfile", "a.b:c:1.0=x\n"),
    ],
)
def test_a_lock_file_without_its_end_is_told(tmp_path: Path, name: str, text: str) -> None:
    inventory = read(tmp_path, {name: text})
    assert "it ends too early: what it listed after that is not known" in told(inventory)[name]
    assert inventory.packages


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("gradle.lockfile", "# This is a Gradle generated file for dependency locking.\na.b:c:2.14."),
        ("gradle.lockfile", "a.b\0:c:1.0=x\nempty=\n"),
        (
            "yarn.lock",
            '__metadata:\n  version: 8\n\n"a@npm:^1":\n  version: 1.0.0\n  resolution: "a@npm:1',
        ),
        (
            "package-lock.json",
            json.dumps({"lockfileVersion": 3, "packages": {"node_modules/a\u202e\n": {"version": "1"}}}),
        ),
    ],
)
def test_a_damaged_line_is_no_package(tmp_path: Path, name: str, text: str) -> None:
    inventory = read(tmp_path, {name: text})
    assert told(inventory)[name]
    assert not inventory.packages


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("rebar.lock", '{"99.0.0",\n[{<<"cowboy">>,{pkg,<<"cowboy">>,<<"2.8.0">>},0}]}.\n[].\n'),
        ("build.sbt.lock", '{"lockVersion": 99, "dependencies": []}'),
        (".config/dotnet-tools.json", '{"version": 99, "tools": {}}'),
    ],
)
def test_another_version_of_a_form_is_told(tmp_path: Path, name: str, text: str) -> None:
    assert "of its form, which is not known" in told(read(tmp_path, {name: text}))[name]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_xml_is_read_in_the_encoding_that_it_declares(tmp_path: Path, encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{declared}"?><packages><package id="J" version="12.0.1"/></packages>'
    (tmp_path / "packages.config").write_bytes(text.encode(encoding))
    inventory = read(tmp_path, {})
    assert not told(inventory)
    assert [(one.name, one.version) for one in inventory.packages] == [("J", "12.0.1")]


@pytest.mark.parametrize(("listed", "known"), [("v0.30.0", True), ("v0.29.0", False), ("", False)])
def test_a_vendor_folder_of_go_is_told_unless_its_project_declares_all_of_it(
    tmp_path: Path, listed: str, known: bool
) -> None:
    files = {
        "a/go.mod": "module a\n\ngo 1.26.8\n\nrequire golang.org/x/text v0.30.0\n",
        "a/vendor/modules.txt": f"# golang.org/x/text {listed}\n## explicit; go 1.24.0\ngolang.org/x/text/language\n",
    }
    assert (not told(read(tmp_path, files))) is known


def test_a_long_list_of_a_vendor_folder_is_read_whole(tmp_path: Path) -> None:
    names = [f"example.com/module/number{number:04}" for number in range(400)]
    required = "".join(f"\t{name} v1.0.0\n" for name in names)
    files = {
        "go.mod": f"module a\n\ngo 1.26.8\n\nrequire (\n{required})\n",
        "vendor/modules.txt": "".join(f"# {name} v1.0.0\n## explicit\n{name}\n" for name in names),
    }
    assert not told(read(tmp_path / "1", files))
    files["vendor/modules.txt"] += "# example.com/other v1.0.0\n"
    assert told(read(tmp_path / "2", files))


def test_what_npm_takes_from_a_repository_under_another_name_is_there(tmp_path: Path) -> None:
    wanted = {"foo": "git+https://example.com/x/bar.git"}
    entry = {"name": "bar", "version": "1.0.0", "resolved": "git+ssh://git@example.com/x/bar.git#0123"}
    lock = {"lockfileVersion": 3, "packages": {"": {"dependencies": wanted}, "node_modules/foo": entry}}
    files = {"package.json": json.dumps({"name": "p", "version": "1.0.0", "dependencies": wanted})}
    inventory = read(tmp_path, {**files, "package-lock.json": json.dumps(lock)})
    assert [one.name for one in inventory.packages if not one.application] == ["bar"]
    reason = "comes from a source repository, and was judged as if it were the release of its version: foo"
    assert told(inventory) == {"package-lock.json": reason}


@pytest.mark.parametrize(
    ("version", "key"),
    [
        ("bar@https://git@example.com/x/tar.gz/0a", "bar@https://git@example.com/x/tar.gz/0a"),
        ("https://git@example.com/x/tar.gz/0a", "foo@https://git@example.com/x/tar.gz/0a"),
        ("example.com/x/bar/0a(z@1.0.0)", "example.com/x/bar/0a(z@1.0.0)"),
    ],
)
def test_what_pnpm_takes_from_an_address_under_another_name_is_there(tmp_path: Path, version: str, key: str) -> None:
    lock = (
        "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      foo:\n        specifier: x/bar\n"
        f"        version: {version}\npackages:\n  {key}:\n    resolution: {{tarball: https://example.com}}\n"
        "    name: bar\n    version: 1.0.0\n"
    )
    files = {"package.json": json.dumps({"name": "p", "version": "1.0.0", "dependencies": {"foo": "x/bar"}})}
    inventory = read(tmp_path, {**files, "pnpm-lock.yaml": lock})
    assert [(one.name, one.automatic) for one in inventory.packages if not one.application] == [("bar", False)]
    reason = "comes from a source repository, and was judged as if it were the release of its version: bar"
    assert told(inventory) == {"pnpm-lock.yaml": reason}


@pytest.mark.parametrize(
    ("version", "reason"), [("", "without a name or a version"), ('version = "1"\n', "repository")]
)
def test_what_pylock_takes_from_a_repository_is_told_once(tmp_path: Path, version: str, reason: str) -> None:
    vcs = '[packages.vcs]\ntype = "git"\nurl = "https://example.com"\ncommit-id = "0a"\n'
    (gap,) = read(tmp_path, {"pylock.toml": f'lock-version = "1.0"\n[[packages]]\nname = "a"\n{version}{vcs}'}).gaps
    assert reason in gap.reason


def test_an_entry_of_yarn_without_a_version_is_told(tmp_path: Path) -> None:
    text = '# yarn lockfile v1\n\n\na@^1:\n  resolved "https://registry.yarnpkg.com/a/-/a-1.0.0.tgz#x"\n'
    assert told(read(tmp_path, {"yarn.lock": text}))["yarn.lock"] == "states no version of a: not judged"


def test_a_package_of_npm_without_what_it_needs_is_told_with_advice(tmp_path: Path) -> None:
    text = json.dumps({"name": "a", "version": "1.0.0", "dependencies": {"b": "1"}})
    assert (
        "not judged; `npm install --package-lock-only`" in told(read(tmp_path, {"package.json": text}))["package.json"]
    )
