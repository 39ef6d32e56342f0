"""The packages that ``mix.lock`` and ``rebar.lock`` declare, and what ``mix.exs`` asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garboard import lock_text
from garboard.lock_text import Named, Pinned
from garboard.model.image import File
from garboard.model.package import Fact

TYPE: Final = "hex"
ORDER: Final = "semver"
_MIX: Final = re.compile(r'\s*"([\w.-]+)":\s*\{:(\w+),\s*(?::"?([\w.-]+)"?,\s*"([^"]+)")?')
_MIX_NEED: Final = re.compile(r"\{:(\w+),")
_REQUIRED: Final = re.compile(r"[\s\[]*\{:(\w+),")
_REBAR: Final = re.compile(r'[\s\[]*\{<<"([\w.-]+)">>,\s*\{(\w+),\s*(?:<<"([\w.-]+)">>,\s*<<"([^"]+)">>)?')


def catalog(file: File, /) -> Iterator[Fact]:
    """Each package of Hex; one of a repository has no version there."""
    if file.path.endswith("mix.exs"):
        return lock_text.asked(file, _required, type_=TYPE, hint="`mix deps.get` writes mix.lock")
    rebar = file.path.endswith("rebar.lock")
    return lock_text.facts(
        file, _rebar if rebar else _mix, type_=TYPE, order=ORDER, writer="rebar3" if rebar else "Mix"
    )


def _required(text: str) -> Named:
    """The tuples of the function ``deps``."""
    before, _, after = text.partition("deps do\n")
    start = before.count("\n") + 2
    for number, line in enumerate(after.split("\n"), start):
        if line.strip() == "end":
            return
        if (found := _REQUIRED.match(line)) is not None:
            yield found[1], number


def _mix(text: str) -> Iterator[Pinned]:
    if text.strip() and not text.lstrip().startswith("%{"):
        raise ValueError("it does not begin with %{")
    for number, line in enumerate(text.splitlines(), 1):
        if (found := _MIX.match(line)) is not None:
            needs = tuple(_MIX_NEED.findall(line, found.end()))
            yield Pinned(found[3] or found[1], (found[2] == "hex" and found[4]) or "", needs, line=number)


def _rebar(text: str) -> Iterator[Pinned]:
    if text.strip() and not text.lstrip().startswith(("{", "[")):
        raise ValueError("it is not a list")
    ended = False
    for number, line in enumerate(text.splitlines(), 1):
        ended = ended or "{pkg_hash" in line
        if not ended and (found := _REBAR.match(line)) is not None:
            direct = line.rstrip(" ,.]}").rpartition(",")[2].strip() == "0"
            yield Pinned(found[3] or found[1], (found[2] == "pkg" and found[4]) or "", asked=direct, line=number)
