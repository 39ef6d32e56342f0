"""Makes settings from what was given. The Dockerfile, the catalog and the database are opened only here.

Besides options it reads ``GARBOARD_FEEDS``, ``NO_COLOR``, ``FORCE_COLOR`` and ``TERM``; `garboard.cli.read_opening` reads what concerns images.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from garboard.cli import options as o
from garboard.cli.read_opening import limits, opening
from garboard.cli.read_policy import applied
from garboard.cli.settings import Analysis, Data, Images, Output
from garboard.model.errors import UsageError

if TYPE_CHECKING:
    from garboard.basecatalog.reader import StoredCatalog
    from garboard.cli.params import Given, Option
    from garboard.database.read import Database
    from garboard.model.dockerfile import Dockerfile
    from garboard.reporters import Formats
    from garboard.workflows.attribute import Build

STANDARD_INPUT: Final = "-"
_FORMATS: Final = frozenset(
    {"cyclonedx", "cyclonedx-json", "html", "json", "sarif", "spdx", "spdx-json", "table", "text"}
)
"""What other scanners take after ``-o``."""
_FROM_INPUT: Final = (STANDARD_INPUT, "sbom:-")


def output(given: Given, *, several: bool = False, on_terminal: str = "", default: str = "text") -> Output:
    """Read the options of `garboard.cli.options.report`; ``default`` is the format where none is named.

    Raises:
        UsageError: there are ``several`` formats, and the command writes one, or they do not go together.
    """
    file = given[o.OUTPUT] or ""
    if file in _FORMATS:
        raise UsageError(
            f"{given.spelled(o.OUTPUT)} names a file, and {file} looks like a format",
            f"choose a format with --format, or write to ./{file}",
        )
    wanted = _formats(given, (on_terminal if sys.stdout.isatty() else "") or default)
    if len(wanted) > 1 and not several:
        raise UsageError("this command writes one format at a time", "run it once for each")
    if file:
        wanted = (_placed(given, wanted[0], file), *wanted[1:])
    if len({one.file for one in wanted}) < len(wanted):
        raise UsageError("two formats go to the same place", "give each a file of its own: --format NAME=FILE")
    made = [
        Output(format=one.name, file=one.file, quiet=given[o.QUIET], color=not one.file and _wants_color())
        for one in wanted
    ]
    for one in made:
        _keep_inputs(given, one.file)
    return msgspec.structs.replace(made[0], also=tuple(made[1:]))


def _placed(given: Given, wanted: o.WantedFormat, file: str) -> o.WantedFormat:
    if wanted.file:
        raise UsageError(
            f"{given.spelled(o.OUTPUT)} {file} is for a format without a file, and every one has its own",
            f"leave it out, or add --format {wanted.name}",
        )
    return wanted._replace(file=file)


def _keep_inputs(given: Given, file: str) -> None:
    """Refuse a report in place of what it is made from.

    Raises:
        UsageError: the file to write is one that the command reads.
    """
    if not file or not Path(file).is_file():
        return
    stages = ((given.spelled(o.STAGE), name) for _, name in given[o.STAGE]) if given.takes(o.STAGE) else ()
    for named, text in (*given.texts(without=o.OUTPUT), *stages):
        _keep(given, file, named, text)


def _keep(given: Given, file: str, named: str, text: str) -> None:
    rest = text.partition(":")[2]
    for path in {text, rest, rest.partition(":")[0], text.partition(":")[0]}:
        with contextlib.suppress(OSError, ValueError):
            if path and Path(path).samefile(file):
                raise UsageError(
                    f"{given.spelled(o.OUTPUT)} {file} would replace what {named} names", "write another file"
                )


def images(given: Given, formats: Formats[Any], output: Output) -> Images:
    """Read the names of the images, on the line or on standard input, and whether there may be several.

    Raises:
        UsageError: there is none, or the format or a Dockerfile is about one.
    """
    named = given[o.IMAGES]
    listed = named == (STANDARD_INPUT,)
    if STANDARD_INPUT in named and not listed:
        raise UsageError(
            "- stands for names on standard input, and others are on the line",
            "name all of them on the line, or all on standard input",
        )
    _read_input_once(given, *named)
    if listed:
        named = _listed()
        if {*named} & {*_FROM_INPUT}:
            raise UsageError(
                "standard input is the list of images, and a name in it stands for standard input",
                "write that image or SBOM to a file",
            )
    every = given.takes(o.ALL_PLATFORMS) and given[o.ALL_PLATFORMS]
    if every and given[o.PLATFORM]:
        raise UsageError("--platform names one platform, and --all-platforms all", "leave one of them out")
    found = Images(names=named, listed=listed, every_platform=every)
    for file in (one.file for one in output.every if one.file):
        for name in named if Path(file).is_file() else ():
            _keep(given, file, name, name)
    if len(named) > 1 or every:
        _refuse_several(
            formats, output, f"{len(named)} are named" if len(named) > 1 else "--all-platforms may be several"
        )
    if len(named) > 1:
        _refuse_one_dockerfile(given, len(named))
    return found


def _refuse_several(formats: Formats[Any], output: Output, why: str) -> None:
    single = [one.format for one in output.every if one.format not in formats.several]
    if single:
        raise UsageError(
            f"--format {single[0]} holds one image, and {why}",
            f"run once for each image, or choose --format {' or '.join(formats.several)}",
        )


def _refuse_one_dockerfile(given: Given, count: int) -> None:
    if given.takes(o.FILE) and given[o.FILE]:
        raise UsageError(
            f"{given.spelled(o.FILE)} names the Dockerfile of one image, and {count} images are named",
            "run once for each image with its own Dockerfile, or leave out --file",
        )


def _listed() -> tuple[str, ...]:
    """The names on standard input: one a line, without blank lines and ``#`` comments."""
    most = limits().names_bytes
    data = _standard_input(most + 1)
    if len(data) > most:
        raise UsageError(
            f"the list on standard input is longer than {most} bytes", "raise GARBOARD_LIMIT_NAMES_BYTES, or split it"
        )
    if b"\0" in data:
        raise UsageError("the list on standard input holds NUL", "write one name a line, in UTF-8")
    lines = (line.strip() for line in os.fsdecode(data.removeprefix(codecs.BOM_UTF8)).split("\n"))
    names = tuple(line for line in lines if line and not line.startswith("#"))
    if not names:
        raise UsageError(
            "standard input names no image", "write one name a line; a line that begins with # is a comment"
        )
    return names


def _read_input_once(given: Given, *names: str) -> None:
    """Refuse to read two things from standard input: the second would be empty.

    Raises:
        UsageError: two would be.
    """
    readers = [name for name in names if name in _FROM_INPUT]
    if given.takes(o.FILE):
        readers += [f"{given.spelled(o.FILE)} -"] if given[o.FILE] == STANDARD_INPUT else []
        stages = (name for _, name in given[o.STAGE])
        readers += [name for name in (given[o.BASE], *stages) if name in _FROM_INPUT and name != STANDARD_INPUT]
    if len(readers) > 1:
        raise UsageError(
            f"standard input can be read once, and {' and '.join(readers)} would read it", "write one to a file"
        )


def _wants_color() -> bool:
    """By the conventions of NO_COLOR and FORCE_COLOR, else whether it is a terminal that knows colors."""
    if os.environ.get("NO_COLOR"):
        return False
    forced = os.environ.get("FORCE_COLOR", "")
    if forced:
        return forced != "0"
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def _formats(given: Given, default: str) -> tuple[o.WantedFormat, ...]:
    """What is written where, without a file of its own first.

    The command line takes precedence over variables; at the same level, ``--json`` and another format conflict.
    """
    named, json = tuple(dict.fromkeys(given[o.FORMAT])), given.takes(o.JSON) and given[o.JSON]
    if named and json and given.on_the_line(o.FORMAT) != given.on_the_line(o.JSON):
        named, json = (named, False) if given.on_the_line(o.FORMAT) else ((), True)
    plain = [one for one in named if not one.file]
    if json and all(one.name == "json" for one in plain):
        plain = [o.WantedFormat("json", "")]
    elif json:
        raise UsageError(
            f"{given.spelled(o.JSON)} is short for --format json, and {given.spelled(o.FORMAT)} says {plain[0].name}",
            "leave one of them out",
        )
    if not named and not plain:
        plain = [o.WantedFormat(default, "")]
    return (*plain, *(one for one in named if one.file))


def build(given: Given, *, look_up: bool = False) -> Build:
    """Read the options of `garboard.cli.options.BUILD`.

    With a Dockerfile or ``look_up``, the base may be looked for where the image came from.
    """
    from garboard.workflows.attribute import Build

    name = given[o.FILE] or ""
    if not name:
        needs_file: tuple[Option[Any], ...] = (o.TARGET, o.BUILD_ARG, o.STAGE)
        for option in needs_file:
            if given[option] and given.on_the_line(option):
                raise UsageError(
                    f"--file flag is mandatory to use {given.spelled(option)} flag", "name the Dockerfile with -f FILE"
                )
    return Build(
        dockerfile=_dockerfile(given, name) if name else None,
        target=given[o.TARGET] or "",
        build_args=dict(given[o.BUILD_ARG]),
        base=given[o.BASE] or "",
        stages=given[o.STAGE],
        look_up=look_up or bool(name),
    )


def _dockerfile(given: Given, name: str) -> Dockerfile:
    """Read the Dockerfile once, so it may be a pipe; one from standard input gets the usual name of a Dockerfile."""
    from garboard.dockerfile.parser import parse

    bounds = limits()
    most = bounds.dockerfile_bytes + 1
    if name == STANDARD_INPUT:
        return parse(_standard_input(most), "Dockerfile", bounds)
    try:
        with Path(name).open("rb") as file:
            data = file.read(most)
    except OSError as error:
        hint = "name it with -f FILE" if given.on_the_line(o.FILE) else f"{given.spelled(o.FILE)} names it"
        raise UsageError(f"the Dockerfile {name} cannot be read: {error.strerror}", hint) from error
    return parse(data, name, bounds)


def _standard_input(most: int) -> bytes:
    """What can be read of it, up to so many bytes.

    Raises:
        UsageError: it is closed, or cannot be read.
    """
    if sys.stdin is None:
        raise UsageError("standard input is closed", "write a file instead, and name it")
    try:
        return sys.stdin.buffer.read(most)
    except OSError as error:
        raise UsageError(f"standard input cannot be read: {error.strerror}", "write a file, and name it") from error


def catalog_path(given: Given) -> Path:
    """``--catalog`` or its default."""
    from garboard.basecatalog.store import default_path

    return Path(given[o.CATALOG] or default_path())


def catalog(given: Given) -> StoredCatalog | None:
    """The catalog, which need not exist unless the command line names it.

    Raises:
        CatalogError: a catalog that was named cannot be read.
    """
    path, named = catalog_path(given), given.on_the_line(o.CATALOG)
    if not named and not path.is_file():
        return None
    from garboard.basecatalog.reader import StoredCatalog
    from garboard.basecatalog.store import Store

    store = Store(path)
    given.closing(store)
    found = StoredCatalog(store)
    if named:
        found.repositories()
    return found


def database_directory(given: Given) -> Path:
    """``--db`` or its default."""
    from garboard.database.store import default_directory

    return Path(given[o.DB] or default_directory())


def database(given: Given) -> Database:
    """The database, which need not exist yet."""
    from garboard.database.read import Database

    return Database(database_directory(given))


def feeds() -> str:
    """What ``GARBOARD_FEEDS`` names to use in place of the feeds: a folder or an address; empty for the feeds."""
    return os.environ.get("GARBOARD_FEEDS", "")


def data(given: Given) -> Data:
    """Read the options of `garboard.cli.options.DATA`."""
    return Data(database=database(given), catalog=catalog(given), feeds=feeds())


def analysis(
    given: Given, *, look_up: bool = False, written: Output | None = None, built_from: Build | None = None
) -> Analysis:
    """Read the options of `garboard.cli.options.ANALYSIS`; ``look_up`` as in `build`.

    ``written`` is the output if it was read, and ``built_from`` the build if the command does not take it from the options.
    """
    image = (given[o.IMAGE] or "") if given.takes(o.IMAGE) else ""
    if image == STANDARD_INPUT:
        raise UsageError(
            "- stands for a list of images on standard input, which only scan and inventory take",
            "name the image, or give an SBOM on standard input as sbom:-",
        )
    _read_input_once(given, image)
    built = built_from or build(given, look_up=look_up)
    policy = applied(given, built) if given.takes(o.POLICY) else None
    return Analysis(
        image=image,
        build=built,
        policy=policy,
        opening=opening(given, signatures=policy is not None and policy.asks_who_signed),
        data=data(given),
        output=written or output(given),
    )
