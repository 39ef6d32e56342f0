"""Lock files, where a tool may make them again: what it gets, and whether what it gave is what was wanted."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from garboard import ecosystems
from garboard.model.action import WantedVersion
from garboard.model.ecosystem import Ecosystem, LockTool
from garboard.model.fix import AlreadyAsked, CannotEdit, NotNamed
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Kept, Package
from garboard.splices import spliced
from garboard.versions.raising import is_earlier

_SAFE: Final = re.compile(r"@?[A-Za-z0-9][\w./-]*")
"""Names that no tool takes for an option, an address or a version."""

Rework = Callable[[LockTool, tuple[tuple[str, ...], ...], Mapping[str, bytes]], Mapping[str, bytes]]
"""Runs these calls of a tool (with a ``{folder}``) on copies of files, by their names, and gives what they then are.

Raises `CannotEdit` where it cannot.
"""


def tool(path: str, wanted: WantedVersion, read: Callable[[str], bytes | None]) -> LockTool | None:
    """What makes the one lock file beside a manifest again, if there is one; None where another tool has to change more."""
    folder, name = posixpath.split(path)
    room = ecosystems.of(wanted.type)
    if wanted.name == room.toolchain:
        return None
    beside = [other for other, _ in room.tied if read(posixpath.join(folder, other)) is not None]
    if len(beside) != 1:
        return None
    return next((one for one in room.tools if one.manifest == name and one.lock == beside[0]), None)


def reworked(one: LockTool, files: Mapping[str, bytes], wanted: WantedVersion, rework: Rework) -> Mapping[str, bytes]:
    """The manifest and the lock file, by their names, as they are with the version.

    Raises:
        CannotEdit: the tool fails, or does not bring it.
    """
    if not _SAFE.fullmatch(wanted.name):
        raise CannotEdit("its name is none that a tool is given")
    if one.refused and any(re.search(one.refused, data.decode("utf-8", "replace")) for data in files.values()):
        raise CannotEdit(f"{one.manifest} goes by other folders or addresses, which {one.program} would ask")
    given = dict(files)
    load = ecosystems.of(wanted.type).load_editor
    assert load is not None
    calls = one.named
    try:
        manifest = files[one.manifest]
        given[one.manifest] = spliced(manifest, load(one.manifest)(manifest, wanted.name, wanted.version))
    except (AlreadyAsked, NotNamed):
        calls = one.other
        if not calls:
            raise
    version = wanted.version.removeprefix("v")
    words = tuple(
        tuple(word.replace("{name}", wanted.name).replace("{version}", version) for word in call) for call in calls
    )
    after = rework(one, words, given)
    if one.read != one.manifest and after[one.manifest] != given[one.manifest]:
        raise CannotEdit(f"{one.program} changed more of {one.manifest} than the version")
    if (now := re.findall(one.stays, _text(after, one))) != re.findall(one.stays, _text(given, one)):
        raise CannotEdit(f"{one.program} would have {one.manifest} say `{' '.join(now)}`: build with that first")
    _check(one, after, wanted)
    return {name: data for name, data in after.items() if data != files[name]}


def _declared(room: Ecosystem, file: File) -> Iterator[Fact]:
    """What a file declares, whatever other files it speaks of."""
    assert room.load_declared is not None
    for fact in room.load_declared()(file):
        if isinstance(fact, Kept):
            assert room.load_join is not None
            paths = frozenset({fact.path})
            yield from (each for _, each in room.load_join()({fact.path: fact.data}, lambda _: None, paths))
        else:
            yield fact


def _text(files: Mapping[str, bytes], one: LockTool) -> str:
    return files[one.manifest].decode("utf-8", "replace")


def _check(one: LockTool, after: Mapping[str, bytes], wanted: WantedVersion) -> None:
    """Refuse what does not bring the version, as scans read it."""
    room = ecosystems.of(wanted.type)
    order = ecosystems.order(room.order)
    assert order is not None
    facts = tuple(_declared(room, File(path=one.read, data=after[one.read])))
    if any(isinstance(fact, Gap) and "cannot be read" in fact.reason for fact in facts):
        raise CannotEdit(f"{one.program} wrote a {one.read} that cannot be read")
    names = room.normalize(wanted.name)
    found = [
        fact.version
        for fact in facts
        if isinstance(fact, Package) and not fact.application and room.normalize(ecosystems.spelled(fact)) == names
    ]
    low = [one for one in found if is_earlier(order.key, one, wanted.version)]
    if not found:
        raise CannotEdit(f"with {one.program}, {one.read} does not list it any more")
    if low:
        raise CannotEdit(f"{one.program} leaves it at {min(low)}: what needs it allows no later one")
