"""Go modules: the go command."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import AdvisedName, Ecosystem, LockTool, same_file

if TYPE_CHECKING:
    from garboard.model.ecosystem import Editor, Join, PlainCatalog
    from garboard.model.package import Package
    from garboard.model.program import Commands, Fix, PackageSpec


def go(word: str) -> PackageSpec | str:
    """A package's import path with ``@version``."""
    from garboard.model.program import A_FILE, spec

    found = re.fullmatch(r"((?:[\w-]+\.)+[\w-]+(?:/[\w.~-]+)*)(?:@(\S+))?", word)
    return spec(found[1], found[2], "@") if found else A_FILE


def _lower(name: str) -> str:
    """Paths count with their case, but package URLs have them in lower case."""
    return name.lower()


def _remedy(fix: Fix) -> tuple[str, str]:
    from garboard.model.program import FIXED

    first, version = fix.pins[0]
    if first.full_name == "stdlib":
        return f"build again with Go {FIXED} or later", f"go get go@{version.removeprefix('v')}"
    named = f"{first.full_name}@v{version.removeprefix('v')}"
    where = "another module needs it; go.mod may still ask for a later one: " if fix.indirect else ""
    return f"{where}get {FIXED} or later, and build again", f"go get {named} && go mod tidy"


def _declared() -> PlainCatalog:
    from garboard.ecosystems.golang.declared import catalog

    return catalog


def _join() -> Join:
    from garboard.ecosystems.golang.workspaces import join

    return lambda kept, _documents, _paths: join(kept)


def _editor(_path: str) -> Editor:
    from garboard.ecosystems.golang.edited_mod import raising

    return raising


def _commands() -> Commands:
    from garboard.model.program import Commands, Program, verbs, words

    program = Program(
        go,
        verbs=verbs("install, get"),
        with_value=words(
            "-C -p -asmflags -buildmode -compiler -gccgoflags -gcflags -ldflags -mod -modfile -overlay -pgo -pkgdir -tags "
            "-toolexec -o"
        ),
        opaque=verbs("mod download"),
        bare="the module of this folder",
    )
    programs = MappingProxyType({"go": program})
    return Commands(programs=programs, remedy=_remedy, pin_signs=("@",), raised="{name}@{version}", version_mark="v")


_GETTING: Final = (
    ("-C", "{folder}", "get", "{name}@v{version}"),
    ("-C", "{folder}", "mod", "download", "all"),
)
NO_INFORMATION: Final = "Go programs without build information"


def _program() -> PlainCatalog:
    from garboard.ecosystems.golang.program import catalog

    return catalog


def _for_tests(path: str) -> bool:
    return "/testdata/" in f"/{path}"


def _advised(package: Package) -> tuple[AdvisedName, ...]:
    """The module's path; what Go calls ``1.22rc1`` advisories call ``1.22.0-rc.1``."""
    found = re.fullmatch(r"(\d+(?:\.\d+)*)(rc|beta)(\d+)", package.version)
    version = f"{found[1]}.0-{found[2]}.{found[3]}" if found else package.version
    return (AdvisedName(package.full_name, version),)


ECOSYSTEM: Final = Ecosystem(
    name="golang",
    type="golang",
    manager="golang",
    osv="Go",
    locks=("go.mod", "Gopkg.lock", "glide.lock"),
    order="semver",
    normalize=_lower,
    programs=("go",),
    declares=("**/go.mod", "**/tools.mod", "**/go.*.mod"),
    manifests=("**/go.work",),
    load_declared=_declared,
    load_join=_join,
    edited=("**/go.mod",),
    load_editor=_editor,
    projects=("go.mod",),
    builds=r"(?:^|[\s;&|(/])go\s+(?:build|install|generate)\b",
    tied=(
        ("vendor/modules.txt", "go get {name}@v{version} && go mod tidy && go mod vendor"),
        ("go.sum", "go get {name}@v{version} && go mod tidy"),
    ),
    tools=(
        LockTool(
            lock="go.sum",
            manifest="go.mod",
            program="go",
            named=_GETTING,
            environment=(
                *(("GOFLAGS", "-mod=mod"), ("GOTOOLCHAIN", "local"), ("GOWORK", "off"), ("GO111MODULE", "on")),
                ("GOVCS", "*:off"),  # only from proxies: no program of a source repository is run
            ),
            kept=("GOPROXY", "GOPRIVATE", "GONOPROXY", "GONOSUMDB", "GOSUMDB", "GOMODCACHE", "GOPATH", "GOCACHE"),
            refused=r"=>[ \t]*\"?\.{0,2}/",
            read="go.mod",
            stays=r"(?m)^(?:go|toolchain)[ \t]+[^\s/]+",
        ),
    ),
    toolchain="stdlib",
    load_commands=_commands,
    load_program=_program,
    unread=(NO_INFORMATION,),
    built_in_a_folder=True,
    version=10,
    sections=(".go.buildinfo", "__go_buildinfo", ".gopclntab", "__gopclntab"),
    windows_sections=(".symtab",),
    marks=(b"\x04\0\0\0Go", b"\xff Go buildinf:"),
    nearest=same_file,
    advised=_advised,
    caches=("**/pkg/mod/cache",),
    for_tests=_for_tests,
    index="the Go module proxy",
    misses="programs packed by UPX, obfuscated, or built without modules (gaps)",
    reference="https://pkg.go.dev/debug/buildinfo",
)
