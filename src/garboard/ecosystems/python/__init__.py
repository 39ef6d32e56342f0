"""Python distributions: pip, uv, poetry and their kin."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final

from garboard.ecosystems.python.names import normalize
from garboard.model.ecosystem import Ecosystem, parent_folder
from garboard.model.image import Bare, Glance

WITHOUT_METADATA: Final = "Python archives without the metadata of a distribution"
"""What a report calls these: wheels, eggs and zip applications."""

MODULES: Final = "modules and folders of Python packages without metadata"
"""What a report calls these, in folders where packages lie with theirs."""
OF_INSTALLERS: Final = frozenset({"_virtualenv.py", "sitecustomize.py", "usercustomize.py"})
"""Modules in such a folder that set up its Python: no distribution is behind them."""
PLACES: Final = ("site-packages", "dist-packages")
"""The folders in which distributions lie with their metadata, by their names."""

_LISTS: Final = ("/vendor.txt", "/vendored.txt")

if TYPE_CHECKING:
    from collections.abc import Iterator

    from garboard.model.ecosystem import Catalog, Editor, Join, PlainCatalog, VersionOrder
    from garboard.model.image import File
    from garboard.model.package import Fact
    from garboard.model.program import Commands


def _install_folder(path: str) -> str:
    """The ``site-packages`` that holds the folder of metadata, or the egg."""
    if path.endswith((*_LISTS, ".egg", ".egg-info", ".whl", ".pyz", ".pex")):
        return parent_folder(path)
    return parent_folder(parent_folder(path.replace("/EGG-INFO/", "/")))


def _folders(path: str) -> tuple[str, ...]:
    """All of ``site-packages``; in another folder (``pip install --target``) those that are called like the distribution.

    None in that of a project that was installed where it is developed.
    """
    folder = _install_folder(path)
    if folder.endswith(PLACES):
        return (folder,)
    before, metadata, _ = path.rpartition(".dist-info/")
    name = before.rpartition("/")[2].partition("-")[0]
    if not metadata or not name:
        return ()
    return tuple(f"{folder}/{one}{end}".removeprefix("/") for one in {name, name.lower()} for end in ("", ".libs"))


def _repeats(path: str) -> str | None:
    """A list of copies repeats the metadata in its folder."""
    return _install_folder(path) if path.endswith(_LISTS) else None


def _allows(specifier: str, version: str) -> bool:
    """One that is not PEP 440's says nothing, and so admits all."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        return SpecifierSet(specifier).contains(version, prereleases=True)
    except InvalidSpecifier:
        return True


def _for_tests(path: str) -> bool:
    from garboard.ecosystems.python.cataloger import in_fixtures

    return in_fixtures(path)


def _catalog() -> Catalog:
    from garboard.ecosystems.python.cataloger import catalog

    return catalog


def _archives() -> PlainCatalog:
    from garboard.ecosystems.python.archive import catalog

    return catalog


def _order() -> VersionOrder:
    from garboard.ecosystems.python import version

    return version


def _declared() -> PlainCatalog:
    def catalog(file: File) -> Iterator[Fact]:
        name = file.path.rpartition("/")[2]
        lists = name.lower().endswith((".txt", ".pip")) or name in _PLAIN
        if lists or (name.endswith(".lock") and "requirements" in name):
            from garboard.ecosystems.python import requirements

            return requirements.catalog(file)
        return _manifest(name)(file)

    return catalog


def _manifest(name: str) -> PlainCatalog:
    """What reads a file of this name that is no list for pip."""
    from garboard.ecosystems.python import declared, manifests, scripts, tools, unpacked

    by_name: dict[str, PlainCatalog] = {
        "PKG-INFO": unpacked.catalog,
        "pyproject.toml": lambda file: chain(manifests.catalog(file), tools.catalog(file)),
        **dict.fromkeys(_TOOLS, tools.catalog),
        **dict.fromkeys(("Pipfile", "setup.cfg", "setup.py"), manifests.catalog),
    }
    if name in by_name:
        return by_name[name]
    if name.endswith((".py", ".ipynb")):
        return scripts.catalog
    return manifests.catalog if name.endswith(".in") else declared.catalog


def _join() -> Join:
    from garboard.ecosystems.python.requirements import join

    return lambda kept, _documents, paths: join(kept, paths)


def _editor(path: str) -> Editor:
    from garboard.ecosystems.python import edited_project, edited_requirements

    return edited_project.raising if path.endswith(".toml") else edited_requirements.raising


def _commands() -> Commands:
    from garboard.ecosystems.python.commands import COMMANDS

    return COMMANDS


LARGEST_LIST: Final = 256 * 1024
"""Bytes of a list for pip that is not called so."""
_TOOLS: Final = ("tox.ini", "tox.toml", "hatch.toml", ".pre-commit-config.yaml", ".pre-commit-config.yml", "noxfile.py")
_PROJECTS: Final = ("pyproject.toml", "Pipfile", "setup.cfg", "setup.py")
_PURPOSES: Final = (
    *("base", "build", "ci", "common", "core", "deploy", "dev", "devel", "development", "doc", "docs", "lint", "local"),
    *("prod", "production", "stage", "staging", "test", "testing", "tests"),
)
_PLAIN: Final = (
    *("requirements", "pip-requires", "test-requires"),
    *(f"requirements{mark}{purpose}" for mark in ".-_" for purpose in _PURPOSES),
    *(f"{purpose}{mark}requirements" for mark in ".-_" for purpose in _PURPOSES),
)
"""Names of lists for pip without an extension, or with one that says what for."""
REQUIREMENTS: Final = (
    "**/*requirements*.txt",
    "**/*Requirements*.txt",
    "**/*REQUIREMENTS*.txt",
    "**/requirements/*.txt",
    "**/requirements/*/*.txt",
    "**/requirements/*/*/*.txt",
    "**/requirements/*/*/*/*.txt",
    "**/requirements.d/*.txt",
    "**/*requirements*.TXT",
    "**/*Requirements*.TXT",
    "**/*REQUIREMENTS*.TXT",
    "**/*reqs*.txt",
    "**/reqs/*.txt",
    *(f"**/{name}" for name in _PLAIN),
    "**/*requirements*.pip",
)
"""What pip reads, as far as names tell."""

ECOSYSTEM: Final = Ecosystem(
    name="python",
    type="pypi",
    manager="pip",
    language="python",
    osv="PyPI",
    order="pep440",
    load_order=_order,
    normalize=normalize,
    one_spelling=True,
    globs=(
        "**/*.dist-info/METADATA",
        "**/*.dist-info/direct_url.json",
        "**/*.egg-info/PKG-INFO",
        "**/*.egg-info/METADATA",
        "**/*.egg-info",
        "**/EGG-INFO/PKG-INFO",
        *(
            f"**/{folder}/{name}"
            for folder in ("_vendor", "vendored", "vendor")
            for name in ("vendor.txt", "vendored.txt")
        ),
    ),
    archives=("**/*.whl", "**/*.egg", "**/*.pyz", "**/*.pex"),
    load_archives=_archives,
    scripts_with_archives=True,
    unread=(WITHOUT_METADATA,),
    locks=("requirements.txt", "Pipfile.lock", "poetry.lock", "uv.lock", "pdm.lock", "pylock.toml", "Pipfile"),
    below_locks=False,
    installers=("pip", "setuptools", "wheel"),
    version=11,
    for_tests=_for_tests,
    caches=("**/.cache/pip",),
    modules=tuple(f"**/{place}/{name}" for place in PLACES for name in ("*/__init__.py", "*.py", "*.pyc")),
    module_lists=("**/*.dist-info/RECORD", "**/*.dist-info/top_level.txt", "**/*.egg-info/top_level.txt"),
    in_modules=tuple(
        f"**/{place}/{folders}*.py" for place in PLACES for folders in ("*/", "*/*/", "*/*/*/", "*/*/*/*/")
    ),
    bare=(
        *(
            Bare(
                within=b"." + end,
                folder=rb"\." + end + rb"(?=[/\0]|\Z)",
                files=files,
                contents=(b"",),
                kind="Python packages without metadata",
            )
            for end, files in ((b"dist-info", (b"METADATA",)), (b"egg-info", (b"PKG-INFO", b"METADATA")))
        ),
        *(
            Bare(
                within=b"/" + place + b"/",
                folder=b"/" + place + rb"/(?!__pycache__/)[^\W\d]\w*(?=/)",
                files=(b"__init__.py",),
                contents=(b".py", b".so", b"/__init__.pyc"),
                kind=MODULES,
                namespaces=True,
            )
            for place in (b"site-packages", b"dist-packages")
        ),
    ),
    packed=("**/*.dist-info/METADATA", "**/EGG-INFO/PKG-INFO"),
    load_catalog=_catalog,
    programs=("pip", "pipx", "uv", "poetry"),
    blank=r"(?i)\.(?:txt|pip|in)$|requirements[^/]*$|requires$",
    of_sources=("**/*constraints*.txt", "**/PKG-INFO"),
    declares=(
        *REQUIREMENTS,
        "**/*constraints*.txt",
        "**/*requirements*.lock",
        "**/Pipfile.lock",
        "**/poetry.lock",
        "**/uv.lock",
        "**/*.py.lock",
        "**/pdm.lock",
        "**/pylock*.toml",
        "**/PKG-INFO",
    ),
    manifests=(*(f"**/{name}" for name in (*_PROJECTS, *_TOOLS)), "**/*requirements*.in", "**/requirements/*.in"),
    glances=(
        Glance(
            end=b".py", signs=(b"# /// script",), beside=(b"__init__.py",), run_by=(b"python", b"uv", b"pipx", b"hatch")
        ),
        *(Glance(end=end, signs=(b"==", b">=", b"~="), head=LARGEST_LIST) for end in (b".txt", b".TXT")),
        Glance(end=b".ipynb", signs=(b"pip install", b"pip3 install"), head=1024 * 1024),
    ),
    load_declared=_declared,
    load_join=_join,
    edited=("**/*.txt", "**/*.in", "**/*.pip", "**/pyproject.toml"),
    load_editor=_editor,
    projects=("pyproject.toml",),
    tied=tuple((f"{tool}.lock", f"{tool} add '{{name}}>={{version}}'") for tool in ("uv", "poetry", "pdm")),
    load_commands=_commands,
    index="PyPI",
    install_folder=_install_folder,
    folders=_folders,
    repeats=_repeats,
    allows=_allows,
    interpreter="python3",
    scripts=(".py",),
    interpreted=True,
    misses="what packages of a requirements file need and it does not list, which is told of files that no tool made, and takes nothing from the coverage; what entries of pdm.lock need and it does not list, and of poetry.lock what has a marker; modules that lie in an archive, or among others, without a distribution's metadata (a gap); what is vendored without "
    "metadata or a list; what a script states in itself (PEP 723) after its first 4 KiB, or as a module of a package; lists for pip under names that do not "
    "contain `requirements` or `reqs`, if they do not end with `.txt`, or have lines that are no requirements or no version at all, "
    "unless one names them (a gap); what a build (`build-system`), tox, nox and pre-commit "
    "need without a version, and the hooks of pre-commit, which are told and take nothing from the coverage",
    reference="https://packaging.python.org/en/latest/specifications/",
)
