"""Packages in a namespace."""

from __future__ import annotations

import pytest

from garboard.namespaces import packages


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        (["ns/a/__init__.py", "ns/a/b.py", "ns/a/c/__init__.py"], ["ns/a"]),
        (["ns/a/b.py", "ns/a/__init__.pyc"], ["ns/a"]),
        (["ns/a/b/__init__.cpython-312.so", "ns/a/b/c.py", "ns/a/d.py"], ["ns/a/b", "ns/a/d.py"]),
        (["ns/a.py", "ns/b/c.py"], ["ns/a.py", "ns/b/c.py"]),
        (["ns/a.py", "ns/__init__.pyc"], ["ns"]),
        ([], []),
        (
            ["ns" + "/a" * 40 + ".py", "ns" + "/a" * 40 + "/__init__.py"],
            ["ns" + "/a" * 40 + ".py", "ns" + "/a" * 40 + "/__init__.py"],
        ),
    ],
)
def test_the_outermost_packages(paths: list[str], found: list[str]) -> None:
    for home in ("", "lib/site-packages/"):
        given = [f"{home}{path}".encode() for path in paths]
        for order in (given, given[::-1]):
            answer = packages(f"{home}ns".encode(), order)
            assert sorted(answer) == [f"{home}{path}".encode() for path in found]
            assert all(path in given and path.startswith(package) for package, path in answer.items())
