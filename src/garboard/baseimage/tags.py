"""Tags of base images: version, build, flavor, suite, and prerelease words. Lossless: joining the parts gives the tag.

The same word means one thing in one repository and another in the next, so the repository's name counts, wherever it is
mirrored; and what an image's own os-release says counts for the names of releases.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Iterator
from typing import Final

from garboard.baseimage import releases
from garboard.baseimage.lifecycle import REPOSITORY_PRODUCTS
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
        repository: what it has, as in `program`.
        text: the tag itself.
        parts: joined by hyphens, they are the tag.
        version: components as text (``("3", "12", "4")``); the release's version if a distribution's code name is used.
        build: components of the number that counts builds of one version (``9.4-1194``, ``16.3.0-debian-12-r14``).
        prerelease: the words that mark a prerelease (``rc1``), else empty.
        date: of a dated build, ``20240904``, else empty.
        channels: words for the newest of a kind: ``latest``, ``lts``.
        flavor: words for its contents and variant, sorted: ``("fpm",)``, ``("jdk25", "slim")``.
        suite: the distribution's release as far as the tag says; None if it does not.
        by_codename: whether a version is that of a distribution's release, by its code name or after its name.
    """

    repository: str
    text: str
    parts: tuple[Part, ...]
    version: tuple[str, ...] = ()
    build: tuple[str, ...] = ()
    prerelease: str = ""
    date: str = ""
    channels: tuple[str, ...] = ()
    flavor: tuple[str, ...] = ()
    suite: releases.DistroRelease | None = None
    by_codename: bool = False

    @property
    def precision(self) -> int:
        """How much of a version it states; a date states all of it."""
        return len(self.version) + bool(self.build) + (10 if self.date else 0)

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
        return numbers(self.version)

    @property
    def day(self) -> tuple[int, ...]:
        """The date for comparing, with the number of the build on that day."""
        return numbers(self.date.replace("-", "").split(".")) if self.date else ()


_VERSION: Final = re.compile(
    r"v?(\d+(?:\.\d+)*)(?:u(\d+))?(?:[_+](\d+(?:\.\d+)*))?(?:\.post(\d+))?"
    r"((?:rc|alpha|beta|preview|dev|a|b|m)\.?\d*)?(?:_(stable|candidate|beta|edge))?|v?(\d+)\.v[0-9a-f_]+",
    re.IGNORECASE,
)
_DATE: Final = re.compile(r"(?:19|20)\d{6}(?:\.\d+)*|(?:19|20)\d\d-[01]\d-[0-3]\d")
_SPACED_DATE: Final = re.compile(r"(?:19|20)\d\d-[01]\d-[0-3]\d")
_PRERELEASE: Final = re.compile(r"([a-z]+?)\.?\d*", re.IGNORECASE)
_BUILD: Final = re.compile(r"b(\d+)")
_COMMIT: Final = re.compile(r"(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{7,40}")
_COUNTED: Final = re.compile(r"(?:r|p|pl|rev|build|ls|k3s|rke2r|[ce]e\.)(\d+)")
_RUNTIME: Final = re.compile(r"([a-z]+)(\d[\w.]*)")
_NUMBER: Final = re.compile(r"\d[\d.]*")
LONGEST: Final = 128
"""Pattern of a tag (distribution specification)."""


_PROGRAMS: Final = frozenset(
    (*REPOSITORY_PRODUCTS, *releases.DISTRIBUTIONS, *releases.LANGUAGES, *releases.PAIRED, "jenkins")
)


def numbers(parts: Iterable[str]) -> tuple[int, ...]:
    """Components for comparing; what is no number counts as 0."""
    return tuple(int(part) if part.isascii() and part.isdigit() else 0 for part in parts)


def short(repository: str) -> str:
    """A repository without its registry, and without ``library/`` and what a mirror puts before that."""
    first, slash, rest = repository.partition("/")
    name = rest if slash and ("." in first or ":" in first or first == "localhost") else repository
    return f"/{name}".rpartition("/library/")[2].removeprefix("/")


def is_official(repository: str) -> bool:
    """Whether it is one of Docker's official repositories, or a mirror of one."""
    return "/library/" in f"/{repository}"


def program(repository: str, distro: str = "") -> str:
    """What a repository has, by the name that Docker's official one has: ``debian`` for a mirror of Debian's images.

    The short name if that is not known. ``distro`` is ``id version`` by an image's own os-release: what is called like a
    distribution and is another one is not it.
    """
    name = short(repository)
    if name in _PROGRAMS:
        return name
    last = name.rpartition("/")[2]
    last = "ubi" if releases.UBI.fullmatch(last) else releases.ALIASES.get(last, last)
    identity = distro.partition(" ")[0]
    if last not in _PROGRAMS or (identity and releases.DISTRIBUTIONS.get(last, "") not in ("", identity)):
        return name
    return last


def parse(repository: str, text: str, distro: str = "") -> Tag:
    """Parse a tag. Any text is a tag: an unknown word counts as part of the flavor.

    ``distro`` is ``id version`` by the image's own os-release, if that is known.
    """
    reading = _Reading(program(repository, distro), distro, official=is_official(repository))
    for word in _words(text[:LONGEST]):
        reading.add(word)
    return reading.tag(text)


def _words(text: str) -> Iterator[str]:
    """What stands between hyphens; a date with hyphens is one word."""
    words = text.split("-")
    at = 0
    while at < len(words):
        date = "-".join(words[at : at + 3])
        whole = _SPACED_DATE.fullmatch(date) is not None
        yield date if whole else words[at]
        at += 3 if whole else 1


def _kind_of(word: str) -> PartKind:
    """The kind of a word that is not a number, by the word alone."""
    if releases.suite_of(word) is not None:
        return PartKind.SUITE
    found = _PRERELEASE.fullmatch(word)
    if found is not None and found[1] in releases.DEVELOPMENT:
        return PartKind.PRERELEASE
    found = _RUNTIME.fullmatch(word)
    return PartKind.RUNTIME if found is not None and found[1] in releases.RUNTIMES else PartKind.FLAVOR


_TOOLED: Final = frozenset(("dev", "devel"))
"""After other words they mark a variant with more tools in it; alone, what is being developed."""
_VARIANTS: Final = frozenset(
    (
        "slim",
        "minimal",
        "micro",
        "full",
        "fips",
        "amd64",
        "arm64",
        "arm64v8",
        "arm32v7",
        "x86_64",
        "aarch64",
        "s390x",
        "ppc64le",
    )
)
"""Words of a flavor after which a number is a build's, and that may have digits of their own."""
_LONGEST_PART: Final = 5
"""Of a version; a longer number is a time."""
_DIGIT: Final = re.compile(r"\d")
_BEFORE_BUILD: Final = frozenset((PartKind.VERSION, PartKind.SUITE, PartKind.BUILD, PartKind.DATE))


class _Reading:
    def __init__(self, repository: str, distro: str, *, official: bool) -> None:
        self._repository = repository
        self._distro = distro
        self._official = official
        self._build: list[str] = []
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
            self._add_build(word)
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
        if _DATE.fullmatch(word):
            return PartKind.DATE
        return self._of_word(word.lower(), last)

    def _of_word(self, word: str, last: Part | None) -> PartKind:
        """The kind of a word that is no number, in lower case."""
        if word in releases.CHANNELS or self._is_line(word, last):
            return PartKind.CHANNEL
        if self._counts(word):
            return PartKind.BUILD
        if word == "edge" and not self._is_alpine():
            return PartKind.PRERELEASE
        if word in _TOOLED and last is not None and self._repository not in releases.DEV_BUILDS:
            return PartKind.FLAVOR
        return _kind_of(word)

    def _counts(self, word: str) -> bool:
        """Whether a word counts builds of the version that comes before it, or names a commit."""
        if _COMMIT.fullmatch(word) or (self._version and _BUILD.fullmatch(word)):
            return True
        return bool(self._version or self._suite) and _COUNTED.fullmatch(word) is not None

    def _is_alpine(self) -> bool:
        return self._repository == "alpine" or self._distro.partition(" ")[0] in ("", "alpine")

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
            return self._after_distro(word, self._suite.distro)
        if self._version and word.isdigit() and last.text.lower() in _VARIANTS:
            return PartKind.BUILD
        return PartKind.RUNTIME if last.text.lower() in releases.RUNTIMES else None

    def _after_distro(self, word: str, distro: str) -> PartKind | None:
        """The kind of a number after a distribution's name without a release; None for a program's version."""
        if releases.is_release(word, distro, "" if self._version else self._distro):
            return PartKind.SUITE
        return PartKind.BUILD if self._version and _NUMBER.fullmatch(word) else None

    def _numbered(self, word: str) -> PartKind:
        """The first number is the version."""
        found = _VERSION.fullmatch(word)
        if self._parts and self._says_release(word):
            return PartKind.SUITE
        if self._version and self._parts[-1].kind in _BEFORE_BUILD and self._is_build(word):
            return PartKind.BUILD
        if self._version or found is None:
            return PartKind.RUNTIME
        number, update, build, post, prerelease, risk, plugin = found.groups()
        self._version = [*(number or plugin).split("."), *([update] if update else []), *(build or "").split(".")]
        self._version = [part for part in self._version if part]
        self._build += [post] if post else []
        self._prerelease += [prerelease] if prerelease else []
        self._prerelease += [risk] if risk and risk != "stable" else []
        return PartKind.VERSION

    def _is_build(self, word: str) -> bool:
        """Whether a number after the version counts builds of it; after a major alone it may be another program's."""
        return _NUMBER.fullmatch(word) is not None and (
            word.isdigit()
            or len(self._version) > 1
            or len(word.rpartition(".")[2]) > _LONGEST_PART
            or self._repository.rpartition("/")[2] in releases.PAIRED
        )

    def _says_release(self, word: str) -> bool:
        """Whether a number is Ubuntu's release, and the image's own os-release says so (``2024.09-22.04``)."""
        own = f"ubuntu {word}"
        if self._suite is not None or self._repository in releases.DISTRIBUTIONS or self._distro != own:
            return False
        self._suite = releases.DistroRelease("ubuntu", word)
        return True

    def _add_build(self, word: str) -> None:
        lower = word.lower()
        if _COMMIT.fullmatch(lower):
            return
        if _BUILD.fullmatch(lower):
            self._version.append(word[1:])
            return
        counted = _COUNTED.fullmatch(lower)
        self._build += (counted[1] if counted else word).split(".")

    def _names_release(self, suite: releases.DistroRelease) -> bool:
        """Whether a repository's tags are called after the distribution that an image is by its own os-release."""
        return (
            not self._official
            and self._repository not in _PROGRAMS
            and self._distro.partition(" ")[0] == suite.distro
            and not any(_DIGIT.search(word) for word in self._flavor if word not in _VARIANTS)
            and releases.is_release(suite.version, suite.distro, self._distro)
        )

    def _add_suite(self, word: str) -> None:
        if self._suite is not None and self._suite.version == word:
            return
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
            elif version and own and (suite is None or (suite.distro != own and not suite.version)):
                if suite is not None:  # what it is made like, as Rocky Linux's images in the style of UBI
                    self._flavor.append(suite.distro)
                suite = releases.DistroRelease(own, ".".join(version))
        elif not (version or channels) and suite is not None and suite.version and self._names_release(suite):
            version, by_codename = tuple(suite.version.split(".")), True
        if self._repository == "node" and not version:
            lines = [releases.NODE_LINES[one] for one in channels if one in releases.NODE_LINES]
            version = tuple(lines[:1])
        prerelease = "-".join(self._prerelease)
        if suite is not None and suite.development and not prerelease:
            prerelease = next(part.text for part in self._parts if part.kind is PartKind.SUITE)
        if not (version or channels or suite or prerelease) and self._date:
            if self._repository in releases.SNAPSHOTS:
                prerelease = self._date
            else:
                version = tuple(self._date.replace("-", ".").split("."))
        return Tag(
            repository=self._repository,
            text=text,
            parts=tuple(self._parts) or (Part(kind=PartKind.FLAVOR, text=text),),
            version=version,
            build=tuple(self._build),
            prerelease=prerelease,
            date=self._date,
            channels=tuple(channels),
            flavor=tuple(sorted(self._flavor)),
            suite=suite,
            by_codename=by_codename,
        )
