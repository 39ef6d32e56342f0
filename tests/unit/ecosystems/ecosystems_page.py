"""The page about ecosystems, made of their records."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path

from garboard.ecosystems import ECOSYSTEMS
from garboard.model.ecosystem import Ecosystem
from garboard.packages import unread_lists

_ON_A_LINE = 5
_WIDTH = 125
PAGE = Path(__file__).parents[3] / "docs" / "ecosystems.md"
HEAD = """\
# Ecosystems

What garboard reads of each ecosystem. What lies in an image and is read by none of these is told at the end of each report,
under "Not covered". Made of the records in `src/garboard/ecosystems`. `python bench/coverage.py IMAGE` sets an image's packages beside
those that Syft lists, and says why they differ.

| ecosystem | package URL | installed packages | programs | source trees | judged by |
| --- | --- | --- | --- | --- | --- |
"""


def page() -> str:
    """The whole page."""
    rows = "".join(_row(one) for one in ECOSYSTEMS)
    sections = "".join(
        "".join(_section(one))
        for one in ECOSYSTEMS
        if one.load_catalog or one.of_folder or one.load_program or one.load_declared
    )
    return f"{HEAD}{rows}{sections}{_unread()}"


def _unread() -> str:
    rows = "".join(
        f"| {name} | {_listed(tool.globs)} | {_listed(tool.answered_by)} |\n"
        for name, tool in unread_lists.TOOLS.items()
    )
    return f"{UNREAD}{rows}"


UNREAD = """
## Lists that are told and not read

A source tree with one of these is not said to be clean: the report names the file, by its tool, as something that was not
covered, unless a lock file that is read lies beside it. So it does with a file called as lock files are that no tool known here writes, with
submodules of Git that are not checked out, and with npm's list of a `node_modules` that is empty.

It does so, too, with a file that is called as a list here but for capitals (`GEMFILE.LOCK`), which some systems find and others do
not; .NET's are read. An empty lock file is told, as no tool leaves one. What version control keeps (`.git`, `.hg`, `.svn`) is not read.

An image with a lock file that pins what is not installed there is not said to be clean either, whichever ecosystem above it is of.

Commands that install packages in stated versions (`pip install django==3.2.0`, `npm install -g x@1.0.0`) are named, and take
nothing from the coverage, where they are in files of continuous integration, in makefiles and in scripts (`.sh`, `.bash`, `.ps1`). Those
of a Dockerfile are judged with the image that it builds: the report ends with the command for that.

| Tool | Files | Told by |
|---|---|---|
"""


def _row(one: Ecosystem) -> str:
    cells = (
        one.name,
        f"`pkg:{one.type}/…`",
        "yes" if one.load_catalog or one.of_folder else "",
        "yes" if one.load_program else "",
        "yes" if one.load_declared else "",
        _judge(one),
    )
    return f"| {' | '.join(cells)} |\n"


def _judge(one: Ecosystem) -> str:
    if one.osv:
        return f"OSV, {one.osv}"
    return "the distribution's own data" if one.system else "no feed"


def _section(one: Ecosystem) -> Iterator[str]:
    yield f"\n## {one.name}\n\n"
    yield from _installed(one)
    if one.declares:
        yield from _grouped("In source trees, and in images with `--declared`", one.declares)
    if one.manifests:
        yield from _grouped("Manifests there, which ask for packages that a lock file tells", one.manifests)
    if one.glances:
        ends = _listed(tuple(f"*{glance.end.decode()}" for glance in one.glances))
        yield f"* Scripts there that state in their beginning what they need: {ends}.\n"
    if one.programs:
        yield f"* Command lines of a Dockerfile that ask for packages by name: {_listed(one.programs)}.\n"
    if one.order:
        yield f"* Order of versions: `{one.order}`.\n"
    if one.misses:
        yield f"* Not read: {one.misses}.\n"
    if one.reference:
        yield f"* Reference: <{one.reference}>.\n"


def _installed(one: Ecosystem) -> Iterator[str]:
    if one.globs:
        yield from _grouped("Installed packages", one.globs)
    if one.of_folder:
        yield f"* Installed packages: the names of {' and '.join(bare.kind for bare in one.bare)}.\n"
    if one.archives:
        scripts = ", and scripts that a zip archive follows" if one.scripts_with_archives else ""
        yield from _grouped(f"Packages in archives{scripts}", one.archives)
    if one.sections:
        yield f"* Programs (ELF, Mach-O and PE), by their sections {_listed(one.sections)}.\n"
    if one.appended:
        yield "* Programs (ELF, Mach-O and PE) with data behind them.\n"


def _grouped(label: str, globs: tuple[str, ...]) -> Iterator[str]:
    """Few patterns on a line; many by their folders, those that differ in capitals or in depth alone once."""
    if len(globs) <= _ON_A_LINE:
        yield f"* {label}: {_listed(globs)}.\n"
        return
    known = {*globs}
    folders: dict[str, list[str]] = {}
    capitals = False
    for glob in globs:
        if glob.lower() != glob and glob.lower() in known:
            capitals = True
            continue
        folder, _, name = glob.rpartition("/")
        plain = folder.rstrip("/*")
        folders.setdefault(plain, []).append(f"*/{name}" if plain and folder.endswith("*") else name)
    yield f"* {label}{', the names in capitals, too' if capitals else ''}:\n"
    for folder, names in folders.items():
        deep = any(name.startswith("*/") for name in names)
        texts = _listed(tuple(name.removeprefix("*/") for name in names))
        where = f"in `{folder}`{' and folders within it' if deep else ''}" if folder else "anywhere"
        yield (
            textwrap.fill(
                f"{where}: {texts}",
                _WIDTH,
                initial_indent="  * ",
                subsequent_indent="    ",
                break_long_words=False,
                break_on_hyphens=False,
            )
            + "\n"
        )


def _listed(texts: tuple[str, ...]) -> str:
    return ", ".join(f"`{text}`" for text in dict.fromkeys(texts))
