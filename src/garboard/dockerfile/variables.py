"""The values of variables: what ARG and ENV define, where it applies, and what stays unknown.

Scopes follow the Dockerfile reference: an ARG before FROM is visible only in FROM lines and in stages that declare it
again; an ENV overrides an ARG of the same name; a stage built on another one inherits its variables.
"""

from __future__ import annotations

import bisect
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from garboard.dockerfile.lexer import TOO_MUCH, Budget, Lexer, LexError
from garboard.model.dockerfile import Assignment, Instruction, Unknown
from garboard.model.image import Platform

PLATFORM_ARGUMENTS: Final = (
    "BUILDPLATFORM",
    "BUILDOS",
    "BUILDARCH",
    "BUILDVARIANT",
    "TARGETPLATFORM",
    "TARGETOS",
    "TARGETARCH",
    "TARGETVARIANT",
    "TARGETSTAGE",
)
DEFAULT_SHELL: Final = ("/bin/sh", "-c")
NO_ARGUMENTS: Final[Mapping[str, str]] = MappingProxyType({})


Value = str | Unknown


class Values:
    """Values by name. A snapshot costs nothing and is not changed by what is set later."""

    def __init__(self) -> None:
        self._set: dict[str, tuple[list[int], list[Value]]] = {}
        self._clock = [0]
        self._until: int | None = None

    def __setitem__(self, name: str, value: Value) -> None:
        assert self._until is None, "a snapshot"
        self._clock[0] += 1
        times, values = self._set.setdefault(name, ([], []))
        times.append(self._clock[0])
        values.append(value)

    def get(self, name: str) -> Value | None:
        """Return a value; None if it is not set."""
        times, values = self._set.get(name, _NEVER)
        count = len(times) if self._until is None else bisect.bisect_right(times, self._until)
        return values[count - 1] if count else None

    def __contains__(self, name: str) -> bool:
        return self.get(name) is not None

    def snapshot(self) -> Values:
        """Return what is set now, to be read only."""
        other = Values()
        other._set, other._clock = self._set, self._clock
        other._until = self._clock[0] if self._until is None else self._until
        return other


_NEVER: Final[tuple[list[int], list[Value]]] = ([], [])


class Scope:
    """The variables at one place of a Dockerfile.

    ``environment`` overrides ``arguments``. A name in ``declared`` is an ARG without a value: not set. In an ``open``
    scope any other name may have been set by an image that is not examined, so its value is unknown; in a closed scope
    it is not set. ``shell`` is the shell for shell forms, from the last SHELL. ``budget`` bounds what is done with the
    values; when it is spent, they are unknown.
    """

    def __init__(self, *, is_open: bool, budget: Budget | None = None) -> None:
        self.is_open = is_open
        self.environment = Values()
        self.arguments = Values()
        self.declared = Values()
        self.shell: tuple[str, ...] = DEFAULT_SHELL
        self.budget = budget or Budget()

    def copy(self) -> Scope:
        """Return the variables as they are now, to be read only."""
        other = Scope(is_open=self.is_open, budget=self.budget)
        other.environment = self.environment.snapshot()
        other.arguments = self.arguments.snapshot()
        other.declared = self.declared.snapshot()
        other.shell = self.shell
        return other

    def lookup(self, name: str) -> str | Unknown | None:
        """Return the value of a variable, the reason why it cannot be known, or None if it is not set."""
        found = self.environment.get(name)
        if found is None:
            found = self.arguments.get(name)
        if isinstance(found, str) and not self.budget.spend(len(found)):
            return Unknown(reason=TOO_MUCH, variables=(name,))
        if found is None and self.is_open and name not in self.declared:
            return Unknown(reason=f"{name} may be set by the base image", variables=(name,))
        return found


class PlatformArguments(dict[str, str]):
    """Build arguments that were given, and with them in ``own`` what a builder gives by itself (``TARGETARCH``)."""

    def __init__(self, given: Mapping[str, str], platform: Platform, target: str = "") -> None:
        """``platform`` is the image's; the builder's own is taken to be the same."""
        super().__init__(given)
        parts = (str(platform), platform.os, platform.architecture, platform.variant)
        self.own = {
            **dict(zip(PLATFORM_ARGUMENTS, (*parts, *parts), strict=False)),
            "TARGETSTAGE": target or "default",
        }


def expand(word: str, scope: Scope, escape: str = "\\", *, unset_is_empty: bool = False) -> str | Unknown:
    """Return the word with its variables replaced and its quotes and escapes removed, as the builder does it.

    ``unset_is_empty``: a variable that is not set is empty, as it is to BuildKit.

    Unknown if a variable is not set and has no default, if its value cannot be known, or if the builder would stop: a
    bad substitution, a missing quote, ``${X:?message}`` without X.
    """
    lexer = Lexer(word, scope.lookup, escape, budget=scope.budget)
    try:
        text, _ = lexer.read()
    except LexError as error:
        return Unknown(reason=str(error), variables=tuple(sorted(lexer.unknown)))
    if lexer.unknown and not (unset_is_empty and lexer.unknown.keys() <= lexer.unset):
        return Unknown(reason="; ".join(sorted(lexer.unknown.values())), variables=tuple(sorted(lexer.unknown)))
    return text


def global_scope(
    arguments: tuple[Assignment, ...], build_args: Mapping[str, str], escape: str, budget: Budget | None = None
) -> Scope:
    """Return the scope of FROM lines: the platform's arguments, then each ARG with its build argument or default."""
    scope = Scope(is_open=False, budget=budget)
    own = build_args.own if isinstance(build_args, PlatformArguments) else NO_ARGUMENTS
    for name in PLATFORM_ARGUMENTS:
        unknown = Unknown(reason=f"{name} is given by the builder", variables=(name,))
        scope.arguments[name] = build_args.get(name, own.get(name, unknown))
    for argument in arguments:
        _declare(argument, scope, scope, build_args, escape)
    return scope


def apply(instruction: Instruction, scope: Scope, outer: Scope, build_args: Mapping[str, str], escape: str) -> None:
    """Change a stage's scope for an ARG, ENV or SHELL; ``outer`` is the scope of the FROM lines."""
    if instruction.name == "ARG":
        before = scope.copy() if len(instruction.assignments) > 1 else scope
        for argument in instruction.assignments:
            _declare(argument, scope, before, build_args, escape, outer)
    elif instruction.name == "SHELL":
        scope.shell = instruction.exec_form or DEFAULT_SHELL
    elif instruction.name == "ENV":
        together = {
            name: expand(one.value or "", scope, escape)
            for one in instruction.assignments
            if isinstance(name := expand(one.name, scope, escape), str)
        }
        for name, value in together.items():
            scope.environment[name] = value


def _declare(
    argument: Assignment,
    scope: Scope,
    seen: Scope,
    build_args: Mapping[str, str],
    escape: str,
    outer: Scope | None = None,
) -> None:
    """Declare one ARG; a default is expanded with the variables ``seen`` before it."""
    expanded = expand(argument.name, seen, escape)
    name = expanded if isinstance(expanded, str) else argument.name
    if name in build_args:
        scope.arguments[name] = build_args[name]
    elif argument.value is not None:
        scope.arguments[name] = expand(argument.value, seen, escape)
    else:
        inherited = outer.lookup(name) if outer is not None else None
        if inherited is not None:
            scope.arguments[name] = inherited
        elif name not in scope.arguments:
            scope.declared[name] = ""
