"""Go's workspaces: replacements, own modules and the Go of ``go.work``, as the go command applies them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.packages.test_declared import read


def mod(name: str, *lines: str) -> str:
    return "\n".join((f"module a.b/{name}", "go 1.22.0", *lines, ""))


def versions(tmp_path: Path, files: dict[str, str]) -> set[str]:
    found = read(tmp_path, files)
    assert found.gaps == ()
    return {f"{one.full_name}@{one.version}" for one in found.packages if not one.application and one.name != "stdlib"}


WORK = "go 1.22.0\nuse (\n\t./a // first\n\t./b\n)\n"
A = mod("a", "require x.y/z v1.0.0", "require a.b/b v0.1.0")
B = mod("b", "require x.y/w v1.0.0")


@pytest.mark.parametrize(
    ("work", "a", "b", "expected"),
    [
        ("", A, B, {"x.y/z@1.0.0", "x.y/w@1.0.0", "a.b/b@0.1.0"}),
        (WORK, A, B, {"x.y/z@1.0.0", "x.y/w@1.0.0"}),
        ("go 1.22.0\nuse ./a\n", A, B, {"x.y/z@1.0.0", "x.y/w@1.0.0", "a.b/b@0.1.0"}),
        (WORK + "replace x.y/z => f.k/z v1.1.0\n", A, B, {"f.k/z@1.1.0", "x.y/w@1.0.0"}),
        (WORK + "replace x.y/z v1.0.0 => f.k/z v1.1.0\n", A, B, {"f.k/z@1.1.0", "x.y/w@1.0.0"}),
        (WORK + "replace x.y/z v0.9.0 => f.k/z v1.1.0\n", A, B, {"x.y/z@1.0.0", "x.y/w@1.0.0"}),
        (WORK + "replace x.y/z => ./a\n", A, B, {"x.y/w@1.0.0"}),
        (
            WORK + "replace x.y/z => f.k/z v1.1.0\n",
            A + "replace x.y/z v1.0.0 => o.t/z v3.0.0\n",
            B,
            {"f.k/z@1.1.0", "x.y/w@1.0.0"},
        ),
        (
            WORK + "replace x.y/z v0.1.0 => f.k/z v1.1.0\n",
            A,
            B + "replace x.y/z v1.0.0 => o.t/z v3.0.0\n",
            {"o.t/z@3.0.0", "x.y/w@1.0.0"},
        ),
        (WORK, A, B + "replace x.y/z => o.t/z v3.0.0\n", {"o.t/z@3.0.0", "x.y/w@1.0.0"}),
        ("", A, B + "replace x.y/z => o.t/z v3.0.0\n", {"x.y/z@1.0.0", "x.y/w@1.0.0", "a.b/b@0.1.0"}),
    ],
)
def test_what_a_workspace_replaces(tmp_path: Path, work: str, a: str, b: str, expected: set[str]) -> None:
    files = {"a/go.mod": a, "b/go.mod": b, **({"go.work": work} if work else {})}
    assert versions(tmp_path, files) == {one.replace("@", "@v") for one in expected}


@pytest.mark.parametrize(
    ("work", "b", "expected"),
    [
        (WORK, "require x.y/z v1.10.0", {"x.y/z@v1.10.0"}),
        (WORK, "require x.y/z v1.9.1 // indirect", {"x.y/z@v1.9.1"}),
        (WORK, "require x.y/z v0.9.0", {"x.y/z@v1.0.0"}),
        (WORK, "require x.y/z v1.0.0-rc.1", {"x.y/z@v1.0.0"}),
        ("", "require x.y/z v1.10.0", {"x.y/z@v1.0.0", "x.y/z@v1.10.0"}),
        (WORK + "replace x.y/z v1.0.0 => f.k/z v1.1.0\n", "require x.y/z v1.10.0", {"x.y/z@v1.10.0"}),
        (WORK + "replace x.y/z v1.10.0 => f.k/z v1.1.0\n", "require x.y/z v1.10.0", {"f.k/z@v1.1.0"}),
    ],
)
def test_the_highest_version_of_a_workspace_counts(tmp_path: Path, work: str, b: str, expected: set[str]) -> None:
    """As `go list -m all` says."""
    files = {"a/go.mod": mod("a", "require x.y/z v1.0.0"), "b/go.mod": mod("b", b), "c/go.mod": mod("c")}
    files |= {"go.work": work} if work else {}
    assert versions(tmp_path, files) == expected


def test_the_nearest_workspace_counts(tmp_path: Path) -> None:
    files = {
        "go.work": "go 1.22.0\nuse ./in/a\nreplace x.y/z => f.k/z v1.1.0\n",
        "in/go.work": "go 1.22.0\nuse ./a\n",
        "in/a/go.mod": mod("a", "require x.y/z v1.0.0"),
    }
    assert versions(tmp_path, files) == {"x.y/z@v1.0.0"}


def test_a_module_in_the_workspaces_own_folder(tmp_path: Path) -> None:
    files = {
        "go.work": "go 1.22.0\nuse .\nreplace x.y/z => f.k/z v1.1.0\n",
        "go.mod": mod("a", "require x.y/z v1.0.0"),
        "tools.mod": "module a.b/tools\ngo 1.22.0\nrequire x.y/t v1.0.0\n",
    }
    assert versions(tmp_path, files) == {"f.k/z@v1.1.0", "x.y/t@v1.0.0"}


def test_the_go_of_a_workspace_builds_its_modules(tmp_path: Path) -> None:
    files = {"go.work": "go 1.22.0\ntoolchain go1.23.4\nuse ./a\n", "a/go.mod": mod("a"), "b/go.mod": mod("b")}
    found = {one.locations[0].path: one.version for one in read(tmp_path, files).packages if one.name == "stdlib"}
    assert found == {"a/go.mod": "1.23.4", "b/go.mod": "1.22.0"}


@pytest.mark.parametrize("line", ["use ./gone", "use ../outside", "replace x.y/z => ./gone"])
def test_folders_that_are_not_there_are_told(tmp_path: Path, line: str) -> None:
    files = {"go.work": f"go 1.22.0\nuse ./a\n{line}\n", "a/go.mod": mod("a", "require x.y/z v1.0.0")}
    (gap,) = read(tmp_path, files).gaps
    assert gap.subject == "folders that go.mod or go.work puts in the place of modules"
    assert line.rpartition("./")[2] in gap.reason


def test_a_line_that_is_not_known_is_told(tmp_path: Path) -> None:
    (gap,) = read(tmp_path, {"go.work": "go 1.22.0\nuse ./a\nx y\n", "a/go.mod": mod("a")}).gaps
    assert (gap.subject, "(lines 3)" in gap.reason) == ("go.work", True)


@pytest.mark.parametrize(("version", "told"), [("v1.0.0", False), ("v1.0.1", True)])
def test_what_a_workspace_vendors(tmp_path: Path, version: str, *, told: bool) -> None:
    files = {
        "go.work": "go 1.22.0\nuse ./a\n",
        "a/go.mod": mod("a", "require x.y/z v1.0.0"),
        "vendor/modules.txt": f"## workspace\n# x.y/z {version}\n## explicit\nx.y/z\n",
    }
    assert bool(read(tmp_path, files).gaps) == told
