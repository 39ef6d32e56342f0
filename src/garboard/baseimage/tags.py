"""Tags of base images: version, flavor, suite, and prerelease words. Lossless: joining the parts gives the tag."""

from __future__ import annotations

import enum
import re
from typing import Final

from garboard.baseimage import releases
from garboard.model.base import Value


class PartKind(enum.StrEnum):
    """What one part of a tag says."""

    VERSION = "version"
    PRERELEASE = "prerelease"
    BUILD = "build"
    DATE = "date"
    CHANNEL = "channel"
    SUITE = "suite"
    RUNTIME = "runtime"
    FLAVOR = "flavour"


class Part(Value):
    """One of the words between hyphens."""

    kind: PartKind
    text: str


class Tag(Value):
    """A parsed tag.

    Attributes:
        repository: without registry and ``library/``: ``python``, ``bitnami/redis``.
        text: the tag itself.
        parts: joined by hyphens, they are the tag.
        version: components as text (``("3", "12", "4")``); the release's version if a distribution's code name is used.
        prerelease: the words that mark a prerelease (``rc1``), else empty.
        date: of a dated build, ``20240904``, else empty.
        channels: words for the newest of a kind: ``latest``, ``lts``.
        flavor: words for its contents and variant, sorted: ``("fpm",)``, ``("jdk25", "slim")``.
        suite: the distribution's release as far as the tag says; None if it does not.
        by_codename: whether a version is that of a code name.
    """

    repository: str
    text: str
    parts: tuple[Part, ...]
    version: tuple[str, ...] = ()
    prerelease: str = ""
    date: str = ""
    channels: tuple[str, ...] = ()
    flavor: tuple[str, ...] = ()
    suite: releases.DistroRelease | None = None
    by_codename: bool = False

    @property
    def precision(self) -> int:
        """How much of a version it states; a date states all of it."""
        return len(self.version) + (10 if self.date else 0)

    @property
    def spells_suite(self) -> bool:
        """Whether it states a distribution's release, and not only its name."""
        return self.suite is not None and (bool(self.suite.version) or self.suite.development)

    @property
    def floating(self) -> bool:
        """Whether it states no version, and so will name another program some day."""
        return not self.version

    @property
    def numbers(self) -> tuple[int, ...]:
        """The version for comparing."""
        return tuple(int(part) if part.isascii() and part.isdigit() else 0 for part in self.version)


_VERSION: Final = re.compile(
    r"v?(\d+(?:\.\d+)*)(?:u(\d+))?(?:[_+](\d+(?:\.\d+)*))?((?:rc|alpha|beta|preview|dev|a|b|m)\.?\d*)?", re.IGNORECASE
)
_DATE: Final = re.compile(r"(?:19|20)\d{6}(?:\.\d+)?")
_PRERELEASE: Final = re.compile(r"([a-z]+?)\.?\d*", re.IGNORECASE)
_BUILD: Final = re.compile(r"b(\d+)")
_RUNTIME: Final = re.compile(r"([a-z]+)(\d[\w.]*)")
_NUMBER: Final = re.compile(r"\d[\d.]*")
LONGEST: Final = 128
"""Pattern of a tag (distribution specification)."""


def short(repository: str) -> str:
    """A repository without its registry, and without ``library/``."""
    first, slash, rest = repository.partition("/")
    name = rest if slash and ("." in first or ":" in first or first == "localhost") else repository
    return name.removeprefix("library/")


def parse(repository: str, text: str) -> Tag:
    """Parse a tag. Any text is a tag: an unknown word counts as part of the flavor."""
    reading = _Reading(short(repository))
    for word in text[:LONGEST].split("-"):
        reading.add(word)
    return reading.tag(text)


def _kind_of(word: str) -> PartKind:
    """The kind of a word that is not a number, by the word alone."""
    if releases.suite_of(word) is not None:
        return PartKind.SUITE
    found = _PRERELEASE.fullmatch(word)
    if found is not None and found[1] in releases.DEVELOPMENT:
        return PartKind.PRERELEASE
    found = _RUNTIME.fullmatch(word)
    return PartKind.RUNTIME if found is not None and found[1] in releases.RUNTIMES else PartKind.FLAVOR


class _Reading:
    def __init__(self, repository: str) -> None:
        self._repository = repository
        self._parts: list[Part] = []
        self._version: list[str] = []
        self._prerelease: list[str] = []
        self._flavor: list[str] = []
        self._suite: releases.DistroRelease | None = None
        self._date = ""

    def add(self, word: str) -> None:
        kind = self._kind(word)
        last = self._parts[-1].kind if self._parts else None
        if kind is PartKind.PRERELEASE:
            self._prerelease.append(word)
        elif kind is PartKind.DATE:
            self._date = word
        elif kind is PartKind.SUITE:
            self._add_suite(word)
        elif kind is PartKind.BUILD:
            self._version.append(word[1:])
        elif kind is PartKind.RUNTIME and last in {PartKind.FLAVOR, PartKind.RUNTIME} and _NUMBER.fullmatch(word):
            self._flavor[-1] += word  # jdk-25 is jdk25
        elif kind in {PartKind.FLAVOR, PartKind.RUNTIME}:
            self._flavor.append(word)
        self._parts.append(Part(kind=kind, text=word))

    def _kind(self, word: str) -> PartKind:
        """The kind of the next word, by itself and what comes before it; remembers a version."""
        last = self._parts[-1] if self._parts else None
        if _VERSION.fullmatch(word):
            return self._after(word, last) or self._numbered(word)
        lower = word.lower()
        if lower in releases.CHANNELS or self._is_line(lower, last):
            return PartKind.CHANNEL
        return PartKind.BUILD if self._version and _BUILD.fullmatch(lower) else _kind_of(lower)

    def _is_line(self, word: str, last: Part | None) -> bool:
        """Whether a word is one of the names that a repository gives to its lines."""
        if self._repository == "node":
            return word in releases.NODE_LINES
        return self._repository == "traefik" and last is None and word.isalpha() and releases.suite_of(word) is None

    def _after(self, word: str, last: Part | None) -> PartKind | None:
        """The kind of a number by the word before it; None if that says nothing."""
        if _DATE.fullmatch(word) and (last is not None or self._repository in releases.DISTRIBUTIONS):
            return PartKind.DATE
        if last is None:
            return None
        if last.kind is PartKind.PRERELEASE and last.text.isalpha() and word.isdigit():
            return PartKind.PRERELEASE
        if last.kind is PartKind.SUITE and self._suite is not None and not self._suite.version:
            return PartKind.SUITE
        return PartKind.RUNTIME if last.text.lower() in releases.RUNTIMES else None

    def _numbered(self, word: str) -> PartKind:
        """The first number is the version."""
        found = _VERSION.fullmatch(word)
        if self._version or found is None:
            return PartKind.RUNTIME
        number, update, build, prerelease = found.groups()
        self._version = [*number.split("."), *([update] if update else []), *(build.split(".") if build else [])]
        self._prerelease += [prerelease] if prerelease else []
        return PartKind.VERSION

    def _add_suite(self, word: str) -> None:
        found = releases.suite_of(word.lower())
        if found is None:  # the number after `alpine-`
            assert self._suite is not None
            self._suite = self._suite._replace(version=word)
        elif self._suite is None or (found.version and not self._suite.version):
            self._suite = found

    def tag(self, text: str) -> Tag:
        version, by_codename = tuple(self._version), False
        channels = [part.text for part in self._parts if part.kind is PartKind.CHANNEL]
        suite = self._suite
        if self._repository in releases.DISTRIBUTIONS:
            own = releases.DISTRIBUTIONS[self._repository]
            if not version and suite is not None and suite.version:
                version, by_codename = tuple(suite.version.split(".")), True
            elif suite is None and version and own:
                suite = releases.DistroRelease(own, ".".join(version))
        if self._repository == "node" and not version:
            lines = [releases.NODE_LINES[one] for one in channels if one in releases.NODE_LINES]
            version = tuple(lines[:1])
        prerelease = "-".join(self._prerelease)
        if suite is not None and suite.development and not prerelease:
            prerelease = next(part.text for part in self._parts if part.kind is PartKind.SUITE)
        if not (version or channels or suite or prerelease) and self._date:
            prerelease = self._date  # a snapshot
        return Tag(
            repository=self._repository,
            text=text,
            parts=tuple(self._parts) or (Part(kind=PartKind.FLAVOR, text=text),),
            version=version,
            prerelease=prerelease,
            date=self._date,
            channels=tuple(channels),
            flavor=tuple(sorted(self._flavor)),
            suite=suite,
            by_codename=by_codename,
        )
