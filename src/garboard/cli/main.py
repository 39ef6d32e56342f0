"""The entry point: finds commands by name, imports them only when called, shows errors once, sets exit codes.

Exit codes: 0 clean, 1 findings, 2 the user's or the input's fault, 3 no findings, but not everything could be judged.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
from types import MappingProxyType
from typing import Final

import click

from garboard._version import __version__
from garboard.cli.failure import said, tell
from garboard.cli.help import Context
from garboard.model.errors import GarboardError

COMMANDS: Final = MappingProxyType(
    {
        "scan": ("garboard.cli.scan", "Report the known vulnerabilities of an image."),
        "inventory": ("garboard.cli.inventory", "List the packages of an image."),
        "recommend": (
            "garboard.cli.recommend",
            "Recommend a better base image, and show what your image would have on it.",
        ),
        "actions": ("garboard.cli.actions", "List what to do about an image, in the order to do it."),
        "fix": (
            "garboard.cli.fix",
            "Change the Dockerfile of an image as its actions advise, and its manifests.",
        ),
        "explain": ("garboard.cli.explain", "Explain one vulnerability or package of an image."),
        "rebuild": ("garboard.cli.rebuild", "Show what a pull or a rebuild would fix, and what is pinned."),
        "compare": ("garboard.cli.compare", "Compare two images: which issues are gone, new or still there, and why."),
        "what-if": ("garboard.cli.what_if", "Show an image as it would be after a change, without building it."),
        "convert": ("garboard.cli.convert", "Write a saved report in other formats."),
        "policy": ("garboard.cli.policy.group", "Check, explain and import policies: what fails, what is ignored."),
        "ignore": ("garboard.cli.ignore", "Write down in the policy that a vulnerability does not count, and why."),
        "vex": ("garboard.cli.vex", "Write a VEX document of what was decided about an image."),
        "layers": ("garboard.cli.layers", "List what each layer added, and the vulnerabilities in it."),
        "catalog": ("garboard.cli.catalog.group", "Manage the catalog of base images."),
        "db": ("garboard.cli.db.group", "Fetch, inspect and export the vulnerability database."),
        "init": ("garboard.cli.init", "Write the configuration of a CI server that scans this repository's image."),
        "docker-plugin": ("garboard.cli.docker.plugin", "Install or remove the `docker scan` plugin."),
        "completion": ("garboard.cli.completion", "Print the completion script for a shell."),
    }
)


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports one only when it is needed."""

    context_class = Context

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(COMMANDS[cmd_name][0]).command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Suggest the nearest command for a misspelled one."""
        name = args[0] if args else ""
        if name == "help":
            return self.resolve_command(ctx, [*args[1:], "--help"]) if args[1:] else (name, _Help(name), [])
        if name and not name.startswith("-") and name not in COMMANDS:
            import difflib

            from garboard.cli import habits

            if name in habits.COMMANDS and len(args) > 1:
                ctx.fail(f"No such command {name!r}. Did you mean `garboard scan {args[-1]}`?")
            near = difflib.get_close_matches(name, COMMANDS, n=1)
            hint = f" Did you mean {near[0]}?" if near else f" Did you mean `garboard scan {name}`?"
            ctx.fail(f"No such command {name!r}.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list of commands, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_text) for name, (_, help_text) in COMMANDS.items()])


class _Help(click.Command):
    """``garboard help``."""

    def invoke(self, ctx: click.Context) -> None:
        assert ctx.parent is not None
        click.echo(ctx.parent.get_help())


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="An image is a name (debian:12), a file (image.tar), a folder, or one of these with a prefix: docker-archive:, "
    "oci-archive:, oci-dir:, docker:, podman:, registry:, dir:, root-archive:, file:, sbom:.",
)
@click.version_option(__version__, prog_name="garboard", message="%(prog)s %(version)s")
def command() -> None:
    """What is wrong with a container image, whose it is, and the one change that clears the most of it."""


def run(arguments: list[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    typed = sys.argv[1:] if arguments is None else arguments
    gc.disable()  # a scan builds many small values that live to its end: collecting costs and frees nothing
    try:
        result = command.main(arguments, prog_name="garboard", standalone_mode=False, obj=typed)
    except click.ClickException as error:
        error.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        tell("interrupted", "")
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except Exception as error:
        found = said(error, typed)
        if found is None:
            raise
        tell(*found)
        return error.exit_code if isinstance(error, GarboardError) else 2
    return result if isinstance(result, int) else 0
