"""The values of variables: what ARG and ENV define, where it applies, and what stays unknown.

Scopes follow the Dockerfile reference: an ARG before FROM is visible only in FROM lines and in stages that declare it
again; an ENV overrides an ARG of the same name; a stage built on another one inherits its variables.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from garboard.dockerfile.lexer import Lexer, LexError
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


class Scope:
    """The variables at one place of a Dockerfile.

    ``environment`` overrides ``arguments``. A name in ``declared`` is an ARG without a value: not set. In an ``open``
    scope any other name may have been set by an image that is not examined, so its value is unknown; in a closed scope
    it is not set. ``shell`` is the shell for shell forms, from the last SHELL.
    """

    def __init__(self, *, is_open: bool) -> None:
        self.is_open = is_open
        self.environment: dict[str, str | Unknown] = {}
        self.arguments: dict[str, str | Unknown] = {}
        self.declared: set[str] = set()
        self.shell: tuple[str, ...] = DEFAULT_SHELL

    def copy(self) -> Scope:
        """Return another scope with the same variables."""
        other = Scope(is_open=self.is_open)
        other.environment.update(self.environment)
        other.arguments.update(self.arguments)
        other.declared |= self.declared
        other.shell = self.shell
        return other

    def lookup(self, name: str) -> str | Unknown | None:
        """Return the value of a variable, the reason why it cannot be known, or None if it is not set."""
        if name in self.environment:
            return self.environment[name]
        if name in self.arguments:
            return self.arguments[name]
        if self.is_open and name not in self.declared:
            return Unknown(reason=f"{name} may be set by the base image", variables=(name,))
        return None


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
    lexer = Lexer(word, scope.lookup, escape)
    try:
        text, _ = lexer.read()
    except LexError as error:
        return Unknown(reason=str(error), variables=tuple(sorted(lexer.unknown)))
    if lexer.unknown and not (unset_is_empty and lexer.unknown.keys() <= lexer.unset):
        return Unknown(reason="; ".join(sorted(lexer.unknown.values())), variables=tuple(sorted(lexer.unknown)))
    return text


def global_scope(arguments: tuple[Assignment, ...], build_args: Mapping[str, str], escape: str) -> Scope:
    """Return the scope of FROM lines: the platform's arguments, then each ARG with its build argument or default."""
    scope = Scope(is_open=False)
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
        scope.environment |= {
            name: expand(one.value or "", scope, escape)
            for one in instruction.assignments
            if isinstance(name := expand(one.name, scope, escape), str)
        }


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
            scope.declared.add(name)
