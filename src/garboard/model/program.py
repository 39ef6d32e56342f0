"""Command lines of package managers: how they name packages, pin and raise them, and what installs a fix."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from garboard.model.package import Package

A_FILE: Final = "a file, or an address of one"
A_PATTERN: Final = "a pattern, a group, or something that another package provides"
"""What a word names that is not a package."""
_EXACT: Final = r"v?\d[\w.+!~:^-]*"


class PackageSpec(NamedTuple):
    """A package as a command line names it: the one version, if it names one, and the constraint as written."""

    name: str
    version: str = ""
    specifier: str = ""


ReadSpec = Callable[[str], "PackageSpec | str | None"]
"""Turns a word into a package, a sentence that says what it is instead, or None for a word that installs nothing."""


class Program(NamedTuple):
    """A package manager's command line.

    Attributes:
        read: how it names a package.
        verbs: words after which packages follow, each of one or two words (``global add``).
        with_value: options that take the next word as their value.
        actions: options one of which makes it install, where it has no verbs (``rpm -i``).
        manifests: options that name a file of packages.
        bare: what the verb installs without operands; empty for nothing.
        opaque: verbs that install what a manifest, a group or a lock file lists.
        version_options: options that give the version of what is named.
        groups: options that turn operands into something other than packages.
        bare_operands: whether operands are installed without any verb or option (``gdebi x.deb``).
        only_files: whether each of its operands is a file.
        fetches: whether it gets packages from an archive, if only those that a file's package needs.
        closed: options that shut the package index out.
        beside: options that name a place of packages beside the index.
        instead: options that name one in the place of the index.
    """

    read: ReadSpec
    verbs: frozenset[str] = frozenset()
    with_value: frozenset[str] = frozenset()
    actions: tuple[str, ...] = ()
    manifests: frozenset[str] = frozenset()
    bare: str = ""
    opaque: frozenset[str] = frozenset()
    version_options: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    bare_operands: bool = False
    only_files: bool = False
    fetches: bool = True
    closed: frozenset[str] = frozenset()
    beside: frozenset[str] = frozenset()
    instead: frozenset[str] = frozenset()


class Upgrades(NamedTuple):
    """How an operating system's package managers change what is already installed.

    Attributes:
        programs: their names.
        everything: verbs that bring every package to its newest version.
        named: verbs that install or upgrade the packages after them.
        possible: all verbs that may bring versions of packages that the command does not name.
        command: the command that upgrades everything, in short.
        alone: whether ``everything`` means every package only if no package follows.
        line: the command that upgrades everything, by the package that provides its program, the preferred first.
    """

    programs: tuple[str, ...]
    everything: frozenset[str]
    named: frozenset[str]
    possible: frozenset[str]
    line: Mapping[str, str]
    command: str
    alone: bool = True


class Fix(NamedTuple):
    """What a remedy is written for.

    Attributes:
        pins: packages, each with the version to get; empty if only the source package's is known.
        distro: os-release's ``ID``; empty if it is not known.
        indirect: whether another package requires it.
    """

    pins: Sequence[tuple[Package, str]]
    distro: str
    indirect: bool


FIXED = "{fix}"
"""Stands for the fixed version in the text of a remedy."""


class Commands(NamedTuple):
    """How the package managers of an ecosystem are used.

    Attributes:
        programs: command lines by the program's name.
        remedy: the text (with `FIXED`) and the command that bring a fix.
        pin_signs: what stands between a name and its version on a command line that pins it.
        digit_after_sign: whether a pinned version has to begin with a digit, since names contain the sign too.
        raised: how a command line asks for at least a version.
        version_mark: what versions begin with on a command line, and in advisories need not.
        limiting: what a command has that names a file of limits for versions, as a regular expression.
        one_version: programs whose packages share one place, so that asking for a version of one decides which version others get.
        upgrades: for the package managers of operating systems.
        file_ends: how names of package files end.
        files: other words that name a file or a folder, as a regular expression.
        references: words that name a state of a source repository, as a regular expression.
        lean: by program, the option that keeps out what packages only recommend, where they install it otherwise.
        leaves_out: what a command has that keeps it out, as a regular expression.
    """

    programs: Mapping[str, Program]
    remedy: Callable[[Fix], tuple[str, str]] | None = None
    pin_signs: tuple[str, ...] = ("=",)
    digit_after_sign: bool = False
    raised: str = "{name}={version}"
    version_mark: str = ""
    limiting: str = ""
    one_version: frozenset[str] = frozenset()
    upgrades: Upgrades | None = None
    file_ends: tuple[str, ...] = ()
    files: str = ""
    references: str = ""
    lean: Mapping[str, str] = MappingProxyType({})
    leaves_out: str = ""

    def word(self, name: str, version: str) -> str:
        """The word that asks for at least a version."""
        return self.raised.format(name=name, version=self.marked(version))

    def marked(self, version: str) -> str:
        """A version as command lines have it."""
        return f"{self.version_mark}{version.removeprefix(self.version_mark)}"

    def is_file(self, word: str) -> bool:
        """Whether a word of a command line names a file or an address, and not a package of an archive."""
        return (
            "://" in word
            or word.startswith((".", "/", "~"))
            or (bool(word) and word.endswith(self.file_ends))
            or (bool(self.files) and re.fullmatch(self.files, word) is not None)
            or self.is_reference(word)
        )

    def is_reference(self, word: str) -> bool:
        """Whether it names a state of a source repository: a branch, a tag, a commit."""
        return bool(self.references) and re.fullmatch(self.references, word) is not None


NO_COMMANDS = Commands(programs=MappingProxyType({}))


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


def verbs(text: str) -> frozenset[str]:
    """Verbs separated by commas, each of one or two words."""
    return frozenset(one.strip() for one in text.split(","))


def spec(name: str, said: str | None, sign: str) -> PackageSpec:
    """A package from its name and ``said``, the text after ``sign``; with a version if that is exactly one."""
    if not said:
        return PackageSpec(name)
    return PackageSpec(name, said if re.fullmatch(_EXACT, said) else "", f"{sign}{said}")
