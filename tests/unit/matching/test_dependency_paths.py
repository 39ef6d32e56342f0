"""Why a package is there."""

from __future__ import annotations

import itertools

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from garboard.matching.dependency_paths import Introductions
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
    return [">".join(letter[step] for step in path) for path in introductions.paths(packages[name].id)]


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
    assert introductions.paths(jinja.id) == ((flask.id, jinja.id),)


@given(st.integers(1, 9), st.sets(st.tuples(st.integers(0, 8), st.integers(0, 8))), st.sets(st.integers(0, 8)))
def test_every_package_has_a_path_of_real_edges(count, edges, automatic):
    ids = [deb(f"p{n}", "1").id for n in range(count)]
    packages = [
        msgspec.structs.replace(
            deb(f"p{n}", "1", automatic=n in automatic),
            depends_on=tuple(ids[b] for a, b in sorted(edges) if a == n and b < count),
        )
        for n in range(count)
    ]
    introductions = Introductions(packages)
    needs = {package.id: package.depends_on for package in packages}
    for package in packages:
        found = introductions.paths(package.id)
        assert found
        assert list(found) == sorted(found, key=len)
        for path in found:
            assert path[0] in introductions.direct
            assert path[-1] == package.id
            assert all(second in needs[first] for first, second in itertools.pairwise(path))
            assert not set(path[1:-1]) & introductions.direct
