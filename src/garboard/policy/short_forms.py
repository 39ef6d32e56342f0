"""Rules and ignores as the command line writes them."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections import Counter
from typing import Final

from garboard.model.errors import UsageError
from garboard.model.policy import Ignore, Level, Rule, Wanted
from garboard.policy import of_images, values
from garboard.policy.document import CONDITIONS
from garboard.policy.values import Unfit

_UNTIL: Final = re.compile(r"(?i)\buntil\b")
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")


def fail_on(text: str) -> Rule:
    """``high``, ``high,fixable``, ``kev``, ``epss=0.5``, ``root-user``: all of what commas separate have to hold.

    Raises:
        UsageError: it names no condition, or a value that the condition does not take.
    """
    wanted = tuple(_condition(one.strip()) for one in text.split(",") if one.strip())
    twice = [name for name, count in Counter(one.name for one in wanted).items() if count > 1]
    if twice:
        hint = "a severity stands for all higher ones too; for any of several, repeat the option"
        raise UsageError(f"--fail-on {text} has {twice[0]} twice, and all of its conditions have to hold", hint)
    about = {one.name in of_images.CONDITIONS for one in wanted}
    if len(about) != 1:
        what = "mixes conditions of findings and of the image" if wanted else "names no condition"
        raise UsageError(f"--fail-on {text} {what}", "as in --fail-on high,fixable")
    return Rule(place=f"--fail-on {text}", level=Level.FAIL, conditions=wanted)


def _condition(text: str) -> Wanted:
    name, equals, value = text.partition("=")
    name = name.strip().lower()
    if name in values.SEVERITIES and not equals:
        return Wanted(name="severity", value=name)
    kind = CONDITIONS.get(name)
    if kind is None:
        known = (*values.SEVERITIES, *(one for one in CONDITIONS if one != "severity"))
        near = difflib.get_close_matches(name, known, 1)
        raise UsageError(
            f"--fail-on knows no {name}", f"did you mean {near[0]}?" if near else f"it takes any of {', '.join(known)}"
        )
    try:
        return Wanted(name=name, value=kind.read(_value(value) if equals else True))
    except Unfit as error:
        raise UsageError(f"--fail-on: {name} {error}", f"as in --fail-on {name}=…") from error


def _value(text: str) -> object:
    text = text.strip()
    if text.lower() in {"true", "false"}:
        return text.lower() == "true"
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text


def ignore(text: str) -> Ignore:
    """``ID=REASON`` or ``ID=REASON@UNTIL``.

    Raises:
        UsageError: it names no identifier, has no reason, or another end than a date or ``until-fixed``.
    """
    name, _, rest = text.partition("=")
    reason, at, end = rest.rpartition("@")
    until, until_fixed = _end(end.strip(), f"--ignore {name}") if at else (None, False)
    reason = (reason if at else rest).strip()
    if not name.strip() or not reason:
        raise UsageError(
            "--ignore takes ID=REASON, or ID=REASON@UNTIL", 'as in --ignore "CVE-2024-1=not reachable@2027-01-31"'
        )
    if not at and _UNTIL.search(reason):
        raise UsageError(
            f"--ignore {name}: the reason says until, and nothing ends it: it would hold for good",
            'an end stands behind @, as in --ignore "CVE-2024-1=not reachable@2027-01-31"',
        )
    try:
        ids = values.IDS.read(name.strip())
    except Unfit as error:
        raise UsageError(f"--ignore {error}", "repeat the option for each of them") from error
    return Ignore(place=f"--ignore {ids[0]}", ids=ids, reason=reason, until=until, until_fixed=until_fixed)


def _end(text: str, what: str) -> tuple[dt.date | None, bool]:
    try:
        return values.UNTIL.read(text), text == "until-fixed"
    except Unfit as error:
        raise UsageError(f"{what}: what follows @ {error}, not {text or 'nothing'}") from error
