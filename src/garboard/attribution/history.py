"""The image's history: which entry made which layer, and each entry's text without the builder's own words.

Builders write the same instruction differently. Known forms, all read here: the classic builder (``/bin/sh -c #(nop)
COPY file:… in /x ``, ``|1 A=1 /bin/sh -c make``), BuildKit (``RUN |1 A=1 /bin/sh -c make # buildkit``), Buildah (the
classic builder's words, the Dockerfile's variables) and Kaniko (the Dockerfile's line).
"""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from garboard.model.image import History, Image
from garboard.patterns import lazy
from garboard.shellcommands.upgrades import doings

METADATA: Final = frozenset(
    (
        "ARG", "CMD", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD", "SHELL",
        "STOPSIGNAL", "USER", "VOLUME",
    )
)  # fmt: skip
"""Instructions that never change a file."""
WORK: Final = frozenset(("RUN", "COPY", "ADD"))
"""Instructions that bring packages in."""

_KEYWORD: Final = lazy(rf"({'|'.join(sorted(METADATA | WORK | {'WORKDIR'}))})(?:\s+|$)")
_MERGE: Final = lazy(r"merge sha256:[0-9a-f]+ to sha256:[0-9a-f]+\Z")
"""The comment of an entry that a squash left in place of its layers."""
_NOTHING: Final = lazy(r".*?#\(nop\)\s+(?=[A-Z])", re.DOTALL)
_BUILDKIT: Final = "# buildkit"
_ARGUMENTS: Final = lazy(r"\|(\d+) ")
_ASSIGNED: Final = lazy(r"[A-Za-z_]\w*=\S*\s*")
_CALLED: Final = r"sh(?:\s+(?:-[a-zA-Z]+|pipefail|errexit|nounset)){0,8}?\s+-[a-zA-Z]*c\s+"
_SHELL: Final = lazy(rf"(?:/\S+/)?(?:ba|da|a|z|k|mk)?{_CALLED}")
_SOME_SHELL: Final = lazy(_CALLED)
"""Where to look for it; only its end matters."""


class Style(enum.Enum):
    """Which builder wrote an entry."""

    BUILDKIT = "buildkit"
    SHELL = "shell"
    """The classic builder's or Buildah's."""
    PLAIN = "plain"
    """The Dockerfile's own line, as Kaniko keeps it."""
    NONE = "none"
    """Nothing was written: an import, a squash."""


class HistoryEntry(NamedTuple):
    """One entry of the history.

    ``kind`` is the instruction in upper case. ``text`` is what follows it, without the builder's marks (a RUN keeps its
    build arguments and shell). ``layer`` is the index of the layer that it made, None if it made none or that is not
    known.
    """

    kind: str
    text: str
    style: Style
    layer: int | None = None

    @property
    def shown(self) -> str:
        """The entry for display: without build arguments and shell, on one line."""
        text = without_shell(self.text) if self.kind == "RUN" else self.text
        return " ".join(f"{self.kind} {text}".split())


class LayerHistory(NamedTuple):
    """The whole history; ``reason`` says why it does not show which entry made which layer, and is empty if it does."""

    entries: tuple[HistoryEntry, ...]
    reason: str = ""

    def maker(self, layer: int) -> int | None:
        """The index of the entry that made a layer."""
        return next((place for place, entry in enumerate(self.entries) if entry.layer == layer), None)


def read(history: Sequence[History], layers: int) -> LayerHistory:
    """The entries of a history, lowest first, joined to the ``layers`` layers of its image."""
    history = _unsquashed(history)
    entries = tuple(_entry(one) for one in history)
    if not history:
        return LayerHistory((), "the image has no history" if layers else "")
    makers = _makers(history, entries, layers)
    if makers is None:
        count = sum(not one.empty_layer for one in history)
        return LayerHistory(entries, f"the image's history tells of {count} layers, the image has {layers}")
    index = {place: layer for layer, place in enumerate(makers)}
    return LayerHistory(tuple(entry._replace(layer=index.get(place)) for place, entry in enumerate(entries)))


def user_of(image: Image) -> str | None:
    """As whom an image's commands run; None if neither its configuration nor its history tells."""
    return image.user if image.user is not None else user_after(tuple(map(_entry, image.history)))


def user_after(entries: Sequence[HistoryEntry]) -> str | None:
    """As whom commands run after these entries, which begin at the lowest layer; None without any."""
    users = [entry.text for entry in entries if entry.kind == "USER"]
    return users[-1].strip() if users else "" if entries else None


def user_below(image: Image, entries: Sequence[HistoryEntry], below: int | None) -> str | None:
    """As whom commands run on an image's base, whose entries are those before ``below`` (None: that is not known).

    A configuration may have a user of which no entry tells (``docker commit --change``); what is built on it inherits
    that. None if it is not known.
    """
    users = [place for place, entry in enumerate(entries) if entry.kind == "USER"]
    if image.user is not None and (not users or (below is not None and users[-1] < below)):
        return image.user
    if below is None:
        return None
    if not users or users[0] < below:
        return user_after(entries[:below])
    ran = (entry.text for entry in entries[below : users[0]] if entry.kind == "RUN")
    is_root = any(map(doings, ran)) or all(map(_is_instruction, entries[:below]))
    return user_after(entries[:below]) if is_root else None


def _is_instruction(entry: HistoryEntry) -> bool:
    """Whether an instruction of a Dockerfile made it, so that one would have made a USER too."""
    foreign = entry.style is Style.SHELL and entry.kind == "RUN" and without_shell(entry.text) == entry.text
    return bool(entry.kind) and not foreign


def _unsquashed(history: Sequence[History]) -> tuple[History, ...]:
    """The history without the entries that ``docker build --squash`` adds.

    The layer then belongs to the last instruction. Like every layer of a build that made only one, it holds the work of
    all instructions that made none according to the history.
    """
    found: list[History] = []
    for one in history:
        if (
            found
            and found[-1].empty_layer
            and not one.empty_layer
            and not one.created_by
            and _MERGE().match(one.comment)
        ):
            found[-1] = msgspec.structs.replace(found[-1], empty_layer=False)
        else:
            found.append(one)
    return tuple(found)


def _makers(history: Sequence[History], entries: tuple[HistoryEntry, ...], layers: int) -> list[int] | None:
    """The indexes of the entries that made a layer, or None if they cannot be known."""
    flagged = [place for place, one in enumerate(history) if not one.empty_layer]
    if len(flagged) == layers:
        return flagged
    if len(flagged) != len(history):
        return None
    # Nobody set the flag. What is not metadata may have made a layer; if all of it is as much as there are layers, it did.
    able = [place for place, entry in enumerate(entries) if entry.kind not in METADATA]
    if len(able) == layers:
        return able
    sure = [place for place in able if entries[place].kind != "WORKDIR"]
    return sure if len(sure) == layers else None


def _entry(one: History) -> HistoryEntry:
    text = one.created_by.strip()
    if not text:
        return HistoryEntry("", "", Style.NONE)
    nothing = _NOTHING().match(text)
    if nothing is not None:
        kind, rest = _split(text[nothing.end() :])
        return HistoryEntry(kind, rest, Style.SHELL)
    kind, rest = _split(text)
    marked = rest.endswith(_BUILDKIT)
    if marked or (one.comment.startswith("buildkit") and kind):
        return HistoryEntry(kind or "RUN", rest.removesuffix(_BUILDKIT).rstrip(), Style.BUILDKIT)
    return HistoryEntry(kind, rest, Style.PLAIN) if kind else HistoryEntry("RUN", text, Style.SHELL)


def _split(text: str) -> tuple[str, str]:
    found = _KEYWORD().match(text)
    return (found[1], text[found.end() :].strip()) if found else ("", text)


def without_shell(text: str) -> str:
    """A RUN's text without its build arguments and without the shell that runs it."""
    counted = _ARGUMENTS().match(text)
    if counted is not None:
        shell = _SOME_SHELL().search(text, counted.end())
        if shell is not None:
            return text[shell.end() :]
        at = counted.end()
        for _ in range(int(counted[1][:4])):
            assigned = _ASSIGNED().match(text, at)
            if assigned is None:
                break
            at = assigned.end()
        return text[at:]
    shell = _SHELL().match(text)
    return text[shell.end() :] if shell else text
