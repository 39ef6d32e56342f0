"""``garboard init``: writes the configuration of a CI server into a repository."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from garboard._version import __version__
from garboard.cli import options as o
from garboard.cli.command import command as make
from garboard.cli.params import Given, Operand, Parsed, text
from garboard.model.base import Value
from garboard.model.errors import UsageError

if TYPE_CHECKING:
    from garboard.pipelines import Pipeline

_SERVERS: Final = "github|gitlab|jenkins|azure|circleci|drone|pre-commit"
_DOCKERFILES: Final = ("Dockerfile", "Containerfile", "docker/Dockerfile")
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9._/-]*")
_LONGEST: Final = 4096


def _server(given: str) -> str:
    known = _SERVERS.split("|")
    if given not in known:
        raise UsageError(f"there is no configuration for {given}", f"known are {', '.join(known)}")
    return given


SERVER: Final = Operand[str]("server", metavar=_SERVERS, kind=Parsed(_server))
BRANCH: Final = text("--branch", metavar="NAME", help="The branch that changes are merged to.")


class Settings(Value):
    """What is written, where, and the values in it."""

    pipeline: Pipeline
    root: Path
    image: str
    dockerfile: str
    branch: str
    force: bool


def _settings(given: Given) -> Settings:
    from garboard.pipelines import PIPELINES

    pipeline = PIPELINES[given[SERVER]]
    root = _root(Path().absolute())
    return Settings(
        pipeline=pipeline,
        root=root,
        image=re.sub(r"[^a-z0-9]+", "-", root.name.lower()).strip("-") or "app",
        dockerfile=_dockerfile(root, given[o.FILE] or "") if pipeline.image else "",
        branch=_plain(given[BRANCH] or _main(root), "the branch", "name it with --branch"),
        force=given[o.FORCE],
    )


def _root(folder: Path) -> Path:
    for one in (folder, *folder.parents):
        if (one / ".git").exists():
            return one
    raise UsageError("this folder is in no repository", "run it in a repository, or begin one: git init")


def _dockerfile(root: Path, named: str) -> str:
    """Its path in the repository."""
    hint = "name the Dockerfile with -f FILE"
    found = next((root / one for one in _DOCKERFILES if (root / one).is_file()), None)
    file = Path(named).absolute() if named else found
    if file is None:
        raise UsageError("the repository has no Dockerfile at its top", hint)
    if not file.is_file():
        raise UsageError(f"there is no file {named}", hint)
    try:
        path = file.resolve().relative_to(root.resolve()).as_posix()
    except ValueError as error:
        raise UsageError(f"{named} is not in the repository {root}", hint) from error
    return _plain(path, "the Dockerfile's path", "rename it to letters, digits, dots and dashes")


def _plain(value: str, what: str, hint: str) -> str:
    """Refuse what a shell or YAML would read as more than a word."""
    if not _PLAIN.fullmatch(value):
        raise UsageError(f"{what} {value} has characters that a pipeline would misread", hint)
    return value


def _main(root: Path) -> str:
    """The branch that the remote's HEAD names, else main or master where it is, else the current one, else main."""
    remote = _head(root / ".git/refs/remotes/origin/HEAD")
    if remote:
        return remote
    usual = (one for one in ("main", "master") if (root / ".git/refs/heads" / one).is_file())
    return next(usual, _head(root / ".git/HEAD")) or "main"


def _head(file: Path) -> str:
    try:
        with file.open(encoding="utf-8") as opened:
            found = re.fullmatch(r"ref: refs/(?:remotes/origin|heads)/(\S+)\s*", opened.read(_LONGEST))
    except (OSError, UnicodeDecodeError):
        return ""
    return found[1] if found else ""


@make("init", SERVER, o.FILE, BRANCH, o.FORCE, settings=_settings)
def command(settings: Settings) -> int:
    """Write a configuration that builds this repository's image and scans it, for a CI server or for pre-commit.

    It keeps the database for a day, judges by garboard.toml where there is one, and reports as the server shows it.
    A file that is there stays as it is.

    \b
    garboard init github
    garboard init gitlab -f build/Dockerfile --branch develop

    Exit code: 0 it was written, 2 an error.
    """  # noqa: D301  (\b is click's)
    from garboard.pipelines import render

    pipeline = settings.pipeline
    made = render(
        pipeline, image=settings.image, dockerfile=settings.dockerfile, branch=settings.branch, version=__version__
    )
    file = settings.root / pipeline.file
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if settings.force:
            file.unlink(missing_ok=True)
        with file.open("x", encoding="utf-8", newline="\n") as opened:
            opened.write(made)
    except FileExistsError as error:
        raise UsageError(
            f"{file} is there, and was not changed",
            "move it away to compare the two, or replace it with --force",
        ) from error
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}", "make its folder writable") from error
    click.echo(f"{pipeline.file}: written")
    steps = ["Read it, and commit it.", *pipeline.next]
    if pipeline.image and not (settings.root / "garboard.toml").is_file():
        steps.append("Without a garboard.toml every issue fails: write one to say which do (docs/policy.md).")
    for number, step in enumerate(steps, 1):
        click.echo(f"  {number}. {step}")
    return 0
