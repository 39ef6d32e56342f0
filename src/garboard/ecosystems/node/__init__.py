"""Node packages: npm, yarn, pnpm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from garboard.model.ecosystem import ANYWHERE, Ecosystem, LockTool, parent_folder, same_file
from garboard.model.image import Bare, Glance

EXTENSIONS: Final = "extensions of editors"
"""What a report calls these packages, which are none of a registry."""
ASAR: Final = "Electron's archives without packages"
"""What a report calls those that hold no ``package.json``."""
_NPM: Final = "npm install --package-lock-only --ignore-scripts {name}@{version}"
_LOCKING: Final = (
    *(
        "--prefix={folder}",
        "--package-lock-only",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--no-update-notifier",
    ),
    *("--workspaces=false", "--git=/dev/null/git", "--loglevel=error", "--progress=false"),
)
_LISTS: Final = (".pnp.cjs", ".pnp.js", ".pnp.data.json")
UNMET: Final = "applications without the npm packages that they need"
LOCKING: Final = (
    "`npm install --package-lock-only`, `yarn install --mode update-lockfile` or `pnpm install --lockfile-only` writes a lock "
    "file without an installation"
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from garboard.model.ecosystem import Catalog, Editor, PlainCatalog
    from garboard.model.image import File
    from garboard.model.package import Fact, Package
    from garboard.model.program import Commands


def _nearest(requiring: Package, copies: list[Package]) -> list[Package]:
    """Node's resolution: the package's own ``node_modules``, then those of the folders above it; no other.

    Of copies in the store of a tool, to which links lead that are not known here, it may be any.
    """
    places = {parent_folder(copy.locations[0].path): copy for copy in copies if copy.locations}
    if not requiring.locations:
        return copies
    if requiring.locations[0].path.endswith(_LISTS):
        return same_file(requiring, copies)
    base = parent_folder(requiring.locations[0].path)
    while True:
        modules = (base + "/" if base else "") + "node_modules/"
        found = places.get(modules + copies[0].full_name)
        if found is not None:
            return [found]
        if stored := [copy for place, copy in places.items() if _in_store(place, modules)]:
            return stored
        if not base:
            return []
        base = parent_folder(base)


def _in_store(place: str, modules: str) -> bool:
    """Whether a package lies in a store of this ``node_modules``, where each may have one of its own (pnpm's)."""
    return place.startswith(f"{modules}.") and place.count("node_modules/", len(modules)) <= 1


def _repeats(path: str) -> str | None:
    """Yarn's cache holds what its list names, or what it unpacked into ``node_modules``; a folder of a package, that itself."""
    if ".zip!/" in path:
        return ANYWHERE
    from garboard.ecosystems.node.nested import enclosing

    return enclosing(path)


def _archives() -> PlainCatalog:
    from garboard.ecosystems.node.archives import catalog

    return catalog


def _folders(path: str) -> tuple[str, ...]:
    return (parent_folder(path),)


def _for_tests(path: str) -> bool:
    from garboard.ecosystems.node.nested import in_fixtures

    return in_fixtures(path.rpartition("node_modules/")[0])


def _catalog() -> Catalog:
    from garboard.ecosystems.node.cataloger import catalog

    return catalog


def _editor(_path: str) -> Editor:
    from garboard.ecosystems.node.edited_package import raising

    return raising


def _declared() -> PlainCatalog:
    from garboard.ecosystems.node import declared, lockfiles, scripts

    def catalog(file: File, /) -> Iterator[Fact]:
        if file.path.endswith(_MODULES):
            return scripts.catalog(file)
        if lockfiles.reads(file.path):
            return lockfiles.catalog(file)
        if file.path.endswith("package.json"):
            return declared.manifest(file)
        return declared.catalog(file)

    return catalog


def _commands() -> Commands:
    from garboard.ecosystems.node.commands import COMMANDS

    return COMMANDS


_MODULES: Final = (".ts", ".mts", ".tsx", ".js", ".mjs", ".jsx")
_IMPORTS: Final = (b'"npm:', b"'npm:", b'"jsr:', b"'jsr:", b'"https://', b"'https://")
"""How an import begins that names a package by its address."""
_PROJECTS: Final = (b"package.json", b"deno.lock", b"node_modules")
"""What is asked for there, a lock file or a manifest states."""

ECOSYSTEM: Final = Ecosystem(
    name="node",
    type="npm",
    manager="npm",
    language="js",
    osv="npm",
    order="semver",
    globs=(
        "**/package.json",
        *(f"**/{name}" for name in _LISTS),
        "**/.corepack",
        "**/.yarn/releases/*.cjs",
        "**/.yarn/releases/*.js",
    ),
    archives=("**/*.asar", "**/.yarn/cache/*.zip", "**/.yarn/berry/cache/*.zip"),
    load_archives=_archives,
    repeats=_repeats,
    blank=r"yarn\.lock$",
    declares=(
        "**/package-lock.json",
        "**/npm-shrinkwrap.json",
        "**/yarn.lock",
        "**/pnpm-lock.yaml",
        "**/pnpm-lock.*.yaml",
        "**/bun.lock",
        "**/deno.lock",
    ),
    manifests=("**/package.json",),
    glances=tuple(
        Glance(end=end.encode(), signs=_IMPORTS, above=_PROJECTS, run_by=(b"deno", b"bun") if end == ".ts" else ())
        for end in _MODULES
    ),
    load_declared=_declared,
    edited=("**/package.json",),
    load_editor=_editor,
    projects=("package.json",),
    tied=(
        *((one, _NPM) for one in ("package-lock.json", "npm-shrinkwrap.json")),
        ("yarn.lock", "yarn upgrade {name}@{version}` or, with Yarn 2 or newer, `yarn up {name}@{version}"),
        ("pnpm-lock.yaml", "pnpm add --lockfile-only {name}@{version}"),
        ("bun.lock", "bun add {name}@{version}"),
        ("bun.lockb", "bun add {name}@{version}"),
    ),
    tools=tuple(
        LockTool(
            lock=lock,
            manifest="package.json",
            program="npm",
            named=(("install", *_LOCKING, "--", "{name}@{version}"), ("install", *_LOCKING)),
            other=(("update", *_LOCKING, "--", "{name}"),),
            # Corepack would fetch and run the program that the manifest names.
            environment=(("COREPACK_ENABLE_PROJECT_SPEC", "0"), ("NODE_OPTIONS", "")),
            kept=("npm_config_", "NPM_CONFIG_", "NODE_EXTRA_CA_CERTS"),
            refused=r'"workspaces"|"(?:file|link|portal|workspace):|"version"\s*:\s*"[a-z+]+://'
            r'|"(?:[a-z]*[dD]ependencies|overrides)"\s*:\s*\{[^{}]*"[a-z+]+://',
            read=lock,
        )
        for lock in ("package-lock.json", "npm-shrinkwrap.json")
    ),
    version=12,
    bare=(
        Bare(
            within=b"node_modules/",
            folder=rb"node_modules/(?:@[^/\0]+/)?[^/\0@.][^/\0]*",
            files=(b"package.json",),
            contents=(b".js", b".cjs", b".mjs"),
            kind="npm packages without a package.json",
        ),
    ),
    for_tests=_for_tests,
    caches=("**/_cacache",),
    unread=(EXTENSIONS, ASAR),
    unmet=UNMET,
    unmet_hint=LOCKING,
    installers=("npm", "corepack", "yarn", "pnpm"),
    locks=(
        "package-lock.json",
        "npm-shrinkwrap.json",
        "yarn.lock",
        "pnpm-lock.yaml",
        "bun.lock",
        "bun.lockb",
        "deno.lock",
    ),
    packed=("**/node_modules/*/package.json", "**/node_modules/@*/*/package.json"),
    load_catalog=_catalog,
    programs=("npm", "yarn", "pnpm"),
    load_commands=_commands,
    index="the npm registry",
    nearest=_nearest,
    folders=_folders,
    interpreter="node",
    scripts=(".js", ".mjs"),
    interpreted=True,
    misses="what entries of the first version of package-lock.json, or of deno.lock, need and these do not list; modules that are imported from addresses (a gap), and imports after the first 4 KiB of a file; packages that a bundler wrote into one file, and libraries for browsers that lie among a project's own files (`jquery.min.js`); packages among the test fixtures of an installed one (`node_modules/a/test/fixtures`)",
    reference="https://docs.npmjs.com/cli/configuring-npm/package-json",
)
