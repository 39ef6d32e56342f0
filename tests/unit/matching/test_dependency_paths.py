"""Why a package is there."""

from __future__ import annotations

import itertools

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.matching import dependency_paths
from garboard.matching.dependency_paths import LEFT_OUT, LONGEST, Introductions
from garboard.model.package import Package
from tests.unit.matching.known import deb, pypi


def graph(automatic: str = "", **needs: str) -> dict[str, object]:
    """Packages by letter; each value names what a package needs, ``automatic`` those that came along."""
    names = sorted({*needs, *"".join(needs.values())})
    ids = {name: deb(name, "1").id for name in names}
    return {
        name: msgspec.structs.replace(
            deb(name, "1", automatic=name in automatic), depends_on=tuple(ids[need] for need in needs.get(name, ""))
        )
        for name in names
    }


def paths(packages: dict[str, object], name: str) -> list[str]:
    introductions = Introductions(packages.values())
    letter = {package.id: key for key, package in packages.items()}
    return [">".join(letter[step] for step in path) for path in introductions.paths(packages[name].id).kept]


def test_a_direct_package_is_its_own_shortest_path():
    assert paths(graph(a="b"), "b") == ["b", "a>b"]


def test_what_came_along_is_reached_from_what_was_asked_for():
    packages = graph("bc", g="b", h="b", b="c")
    assert paths(packages, "c") == ["g>b>c", "h>b>c"]


def test_a_path_passes_no_other_direct_package():
    assert paths(graph("c", a="b", b="c"), "c") == ["b>c"]


def test_circles_end():
    assert paths(graph("bc", a="b", b="c", c="b"), "c") == ["a>b>c"]
    orphans = graph("bc", b="c", c="b")
    assert all(paths(orphans, name) for name in "bc"), "what nothing direct reaches is direct itself"


def test_language_packages_that_another_needs_are_not_direct():
    flask = pypi("flask", "1")
    jinja = pypi("jinja2", "1")
    flask = msgspec.structs.replace(flask, depends_on=(jinja.id,))
    introductions = Introductions([flask, jinja])
    assert introductions.paths(jinja.id).kept == ((flask.id, jinja.id),)


edges = st.sets(st.tuples(st.integers(0, 8), st.integers(0, 8)))


def drawn(count: int, edges: set[tuple[int, int]], automatic: set[int]) -> list[Package]:
    ids = [deb(f"p{n}", "1").id for n in range(count)]
    return [
        msgspec.structs.replace(
            deb(f"p{n}", "1", automatic=n in automatic),
            depends_on=tuple(ids[b] for a, b in sorted(edges) if a == n and b < count),
        )
        for n in range(count)
    ]


def every_root(packages: list[Package], direct: frozenset[str], package: str) -> dict[str, int]:
    """All direct packages with a path to this one, and the length of the shortest: found by walking back."""
    needed_by = {one.id: [other.id for other in packages if one.id in other.depends_on] for one in packages}
    found = {package: 0} if package in direct else {}
    seen, border, steps = {package}, [package], 0
    while border:
        steps += 1
        border = sorted({parent for name in border for parent in needed_by[name]} - seen)
        seen.update(border)
        found |= {name: steps for name in border if name in direct}
        border = [name for name in border if name not in direct]
    return found


@given(st.integers(1, 9), edges, st.sets(st.integers(0, 8)), st.integers(1, 9))
def test_the_paths_are_the_shortest_of_all_that_there_are(count, edges, automatic, kept):
    packages = drawn(count, edges, automatic)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dependency_paths, "KEPT", kept)
        introductions = Introductions(packages)
        needs = {package.id: package.depends_on for package in packages}
        for package in packages:
            found, more = introductions.paths(package.id)
            expected = every_root(packages, introductions.direct, package.id)
            assert found
            assert len(found) + more == len(expected)
            assert [len(path) - 1 for path in found] == sorted(expected.values())[:kept]
            for path in found:
                assert len(path) - 1 == expected[path[0]]
                assert path[-1] == package.id
                assert all(second in needs[first] for first, second in itertools.pairwise(path))
                assert not set(path[1:-1]) & introductions.direct


def test_a_long_path_is_cut_in_the_middle_and_says_so():
    ids = [deb(f"p{n}", "1").id for n in range(100)]
    packages = [
        msgspec.structs.replace(deb(f"p{n}", "1", automatic=n > 0), depends_on=tuple(ids[n + 1 : n + 2]))
        for n in range(100)
    ]
    [path] = Introductions(packages).paths(ids[99]).kept
    assert len(path) == LONGEST + 1
    assert (path[:2], path[2:]) == ((ids[0], LEFT_OUT), tuple(ids[100 - LONGEST + 1 :]))
