"""How far one base is from another, what changes with it, and what speaks against it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from garboard.baseimage import releases
from garboard.baseimage.candidates import Choice, pinned_by_name
from garboard.baseimage.issue_counts import is_judged
from garboard.baseimage.lifecycle import short_lived
from garboard.baseimage.tags import Tag
from garboard.model.lifecycle import Lifespan, State
from garboard.model.package import Package
from garboard.model.recommendation import Group, Objection
from garboard.model.timestamp import parsed

WORDS: Final = (
    "prerelease",
    "latest",
    "short-lived",
    "eol",
    "unsupported",
    "superseded",
    "older",
    "other",
    "larger",
    "beaten",
    "incomplete",
)
"""Codes of the objections that a user may ask to pass over."""
_SHELLS: Final = frozenset(
    ("bash", "dash", "busybox", "busybox-static", "zsh", "ksh", "mksh", "toybox", "bash-minimal")
)
_MANAGERS: Final = frozenset(
    ("apt", "apk-tools", "dnf", "dnf5", "yum", "microdnf", "zypper", "tdnf", "rpm", "opkg", "pacman")
)
_MUCH: Final = 1 / 3
"""The share of missing packages from which a warning is given."""
_MUSL: Final = frozenset(("alpine",))


@dataclass(frozen=True, slots=True)
class InUse:
    """The base in use, and the tag by which the user names it (None if that is not known)."""

    choice: Choice
    wanted: Tag | None


def group_of(use: InUse, other: Choice) -> Group:
    """How far ``other`` is from the base in use."""
    own = use.choice
    if other.repository != own.repository:
        return Group.ALTERNATIVE
    if _same_tag(use, other):
        return Group.REBUILD
    if other.flavor != own.flavor or not _same_distro(own, other):
        return Group.ALTERNATIVE
    major = releases.MAJOR_PARTS.get(own.name, 1)
    if own.numbers[:major] != other.numbers[:major]:
        return Group.MAJOR
    common = min(len(own.numbers), len(other.numbers))
    if common > major and own.numbers[: major + 1] != other.numbers[: major + 1]:
        return Group.MINOR
    return Group.PATCH


def _same_tag(use: InUse, other: Choice) -> bool:
    if not other.current:
        return False
    texts = {name.tag for name, _ in other.tags}
    if use.wanted is not None:
        return use.wanted.text in texts
    return any(tag.text in texts for _, tag in use.choice.tags if tag.version)


def _same_distro(own: Choice, other: Choice) -> bool:
    if releases.DISTRIBUTIONS.get(own.name):
        return True  # its version says it
    if own.by_release and other.by_release:
        return own.distro.partition(" ")[0] == other.distro.partition(" ")[0]
    if own.name in releases.DISTRIBUTIONS:
        return own.distro.partition(" ")[0] == other.distro.partition(" ")[0]
    return own.distro == other.distro


def objections(
    use: InUse,
    other: Choice,
    group: Group,
    lifespans: Sequence[Lifespan],
    own_reason: str = "",
    own_spans: Sequence[Lifespan] = (),
) -> Iterator[Objection]:
    """All objections to a base.

    ``own_reason``: why the line in use is `short_lived`, which its user has chosen. ``own_spans`` are of the base in use:
    a line that is as dead there is no objection, for a newer image of it is still better than an older one.
    """
    if not other.current:
        yield Objection(code="superseded", reason="no tag names this image any more")
    if other.prerelease and not (group is Group.REBUILD and use.choice.prerelease):
        yield Objection(code="prerelease", reason=f"{other.prerelease} is not a release")
    if (
        all(tag.floating for _, tag in other.tags)
        and not pinned_by_name(other.repository)
        and group is not Group.REBUILD
    ):
        yield Objection(code="latest", reason="its tags state no version, so each build may get another one")
    reason = _short_lived(use.choice, other, own_spans, lifespans)
    if reason and reason != own_reason:
        yield Objection(code="short-lived", reason=reason)
    for one in lifespans:
        if one.state is State.ENDED and one not in own_spans:
            yield Objection(code="eol", reason=ended(one))
    if any(name.supported is False for name, _ in other.tags) and not any(name.supported for name, _ in other.tags):
        yield Objection(code="unsupported", reason="its maintainers do not build any of its tags any more")
    if _older(use.choice, other):
        yield Objection(code="older", reason=f"it is older than what is in use ({'.'.join(use.choice.version)})")
    yield from _unlike(use.choice, other)


def _short_lived(own: Choice, other: Choice, before: Iterable[Lifespan], after: Iterable[Lifespan]) -> str:
    """Why it is of no line to build on for who builds on the one in use; empty if it is."""
    if _leaves_stable(own, other):
        return "an odd minor version is the mainline, and what is in use is a stable line"
    reason = short_lived(other.name, other.numbers, after)
    if not reason and _leaves_long_term(own, other, before, after):
        return "it is not known to be of a line of long-term support, and what is in use is of one"
    return reason


def _leaves_stable(own: Choice, other: Choice) -> bool:
    minors = [one.numbers[1] for one in (own, other) if len(one.numbers) > 1]
    return own.name == other.name and own.name in releases.STABLE_EVEN and [minor % 2 for minor in minors] == [0, 1]


def _leaves_long_term(own: Choice, other: Choice, before: Iterable[Lifespan], after: Iterable[Lifespan]) -> bool:
    """Whether it is another line than that in use, which is one of long-term support, and none says that it is one too."""
    line = min(len(own.numbers), len(other.numbers), 2)
    if own.repository != other.repository or own.numbers[:line] == other.numbers[:line]:
        return False
    return _is_long_term(own, before) and not _is_long_term(other, after)


def _is_long_term(one: Choice, lifespans: Iterable[Lifespan]) -> bool:
    if one.name == "node" and one.version[:1] in {(line,) for line in releases.NODE_LINES.values()}:
        return True
    if one.name in releases.WEEKLIES and len(one.numbers) > 2:
        return True
    return one.long_term or any(each.lts for each in lifespans)


def ended(one: Lifespan) -> str:
    """A sentence on a line that is over."""
    return f"{one.name} is no longer maintained{_since(one)}"


def _since(one: Lifespan) -> str:
    return f" since {one.until}" if one.until else ""


def _older(own: Choice, other: Choice) -> bool:
    if other.repository != own.repository or not (own.numbers and other.numbers):
        return False
    common = min(len(own.numbers), len(other.numbers))
    if own.numbers[:common] != other.numbers[:common]:
        return other.numbers[:common] < own.numbers[:common]
    if own.flavor != other.flavor or own.distro != other.distro:
        return False
    if own.day or other.day:  # what a tag states counts, not when somebody built it
        days = [one.day or _day(one.image.image.created) for one in (own, other)]
        if days[0] != days[1]:
            return bool(days[0] and days[1]) and days[1] < days[0]
    if own.build and other.build and own.build != other.build:
        return other.build < own.build
    return bool(other.image.image.created) and other.image.image.created < own.image.image.created


def _day(created: str) -> tuple[int, ...]:
    return (int(created[:10].replace("-", "")),) if parsed(created) is not None else ()


def _unlike(own: Choice, other: Choice) -> Iterator[Objection]:
    """Images that serve different purposes, whatever they have in common."""
    if other.distro.partition(" ")[0] == "windows" and own.distro.partition(" ")[0] != "windows":
        yield Objection(code="other", reason="it is for Windows")
    elif other.repository == own.repository and (gone := (other.flavor ^ own.flavor) & _PURPOSES):
        yield Objection(code="other", reason=f"it is for another purpose ({', '.join(sorted(gone))})")
    elif own.flavor & _SMALL and not other.flavor & _SMALL and _same_system(own, other):
        yield Objection(code="larger", reason=f"it is the full image, and what is in use is {_slim(own)}")
    elif _downsized(own, other):
        yield Objection(code="other", reason="it has the runtime without the compiler (jre instead of jdk)")


_SMALL: Final = frozenset(("slim", "minimal", "micro", "chiseled", "headless", "distroless"))
"""Flavors with less in them: who chose one is not sent to the full image unasked."""


def _same_system(own: Choice, other: Choice) -> bool:
    return own.distro.partition(" ")[0] == other.distro.partition(" ")[0]


def _slim(own: Choice) -> str:
    return ", ".join(sorted(own.flavor & _SMALL))


_PURPOSES: Final = frozenset(
    (
        "cli",
        "fpm",
        "apache",
        "zts",
        "curl",
        "scm",
        "management",
        "perl",
        "otel",
        "threaded",
        "backports",
        "debug",
        "nonroot",
    )
)
"""Flavors that programs are made for: an image with another one is no replacement."""


def _downsized(own: Choice, other: Choice) -> bool:
    jdk = {word for word in own.flavor if word.startswith("jdk")}
    jre = {word for word in other.flavor if word.startswith("jre")}
    return bool(jdk and jre) and not {word for word in other.flavor if word.startswith("jdk")}


def warnings(own: Choice, other: Choice, before: Sequence[Package], after: Sequence[Package]) -> Iterator[str]:
    """Warnings, as sentences, about what changes for a user of the one base who takes the other."""
    had, has = ({package.name for package in packages} for packages in (before, after))
    yield from _of_system(own, other)
    yield from _of_language(own, other)
    yield from _of_contents(own, other, before, after)
    if has and had & _SHELLS and not has & _SHELLS:
        yield "no shell: RUN and CMD in their shell form do not work"
    if has and had & _MANAGERS and not has & _MANAGERS:
        yield "no package manager: nothing can be installed upon it"


def moving_with(own: Choice, other: Choice, companions: Iterable[str]) -> Iterator[str]:
    """What else must change in one go: stages from which files are copied that are made for the language's version."""
    parts = releases.COMPATIBLE_PARTS.get(own.name, 1)
    same = own.numbers[:parts] == other.numbers[:parts] and own.distro == other.distro
    if own.name in releases.LANGUAGES and not same:
        yield from companions


def together(own: Choice, moving: Iterable[str]) -> Iterator[str]:
    """Why these stages must move with the base."""
    language = releases.LANGUAGES.get(own.name)
    yield from (f"{one} must move with it: what is copied from there is made for its own {language}" for one in moving)


def _of_contents(own: Choice, other: Choice, before: Sequence[Package], after: Sequence[Package]) -> Iterator[str]:
    """Another flavor, or far fewer packages: what a program uses may be missing."""
    had, has = (sum(map(is_judged, packages)) for packages in (before, after))
    fewer = f"{had - has} of {had} packages fewer" if 0 < has < had else ""
    words = (*sorted(other.flavor - own.flavor), *(f"without {word}" for word in sorted(own.flavor - other.flavor)))
    if words and other.repository == own.repository:
        yield f"another flavour: {', '.join((*words, fewer) if fewer else words)}"
    elif fewer and had - has >= had * _MUCH:
        yield fewer


def ageing(lifespans: Iterable[Lifespan]) -> Iterator[str]:
    """Sentences on lines that are no longer fully maintained."""
    for one in lifespans:
        if one.state is State.EXTENDED:
            yield f"{one.name}: full support ended {one.eol}, long-term support until {one.extended}"
        elif one.state is State.ENDED:
            yield ended(one)


def _of_system(own: Choice, other: Choice) -> Iterator[str]:
    before, after = (one.distro.partition(" ")[0] for one in (own, other))
    if after in _MUSL and before not in _MUSL and before:
        yield "musl instead of glibc: what was compiled for glibc does not run"
    elif before in _MUSL and after not in _MUSL and after:
        yield "glibc instead of musl: what was compiled for musl does not run"
    if before and after and own.distro != other.distro:
        yield f"another distribution: {own.distro} → {other.distro}"


def _of_language(own: Choice, other: Choice) -> Iterator[str]:
    language = releases.LANGUAGES.get(own.name)
    if language is None or other.repository != own.repository or not (own.numbers and other.numbers):
        return
    parts = releases.COMPATIBLE_PARTS.get(own.name, 1)
    before, after = (".".join(one.version[:parts]) for one in (own, other))
    if own.numbers[:1] != other.numbers[:1]:
        yield f"another major version of {language}: {before} → {after}"
    elif own.numbers[:parts] != other.numbers[:parts]:
        yield f"another {language}: {before} → {after}, so compiled extensions must be built anew"
