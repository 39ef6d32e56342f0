"""The options that choose what a report on an image shows, and how: for every command that writes such reports."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from garboard.cli import read_settings
from garboard.cli.filtering import FILTERS, filtering
from garboard.cli.params import Given, flag, text, value
from garboard.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from garboard.cli.settings import Output
    from garboard.reporters.view import View

TABLE: Final = "table"
_MOST: Final = 1024 * 1024
_TEXTS: Final = frozenset({TABLE, "text"})


def _one_of(option: str, given: str, known: Iterable[str]) -> str:
    names = tuple(known)
    if given not in names:
        raise UsageError(f"{option} takes {', '.join(names[:-1])} or {names[-1]}, not {given[:100]}")
    return given


def _order(given: str) -> str:
    from garboard.reporters.scan.columns import ORDERS

    return _one_of("--sort", given, ORDERS)


def _group(given: str) -> str:
    from garboard.reporters.scan.columns import GROUPS

    return _one_of("--group-by", given, GROUPS)


GROUP_ISSUES: Final = flag("--group-issues", help="One element for each issue, not for each path (needs --json).")
DEPENDENCY_TREE: Final = flag("--dependency-tree", help="Print the dependency tree before the issues.")
SUMMARY: Final = flag("--summary", help="Leave out the packages and issues of texts: only what they add up to.")
SORT: Final = value(
    "--sort", parse=_order, metavar="worst|issues|fixable|name", help="What the table's last lines have most of."
)
GROUP_BY: Final = value(
    "--group-by", parse=_group, metavar="package|line|layer|base", help="What each line of the table is about."
)
COLUMNS: Final = text(
    "--columns",
    metavar="NAME[,NAME]",
    help="The table's columns: package, version, worst, fixed, ids …",
)
TEMPLATE: Final = text(
    "--template", metavar="FILE", help="What --format template is made by: Jinja2, with the JSON as `report`."
)
_OF_TABLE: Final = (SORT, GROUP_BY, COLUMNS)
VIEW: Final = (*FILTERS, GROUP_ISSUES, DEPENDENCY_TREE, SUMMARY, *_OF_TABLE, TEMPLATE)


def output(given: Given) -> Output:
    """Where and how the reports are written: as a table on a terminal, and where an option is about it."""
    wants_table = any(given.on_the_line(one) for one in (SUMMARY, *_OF_TABLE))
    return read_settings.output(given, several=True, on_terminal=TABLE, default=TABLE if wants_table else "text")


def viewing(given: Given, written: Output) -> View:
    """How the issues are shown.

    Raises:
        UsageError: an option is about another format than those that are written.
    """
    formats = {one.format for one in written.every}
    if given.on_the_line(GROUP_ISSUES) and given[GROUP_ISSUES] and "json" not in formats:
        raise UsageError("--json flag is mandatory to use --group-issues flag", "add --json")
    for one in (SUMMARY, *_OF_TABLE):
        wanted = _TEXTS if one is SUMMARY else {TABLE}
        if given.on_the_line(one) and not formats & wanted:
            raise UsageError(f"{given.spelled(one)} goes with --format {TABLE}", f"add --format {TABLE}")
    return msgspec.structs.replace(
        filtering(given),
        group_issues=given[GROUP_ISSUES],
        dependency_tree=given[DEPENDENCY_TREE],
        color=written.color,
        summary=given[SUMMARY],
        sort=given[SORT] or "",
        group_by=given[GROUP_BY] or "",
        template=_template(given, formats),
        template_name=given[TEMPLATE] or "",
        columns=_columns(given[COLUMNS] or "", given[GROUP_BY] or ""),
    )


def _template(given: Given, formats: Collection[str]) -> str:
    """The text of the template, if there is one.

    Raises:
        UsageError: it cannot be read, or the format is another.
    """
    file = given[TEMPLATE] or ""
    if "template" not in formats:
        if given.on_the_line(TEMPLATE):
            raise UsageError("--template goes with --format template", "add --format template")
        return ""
    if not file:
        raise UsageError("--format template needs a template", "name its file: --template FILE")
    try:
        with Path(file).open("rb") as opened:
            data = opened.read(_MOST + 1)
        found = data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"the template {file} cannot be read: {why}", "name another file") from error
    if len(data) > _MOST:
        raise UsageError(f"the template {file} is larger than {_MOST} bytes", "name a smaller one")
    return found


def _columns(given: str, grouped: str) -> tuple[str, ...]:
    """The names of columns, if a table has such columns."""
    names = tuple(dict.fromkeys(one.strip().lower() for one in given.split(",") if one.strip()))
    if not names:
        return ()
    from garboard.reporters.scan.columns import GROUPS, OF_GROUPS, OF_PACKAGES

    known = OF_PACKAGES if GROUPS[grouped or "package"] is None else OF_GROUPS
    for one in names:
        if one not in known:
            raise UsageError(f"--columns has no {one[:100]} here", f"there are {', '.join(known)}")
    return names
