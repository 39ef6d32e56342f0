"""``garboard ignore``: writes down that a vulnerability does not count, and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from garboard.cli import options as o
from garboard.cli.command import command as make
from garboard.cli.params import Given, Operand, text, texts, value
from garboard.cli.policy.write import add
from garboard.cli.read_opening import now
from garboard.cli.read_policy import NAME, SCHEMES, above
from garboard.model.base import Value
from garboard.model.errors import UsageError

if TYPE_CHECKING:
    import datetime as dt

    from garboard.model.policy import Ignore


def _until(given: str) -> tuple[dt.date | None, bool]:
    from garboard.policy import values

    try:
        return values.UNTIL.read(given), given == "until-fixed"
    except values.Unfit as error:
        raise UsageError(f"--until {error}, not {given}") from error


def _justification(given: str) -> str:
    from garboard.policy import values

    try:
        return str(values.JUSTIFICATION.read(given))
    except values.Unfit as error:
        raise UsageError(f"--justification {error}, not {given}") from error


IDS: Final = Operand[tuple[str, ...]]("ids", metavar="[CVE-…]...", many=True, required=False)
UNTIL: Final = value("--until", parse=_until, metavar="DATE", help=o.UNTIL_HELP)
JUSTIFICATION: Final = value(
    "--justification",
    parse=_justification,
    metavar="WORD",
    help="Why it does not affect, in a word of VEX: vulnerable_code_not_present …",
)
PACKAGE: Final = texts("--package", metavar="NAME", help="Only in this package.")
BROUGHT_BY: Final = texts("--brought-by", metavar="NAME", help="Only what this package alone brings in.")
OWNER: Final = text("--owner", metavar="NAME", help="Who answers for it.")
STAGES: Final = texts("--for-stage", metavar="NAME", help="Only for this stage of the policy.")


class NewIgnore(Value):
    """The entry, and the policy to write it to."""

    file: Path
    ignore: Ignore


def _settings(given: Given) -> NewIgnore:
    from garboard.model.policy import Ignore

    if not given[o.REASON]:
        raise UsageError("an ignore wants a reason", 'as in --reason "the function is not called"')
    if not (given[IDS] or given[PACKAGE] or given[BROUGHT_BY]):
        raise UsageError("nothing says what to ignore", "name vulnerabilities, or --package, or --brought-by")
    until, until_fixed = given[UNTIL] or (None, False)
    if until is not None and until < now().date():
        raise UsageError(f"--until {until} has passed, so nothing would be ignored", "name a day to come")
    named = given[o.POLICY] or ""
    if named.startswith(SCHEMES):
        raise UsageError(f"the policy {named} is fetched, and cannot be written", "name a file of this machine")
    file = Path(named or above(Path()) or NAME)
    return NewIgnore(
        file=file,
        ignore=Ignore(
            place=str(file),
            ids=given[IDS],
            packages=given[PACKAGE],
            brought_by=given[BROUGHT_BY],
            reason=given[o.REASON] or "",
            justification=given[JUSTIFICATION] or "",
            owner=given[OWNER] or "",
            until=until,
            until_fixed=until_fixed,
            stages=given[STAGES],
        ),
    )


@make(
    "ignore",
    *(IDS, o.REASON, JUSTIFICATION, UNTIL, PACKAGE, BROUGHT_BY, OWNER, STAGES, o.POLICY),
    settings=_settings,
)
def command(settings: NewIgnore) -> int:
    """Write down in the policy that vulnerabilities do not count, and why; what is in it stays as it is.

    The policy is garboard.toml here or above; without one it is made here. The last day may be until-fixed: until there
    is a fixed version.

    \b
    garboard ignore CVE-2024-1234 --reason "not reachable" --until 2027-01-31
    garboard ignore CVE-2024-1235 --reason "built without FTP" --justification vulnerable_code_not_present
    garboard ignore --brought-by libsqlite3-dev --reason "only in the tests" --for-stage test
    """  # noqa: D301  (\b is click's)
    before = add(settings.file, (settings.ignore,))
    click.echo(f"{settings.file}: written")
    for one in before:
        if _chooses_the_same(one, settings.ignore):
            click.echo(f"{one.place} ignores the same already, and stays: {_end_of(one)}", err=True)
    return 0


def _chooses_the_same(one: Ignore, other: Ignore) -> bool:
    """Whether two ignores set the same findings aside, for whatever reason and however long."""
    import msgspec

    alike = {"place": "", "reason": "", "justification": "", "owner": "", "until": None, "until_fixed": False}
    first, second = (msgspec.structs.replace(each, **alike) for each in (one, other))
    return bool(first == second)


def _end_of(one: Ignore) -> str:
    return f"until {one.until}" if one.until else "until it is fixed" if one.until_fixed else "for good"
