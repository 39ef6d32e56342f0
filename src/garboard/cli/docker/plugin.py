"""``garboard docker-plugin``: install or remove garboard as docker's ``docker scan`` command."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import Final

import click

from garboard.cli import options as o
from garboard.cli.command import command as make
from garboard.cli.command import group
from garboard.cli.params import Given, text
from garboard.model.base import Value
from garboard.model.errors import UsageError

NAME: Final = "docker-scan"
_MARK: Final = "# Written by `garboard docker-plugin install`."
FOLDER: Final = text("--dir", metavar="DIR", help="Docker's folder of plugins for this user.")
FORCE: Final = o.FORCE


def wrapper(python: str) -> str:
    """The plugin's text: this Python, and never the folder in which docker happens to be called (``-P``)."""
    return f'#!/bin/sh\n{_MARK}\nexec {shlex.quote(python)} -P -m garboard.cli.docker.scan "$@"\n'


def plugins_folder() -> Path:
    """``$DOCKER_CONFIG/cli-plugins``, by default ``~/.docker/cli-plugins``."""
    config = os.environ.get("DOCKER_CONFIG")
    return (Path(config) if config else Path.home() / ".docker") / "cli-plugins"


def _is_ours(path: Path) -> bool:
    """Whether a file at the plugin's place was written by `install`; a link never is."""
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        return _MARK.encode() in file.read(4096)


def _exists(path: Path) -> bool:
    return path.exists() or path.is_symlink()


class Settings(Value):
    """The plugin's place, and whether another program's may be replaced or removed."""

    path: Path
    force: bool


def _settings(given: Given) -> Settings:
    return Settings(path=Path(given[FOLDER] or plugins_folder()) / NAME, force=given[FORCE])


@make("install", FOLDER, FORCE, settings=_settings)
def install(settings: Settings) -> int:
    """Write docker-scan into docker's folder of plugins, so that `docker scan IMAGE` runs garboard."""
    path = settings.path
    if _exists(path) and not _is_ours(path) and not settings.force:
        raise UsageError(f"{path} is another program's", "replace it with --force")
    if path.is_dir() and not path.is_symlink():
        raise UsageError(f"{path} is a folder", "remove it first")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f".{NAME}.{os.getpid()}.new")
        aside.write_text(wrapper(sys.executable), encoding="utf-8")
        aside.chmod(0o755)
        aside.replace(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}", "choose another folder with --dir") from error
    click.echo(f"Wrote {path}, which runs garboard by {sys.executable}. Try: docker scan --help")
    return 0


@make("uninstall", FOLDER, FORCE, settings=_settings)
def uninstall(settings: Settings) -> int:
    """Remove docker-scan from docker's folder of plugins."""
    path = settings.path
    if not _exists(path):
        click.echo(f"There is no {path}; nothing was removed.")
        return 0
    if not _is_ours(path) and not settings.force:
        raise UsageError(f"{path} is another program's", "remove it with --force")
    try:
        path.unlink()
    except OSError as error:
        raise UsageError(f"{path} cannot be removed: {error.strerror}") from error
    click.echo(f"Removed {path}.")
    return 0


command = group("docker-plugin", "Bring `docker scan` back, or take it away.", install, uninstall)
