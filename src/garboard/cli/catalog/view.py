"""What a catalogue holds, for people and as JSON."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, assert_never

import msgspec

from garboard.baseimage.lifecycle import Lifetimes
from garboard.image import reference as references
from garboard.model.baseimage import Approval, BaseImage
from garboard.model.errors import GarboardError, UsageError
from garboard.model.lifecycle import Lifespan, State
from garboard.model.package import Inventory
from garboard.reporters.layers.view import size
from garboard.reporters.terminal import plain

if TYPE_CHECKING:
    from garboard.basecatalog.reader import StoredCatalogue

_NAMES: Final = 4
_INSTRUCTION: Final = 120
_GLOB: Final = re.compile(r"[*?\[]")


def full(repository: str) -> str:
    """A repository as people spell it, in full. Raises `ImageError` for what is none."""
    reference = references.parse(repository)
    return f"{reference.registry}/{reference.repository}"


def pattern(text: str) -> str:
    """An approval's pattern: a reference in full, or a glob as it was given, which has to name a tag too."""
    if _GLOB.search(text):
        if ":" not in text.rpartition("/")[2]:
            raise UsageError(f"the pattern {text} says nothing of tags", f"as in {text}:*")
        return text
    reference = references.parse(text)
    if not reference.tag or reference.digest:
        raise UsageError(
            f"{text} is not a name with a tag", "a digest cannot be approved: it never changes, name its tag"
        )
    return reference.canonical


def find(catalogue: StoredCatalogue, text: str) -> tuple[BaseImage, ...]:
    """The images that a name or a key means: of a name those that it names now, else those that it last named."""
    found = catalogue.by_key(text)
    if found:
        return found
    try:
        reference = references.parse(text)
    except GarboardError:
        return ()
    if reference.digest:
        return catalogue.by_key(reference.digest)
    named = catalogue.named_anywhere(f"{reference.registry}/{reference.repository}", reference.tag)
    wanted = (f"{reference.registry}/{reference.repository}", reference.tag)
    current = tuple(
        one for one in named if any(name.current and (name.repository, name.tag) == wanted for name in one.names)
    )
    return current or named


def images(
    catalogue: StoredCatalogue, repository: str, now: dt.datetime, lifetimes: Lifetimes, *, as_json: bool
) -> str:
    """The images of a repository, or without one all repositories; and the approvals."""
    if as_json:
        found = catalogue.images(full(repository) if repository else "")
        approvals = [
            {"pattern": one.pattern, "reason": one.reason, "until": one.until} for one in catalogue.approvals()
        ]
        return _json({"images": [_short(one, lifetimes) for one in found], "approvals": approvals})
    lines = list(_of_repository(catalogue, full(repository), lifetimes) if repository else _repositories(catalogue))
    return "\n".join(map(plain, [*lines, *_approvals(catalogue.approvals(), now)]))


def _repositories(catalogue: StoredCatalogue) -> Iterator[str]:
    yield f"Catalogue: {catalogue.store.path}"
    every = catalogue.images()
    counts = Counter(repository for one in every for repository in {name.repository for name in one.names})
    tags = Counter(name.repository for one in every for name in one.names if name.current)
    for repository in sorted(counts):
        yield f"{repository:<48}{counts[repository]:>6} images  {tags[repository]:>6} current tags"
    nameless = sum(not one.names for one in every)
    if nameless:
        yield f"{'(without a name)':<48}{nameless:>6} images"
    if not every:
        yield "No images. hint: garboard catalog sync python --tags '*-slim'"


def _of_repository(catalogue: StoredCatalogue, repository: str, lifetimes: Lifetimes) -> Iterator[str]:
    found = [(_own(one, repository), one) for one in catalogue.images(repository)]
    found.sort(key=lambda pair: pair[1].image.created, reverse=True)
    found.sort(key=lambda pair: not pair[0][0].current)
    for names, one in found:
        tags = ", ".join(name.tag for name in names[:_NAMES])
        more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
        known = "packages not known" if one.packages is None else f"{one.packages} packages"
        parts = [one.image.created[:10] or "no date", str(one.image.platform), one.distro, known, size(one.size)]
        parts += [] if names[0].current else ["no longer tagged"]
        parts += ["no longer built"] if names[0].supported is False else []
        parts += [f"{life.name} ended" for life in _lives(one, lifetimes) if life.state is State.ENDED]
        parts += ["not recognisable"] if _layers_known(one) is False else []
        yield f"{one.key[:19]}  {tags}{more}"
        yield f"{'':<21}{'  '.join(part for part in parts if part)}"


def _own(one: BaseImage, repository: str) -> list[Any]:
    return [name for name in one.names if name.repository == repository]


def _layers_known(one: BaseImage) -> bool:
    return bool(one.image.layers) and all(layer.diff_id for layer in one.image.layers)


def _approvals(approvals: Sequence[Approval], now: dt.datetime) -> Iterator[str]:
    if approvals:
        yield ""
        yield "Approved:"
    for one in approvals:
        until = f"  until {one.until}" + ("" if one.holds(now) else " (ended)") if one.until else ""
        yield f"  {one.pattern}{until}" + (f"  {one.reason}" if one.reason else "")


def details(
    catalogue: StoredCatalogue,
    found: Sequence[BaseImage],
    now: dt.datetime,
    lifetimes: Lifetimes,
    *,
    packages: bool,
    as_json: bool,
) -> str:
    """All that is known of images."""
    inventories = catalogue.inventories(one.key for one in found) if packages or as_json else {}
    approvals = [one for one in catalogue.approvals() if one.holds(now)]
    if as_json:
        return _json(
            [
                _short(one, lifetimes)
                | {
                    "history": [
                        {"created": entry.created, "createdBy": entry.created_by, "emptyLayer": entry.empty_layer}
                        for entry in one.image.history
                    ],
                    "labels": dict(one.image.labels),
                    "approved": _approved(one, approvals),
                    "packageList": _packages(inventories.get(one.key)),
                    "gaps": inventories[one.key].gaps if one.key in inventories else (),
                }
                for one in found
            ]
        )
    lines: list[str] = []
    for one in found:
        lines += [*_details(one, approvals, lifetimes), ""]
        if packages and one.key in inventories:
            lines += [f"  {package.full_name} {package.version}" for package in inventories[one.key].packages]
    return "\n".join(map(plain, lines)).rstrip("\n")


def _packages(inventory: Inventory | None) -> list[dict[str, str]] | None:
    """None where they are not known."""
    if inventory is None:
        return None
    return [
        {"type": one.type, "name": one.full_name, "version": one.version, "arch": one.arch, "purl": one.purl}
        for one in inventory.packages
    ]


def _approved(one: BaseImage, approvals: Sequence[Approval]) -> bool:
    return any(approval.covers(name) for approval in approvals for name in one.names)


def _details(one: BaseImage, approvals: Sequence[Approval], lifetimes: Lifetimes) -> Iterator[str]:
    image = one.image
    rows = [
        ("Key:", one.key),
        ("Names:", ""),
        ("Image id:", image.config_digest),
        ("Platform:", str(image.platform)),
        ("Created:", image.created),
        ("Size:", "" if one.size is None else size(one.size)),
        ("Distribution:", one.distro),
        ("End of life:", _ends(one, lifetimes)),
        ("Packages:", "not known" if one.packages is None else str(one.packages)),
        ("Approved:", "yes" if _approved(one, approvals) else ""),
        ("Read from:", f"{one.source}, {one.added[:10]}"),
    ]
    for label, value in rows:
        if label == "Names:":
            for number, name in enumerate(one.names):
                yield f"{label if not number else '':<14}{name.familiar}{_state(name)}"
        elif value:
            yield f"{label:<14}{value}"
    if not _layers_known(one):
        count = f"{len(image.layers)}, " if image.layers else ""
        yield f"{'Layers:':<14}{count}their diff ids are not known: it cannot be recognised"
    for number, layer in enumerate(image.layers if _layers_known(one) else ()):
        yield f"{'Layers:' if not number else '':<14}{layer.diff_id}  {size(layer.size)}"
    for number, entry in enumerate(image.history):
        text = " ".join(entry.created_by.split()) or entry.comment
        short = text if len(text) <= _INSTRUCTION else text[:_INSTRUCTION] + " …"
        yield f"{'History:' if not number else '':<14}{entry.created[:10]:<12}{short}"


def _lives(one: BaseImage, lifetimes: Lifetimes) -> tuple[Lifespan, ...]:
    """The distribution's."""
    return lifetimes.of("", (), one.distro)


def _ends(one: BaseImage, lifetimes: Lifetimes) -> str:
    """Until when the distribution is maintained; empty where no data speak of it at all."""
    life = next(iter(_lives(one, lifetimes)), None)
    if life is None:
        return ""
    match life.state:
        case State.SUPPORTED:
            return f"supported until {life.eol}" if life.eol else "supported, no end is set"
        case State.EXTENDED:
            return f"regular support ended {life.eol}, extended support until {life.extended}"
        case State.ENDED:
            return f"ended {life.eol}".rstrip()
        case State.UNKNOWN:
            return "not known; run: garboard db update endoflife"
        case _:
            assert_never(life.state)


def _state(name: Any) -> str:
    parts = [] if name.current else [f"last seen {name.seen[:10]}"]
    parts += ["no longer built"] if name.supported is False else []
    return f"  ({', '.join(parts)})" if parts else ""


def _short(one: BaseImage, lifetimes: Lifetimes) -> dict[str, Any]:
    return {
        "key": one.key,
        "names": [
            {
                "name": name.canonical,
                "indexDigest": name.index_digest,
                "seen": name.seen,
                "current": name.current,
                "supported": name.supported,
            }
            for name in one.names
        ],
        "imageId": one.image.config_digest,
        "manifestDigest": one.image.manifest_digest,
        "platform": str(one.image.platform),
        "created": one.image.created,
        "size": one.size,
        "distribution": one.distro,
        "endOfLife": [
            {"name": life.name, "state": life.state.value, "eol": life.eol, "extended": life.extended}
            for life in _lives(one, lifetimes)
        ],
        "packages": one.packages,
        "layers": [
            {"diffId": layer.diff_id, "digest": layer.digest or "", "size": layer.size} for layer in one.image.layers
        ],
        "source": one.source,
        "added": one.added,
    }


def _json(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
