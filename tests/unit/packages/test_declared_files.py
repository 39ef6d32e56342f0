"""What each lock file declares: name and version, what needs what, which was asked for by name, and on which line."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from tests.unit.packages.test_declared import edges, read


class Declared(NamedTuple):
    """A file, the packages it declares with what they need, and those that only others ask for."""

    name: str
    text: str
    packages: dict[str, list[str]]
    indirect: set[str] = frozenset()  # type: ignore[assignment]
    own: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()


REQUIREMENTS = Declared(
    "requirements.txt",
    """# a comment
-r other.txt
--index-url https://example.com/simple
Django==3.2.1 ; python_version >= "3.8"  # pinned
requests[security] == 2.25.1 \\
    --hash=sha256:aaaa \\
    --hash=sha256:bbbb
urllib3===1.26.4
flask>=1.0
numpy
six==1.*
-e git+https://example.com/x.git#egg=x
zope.interface (==5.0.0)
typing-extensions @ https://example.com/t.whl
""",
    {"Django@3.2.1": [], "requests@2.25.1": [], "urllib3@1.26.4": [], "zope.interface@5.0.0": []},
    gaps=("flask, numpy, six and 2 more",),
)
PIPENV = Declared(
    "Pipfile.lock",
    '{"_meta": {}, "default": {"flask": {"version": "==1.0"}, "x": {"git": "https://x"}}, "develop": {"pytest": {"version": "==7.0"}}}',
    {"flask@1.0": [], "pytest@7.0": []},
)
POETRY = Declared(
    "poetry.lock",
    """[[package]]
name = "jinja2"
version = "2.11.0"
[package.dependencies]
MarkupSafe = ">=0.23"

[[package]]
name = "markupsafe"
version = "1.1.1"
""",
    {"jinja2@2.11.0": ["markupsafe@1.1.1"], "markupsafe@1.1.1": []},
)
UV = Declared(
    "uv.lock",
    """version = 1
[[package]]
name = "shop"
version = "0.1.0"
source = { editable = "." }
dependencies = [{ name = "jinja2" }]
[package.dev-dependencies]
dev = [{ name = "pytest" }]

[[package]]
name = "jinja2"
version = "2.11.0"
source = { registry = "https://pypi.org/simple" }
dependencies = [{ name = "markupsafe" }]

[[package]]
name = "markupsafe"
version = "1.1.1"

[[package]]
name = "pytest"
version = "7.0"
""",
    {
        "shop@0.1.0": ["jinja2@2.11.0", "pytest@7.0"],
        "jinja2@2.11.0": ["markupsafe@1.1.1"],
        "markupsafe@1.1.1": [],
        "pytest@7.0": [],
    },
    {"markupsafe"},
    ("shop",),
)
PDM = Declared(
    "pdm.lock",
    '[[package]]\nname = "a"\nversion = "1.0"\ndependencies = ["b>=1; python_version > \'3\'"]\n\n[[package]]\nname = "b"\nversion = "2.0"\n',
    {"a@1.0": ["b@2.0"], "b@2.0": []},
)
PYLOCK = Declared(
    "pylock.toml",
    'lock-version = "1.0"\n[[packages]]\nname = "a"\nversion = "1.0"\ndependencies = [{name = "b"}]\n[[packages]]\nname = "b"\nversion = "2.0"\n',
    {"a@1.0": ["b@2.0"], "b@2.0": []},
)
GO = Declared(
    "go.mod",
    """module example.com/shop

go 1.21

require (
\tgithub.com/gin-gonic/gin v1.7.0 // direct
\tgolang.org/x/text v0.3.7 // indirect
\t"github.com/old/yaml" v1.0.0
\tgithub.com/own/part v0.0.0
)
require github.com/x/y/v2 v2.0.0+incompatible // indirect
exclude golang.org/x/text v0.3.6
replace (
\tgithub.com/old/yaml v1.0.0 => github.com/new/yaml v2.0.1
\tgithub.com/own/part => ./part
)
""",
    {
        "example.com/shop@": ["github.com/gin-gonic/gin@v1.7.0", "github.com/new/yaml@v2.0.1"],
        "github.com/gin-gonic/gin@v1.7.0": [],
        "golang.org/x/text@v0.3.7": [],
        "github.com/new/yaml@v2.0.1": [],
        "github.com/x/y/v2@v2.0.0+incompatible": [],
    },
    {"text", "v2"},
    ("shop",),
    ("github.com/own/part is taken from the folder ./part",),
)
GEMFILE = Declared(
    "Gemfile.lock",
    """GIT
  remote: https://github.com/x/y.git
  revision: abc
  specs:
    y (0.1.0)
      rack (>= 1)

PATH
  remote: .
  specs:
    shop (1.0.0)
      rails (~> 6.0)

GEM
  remote: https://rubygems.org/
  specs:
    nokogiri (1.11.0-x86_64-linux)
      racc (~> 1.4)
    racc (1.5.2)
    rack (2.2.3)
    rails (6.0.3)
      nokogiri (>= 1.8)
      rack (~> 2.0)

PLATFORMS
  x86_64-linux

DEPENDENCIES
  rails (~> 6.0)
  shop!
  y!

RUBY VERSION
   ruby 3.1.2p20

BUNDLED WITH
   2.3.3
""",
    {
        "y@0.1.0": ["rack@2.2.3"],
        "shop@1.0.0": ["rails@6.0.3"],
        "nokogiri@1.11.0": ["racc@1.5.2"],
        "racc@1.5.2": [],
        "rack@2.2.3": [],
        "rails@6.0.3": ["nokogiri@1.11.0", "rack@2.2.3"],
    },
    {"nokogiri", "racc", "rack"},
    ("shop",),
)
COMPOSER = Declared(
    "composer.lock",
    """{
  "packages": [
    {
      "name": "Monolog/monolog",
      "version": "2.9.1",
      "require": {"php": ">=7.2", "psr/log": "^1"},
      "license": ["MIT"]
    },
    {
      "name": "psr/log",
      "version": "v1.1.4"
    }
  ],
  "packages-dev": [{"name": "a/meta", "version": "1", "type": "metapackage"}, {"name": "b/dev"}]
}""",
    {"monolog/monolog@2.9.1": ["psr/log@v1.1.4"], "psr/log@v1.1.4": []},
    {"log"},
    gaps=("b/dev has no version",),
)
FILES = [REQUIREMENTS, PIPENV, POETRY, UV, PDM, PYLOCK, GO, GEMFILE, COMPOSER]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_what_a_file_declares(tmp_path: Path, file: Declared) -> None:
    found = read(tmp_path, {file.name: file.text})
    assert edges(found) == file.packages
    assert {one.name for one in found.packages if one.automatic} == set(file.indirect)
    assert tuple(one.name for one in found.packages if one.application) == file.own
    assert len(found.gaps) == len(file.gaps)
    for gap, text in zip(found.gaps, file.gaps, strict=True):
        assert text in gap.reason


@pytest.mark.parametrize("file", [one for one in FILES if one.name != "Pipfile.lock"], ids=lambda file: file.name)
def test_the_line_that_declares_a_package(tmp_path: Path, file: Declared) -> None:
    lines = file.text.lower().split("\n")
    for package in read(tmp_path, {file.name: file.text}).packages:
        line = package.locations[0].line
        if package.application and file.name == "go.mod":
            continue
        named = lines[line - 1] + (lines[line] if "[[package" in lines[line - 1] else "")
        assert line > 0
        assert package.name.lower() in named or package.namespace in named, package


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("poetry.lock", b"x = ["),
        ("uv.lock", b"\xff"),
        ("Pipfile.lock", b"[]"),
        ("Pipfile.lock", b"{" * 100_000),
        ("go.mod", b"\xff"),
        ("composer.lock", b"[]"),
        ("Gemfile.lock", b"text\n"),
        ("requirements.txt", b"\xff\xfe\x00"),
    ],
)
def test_what_cannot_be_read_is_a_gap(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    found = read(tmp_path, {})
    assert found.packages == ()
    assert [gap.subject for gap in found.gaps] == [name]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("poetry.lock", "package = 1\n"),
        ("poetry.lock", "[[package]]\nname = 1\n"),
        ("uv.lock", '[[package]]\nname = "-"\nversion = "1"\n'),
        ("Pipfile.lock", '{"default": {"a": {}}}'),
        ("go.mod", "require (\n"),
        ("go.mod", "require x\nreplace x\n"),
        ("composer.lock", "{}"),
        ("Gemfile.lock", "GEM\n"),
        ("requirements.txt", "\\\n\\\n"),
    ],
)
def test_odd_fields_do_no_harm(tmp_path: Path, name: str, text: str) -> None:
    found = read(tmp_path, {name: text})
    assert found.packages == ()


def test_a_go_mod_before_go_1_17_says_that_it_is_not_complete(tmp_path: Path) -> None:
    found = read(tmp_path, {"go.mod": "module x\ngo 1.16\nrequire golang.org/x/text v0.3.7\n"})
    assert ["go mod tidy" in gap.reason for gap in found.gaps] == [True]
    assert "golang.org/x/text@v0.3.7" in edges(found)
