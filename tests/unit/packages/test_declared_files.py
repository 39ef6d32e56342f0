"""What each lock file declares: name and version, what needs what, which was asked for by name, and on which line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from garboard.ecosystems import ECOSYSTEMS
from garboard.model.image import File
from garboard.model.package import Kept
from garboard.packages.declared import DECLARATIONS, nothing
from garboard.patterns import of_globs
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
-r requirements-other.txt
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
    {"django@3.2.1": [], "requests@2.25.1": [], "urllib3@1.26.4": [], "zope-interface@5.0.0": []},
    gaps=("flask, numpy, six and 2 more", "requirements-other.txt"),
)
PIPENV = Declared(
    "Pipfile.lock",
    '{"_meta": {}, "default": {"flask": {"version": "==1.0"}, "x": {"git": "https://x"}}, "develop": {"pytest": {"version": "==7.0"}}}',
    {"flask@1.0": [], "pytest@7.0": []},
    gaps=("x",),
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
        "example.com/shop@": ["github.com/gin-gonic/gin@v1.7.0", "github.com/new/yaml@v2.0.1", "stdlib@1.21"],
        "stdlib@1.21": [],
        "github.com/gin-gonic/gin@v1.7.0": [],
        "golang.org/x/text@v0.3.7": [],
        "github.com/new/yaml@v2.0.1": [],
        "github.com/x/y/v2@v2.0.0+incompatible": [],
    },
    {"text", "v2"},
    ("shop",),
    ("part (github.com/own/part)",),
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
    gaps=("source repository",),
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
YARN = Declared(
    "yarn.lock",
    """# THIS IS AN AUTOGENERATED FILE. DO NOT EDIT THIS FILE DIRECTLY.
# yarn lockfile v1


"@s/b@^1.0.0", "@s/b@~1.0":
  version "1.0.2"
  resolved "https://registry.yarnpkg.com/@s/b/-/b-1.0.2.tgz#aa"
  dependencies:
    c "^2.0.0"

alias@npm:real@^3:
  version "3.1.0"

c@^1.0.0:
  version "1.5.0"

c@^2.0.0:
  version "2.5.0"
  optionalDependencies:
    "@s/b" "~1.0"

"git@git+https://example.com/git.git":
  version "1.0.0"
  resolved "git+https://example.com/git.git#abc"
""",
    {"@s/b@1.0.2": ["c@2.5.0"], "real@3.1.0": [], "c@1.5.0": [], "c@2.5.0": ["@s/b@1.0.2"], "git@1.0.0": []},
    gaps=("as if it were the release of its version: git",),
)
BERRY = Declared(
    "yarn.lock",
    """__metadata:
  version: 8

"@s/b@npm:^1.0.0, @s/b@npm:~1.0":
  version: 1.0.2
  resolution: "@s/b@npm:1.0.2"
  dependencies:
    c: "npm:^2.0.0"
  languageName: node
  linkType: hard

"c@npm:^2.0.0":
  version: 2.5.0
  resolution: "c@npm:2.5.0"
  linkType: hard

? "c@patch:c@npm%3A^2.0.0#./a.patch"
: version: 2.5.0
  resolution: "c@patch:c@npm%3A2.5.0#./a.patch"

"shop@workspace:.":
  version: 0.0.0-use.local
  resolution: "shop@workspace:."
  dependencies:
    "@s/b": "npm:~1.0"
  languageName: unknown
  linkType: soft
""",
    {"@s/b@1.0.2": ["c@2.5.0"], "c@2.5.0": [], "shop@": ["@s/b@1.0.2"]},
    {"c"},
    ("shop",),
)
PNPM_5 = Declared(
    "pnpm-lock.yaml",
    """lockfileVersion: 5.4

specifiers:
  '@s/b': 1.0.2

dependencies:
  '@s/b': 1.0.2_c@2.5.0

packages:

  /@s/b/1.0.2_c@2.5.0:
    resolution: {integrity: sha512-aa==}
    dependencies:
      c: 2.5.0
    dev: false

  /c/2.5.0:
    resolution: {integrity: sha512-bb==}
    deprecated: |-
      use: another
""",
    {"@s/b@1.0.2": ["c@2.5.0"], "c@2.5.0": []},
    {"c"},
)
PNPM_6 = Declared(
    "pnpm-lock.yaml",
    """lockfileVersion: '6.0'

dependencies:
  alias:
    specifier: npm:@s/b@1
    version: /@s/b@1.0.2(c@2.5.0)

packages:

  /@s/b@1.0.2(c@2.5.0):
    resolution: {integrity: sha512-aa==}
    dependencies:
      c: 2.5.0

  /c@2.5.0:
    resolution: {integrity: sha512-bb==}
""",
    {"@s/b@1.0.2": ["c@2.5.0"], "c@2.5.0": []},
    {"c"},
)
PNPM_9 = Declared(
    "pnpm-lock.yaml",
    """lockfileVersion: '9.0'

importers:

  .:
    devDependencies:
      '@s/b':
        specifier: ^1
        version: 1.0.2(c@2.5.0)
  packages/w:
    dependencies:
      shop:
        specifier: workspace:*
        version: link:../..

packages:

  '@s/b@1.0.2':
    resolution: {integrity: sha512-aa==}
    engines: {node: '>= 0.6', os: [linux, '!win32']}
    peerDependencies:
      c: '*'

  c@2.5.0:
    resolution: {integrity: sha512-bb==}

  d@https://codeload.github.com/x/d/tar.gz/abc:
    resolution: {tarball: https://codeload.github.com/x/d/tar.gz/abc}
    version: 1.0.0

snapshots:

  '@s/b@1.0.2(c@2.5.0)':
    dependencies:
      c: 2.5.0

  c@2.5.0: {}

  d@https://codeload.github.com/x/d/tar.gz/abc: {}
""",
    {"@s/b@1.0.2": ["c@2.5.0"], "c@2.5.0": [], "d@1.0.0": []},
    {"c", "d"},
    gaps=("as if it were the release of its version: d",),
)
BUN = Declared(
    "bun.lock",
    """{
  "lockfileVersion": 1,
  "workspaces": {
    "": {
      "name": "shop",
      "dependencies": {"@s/b": "1", "c": "1",},
    },
  },
  "packages": {
    "@s/b": ["@s/b@1.0.2", "", { "dependencies": { "c": "^2.0.0", }, }, "sha512-,}"],

    "c": ["c@1.5.0", "", {}, "sha512-b"],

    "@s/b/c": ["c@2.5.0", "", {}, "sha512-c"],
  },
}
""",
    {"shop@": ["@s/b@1.0.2", "c@1.5.0"], "@s/b@1.0.2": ["c@2.5.0"], "c@1.5.0": [], "c@2.5.0": []},
    {"c"},
    ("shop",),
)
DENO = Declared(
    "deno.lock",
    """{
  "version": "5",
  "specifiers": {"jsr:@std/x@1": "1.0.0", "npm:@s/b@1": "1.0.2"},
  "jsr": {
    "@std/x@1.0.0": {"integrity": "aa"}
  },
  "npm": {
    "@s/b@1.0.2": {
      "integrity": "sha512-aa",
      "dependencies": ["c"]
    },
    "c@2.5.0": {"integrity": "sha512-bb"}
  }
}
""",
    {"@s/b@1.0.2": ["c@2.5.0"], "c@2.5.0": []},
    {"c"},
    gaps=("not judged: @std/x",),
)
POM = Declared(
    "pom.xml",
    """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <parent>
    <groupId>org.x</groupId>
    <artifactId>parent</artifactId>
    <version>7</version>
  </parent>
  <artifactId>shop</artifactId>
  <properties>
    <log.version>${base}.1</log.version>
    <base>2.14</base>
  </properties>
  <dependencyManagement>
    <dependencies>
      <dependency>
        <groupId>g</groupId>
        <artifactId>managed</artifactId>
        <version>[1.5]</version>
      </dependency>
    </dependencies>
  </dependencyManagement>
  <dependencies>
    <dependency>
      <groupId>org.apache.logging.log4j</groupId>
      <artifactId>log4j-core</artifactId>
      <version>${log.version}</version>
    </dependency>
    <dependency>
      <groupId>g</groupId>
      <artifactId>managed</artifactId>
      <scope>test</scope>
    </dependency>
    <dependency>
      <groupId>${project.groupId}</groupId>
      <artifactId>sibling</artifactId>
      <version>${project.version}</version>
    </dependency>
    <dependency>
      <groupId>g</groupId>
      <artifactId>inherited</artifactId>
    </dependency>
    <dependency>
      <groupId>g</groupId>
      <artifactId>ranged</artifactId>
      <version>[1,2)</version>
    </dependency>
  </dependencies>
</project>
""",
    {
        "org.x/shop@7": ["g/managed@1.5", "org.apache.logging.log4j/log4j-core@2.14.1", "org.x/sibling@7"],
        "org.apache.logging.log4j/log4j-core@2.14.1": [],
        "g/managed@1.5": [],
        "org.x/sibling@7": [],
    },
    own=("shop",),
    gaps=("asks for g:inherited, g:ranged", "not here: org.x:parent:7", "only what is asked for by name"),
)
GRADLE = Declared(
    "gradle.lockfile",
    "# This is a Gradle generated file for dependency locking.\ng:a:1.0=compileClasspath,runtimeClasspath\nempty=x\n",
    {"g/a@1.0": []},
)
VERSION_CATALOG = Declared(
    "gradle/libs.versions.toml",
    """[versions]
kotlin = "1.9.0"
rich = { strictly = "[1,2[", prefer = "1.5" }
[libraries]
one = "g:one:1.0"
two = { module = "g:two", version.ref = "kotlin" }
three = { group = "g", name = "three", version = "3.0" }
four = { module = "g:four" }
five-rich = { module = "g:five", version.ref = "rich" }
""",
    {"g/one@1.0": [], "g/two@1.9.0": [], "g/three@3.0": []},
    gaps=("asks for g:four, g:five", "only what is asked for by name"),
)
NUGET_LOCK = Declared(
    "packages.lock.json",
    """{
  "version": 1,
  "dependencies": {
    "net8.0": {
      "A": {
        "type": "Direct",
        "resolved": "1.0.0",
        "dependencies": {"b": "2.0.0"}
      },
      "B": {
        "type": "Transitive",
        "resolved": "2.0.0"
      },
      "shop": {
        "type": "Project"
      }
    }
  }
}""",
    {"A@1.0.0": ["B@2.0.0"], "B@2.0.0": []},
    {"B"},
)
NUGET_ASSETS = Declared(
    "obj/project.assets.json",
    """{
  "targets": {
    "net8.0": {
      "A/1.0.0": {
        "type": "package",
        "dependencies": {"B": "2.0.0"}
      },
      "B/2.0.0": {
        "type": "package"
      }
    }
  },
  "project": {"frameworks": {"net8.0": {"dependencies": {"A": {"version": "[1.0.0, )"}}}}}
}""",
    {"A@1.0.0": ["B@2.0.0"], "B@2.0.0": []},
    {"B"},
)
NUGET_CONFIG = Declared(
    "packages.config",
    """<?xml version="1.0" encoding="utf-8"?>
<packages>
  <package id="A" version="1.0.0" targetFramework="net48" />
</packages>
""",
    {"A@1.0.0": []},
)
NUGET_PROJECT = Declared(
    "shop.csproj",
    """<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><Bv>2.0.0</Bv></PropertyGroup>
  <ItemGroup>
    <PackageReference Include="A" Version="[1.0.0]" />
    <PackageReference Include="B"><Version>$(Bv)</Version></PackageReference>
    <PackageReference Include="C" Version="1.*" />
    <PackageReference Include="D" />
  </ItemGroup>
</Project>
""",
    {"A@1.0.0": [], "B@2.0.0": []},
    gaps=("asks for C, D", "only what is asked for by name"),
)
SWIFT = Declared(
    "Package.resolved",
    """{
  "pins": [
    {
      "identity": "swift-nio",
      "location": "https://github.com/apple/swift-nio.git",
      "state": {"revision": "aa", "version": "2.40.0"}
    },
    {"identity": "x", "location": "git@github.com:x/y.git", "state": {"branch": "main"}},
    {
     "identity": "mona.LinkedList", "kind": "registry", "location": "",
     "state": {"version": "1.2.0"}},
    {"identity": "own", "kind": "localSourceControl", "location": "/x/own", "state": {"version": "1.0.0"}}
  ],
  "version": 2
}""",
    {"github.com/apple/swift-nio@2.40.0": [], "mona/LinkedList@1.2.0": []},
    gaps=(
        "a registry, and advisories name them by their repositories: mona.LinkedList",
        "that wrote it: own",
        "no version of github.com/x/y",
    ),
)
PUB = Declared(
    "pubspec.lock",
    """packages:
  http:
    dependency: "direct main"
    description:
      name: http
    source: hosted
    version: "0.13.0"
  path:
    dependency: transitive
    source: hosted
    version: "1.8.0"
  flutter:
    dependency: "direct main"
    description: flutter
    source: sdk
    version: "0.0.0"
sdks:
  dart: ">=2.12.0 <3.0.0"
""",
    {"http@0.13.0": [], "path@1.8.0": []},
    {"path"},
)
MIX = Declared(
    "mix.lock",
    """%{
  "plug": {:hex, :plug, "1.10.0", "aa", [:mix], [{:mime, "~> 1.0", [hex: :mime]}], "hexpm", "bb"},
  "mime": {:hex, :mime, "1.2.0", "aa", [:mix], [], "hexpm"},
  "own": {:git, "https://example.com/own.git", "abc", []},
}
""",
    {"plug@1.10.0": ["mime@1.2.0"], "mime@1.2.0": []},
    gaps=("no version of own",),
)
REBAR = Declared(
    "rebar.lock",
    """{"1.2.0",
[{<<"cowboy">>,{pkg,<<"cowboy">>,<<"2.8.0">>},0},
 {<<"cowlib">>,{pkg,<<"cowlib">>,<<"2.9.1">>},1}]}.
[
{pkg_hash,[
 {<<"cowboy">>, <<"F3DC">>}]}
].
""",
    {"cowboy@2.8.0": [], "cowlib@2.9.1": []},
    {"cowlib"},
)
CONAN = Declared(
    "conan.lock",
    """{
  "version": "0.5",
  "requires": [
    "zlib/1.2.11#aa%1.0"
  ],
  "build_requires": []
}""",
    {"zlib@1.2.11": []},
)
RENV = Declared(
    "renv.lock",
    """{
  "R": {"Version": "4.2.0"},
  "Packages": {
    "digest": {"Package": "digest", "Version": "0.6.29", "Source": "Repository", "Requirements": ["x"]},
    "x": {"Package": "x", "Version": "1", "Source": "GitHub", "RemoteUsername": "u"},
    "BiocGenerics": {"Package": "BiocGenerics", "Version": "0.48.1", "Source": "Bioconductor", "Requirements": ["digest"]},
    "limma": {"Package": "limma", "Version": "3.58", "Source": "Repository", "Repository": "Bioconductor 3.18"},
    "own": {"Package": "own", "Version": "0.1", "Source": "Local"}
  }
}""".replace('{"Package"', '{\n"Package"'),
    {"digest@0.6.29": ["x@1"], "x@1": [], "BiocGenerics@0.48.1": [], "limma@3.58": []},
    gaps=("the release of its version: x", "no releases are: own (Local)"),
)
PACKRAT = Declared(
    "packrat/packrat.lock",
    """PackratFormat: 1.4
PackratVersion: 0.9.0
RVersion: 4.2.0
Repos: CRAN=https://cran.rstudio.com/

Package: digest
Source: CRAN
Version: 0.6.29
Hash: 0a
Requires: BiocGenerics,
    x

Package: x
Source: github
Version: 1
Hash: 0b
GithubRepo: x

Package: BiocGenerics
Source: Bioconductor
Version: 0.48.1
Hash: 0c

Package: own
Source: source
Version: 0.1
SourcePath: /home/me/own
""",
    {"digest@0.6.29": ["x@1"], "x@1": [], "BiocGenerics@0.48.1": []},
    gaps=("the release of its version: x", "no releases are: own (source)"),
)
CABAL = Declared(
    "cabal.project.freeze",
    "active-repositories: hackage.haskell.org:merge\nconstraints: any.aeson ==2.0.3.0,\n             aeson -cffi,\n             any.base ==4.16.3.0\n",
    {"aeson@2.0.3.0": [], "base@4.16.3.0": []},
)
STACK = Declared(
    "stack.yaml.lock",
    """packages:
- completed:
    hackage: acme-missiles-0.3@sha256:aa,613
    pantry-tree:
      size: 226
  original:
    hackage: acme-missiles-0.3
snapshots:
- completed:
    url: https://example.com/lts.yaml
""",
    {"acme-missiles@0.3": []},
    gaps=("the snapshot's packages",),
)
JULIA = Declared(
    "Manifest.toml",
    """julia_version = "1.8.0"
manifest_format = "2.0"

[[deps.HTTP]]
deps = ["Dates", "URIs"]
version = "0.9.17"

[[deps.URIs]]
version = "1.3.0"

[[deps.Dates]]
uuid = "ade2ca70"
""",
    {"HTTP@0.9.17": ["URIs@1.3.0"], "URIs@1.3.0": []},
    gaps=("no version of Dates",),
)
WORKFLOW = Declared(
    ".github/workflows/ci.yml",
    """jobs:
  test:
    steps:
      - uses: actions/checkout@v4
      - uses: "tj-actions/changed-files@v41.0.0"
      - name: pinned
        uses: actions/cache/save@0123456789 # v3.1.2
      - uses: ./own
""",
    {"tj-actions/changed-files@v41.0.0": [], "actions/cache@v3.1.2": []},
)
CONDA_ENVIRONMENT = Declared(
    "environment.yml",
    """name: shop
channels:
  - conda-forge
dependencies:
  - python=3.9
  - conda-forge::numpy=1.21.0
  - pandas==1.3
  - scipy>=1
  - pip
  - pip:
      - -r requirements.txt
      - flask[async]==1.0
      - jinja2
""",
    {"numpy@1.21.0": [], "pandas@1.3": [], "flask@1.0": []},
    gaps=("asks for python, scipy, pip", "asks for jinja2", "only what is asked for by name"),
)
CONDA_EXPORT = Declared(
    "environment.yml",
    "name: shop\ndependencies:\n  - numpy=1.21.0=py39h1_0\n  - _libgcc_mutex=0.1=main\nprefix: /opt/conda\n",
    {"numpy@1.21.0": [], "_libgcc_mutex@0.1": []},
)
CONDA_LOCK = Declared(
    "conda-lock.yml",
    """version: 1
package:
- name: numpy
  version: 1.21.0
  manager: conda
  platform: linux-64
  dependencies:
    libblas: '>=3.8'
  url: https://conda.anaconda.org/conda-forge/linux-64/numpy-1.21.0-py39_0.conda
  category: main
- name: libblas
  version: '3.9'
  manager: conda
  platform: linux-64
  dependencies: {}
- name: numpy
  version: 1.21.0
  manager: conda
  platform: osx-64
- name: flask
  version: 1.0
  manager: pip
  platform: linux-64
""",
    {"numpy@1.21.0": ["libblas@3.9"], "libblas@3.9": [], "flask@1.0": []},
)
CONDA_EXPLICIT = Declared(
    "conda-linux-64.lock",
    "# platform: linux-64\n@EXPLICIT\nhttps://conda.anaconda.org/conda-forge/linux-64/ca-certificates-2023.5.7-hbcca054_0.conda#ab\nhttps://repo.anaconda.com/pkgs/main/noarch/six-1.16.0-py_0.tar.bz2\n./own.conda\n",
    {"ca-certificates@2023.5.7": [], "six@1.16.0": []},
    gaps=("no version of ./own.conda",),
)
PIXI = Declared(
    "pixi.lock",
    """version: 6
packages:
- conda: https://conda.anaconda.org/conda-forge/linux-64/numpy-1.21.0-py39_0.conda
  sha256: aa
- pypi: https://files.pythonhosted.org/packages/aa/flask-1.0-py3-none-any.whl
  name: flask
  version: '1.0'
""",
    {"numpy@1.21.0": [], "flask@1.0": []},
)
PODFILE = Declared(
    "Podfile.lock",
    """PODS:
  - AFNetworking (4.0.1):
    - AFNetworking/Core (= 4.0.1)
  - AFNetworking/Core (4.0.1)
  - "GoogleUtilities/Logger (7.7.0)":
    - AFNetworking (~> 4.0)

DEPENDENCIES:
  - "GoogleUtilities/Logger"

SPEC CHECKSUMS:
  AFNetworking: aa

COCOAPODS: 1.11.2
""",
    {"AFNetworking@4.0.1": [], "GoogleUtilities@7.7.0": ["AFNetworking@4.0.1"]},
    {"AFNetworking"},
)
SBT_LOCK = Declared(
    "build.sbt.lock",
    """{
  "lockVersion": 1,
  "configurations": ["compile", "test"],
  "dependencies": [
    {
      "org": "com.typesafe.akka",
      "name": "akka-http_2.13",
      "version": "10.2.0",
      "configurations": ["compile", "test"]
    }
  ]
}""",
    {"com.typesafe.akka/akka-http_2.13@10.2.0": []},
)
SBT_BUILD = Declared(
    "build.sbt",
    """ThisBuild / scalaVersion := "2.13.8"
// "g" % "old" % "1"
libraryDependencies ++= Seq(
  "com.typesafe.akka" %% "akka-http" % "10.2.0", "g" % "j" % "1.0" % Test,
  "g" %% "v" % someVersion
)
""",
    {"com.typesafe.akka/akka-http_2.13@10.2.0": [], "g/j@1.0": []},
    gaps=("asks for g:v_2.13", "only what is asked for by name"),
)
SBT_ITSELF = Declared("project/build.properties", "sbt.version = 1.5.5\n", {"org.scala-sbt/sbt@1.5.5": []})
IVY = Declared(
    "target/resolution-cache/reports/x-shop-compile.xml",
    """<?xml version="1.0" encoding="UTF-8"?>
<?xml-stylesheet type="text/xsl" href="ivy-report.xsl"?>
<ivy-report version="1.0">
  <info organisation="x" module="shop" revision="0.1" conf="compile"/>
  <dependencies>
    <module organisation="g" name="a">
      <revision name="1.0" status="release" conf="compile">
        <caller organisation="x" name="shop" callerrev="0.1"/>
      </revision>
    </module>
    <module organisation="g" name="b">
      <revision name="2.0" conf="compile">
        <caller organisation="g" name="a" callerrev="1.0"/>
      </revision>
      <revision name="1.0" evicted="latest-revision"/>
    </module>
  </dependencies>
</ivy-report>
""",
    {"x/shop@0.1": ["g/a@1.0"], "g/a@1.0": ["g/b@2.0"], "g/b@2.0": []},
    {"b"},
    own=("shop",),
)
PAKET = Declared(
    "paket.lock",
    """NUGET
  remote: https://api.nuget.org/v3/index.json
    Newtonsoft.Json (9.0.1) - restriction: >= net45
    Shop.Core (1.2.0)
      Newtonsoft.Json (>= 9.0)
GROUP Build
GITHUB
  remote: x/y
    src/file.fs (abc)
""",
    {"Newtonsoft.Json@9.0.1": [], "Shop.Core@1.2.0": ["Newtonsoft.Json@9.0.1"]},
    gaps=("src/file.fs",),
)
DOTNET_TOOLS = Declared(
    ".config/dotnet-tools.json",
    '{"version": 1, "isRoot": true,\n"tools": {\n"dotnet-ef": {"version": "6.0.0", "commands": ["dotnet-ef"]}}}',
    {"dotnet-ef@6.0.0": []},
)
BUILD_PROPS = Declared(
    "Directory.Build.props",
    """<Project>
<ItemGroup>
<PackageReference Include="A.B" Version="1.0.0" />
</ItemGroup>
</Project>
""",
    {"A.B@1.0.0": []},
    gaps=("only what is asked for by name",),
)
GLEAM = Declared(
    "manifest.toml",
    """packages = [
  { name = "cowboy", version = "2.9.0", build_tools = ["rebar3"], requirements = ["ranch"], source = "hex" },
  { name = "ranch", version = "1.8.0", build_tools = ["rebar3"], requirements = [], source = "hex" },
  { name = "own", version = "1.8.0", build_tools = ["gleam"], requirements = [], source = "git" },
]
[requirements]
cowboy = { version = ">= 2.0.0" }
""",
    {"cowboy@2.9.0": ["ranch@1.8.0"], "ranch@1.8.0": []},
    {"ranch"},
    gaps=("own",),
)
MAVEN_INSTALL = Declared(
    "maven_install.json",
    """{"artifacts": {
  "g:a": {"shasums": {}, "version": "1.0"},
  "g:b:jar:linux": {"version": "2.0"}
 },
 "dependencies": {"g:a": ["g:b"]},
 "version": "2"}
""",
    {"g/a@1.0": ["g/b@2.0"], "g/b@2.0": []},
)
MAVEN_INSTALL_1 = Declared(
    "third_party/maven_rules_install.json",
    """{"dependency_tree": {"dependencies": [
  {
   "coord": "g:a:1.0", "directDependencies": ["g:b:2.0"]},
  {
   "coord": "g:b:jar:linux:2.0"}
]}}
""",
    {"g/a@1.0": ["g/b@2.0"], "g/b@2.0": []},
)
VERIFICATION = Declared(
    "gradle/verification-metadata.xml",
    """<verification-metadata xmlns="https://schema.gradle.org/dependency-verification"><components>
<component group="g" name="a" version="1.0"><artifact name="a-1.0.jar"/></component>
</components></verification-metadata>
""",
    {"g/a@1.0": []},
)
IVY_MODULE = Declared(
    "ivy.xml",
    """<ivy-module version="2.0"><info organisation="o" module="m"/><dependencies>
<dependency org="g" name="a" rev="1.0"/>
<dependency org="g" name="b" rev="latest.release"/>
<dependency org="g" name="c" rev="1.+"/>
</dependencies></ivy-module>
""",
    {"g/a@1.0": []},
    gaps=("g:b, g:c", "only what is asked for by name"),
)
LEININGEN = Declared(
    "project.clj",
    """(defproject shop "1"
  :dependencies [[org.clojure/clojure "1.10.0"]
                 ; [old/old "0.1"]
                 [ring "1.9.0" :exclusions [x/y]]])
""",
    {"org.clojure/clojure@1.10.0": [], "ring/ring@1.9.0": []},
    gaps=("only what is asked for by name",),
)
DEPS_EDN = Declared(
    "deps.edn",
    """{:deps {org.clojure/clojure {:mvn/version "1.10.0"}
        g/b {:git/sha "abc"}}}
""",
    {"org.clojure/clojure@1.10.0": []},
    gaps=("g:b", "only what is asked for by name"),
)
GEMFILE_OF_AN_APPRAISAL = Declared(
    "gemfiles/rails_7.gemfile.lock",
    "GEM\n  remote: https://rubygems.org/\n  specs:\n    rack (2.2.3)\n\nDEPENDENCIES\n  rack\n",
    {"rack@2.2.3": []},
)
ACTION = Declared(
    "tools/x/action.yml",
    "runs:\n  using: composite\n  steps:\n    - uses: o/a@v1.2.3\n",
    {"o/a@v1.2.3": []},
)
MANIFEST_OF_A_VERSION = Declared(
    "Manifest-v1.11.toml",
    'manifest_format = "2.0"\n[[deps.HTTP]]\nuuid = "x"\nversion = "0.9.0"\n',
    {"HTTP@0.9.0": []},
)
PNPM_OF_A_BRANCH = Declared(
    "pnpm-lock.next.yaml",
    """lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      a:
        specifier: ^1
        version: 1.0.0
packages:
  a@1.0.0:
    resolution: {integrity: sha512-x}
""",
    {"a@1.0.0": []},
)
SCRIPT_LOCK = Declared(
    "tool.py.lock",
    'version = 1\n[[package]]\nname = "jinja2"\nversion = "2.11.0"\nsource = { registry = "https://pypi.org/simple" }\n',
    {"jinja2@2.11.0": []},
)
CONDA_ENV = Declared(
    "env.yml",
    "name: x\ndependencies:\n  - pip:\n    - Django==2.2.0\n",
    {"django@2.2.0": []},
)
WHEELS = Declared(
    "dev-requirements.txt",
    """https://files.pythonhosted.org/packages/aa/bb/Django-2.2.0-py3-none-any.whl#sha256=abc
six @ https://example.com/six-1.16.0.tar.gz
./wheels/zope.interface-5.0.0-cp39-cp39-linux_x86_64.whl
-e .
./part
""",
    {"django@2.2.0": [], "six@1.16.0": [], "zope-interface@5.0.0": []},
    gaps=("takes in ., ./part",),
)
SBT_OBJECT = Declared(
    "project/Dependencies.scala",
    """object Dependencies {
  val scalaVersion = "2.13.10"
  val cats = "org.typelevel" %% "cats-core" % "2.9.0"
  val config = "com.typesafe" % "config" % "1.4.2"
}
""",
    {"org.typelevel/cats-core_2.13@2.9.0": [], "com.typesafe/config@1.4.2": []},
    gaps=("only what is asked for by name",),
)
ACTION_FORMS = Declared(
    ".forgejo/workflows/ci.yml",
    """jobs:
  a:
    steps:
      - {uses: o/a@v1.2.3, with: {x: 1}}
      - "uses": &b o/b/sub@v2.0.1
      # - uses: o/no@v1.0.0
      - uses: >-
          o/c@v3.0.0
""",
    {"o/a@v1.2.3": [], "o/b@v2.0.1": []},
    gaps=("line 7 is of a form",),
)
GO_FORMS = Declared(
    "tools/go.mod",
    'module x\n\ngo 1.22\n\nrequire\ta.b/c v1.0.0\nrequire (\n\ta.b/d "v1.1.0"\n\ta.b/e master\n)\n',
    {"stdlib@1.22": [], "x@": ["a.b/c@v1.0.0", "a.b/d@v1.1.0", "stdlib@1.22"], "a.b/c@v1.0.0": [], "a.b/d@v1.1.0": []},
    own=("x",),
    gaps=("lines 8",),
)
OLD_CARGO = Declared(
    "old/Cargo.lock",
    """[root]
name = "shop"
version = "0.1.0"
dependencies = ["tokio 0.1.0 (registry+x)"]

[[package]]
name = "tokio"
version = "0.1.0"
source = "registry+x"
""",
    {"shop@0.1.0": ["tokio@0.1.0"], "tokio@0.1.0": []},
    own=("shop",),
)
NEW_FORMS = (
    *(ACTION_FORMS, GO_FORMS, OLD_CARGO),
    SBT_OBJECT,
    *(PAKET, DOTNET_TOOLS, BUILD_PROPS, GLEAM, MAVEN_INSTALL, MAVEN_INSTALL_1, VERIFICATION, IVY_MODULE, LEININGEN),
    *(
        DEPS_EDN,
        GEMFILE_OF_AN_APPRAISAL,
        ACTION,
        MANIFEST_OF_A_VERSION,
        PNPM_OF_A_BRANCH,
        SCRIPT_LOCK,
        CONDA_ENV,
        WHEELS,
    ),
)
CARTON = Declared(
    "cpanfile.snapshot",
    """# carton snapshot format: version 1.0
DISTRIBUTIONS
  HTTP-Tiny-0.070
    pathname: D/DA/DAGOLDEN/HTTP-Tiny-0.070.tar.gz
    provides:
      HTTP::Tiny 0.070
    requirements:
      IO::Socket 0
      perl 5.006
  Mojolicious-9.0
    pathname: S/SR/SRI/Mojolicious-9.0.tar.gz
    provides:
      Mojo undef
      Mojolicious 9.0
    requirements:
      HTTP::Tiny 0.070
      Mojo 0
""",
    {"HTTP-Tiny@0.070": [], "Mojolicious@9.0": ["HTTP-Tiny@0.070"]},
)
FILES = [
    CARTON,
    *NEW_FORMS,
    *(REQUIREMENTS, PIPENV, POETRY, UV, PDM, PYLOCK, GO, GEMFILE, COMPOSER),
    *(YARN, BERRY, PNPM_5, PNPM_6, PNPM_9, BUN, DENO),
    *(SWIFT, PUB, MIX, REBAR, CONAN, RENV, PACKRAT, CABAL, STACK, JULIA, WORKFLOW),
    *(CONDA_ENVIRONMENT, CONDA_EXPORT, CONDA_LOCK, CONDA_EXPLICIT, PIXI, PODFILE),
    *(SBT_LOCK, SBT_BUILD, SBT_ITSELF, IVY),
    *(POM, GRADLE, VERSION_CATALOG, NUGET_LOCK, NUGET_ASSETS, NUGET_CONFIG, NUGET_PROJECT),
]


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
        if package.application and file.name.endswith("go.mod"):
            continue
        named = lines[line - 1] + (lines[line] if "[[package" in lines[line - 1] else "")
        assert line > 0
        name = "go 1.21" if package.name == "stdlib" else package.name.lower()
        assert name in named or package.namespace in named, package


_KEY = re.compile(
    r"""(?m)(?:(?<=[{,\s])|^)(\[\[?)?["']?([A-Za-z_][\w.-]*)["']?(?=\]\]?[ ]*$|[ ]*=[ ]|[ ]?:[ \n\[{"'])"""
)
_LOCKS = [
    one
    for one in FILES
    if not re.fullmatch(of_globs(glob for ecosystem in ECOSYSTEMS for glob in ecosystem.manifests), one.name)
    and not one.name.endswith((".txt", ".freeze", ".properties", ".xml", "ci.yml", "action.yml", "go.mod"))
]
_KEYS = [
    (one, key)
    for one in _LOCKS
    for key in dict.fromkeys(found[2] for found in _KEY.finditer(one.text))
    if not any(key.rpartition(".")[2] in package for package in one.packages)
]


@pytest.mark.parametrize(("file", "key"), _KEYS, ids=lambda one: getattr(one, "name", one))
def test_a_lock_file_of_which_a_part_is_called_otherwise_is_read_or_told(
    tmp_path: Path, file: Declared, key: str
) -> None:
    """The next version of a tool may call it so: what is not found then must be told."""
    changed = _KEY.sub(lambda found: found[0].replace(key, f"{key}z") if found[2] == key else found[0], file.text)
    found = read(tmp_path, {file.name: changed})
    stated = {f"{one.full_name}@{one.version}" for one in found.packages if not one.application}
    lost = {package for package in file.packages if package.partition("@")[0] not in file.own} - stated
    lost -= {f"{one.full_name}@{one.version}" for one in found.packages}
    known = {gap.reason for gap in read(tmp_path, {file.name: file.text}).gaps}
    assert not lost or {gap.reason for gap in found.gaps} - known, lost


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Cargo.lock", 'version = 9\n[[package]]\nname = "a"\nversion = "1.0.0"\n'),
        ("package-lock.json", '{"lockfileVersion": 9, "packages": {"node_modules/a": {"version": "1.0.0"}}}'),
        ("yarn.lock", '__metadata:\n  version: 99\n"a@npm:1.0.0":\n  version: 1.0.0\n  resolution: "a@npm:1.0.0"\n'),
        ("pnpm-lock.yaml", "lockfileVersion: '99.0'\npackages:\n  a@1.0.0:\n    resolution: {integrity: x}\n"),
        ("bun.lock", '{"lockfileVersion": 9, "packages": {"a": ["a@1.0.0"]}}'),
        ("deno.lock", '{"version": "9", "npm": {"a@1.0.0": {}}}'),
        ("Pipfile.lock", '{"_meta": {"pipfile-spec": 9}, "default": {"a": {"version": "==1.0.0"}}}'),
        ("uv.lock", 'version = 9\n[[package]]\nname = "a"\nversion = "1.0.0"\n'),
        ("poetry.lock", '[[package]]\nname = "a"\nversion = "1.0.0"\n[metadata]\nlock-version = "9.0"\n'),
        ("pdm.lock", '[metadata]\nlock_version = "9.0"\n[[package]]\nname = "a"\nversion = "1.0.0"\n'),
        ("pylock.toml", 'lock-version = "9.0"\n[[packages]]\nname = "a"\nversion = "1.0.0"\n'),
        ("Package.resolved", '{"version": 9, "pins": [{"location": "a", "state": {"version": "1.0.0"}}]}'),
        ("conan.lock", '{"version": "9", "requires": ["a/1.0.0"]}'),
        ("packages.lock.json", '{"version": 9, "dependencies": {"net": {"a": {"resolved": "1.0.0"}}}}'),
        ("project.assets.json", '{"version": 9, "targets": {"net": {"a/1.0.0": {"type": "package"}}}}'),
        ("Manifest.toml", 'manifest_format = "9.0"\n[[deps.a]]\nversion = "1.0.0"\n'),
        ("conda-lock.yml", "version: 9\npackage:\n- name: a\n  version: 1.0.0\n  manager: pip\n"),
        ("pixi.lock", "version: 9\npackages:\n- pypi: x\n  name: a\n  version: 1.0.0\n"),
        ("maven_install.json", '{"version": "9", "artifacts": {"g:a": {"version": "1.0.0"}}}'),
    ],
)
def test_another_version_of_a_form_is_told_and_what_is_known_of_it_is_read(
    tmp_path: Path, name: str, text: str
) -> None:
    found = read(tmp_path, {name: text})
    assert [(one.name, one.version) for one in found.packages] == [("a", "1.0.0")]
    assert any("version 9" in gap.reason for gap in found.gaps)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_mark_of_the_byte_order_does_no_harm(tmp_path: Path, file: Declared, encoding: str) -> None:
    """Editors and shells of Windows write one."""
    if file.name.endswith(("go.mod", "pom.xml")):
        return  # their tools refuse it
    _assert_alike(tmp_path, file, file.text.encode(encoding))


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "marked"])
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_line_ends_of_windows_do_no_harm(tmp_path: Path, file: Declared, mark: str) -> None:
    """Git writes them there."""
    if mark and file.name.endswith(("go.mod", "pom.xml")):
        return  # their tools refuse the mark
    _assert_alike(tmp_path, file, (mark + file.text.replace("\n", "\r\n")).encode())


def _assert_alike(tmp_path: Path, file: Declared, data: bytes) -> None:
    """That other bytes of the file's text say the same, on the same lines."""
    plain = read(tmp_path / "plain", {file.name: file.text})
    (tmp_path / "other" / file.name).parent.mkdir(parents=True)
    (tmp_path / "other" / file.name).write_bytes(data)
    other = read(tmp_path / "other", {})
    assert edges(other) == edges(plain)
    assert [one.locations[0].line for one in other.packages] == [one.locations[0].line for one in plain.packages]
    assert [one.reason for one in other.gaps] == [one.reason for one in plain.gaps]


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
        ("yarn.lock", b"a b c\n"),
        ("yarn.lock", b"__metadata:\n  a: &x 1\n"),
        ("pnpm-lock.yaml", b"- a\n"),
        ("pnpm-lock.yaml", b"lockfileVersion: " + b"[" * 5000),
        ("pnpm-lock.yaml", b"lockfileVersion: 9\n" + b"- " * 5000),
        ("bun.lock", b"["),
        ("deno.lock", b"[]"),
        ("Package.resolved", b"[]"),
        ("pubspec.lock", b"- a\n"),
        ("mix.lock", b"x"),
        ("rebar.lock", b"x"),
        ("conan.lock", b"["),
        ("renv.lock", b"[]"),
        ("cabal.project.freeze", b"\xff"),
        ("stack.yaml.lock", b"a: 1\n"),
        ("Manifest.toml", b"["),
        ("pom.xml", b"<project>"),
        ("pom.xml", b"<!DOCTYPE x><project/>"),
        ("gradle.lockfile", b"x\n"),
        ("packages.lock.json", b"[]"),
        ("project.assets.json", b"{"),
        ("packages.config", b""),
        ("a.csproj", b"{"),
        ("environment.yml", b"- a\n"),
        ("conda-lock.yml", b"a: 1\n"),
        ("conda-linux-64.lock", b"\xff"),
        ("conda-linux-64.lock", b"{}"),
        ("pixi.lock", b"a: 1\n"),
        ("Podfile.lock", b"a: 1\n"),
        ("build.sbt.lock", b"{}"),
        ("resolution-cache/reports/a.xml", b"<"),
    ],
)
def test_what_cannot_be_read_is_a_gap(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
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
        ("composer.lock", '{"packages": []}'),
        ("Gemfile.lock", "GEM\n"),
        ("requirements.txt", "\\\n\\\n"),
        ("yarn.lock", ""),
        ("pnpm-lock.yaml", "lockfileVersion: '9.0'\npackages:\n"),
        ("bun.lock", "{}"),
        ("deno.lock", "{}"),
        ("environment.yml", "name: x\n"),
        ("explicit.txt", "a text\n"),
        ("project/build.properties", "x=1\n"),
        ("resolution-cache/reports/a.xml", "<x/>"),
    ],
)
def test_odd_fields_do_no_harm(tmp_path: Path, name: str, text: str) -> None:
    found = read(tmp_path, {name: text})
    assert found.packages == ()


def test_a_go_mod_before_go_1_17_says_that_it_is_not_complete(tmp_path: Path) -> None:
    found = read(tmp_path, {"go.mod": "module x\ngo 1.16\nrequire golang.org/x/text v0.3.7\n"})
    assert sum("go mod tidy" in gap.reason for gap in found.gaps) == 1
    assert "golang.org/x/text@v0.3.7" in edges(found)


@pytest.mark.parametrize(
    ("lines", "version"),
    [
        ("go 1.22.3", "1.22.3"),
        ("go 1.21", "1.21"),
        ("go 1.21rc2", "1.21rc2"),
        ("go 1.21\ntoolchain go1.22.5", "1.22.5"),
        ("toolchain go1.22.5-of-us // newest\ngo 1.21.0", "1.22.5"),
        ("go 1.22.3\ntoolchain default", "1.22.3"),
        ("go 1.20", ""),
        ("go 1.20\ntoolchain go1.22.5", "1.22.5"),
        ("", ""),
        ("go odd", ""),
    ],
)
def test_the_standard_library_of_the_go_that_builds_it(tmp_path: Path, lines: str, version: str) -> None:
    found = read(tmp_path, {"go.mod": f"module x\n{lines}\n"})
    standard = [one for one in found.packages if one.name == "stdlib"]
    assert [one.version for one in standard] == ([version] if version else [])
    assert all(version in lines.split("\n")[one.locations[0].line - 2] for one in standard)
    assert any("the standard library was not judged" in gap.reason for gap in found.gaps) == (not version)


@pytest.mark.parametrize("private", [True, False])
def test_a_manifest_without_a_lock_file_is_a_gap(tmp_path: Path, private: bool) -> None:
    manifest = (
        f'{{"name": "shop", "version": "1.0.0", "private": {str(private).lower()}, "dependencies": {{"c": "1"}}}}'
    )
    files = {"web/package.json": manifest}
    (gap,) = read(tmp_path / "without", files).gaps
    assert "package.json" in gap.subject + gap.reason
    assert not read(tmp_path / "with", {**files, "yarn.lock": '# yarn lockfile v1\n\nc@1:\n  version "1.0.0"\n'}).gaps


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("yarn.lock", '"a", '),
        ("pnpm-lock.yaml", "a: {b: c}\n"),
        ("bun.lock", '"\\"'),
        ("bun.lock", ",  "),
        ("pom.xml", "${a"),
        ("packages.config", "<package id  "),
        ("cabal.project.freeze", "a-"),
        ("mix.lock", '%{"a": {:hex, :a, "1", [{:b,'),
        ("rebar.lock", "[ {"),
        ("conan.lock", '" "'),
        (".github/workflows/a.yml", " uses: a/b"),
        ("environment.yml", "dependencies:\n  - a="),
        ("conda-linux-64.lock", "https://a/"),
        ("build.sbt", '"a" % "b" % '),
        ("build.gradle", "implementation( "),
        ("build.gradle", "group: 'a', "),
        ("Gemfile", "a."),
        ("Gemfile", "do  "),
        ("build.gradle", "Implementation"),
        ("buildSrc/src/main/kotlin/A.kt", '" + a'),
        ("requirements.txt", "./["),
        ("Cargo.toml", "[a"),
        ("package.json", '"a": {'),
        ("pyproject.toml", '"a'),
        ("setup.py", "install_requires=["),
        ("setup.py", "install_requires=['a']\n"),
        ("setup.py", "setup(install_requires=a)\na += a + a\n"),
        ("setup.cfg", "[options"),
        ("pixi.toml", "[a."),
        ("a.csx", "#r   "),
        ("a.csproj", "<Project Include="),
        ("a.props", "<Project "),
        ("requirements.txt", "# via a\n"),
        ("requirements.txt", "a-"),
        ("requirements.txt", "a [b] "),
        ("requirements.txt", "./a"),
        ("requirements.txt", "a.b-c/"),
        ("dev-requirements.txt", "a.b \n"),
        ("paket.lock", "    a ("),
        ("project.clj", "[a/b "),
        ("deps.edn", "a/b {"),
        ("deps.edn", "a."),
        ("manifest.toml", "packages = [ { name ="),
        ("a.gradle", "api("),
        ("a.gradle", "/*"),
        ("a.gradle", "dependencies { a 'b:c' "),
        ("a.gradle", '"a:$b '),
        ("a.gradle", "id 'a' "),
        ("a.gradle", "a:"),
        ("a.gradle", "library('a', "),
        ("a.gradle", "group: 'a', name: 'b' \n"),
        ("a.gradle", "def "),
        ("a.gradle", "a."),
        ("a.gradle", "a['b']"),
        ("a.gradle", "a = [\n"),
        ("a.gradle", "a: 'b = [',\n"),
        ("a.gradle", "a = [b: 'c', "),
        ("a.gradle", "a = [\n\n"),
        ("a.gradle", "v = '1'; "),
        ("a.gradle", "version v "),
        ("a.gradle", "'a:b:' + v "),
        ("a.gradle", "${a.b"),
        ("a.gradle", "$v = $v "),
        ("a.gradle", 'v = "$v$w"\nw = "$v$w"\n"a:b:$v"\n'),
        ("a.gradle", "api v"),
        ("a.gradle", 'kotlin("a", '),
        ("a.gradle", "Property"),
        ("a.gradle", "''''"),
        ("a.gradle", "'" + "a:" * 3),
        ("build.sbt", '"a"\n%\n'),
        ("build.sbt", "/*"),
        ("my-pom.xml", "<project"),
        ("global.json", '"sdk": {"a" '),
        (".tool-versions", "java 1-"),
        (".nvmrc", "1."),
        ("my-pom.xml", "<!--a>"),
        ("my-pom.xml", "<?"),
        ("package-lock.json", '{"dependencies": {"a": {"version": "https://a/'),
        ("mix.lock", '"a": {:hex, :'),
        ("Podfile.lock", "PODS:\n  - a ("),
    ],
)
def test_long_repetitions_end(name: str, unit: str) -> None:
    """What takes quadratic time would not end within the runner's patience."""
    reader = next(one for one in DECLARATIONS if re.fullmatch(of_globs(one.GLOBS), name))
    facts = list(reader.catalog(File(path=name, data=(unit * 100_000).encode())))
    kept = {one.path: one.data for one in facts if isinstance(one, Kept)}
    assert isinstance(list(reader.ecosystem.load_join()(kept, nothing, ())) if kept else facts, list)


@pytest.mark.parametrize(
    ("script", "packages"),
    [
        ("dependencies {\n  api(\n    'g:a:1.0',\n    \"g:b:2.0\"\n  )\n}", {"g/a@1.0": 3, "g/b@2.0": 4}),
        ("dependencies { api 'g:a:1.0'; shadow 'g:b:2.0@aar' }", {"g/a@1.0": 1, "g/b@2.0": 1}),
        ("dependencies {\n  api group: 'g',\n    name: 'a',\n    version: '1.0'\n}", {"g/a@1.0": 2}),
        ('dependencies {\n  "implementation"("g:a:1.0")\n  add("x", "g:b:2.0")\n}', {"g/a@1.0": 2, "g/b@2.0": 3}),
        ("ext.libs = [\n a: 'g:a:1.0'\n]", {"g/a@1.0": 2}),
        ("dependencyManagement { imports { mavenBom 'g:a:1.0' } }", {"g/a@1.0": 1}),
        ("library('x', 'g:a:1.0')\nlibrary('y', 'g', 'b').version('2.0')", {"g/a@1.0": 1, "g/b@2.0": 2}),
        ("// api 'g:a:1.0'\n/* api 'g:b:1.0'\n*/ api 'g:c:1.0' // api 'g:d:1.0'", {"g/c@1.0": 3}),
        ("maven { url 'https://x/*' }\ndependencies { api 'g:a:1.0' } /* */", {"g/a@1.0": 2}),
        ("image 'registry:latest'\ndependsOn 'app:assemble:now'\nat '10:20:30'", {}),
        ("dependencies { api project(':x')\n api files('a.jar')\n }", {}),
        (
            "plugins { id 'a.b' version '1.0' }\ndependencies { api libs.a\n api projects.b }",
            {"a.b/a.b.gradle.plugin@1.0": 1},
        ),
        ('dependencies {\n  api("g:x:1.0")\n  implementation("g", "a", "1.2")\n}', {"g/x@1.0": 2, "g/a@1.2": 3}),
        ('dependencies {\n  api(platform(\n    "g:a:1.0"))\n  implementation(project(":b"))\n}', {"g/a@1.0": 3}),
    ],
)
def test_coordinates_in_a_build_script(tmp_path: Path, script: str, packages: dict[str, int]) -> None:
    found = read(tmp_path, {"build.gradle": script})
    assert {f"{one.full_name}@{one.version}": one.locations[0].line for one in found.packages} == packages
    assert not any("not judged" in gap.reason for gap in found.gaps)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("build.gradle.kts", "dependencies {\n  implementation(Deps.log4j)\n}"),
        ("build.gradle", 'dependencies { api "${g}:a:1.0" }'),
        ("build.gradle", 'dependencies { api "g:a:$v" }'),
        ("build.gradle", "dependencies { api(Deps.a)"),
        ("gradle/libs.toml", '[libraries]\na = { module = "g:a" }\n'),
        (
            "pom.xml",
            "<project><build><plugins><plugin><dependencies><dependency><groupId>g</groupId></dependency></dependencies></plugin></plugins></build></project>",
        ),
        ("build.sbt", '"g" % "a" % "[1,2)"\n'),
    ],
)
def test_what_a_build_does_not_tell_is_told(tmp_path: Path, name: str, text: str) -> None:
    found = read(tmp_path, {name: text})
    assert all(one.application for one in found.packages)
    assert any(re.search("not judged|no version|nothing pins", gap.reason) for gap in found.gaps), found.gaps


@pytest.mark.parametrize("name", ["pom.xml", "sub/my-pom.xml", "pom-prod.xml", "POM.XML"])
def test_a_project_of_maven_has_any_name(tmp_path: Path, name: str) -> None:
    text = (
        "<project><groupId>g</groupId><artifactId>s</artifactId><version>1</version><dependencies><dependency>"
        "<groupId>g</groupId><artifactId>a</artifactId><version>2</version></dependency></dependencies></project>"
    )
    found = read(tmp_path, {name: f"<!-- <a> -->{text}", "pompoms.xml": "<list><project/></list>"})
    assert "g/a@2" in edges(found)
    assert {gap.subject for gap in found.gaps} == {name}


def test_an_artifact_of_sbt_over_several_lines(tmp_path: Path) -> None:
    found = read(tmp_path, {"build.sbt": '/* "g" % "b" % "1" */\nSeq(\n  "g" %\n    "a" %\n    "1.0"\n)\n'})
    assert [(one.full_name, one.version, one.locations[0].line) for one in found.packages] == [("g/a", "1.0", 3)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "yarn.lock",
            (
                '# yarn lockfile v1\n\n"tar@git+https://h.example/t.git":\n  version "4.0.1"\n'
                '  resolved "git+https://h.example/t.git#0a"\n\n"loc@file:./l":\n  version "1.0.0"\n'
            ),
        ),
        (
            "yarn.lock",
            (
                '__metadata:\n  version: 8\n"tar@git@h.example:t.git":\n  version: 4.0.1\n'
                '  resolution: "tar@git@h.example:t.git#commit=0a"\n"loc@file:./l":\n  version: 1.0.0\n'
                '  resolution: "loc@file:./l#./l::hash=0"\n'
            ),
        ),
        (
            "pnpm-lock.yaml",
            (
                "lockfileVersion: '9.0'\npackages:\n  tar@https://h.example/tar.gz/0a:\n    resolution: {tarball: https://h.example/t}\n"
                "    version: 4.0.1\n  loc@file:l:\n    resolution: {directory: l, type: directory}\n    version: 1.0.0\n"
            ),
        ),
        (
            "pnpm-lock.yaml",
            (
                "lockfileVersion: 5.4\npackages:\n  h.example/t/0a:\n    resolution: {tarball: https://h.example/t}\n"
                "    name: tar\n    version: 4.0.1\n  file:l:\n    resolution: {directory: l, type: directory}\n    name: loc\n"
                "    version: 1.0.0\n"
            ),
        ),
    ],
)
def test_what_is_from_a_source_repository_is_judged_by_its_version(tmp_path: Path, name: str, text: str) -> None:
    found = read(tmp_path, {name: text})
    assert [(one.name, one.version) for one in found.packages] == [("tar", "4.0.1")]
    local, cloned = sorted(one.reason for one in found.gaps)[::-1]
    assert (local, cloned) == (
        "names what is not from the npm registry and is not judged: loc",
        "comes from a source repository, and was judged as if it were the release of its version: tar",
    )


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("implementation deps.x", True),
        ("implementation deps['x']", True),
        ("implementation rootProject.ext.deps.x", True),
        ("implementation getDep()", True),
        ('implementation(dep("x"))', True),
        ("implementation libs.x", False),
        ("implementation(files('a.jar'))", False),
        ("implementation platform(\n    'g:b:2.0')", False),
        ("implementation 'g:b:2.0', 'g:c:2.0'", False),
    ],
)
def test_a_line_that_is_not_understood_is_told_beside_others(tmp_path: Path, line: str, told: bool) -> None:
    for number, script in enumerate((f"'g:a:1.0'\n  {line}", f"'g:a:1.0'\n  {line}\n  api 'g:z:1.0'")):
        found = read(tmp_path / str(number), {"build.gradle": f"dependencies {{\n  api {script}\n}}\n"})
        assert any("asks in ways that are not understood (lines 3)" in gap.reason for gap in found.gaps) == told
