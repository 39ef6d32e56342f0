"""Lists of dependencies in a source tree that no cataloger reads: each is told, by the tool that it is of.

A tool is taken off the table here when its files are read (`garboard.ecosystems`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import MappingProxyType
from typing import Final, NamedTuple

from garboard.lock_text import legible
from garboard.model.image import File
from garboard.model.package import Fact, Unread
from garboard.packages.installed import INSTALLED
from garboard.patterns import lazy, of_globs

NAME: Final = "unread-lists"
VERSION: Final = 5
SOURCES: Final = True
HEAD: Final = 64 * 1024
KIND: Final = "dependency lists of {}"
UNKNOWN: Final = "lock files of tools that are not known"
SUBMODULES: Final = "source repositories within the tree that are not checked out (.gitmodules)"
HIDDEN: Final = "npm's lists of folders of packages that are not there"


class UnreadTool(NamedTuple):
    """The files of a tool as globs, the files beside one that answer for it, and what one contains, where names alone do not tell.

    Those of its files that are ``locks`` are told of in an image, too.
    Where files of such names are many, ``words`` are what has to be in one before its ``sign`` is looked for, as that is cheap.
    """

    globs: tuple[str, ...]
    answered_by: tuple[str, ...] = ()
    sign: str = ""
    words: tuple[str, ...] = ("",)
    locks: tuple[str, ...] = ()


TOOLS: Final = MappingProxyType(
    {
        "Ansible": UnreadTool(
            ("**/requirements.yml", "**/requirements.yaml", "**/galaxy.yml"),
            sign=r"(?m)^[ \t]*-?[ \t]*(?:collections|roles|src|name|dependencies):",
        ),
        "Appraisal, and Gemfiles that work out gems": UnreadTool(
            ("**/Appraisals", "**/Gemfile", "**/gems.rb", "**/*.gemfile", "**/*.gemspec"),
            ("Gemfile.lock", "gems.locked"),
            r"(?m)^[ \t]*(?:eval_gemfile|instance_eval|appraise)\b|[.\s]add_(?:runtime_|development_)?dependency[ \t]*(?:\([ \t]*)?[^\s\"'%(]"
            r"|(?:^|[{;|])[ \t]*gem(?:[ \t]*\(|[ \t])[ \t]*[a-zA-Z_*][\w.]*[ \t]*(?:[,})\]\[]|\n|\Z)",
        ),
        "Bazel": UnreadTool(("**/MODULE.bazel", "**/WORKSPACE", "**/WORKSPACE.bazel"), sign=r"\w\("),
        "Cake": UnreadTool(("**/*.cake",), sign=r"(?m)^[ \t]*#(?:addin|tool|module|load)\b[^\n]*nuget:"),
        "Carthage": UnreadTool(
            ("**/Cartfile", "**/Cartfile.private", "**/Cartfile.resolved"),
            sign=r"(?m)^[ \t]*(?:github|git|binary)\s",
            locks=("**/Cartfile.resolved",),
        ),
        "Chef": UnreadTool(
            ("**/Berksfile", "**/Policyfile.rb", "**/Policyfile.lock.json"), locks=("**/Policyfile.lock.json",)
        ),
        "CMake's CPM": UnreadTool(("**/package-lock.cmake",)),
        "Conda's recipes": UnreadTool(("**/meta.yaml", "**/recipe.yaml"), sign=r"(?m)^requirements:"),
        "Cocoapods' pods (podspec)": UnreadTool(("**/*.podspec",), sign=r"\.dependency\b"),
        "Crystal": UnreadTool(
            ("**/shard.lock", "**/shard.yml"), sign=r"(?m)^(?:shards|dependencies):", locks=("**/shard.lock",)
        ),
        "D (dub)": UnreadTool(
            ("**/dub.selections.json", "**/dub.json", "**/dub.sdl"),
            sign=r"versions|dependenc",
            locks=("**/dub.selections.json",),
        ),
        "C# and F# scripts": UnreadTool(
            ("**/*.csx", "**/*.fsx"), sign=r'(?mi)^[ \t]*#(?:r|load)[ \t]+"[ \t]*(?:nuget|paket)\b'
        ),
        "Deno": UnreadTool(
            ("**/deno.json", "**/deno.jsonc", "**/import_map.json"), ("deno.lock",), r"(?:npm|jsr|https?):"
        ),
        "Elm": UnreadTool(("**/elm.json",)),
        "Erlang (rebar3)": UnreadTool(("**/rebar.config",), ("rebar.lock",), r"(?m)^\{deps,\s*\[\s*[^\s\]]"),
        "Erlang (erlang.mk)": UnreadTool(
            ("**/Makefile",),
            sign=r"(?m)^dep_\w+[ \t]*=[ \t]*(?:hex|git|git-submodule|git-subfolder|hg|svn)\b"
            r"|^(?:BUILD_|TEST_|DOC_|SHELL_|REL_)?DEPS[ \t]*[+?]?=[ \t]*[a-z][a-z0-9_ \t]*$",
        ),
        "Gleam": UnreadTool(("**/gleam.toml",), ("manifest.toml",), r"(?m)^\[dependencies\]"),
        "Go before its modules": UnreadTool(
            (
                "**/Godeps/Godeps.json",
                "**/Godeps.json",
                "**/Gopkg.toml",
                "**/vendor.conf",
                "**/glide.yaml",
                "**/vendor/vendor.json",
            ),
            ("Gopkg.lock", "glide.lock"),
        ),
        "Gradle's declarative build files": UnreadTool(("**/*.gradle.dcl",), sign=r"\bdependencies\b"),
        "Haskell": UnreadTool(
            ("**/*.cabal", "**/package.yaml", "**/stack.yaml"),
            ("cabal.project.freeze", "stack.yaml.lock"),
            r"(?mi)^[ \t]*(?:build-depends|dependencies|extra-deps)\s*:",
        ),
        "Helm": UnreadTool(
            ("**/Chart.lock", "**/Chart.yaml", "**/requirements.yaml", "**/requirements.lock"),
            sign=r"(?m)^dependencies:",
        ),
        "jspm and import maps": UnreadTool(("**/importmap.json", "**/jspm.json", "**/importmap.rb"), sign=r"://|@\d"),
        "Jeweler": UnreadTool(
            ("**/Rakefile",), ("Gemfile.lock", "gems.locked"), r"\.add_(?:runtime_|development_)?dependency\b"
        ),
        "LibMan": UnreadTool(("**/libman.json",), sign=r'"library"\s*:'),
        "Maven's extensions": UnreadTool(("**/.mvn/extensions.xml",), sign=r"<extension[\s/>]"),
        "Maven in other languages than XML": UnreadTool(
            (
                *("**/pom.yaml", "**/pom.yml", "**/pom.json", "**/pom.kts", "**/pom.scala"),
                *("**/pom.groovy", "**/pom.rb", "**/pom.clj", "**/pom.atom", "**/pom.java"),
            ),
            sign=r"dependenc|\bjar\b",
        ),
        "Meson": UnreadTool(("**/subprojects/*.wrap",)),
        "Mill": UnreadTool(("**/build.sc", "**/*.mill", "**/*.mill.scala"), sign=r'(?:ivy|mvn)"'),
        "NuGet before project files (project.json)": UnreadTool(
            ("**/project.json",), sign=r'"(?:frameworks|buildOptions)"|"dependencies"\s*:\s*\{\s*"[\w.-]+"\s*:\s*"\d'
        ),
        "Nim": UnreadTool(("**/nimble.lock", "**/*.nimble"), sign=r"requires|packages", locks=("**/nimble.lock",)),
        "Nix": UnreadTool(("**/flake.lock", "**/npins/sources.json", "**/nix/sources.json")),
        "OCaml": UnreadTool(("**/*.opam", "**/*.opam.locked"), sign=r"(?m)^depends:"),
        "Paket": UnreadTool(("**/paket.dependencies",), ("paket.lock",), r"(?m)^[ \t]*nuget\b"),
        "Perl": UnreadTool(
            ("**/cpanfile", "**/Makefile.PL", "**/Build.PL", "**/dist.ini"),
            ("cpanfile.snapshot",),
            r"requires|PREREQ|Prereqs",
        ),
        "Pixi": UnreadTool(
            ("**/pixi.toml", "**/pyproject.toml"),
            ("pixi.lock",),
            r"(?m)^[ \t]*\[(?:tool\.pixi\.|(?!tool\.))(?:[\w-]+\.)*(?:pypi-|host-|build-|run-)?dependencies\]",
        ),
        "pnpm before version 3": UnreadTool(("**/shrinkwrap.yaml",)),
        "Puppet": UnreadTool(("**/Puppetfile",), sign=r"(?m)^[ \t]*mod\b"),
        "PureScript": UnreadTool(("**/spago.dhall", "**/spago.yaml", "**/packages.dhall")),
        "pnpm's workspaces (catalogs)": UnreadTool(
            ("**/pnpm-workspace.yaml",), ("pnpm-lock.yaml",), r"(?m)^(?:catalogs?|overrides):"
        ),
        "package.json5 and package.yaml of pnpm": UnreadTool(("**/package.json5",), ("pnpm-lock.yaml",)),
        "shadow-cljs": UnreadTool(("**/shadow-cljs.edn",), sign=r":dependencies"),
        "Symfony's import maps": UnreadTool(("**/importmap.php",), sign=r"'version'"),
        "Go's sums without modules": UnreadTool(("**/go.sum",), ("go.mod",), r"\sh1:"),
        "Xcode": UnreadTool(
            ("**/*.xcodeproj/project.pbxproj",),
            ("project.xcworkspace/xcshareddata/swiftpm/Package.resolved",),
            "XCRemoteSwiftPackageReference",
        ),
        "Tuist": UnreadTool(("**/Tuist/Dependencies.swift",)),
        "Drush": UnreadTool(("**/*.make",), sign=r"(?m)^projects\["),
        "Ant": UnreadTool(("**/build.xml",), sign=r"artifact:dependenc|<resolver:|<ivy:(?:retrieve|cachepath)"),
        "Terraform": UnreadTool(
            ("**/.terraform.lock.hcl", "**/*.tf", "**/*.tofu", "**/terragrunt.hcl"),
            sign=r"\brequired_providers\b|(?m:^[ \t]*provider \")|(?m:^[ \t]*source[ \t]*=[ \t]*\"[^./\"])",
            words=("required_providers", 'provider "', "source"),
        ),
        "Unity": UnreadTool(("**/Packages/packages-lock.json", "**/Packages/manifest.json")),
        "V": UnreadTool(("**/v.mod",), sign=r"dependencies:\s*\[\s*[^\s\]]"),
        "vcpkg": UnreadTool(("**/vcpkg.json",), sign=r'"dependencies"'),
        "Zig": UnreadTool(("**/build.zig.zon",), sign=r"\.dependencies\b"),
    }
)
"""By what a report calls them."""
_ANY: Final = (
    *("**/*.lock", "**/*.lock.json", "**/*.lock.yaml", "**/*.resolved"),
    *("**/*-lock*.json", "**/*-Lock*.json", "**/*-lock*.yaml", "**/*-lock*.yml"),
)
"""How files are called that tools write to pin what they install."""
_GITMODULES: Final = "**/.gitmodules"
_OF_NPM: Final = "**/node_modules/.package-lock.json"
GLOBS: Final = (*(glob for tool in TOOLS.values() for glob in tool.globs), *_ANY, _GITMODULES, _OF_NPM)
ANSWERS: Final = MappingProxyType(
    {KIND.format(name): tool.answered_by for name, tool in TOOLS.items() if tool.answered_by}
)
"""By kind, the files beside one that answer for it."""
LOCKS: Final = tuple(glob for tool in TOOLS.values() for glob in tool.locks)
_PINS: Final = lazy(r"\d\.\d|[0-9a-f]{32}")
"""A version, or a hash."""
_MODULE: Final = lazy(r"(?m)^[ \t]*path[ \t]*=[ \t]*(\S+)[ \t]*$")
_NAMED: Final = lazy("|".join(f"(?P<tool{place}>{of_globs(tool.globs)})" for place, tool in enumerate(TOOLS.values())))


def catalog(file: File, /) -> Iterator[Fact]:
    """What the file is a list of, unless it is one of an installed package, or names nothing."""
    name = file.path.rpartition("/")[2]
    if name == ".package-lock.json":
        yield Unread(kind=HIDDEN, folder=file.path.rpartition("/")[0])
        return
    if INSTALLED.search(file.path) is not None:
        return
    text = legible(file.data)
    named = _NAMED().fullmatch(file.path)
    if name == ".gitmodules":
        folder = file.path.removesuffix(name)
        yield from (Unread(kind=SUBMODULES, folder=f"{folder}{path}") for path in _MODULE().findall(text))
    elif named is not None and named.lastgroup is not None:
        label, tool = tuple(TOOLS.items())[int(named.lastgroup.removeprefix("tool"))]
        if any(word in text for word in tool.words) and re.search(tool.sign, text) is not None:
            yield Unread(kind=KIND.format(label))
    elif _PINS().search(text) is not None:
        yield Unread(kind=UNKNOWN)
