"""Laws of symbolic links in an image: what `Root.resolve` answers is what a walk from the root, one link at a time, does."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from garboard.image.layers.rootfs import FOLDER, LEAF, LINK, LinkLoop, Root

_HOPS = 5
_BYTES = 40
_NAMES = st.sampled_from([b"a", b"b", b"c"])
_PATHS = st.lists(_NAMES, min_size=1, max_size=3).map(tuple)
_PARTS = st.lists(st.sampled_from([b"a", b"b", b"c", b"..", b".", b""]), min_size=1, max_size=5).map(b"/".join)
_MEMBERS = st.tuples(_PATHS, st.sampled_from([FOLDER, LEAF, LINK, LINK]), _PARTS, st.integers(0, 1))


def _naive(root: Root, path: bytes, *, last: bool, layer: int | None) -> list[bytes] | None:
    """Put each link's target in its place and begin again; None for too many."""
    parts = path.split(b"/")
    done: list[bytes] = []
    hops = size = 0
    while parts:
        first, *parts = parts
        if first in (b"", b"."):
            continue
        if first == b"..":
            done = done[:-1]
            continue
        node = root.find([*done, first])
        if node is None or node.kind != LINK or not (parts or last) or layer not in (None, node.layer):
            done = [*done, first]
            continue
        hops, size = hops + 1, size + len(node.target)
        if hops > _HOPS or size > _BYTES:
            return None
        target = node.target if node.target.startswith(b"/") else b"/".join([*done, node.target])
        done, parts = [], [*target.split(b"/"), *parts]
        if not node.target.startswith(b"/"):
            above = len(target.split(b"/")) - len(node.target.split(b"/"))
            done, parts = parts[:above], parts[above:]
    return done


@given(st.lists(_MEMBERS, max_size=12), _PARTS, st.booleans(), st.sampled_from([None, 0, 1]))
def test_a_path_leads_where_a_plain_walk_leads(
    members: list[tuple[tuple[bytes, ...], int, bytes, int]], path: bytes, last: bool, layer: int | None
) -> None:
    root = Root(_HOPS, _BYTES)
    for place, kind, target, made in members:
        root.put(list(place), kind, target, made)
    try:
        found = root.resolve(path, last=last, layer=layer)
    except LinkLoop:
        found = None
    assert found == _naive(root, path, last=last, layer=layer)


@given(st.integers(1, 400))
def test_a_path_costs_its_own_parts_and_those_of_the_links_on_it(depth: int) -> None:
    root = Root(40, 4096)
    for one in range(10):
        root.put([b"f%d" % one], LINK, b"f%d" % (one + 1), 0)
    root.steps = 0
    root.resolve(b"f0/" + b"/".join([b"a"] * depth))
    assert root.steps == depth + 11
