"""The kinds of files that hold or list packages and that no cataloger reads: their names in reports, and where they lie."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from types import MappingProxyType
from typing import Final

from garboard.ecosystems import ECOSYSTEMS
from garboard.ecosystems.generic import LIBRARIES as _DLL
from garboard.ecosystems.python import MODULES as PYTHON_MODULES
from garboard.ecosystems.python import REQUIREMENTS
from garboard.model.ecosystem import Ecosystem
from garboard.model.image import Bare
from garboard.packages import bills
from garboard.patterns import of_globs

CLASSES: Final = "compiled Java classes"
BOWER: Final = "Bower packages"
COMPOSER: Final = "PHP packages without Composer's list"
NUGET: Final = ".NET packages (NuGet)"
EGG_LINKS: Final = "links to Python projects"
WEB_ASSEMBLY: Final = "WebAssembly modules"
OF_MACOS: Final = "macOS programs"
ZIPPED: Final = "zip applications"
VENDORED: Final = "vendored Go modules"
WORDPRESS: Final = "WordPress plugins"
PERL: Final = "Perl distributions"
BEAM: Final = "compiled Erlang modules without their application's file"
LISTS: Final = MappingProxyType(
    {
        CLASSES: ("**/*.class",),
        "modules and themes of Drupal 7": (
            "**/sites/*/modules/*/*.info",
            "**/sites/*/modules/contrib/*/*.info",
            "**/sites/*/themes/*/*.info",
        ),
        "compressed kernel modules of other makers": tuple(
            f"**/lib/modules/*/{folder}/{name}.ko.{end}"
            for folder in ("extra", "updates", "misc")
            for name in ("*", "*/*")
            for end in ("xz", "zst", "gz")
        ),
        ".NET dependency lists": ("**/packages.config",),
        "Clear Linux bundles": ("usr/share/clear/bundles/*",),
        "packages in the cache of Conan 2": ("**/.conan2/p/cache.sqlite3",),
        "snaps": ("var/lib/snapd/snaps/*.snap",),
        BOWER: ("**/.bower.json", "**/bower.json"),
        COMPOSER: ("**/vendor/*/*/composer.json",),
        NUGET: ("**/*.nuspec",),
        EGG_LINKS: ("**/*.egg-link",),
        WEB_ASSEMBLY: ("**/*.wasm",),
        PERL: ("**/.packlist",),
        BEAM: ("**/ebin/*.beam",),
        WORDPRESS: ("**/wp-content/plugins/*/readme.txt",),
        bills.KIND: bills.GLOBS,
    }
)
"""Files that hold or list installed packages, by what a report calls these."""
NO_STANZA: Final = "file lists of packages that are not in dpkg's status"
ROOT: Final = "package databases of another root file system"
DATABASES: Final = (
    *(path for one in ECOSYSTEMS for path in one.roots),
    *(glob for globs in LISTS.values() for glob in globs if not glob.startswith("**/")),
)
"""What lists the packages of a root file system, seen from its root."""
ROOTS: Final = tuple(f"**/*/{path}" for path in DATABASES if not path.endswith("/*"))
"""Those in a root file system within this one, but for folders of such files."""
BARE: Final = (
    *(bare for one in ECOSYSTEMS for bare in one.bare),
    *(
        Bare(
            within=f"/{folder}/".encode(),
            folder=rb"[^/\0]*".join(map(re.escape, f"/{folder}".encode().split(b"*"))) + rb"(?=/)",
            files=(),
            contents=(b"",),
            kind=ROOT,
        )
        for folder in (path.removesuffix("/*") for path in DATABASES if path.endswith("/*"))
    ),
)
ARCHIVES: Final = tuple(
    f"**/*{spelled}"
    for end in (
        *(f".{one.package_file.rpartition('.')[2]}" for one in ECOSYSTEMS if one.package_file),
        *(end for one in ECOSYSTEMS for end in one.other_files),
        *(".pkg.tar.zst", ".pkg.tar.xz", ".snap", ".flatpak"),
    )
    for spelled in (end, end.upper())
)
RUNTIMES: Final = ("**/lib/modules", "**/release")
MODULES: Final = tuple(glob for one in ECOSYSTEMS for glob in one.modules)
IN_MODULES: Final = tuple(glob for one in ECOSYSTEMS for glob in one.in_modules)
"""What stands for folders that ``MODULES`` do not show; a package of the distribution may have brought it."""
MODULE_LISTS: Final = tuple(glob for one in ECOSYSTEMS for glob in one.module_lists)
DLLS: Final = ("**/*.dll", "**/*.DLL")
REQUIREMENTS_NAME: Final = "requirements.txt"
OTHER_LOCKS: Final = ("pom.xml",)
"""Manifests that are told as files that pin packages are."""
LISTING: Final = MappingProxyType({folder: one.type for one in ECOSYSTEMS for folder in one.lists})
LOCKED: Final = MappingProxyType({lock: one for one in ECOSYSTEMS for lock in one.locks})
PINNING: Final = MappingProxyType(
    {
        glob: one
        for one in ECOSYSTEMS
        for glob in one.declares
        if glob.rpartition("/")[2] not in LOCKED
        and glob not in {*one.of_sources, *REQUIREMENTS, *(glob for globs in LISTS.values() for glob in globs)}
    }
)
"""Globs of other files that pin packages, each with its ecosystem: these are read as a whole."""
OWNABLE: Final = (
    *(glob for globs in LISTS.values() for glob in globs),
    *(f"**/{name}" for name in (*LOCKED, *OTHER_LOCKS) if name != REQUIREMENTS_NAME),
    *REQUIREMENTS,
    *ARCHIVES,
    *DLLS,
    *RUNTIMES,
    *MODULES,
)
"""Those that a package of the distribution may have brought, which then answers for them."""
CHECKSUMS: Final = tuple(
    f"{folder}/*.md5sums" for one in ECOSYSTEMS for folder in one.lists if f"{folder}/*" not in one.globs
)
GLOBS: Final = (*(glob for glob in OWNABLE if glob not in DLLS), *ROOTS, *CHECKSUMS)
GO: Final = "Go programs"
LOCK: Final = "dependency lists without an installation"
PACKED: Final = "programs packed by UPX"
PROGRAM: Final = "programs that no package manager installed"
LIBRARY: Final = "shared libraries that no package manager installed"
ARCHIVE: Final = "package files"
RUNTIME: Final = "Java runtimes"
MODULE: Final = PYTHON_MODULES
MODULE_LIST: Final = "names of such folders and modules"
FRONT_ENDS: Final = "front ends of distributions"
"""Their ``package.json``, by the lists of what the distributions brought."""
OUTSIDE: Final = "files that packages put outside of their folders"
DOTNET: Final = ".NET dependency lists"
KINDS: Final = MappingProxyType(
    {
        MODULE: MODULES,
        NO_STANZA: CHECKSUMS,
        ROOT: ROOTS,
        _DLL: DLLS,
        **LISTS,
        ARCHIVE: ARCHIVES,
        RUNTIME: RUNTIMES,
    }
)


def is_library(name: str) -> bool:
    """Whether a file of this name is a shared library."""
    return name.endswith(".so") or ".so." in name


def locked_by(path: str) -> Ecosystem | None:
    """The ecosystem whose packages a file pins; None where it is none of those that have a record of their own."""
    name = path.rpartition("/")[2]
    return LOCKED.get(REQUIREMENTS_NAME if is_requirements(name) else name) or pinning(path)


def pinning(path: str) -> Ecosystem | None:
    """The ecosystem whose packages a file pins that is read as a whole."""
    return next((one for one, matches in _pinning() if matches(path) is not None), None)


@cache
def _pinning() -> tuple[tuple[Ecosystem, Callable[[str], object]], ...]:
    return tuple((one, re.compile(of_globs((glob,))).fullmatch) for glob, one in PINNING.items())


def is_requirements(name: str) -> bool:
    """Whether a lock file of this name is a list for pip."""
    return name.endswith((".txt", ".pip"))
