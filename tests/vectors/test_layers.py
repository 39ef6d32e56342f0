"""Law: what is read of layers is what real engines make of them. The answers were recorded: ``layers/PROVENANCE.md``."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from garboard.model.errors import ImageError
from tests.unit.image.layers.builders import Seeing, live, read
from tests.vectors.layer_stacks import NAMES, Stack, Tree, archives, load

EVERYTHING = tuple(f"**/{name}" for name in NAMES)
SOME = ("lib/db/status", "**/package.json")
HOPS = 40


def resolve(tree: Tree, path: str) -> str | None:
    """Where a path leads in a tree, all links followed; None for a circle."""
    waiting, done, hops = path.split("/")[::-1], list[str](), 0
    while waiting:
        part = waiting.pop()
        if part in ("", "."):
            continue
        if part == "..":
            del done[-1:]
            continue
        kind = tree.get("/".join([*done, part]), "")
        if kind.startswith("l "):
            hops += 1
            target = kind[2:]
            if target.startswith("/"):
                done.clear()
            waiting.extend(target.split("/")[::-1])
            if hops > HOPS:
                return None
        else:
            done.append(part)
    return "/".join(done)


def wanted(tree: Tree, globs: tuple[str, ...]) -> dict[str, str]:
    """The files of a tree that a reader of these globs is to see: path → content."""
    paths = {path for path in tree if f"**/{path.rpartition('/')[2]}" in globs} | {g for g in globs if "*" not in g}
    places = {path: tree.get(resolve(tree, path) or "", "") for path in paths}
    return {path: kind[2:] for path, kind in places.items() if kind.startswith("f ")}


def differences(tree: Tree, found: dict[str, str], globs: tuple[str, ...]) -> Iterator[str]:
    """What is in the engine's tree and was not read so, and what was read and is not there."""
    expected = wanted(tree, globs)
    aliases = {path: resolve(tree, path) or "" for path in expected}
    for path, content in expected.items():
        seen = found.get(path, found.get(aliases[path]))
        if seen != content:
            yield f"{path} holds {content!r}, read as {seen!r}"
    for path in found.keys() - expected.keys() - set(aliases.values()):
        yield f"{path} is not there"


ORDER = "a whiteout after its own layer's file: the specification says that it hides layers below alone (ADR 4)"
BELOW_A_FILE = (
    "nothing but what nobody wants is written below a file: engines that take it remove the file, it is read still"
)
VFS = {
    "a path leads through a link of a layer below: vfs follows it, overlayfs puts a folder in its place, and so is it read": (
        "a file through a link to a folder",
        "a file through an absolute link",
        "a whiteout through a link",
        "loose 94",
    ),
    "a whiteout below a file: vfs leaves the file": ("loose 49",),
    "the root is opaque: vfs hides what is below; overlayfs has no mark for it, and nothing is hidden": (
        "an opaque root",
    ),
    "bookkeeping of aufs is no file of the image; only vfs leaves it out": ("bookkeeping of aufs",),
}
"""Stacks that podman's vfs alone takes otherwise than they are read."""
DIFFERENCES = {
    name: reason
    for reason, names in {
        ORDER: ("a file and a whiteout of it after it", "loose 54", "loose 86", "loose 92"),
        BELOW_A_FILE: ("loose 64", "loose 98"),
        **VFS,
    }.items()
    for name in names
}
"""Stacks of which an engine makes something else than is read, and why. No builder writes such layers."""
REFUSED = (
    "a whiteout without a name",
    "a whiteout without a name at the root",
    "a whiteout of its own folder",
    "a whiteout of the folder above",
)
"""Engines on overlayfs refuse them, and so they are not read."""
EVERY_STACK = [stack for family in ("built", "loose", "wild", "named") for stack in load(family)]
STACKS = [stack for stack in EVERY_STACK if stack.name not in REFUSED]


def disagreeing(stack: Stack, globs: tuple[str, ...]) -> dict[str, list[str]]:
    """The engines that take the stack and make something else of it."""
    found = live(read(*archives(stack.layers), reader=Seeing(*globs)))
    told = {engine: list(differences(tree, found, globs)) for engine, tree in stack.answers.items() if tree is not None}
    return {engine: texts for engine, texts in told.items() if texts}


@pytest.mark.parametrize("stack", STACKS, ids=lambda stack: stack.name)
def test_what_is_read_is_what_engines_make(stack: Stack) -> None:
    """Where they do not agree among each other too; what they all refuse is read without a failure."""
    assert bool(disagreeing(stack, EVERYTHING)) == (stack.name in DIFFERENCES)


@pytest.mark.parametrize("stack", STACKS, ids=lambda stack: stack.name)
def test_what_few_readers_want_is_the_same(stack: Stack) -> None:
    """Paths that nobody wants are not kept, and what they do to others is seen all the same."""
    assert stack.name in DIFFERENCES or not disagreeing(stack, SOME)


def test_layers_as_builders_write_them_are_no_matter_of_opinion() -> None:
    built = [stack for stack in STACKS if stack.name.startswith("built")]
    assert not [stack.name for stack in built if stack.name in DIFFERENCES]
    assert all(len({str(tree) for tree in stack.answers.values()}) == 1 for stack in built)


@pytest.mark.parametrize(
    "stack", [stack for stack in EVERY_STACK if stack.name in REFUSED], ids=lambda stack: stack.name
)
def test_what_engines_on_overlayfs_refuse_to_name_is_refused(stack: Stack) -> None:
    assert {engine for engine, tree in stack.answers.items() if tree is not None} <= {"podman-vfs"}
    with pytest.raises(ImageError, match="which engines refuse"):
        read(*archives(stack.layers), reader=Seeing(*EVERYTHING))


@pytest.mark.parametrize("name", [name for names in VFS.values() for name in names])
def test_engines_on_overlayfs_are_followed(name: str) -> None:
    stack = next(stack for stack in STACKS if stack.name == name)
    assert disagreeing(stack, EVERYTHING).keys() == {"podman-vfs"}


def test_every_difference_is_of_a_stack_that_is_there() -> None:
    assert DIFFERENCES.keys() <= {stack.name for stack in STACKS}
