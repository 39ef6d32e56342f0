"""The command line of ``docker scan``, by the grammar of docker's own flags.

``--name value``, ``--name=value`` and ``-fvalue`` may be anywhere among the arguments; what follows ``--`` is not a
flag.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from garboard.model.errors import UsageError

USAGE: Final = """Usage:  docker scan [OPTIONS] IMAGE

A tool to scan your images

Options:
      --accept-license    Accept using a third party scanning provider
      --dependency-tree   Show dependency tree with scan results
      --exclude-base      Exclude base image from vulnerability scanning
                          (requires --file)
  -f, --file string       Dockerfile associated with image, provides more
                          detailed results
      --group-issues      Aggregate duplicated vulnerabilities and group
                          them to a single one (requires --json)
      --json              Output results in JSON format
      --login             Authenticate to the scan provider using an
                          optional token (with --token), or web base
                          token if empty
      --reject-license    Reject using a third party scanning provider
      --severity string   Only report vulnerabilities of provided level
                          or higher (low|medium|high)
      --token string      Authentication token to login to the third
                          party scanning provider
      --version           Display version of the scan plugin
"""
SEE: Final = "See 'docker scan --help'."

_OWN: Final = MappingProxyType(
    {
        "accept-license": False, "dependency-tree": False, "exclude-base": False, "file": True, "group-issues": False,
        "help": False, "json": False, "login": False, "reject-license": False, "severity": True, "token": True,
        "version": False,
    }
)  # fmt: skip
"""Whether a flag takes a value."""
_SHORT: Final = MappingProxyType({"f": "file", "h": "help"})
GLOBAL: Final = MappingProxyType(
    {
        "config": True, "context": True, "debug": False, "host": True, "log-level": True, "tls": False, "tlscacert": True,
        "tlscert": True, "tlskey": True, "tlsverify": False,
    }
)  # fmt: skip
"""Docker's own flags, which it passes on before the command's name."""
GLOBAL_SHORT: Final = MappingProxyType({"c": "context", "D": "debug", "H": "host", "l": "log-level"})


@dataclass(slots=True)
class Flags:
    """Flags as given, ``true`` and ``false`` as booleans, and the other arguments."""

    values: dict[str, str | bool] = field(default_factory=dict)
    arguments: list[str] = field(default_factory=list)

    def on(self, name: str) -> bool:
        """Whether a flag was given and not set to false."""
        return bool(self.values.get(name))

    def text(self, name: str) -> str:
        """A flag's value; empty without one."""
        value = self.values.get(name, "")
        return value if isinstance(value, str) else ""


def own(arguments: Sequence[str]) -> Flags:
    """The arguments after ``scan``.

    Raises:
        UsageError: docker would not accept the command line.
    """
    return _Parser(_OWN, _SHORT, interspersed=True).parse(arguments)


def leading(arguments: Sequence[str]) -> Flags:
    """Docker's own flags before ``scan``; ``arguments`` begins with the command's name."""
    known, short = {**GLOBAL, "help": False}, {**GLOBAL_SHORT, "h": "help"}
    return _Parser(known, short, interspersed=False).parse(arguments)


class _Parser:
    def __init__(self, known: Mapping[str, bool], short: Mapping[str, str], *, interspersed: bool) -> None:
        self._known = known
        self._short = short
        self._interspersed = interspersed

    def parse(self, arguments: Sequence[str]) -> Flags:
        flags, rest = Flags(), list(arguments)
        while rest:
            word = rest.pop(0)
            if word == "--":
                flags.arguments += rest
                break
            if word.startswith("--"):
                name, equals, value = word[2:].partition("=")
                self._set(flags, name, value if equals else None, rest, f"--{name}")
            elif word.startswith("-") and word != "-":
                self._cluster(flags, word, rest)
            else:
                flags.arguments.append(word)
                if not self._interspersed:
                    flags.arguments += rest
                    break
        return flags

    def _cluster(self, flags: Flags, word: str, rest: list[str]) -> None:
        letters = word[1:]
        while letters:
            letter, letters = letters[0], letters[1:]
            name = self._short.get(letter)
            if name is None:
                raise UsageError(f"unknown shorthand flag: '{letter}' in {word}", SEE)
            if self._known.get(name):
                value = letters.removeprefix("=") if letters else None
                self._set(flags, name, value, rest, f"'{letter}' in {word}")
                return
            flags.values[name] = True

    def _set(self, flags: Flags, name: str, value: str | None, rest: list[str], shown: str) -> None:
        takes = self._known.get(name)
        if takes is None:
            raise UsageError(f"unknown flag: {shown}", SEE)
        if not takes:
            flags.values[name] = _boolean(value, shown)
            return
        if value is None:
            if not rest:
                raise UsageError(f"flag needs an argument: {shown}", SEE)
            value = rest.pop(0)
        flags.values[name] = value


def _boolean(value: str | None, shown: str) -> bool:
    if value is None or value.lower() in {"1", "t", "true"}:
        return True
    if value.lower() in {"0", "f", "false"}:
        return False
    raise UsageError(f'invalid argument "{value}" for "{shown}" flag: it is true or false', SEE)
