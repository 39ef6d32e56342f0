"""Lock files made again by tools: programs that stand in for these see what a tool would get, and write what one would."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from garboard.dockerfile.parser import parse
from garboard.ecosystems import of
from garboard.fixes.plan import BuildFiles, FixChoice, changes
from garboard.model.action import Action, ActionKind, WantedVersion
from garboard.model.attribution import Place
from garboard.model.fix import ActionEdits, CannotEdit
from garboard.workflows.rework_locks import rework

TEXT = b"FROM x\nWORKDIR /s\nCOPY . .\nRUN npm ci\n"
PLACE = Place(file="D", line=4)
MANIFEST = b'{"name": "m", "dependencies": {"a": "~1.0.0", "b": "1.0.0"}}\n'
NPM = """#!%s
import json, os, sys
folder = next(one[9:] for one in sys.argv if one.startswith("--prefix="))
here = lambda name: os.path.join(folder, name)
with open(%r, "a") as log:
    log.write(json.dumps([sys.argv[1:], dict(os.environ), sorted(os.listdir(folder))]) + "\\n")
print("https://user:secret@registry")
lock = json.load(open(here("package-lock.json")))
%s
json.dump(lock, open(here("package-lock.json"), "w"))
"""
RAISING = """
for word in sys.argv:
    name, _, version = word.partition("@")
    if version and "packages" in lock:
        lock["packages"]["node_modules/" + name]["version"] = version
        open(here("package.json"), "w").write("{}")
"""


def lock(**versions: str) -> bytes:
    packages = {f"node_modules/{name}": {"version": version} for name, version in versions.items()}
    return json.dumps({"lockfileVersion": 3, "packages": {"": {"name": "m"}, **packages}}).encode()


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=os.pathsep)
    monkeypatch.setenv("NODE_OPTIONS", "--require /evil.js")
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    (tmp_path / "bin").mkdir()
    return tmp_path / "log"


def npm(log: Path, doing: str) -> None:
    program = log.parent / "bin" / "npm"
    program.write_text(NPM % (sys.executable, str(log), doing))
    program.chmod(0o755)


def raised(files: dict[str, bytes], *wanted: tuple[str, str]) -> tuple[ActionEdits, ...]:
    actions = [
        Action(
            kind=ActionKind.RAISE,
            text="raise",
            place=PLACE,
            wanted=(WantedVersion(type="npm", name=name, version=version, place=PLACE),),
        )
        for name, version in wanted
    ]
    build = BuildFiles(dockerfile=parse(TEXT, "D"), read=files.get, rework=rework)
    return changes(actions, [], build, FixChoice(kinds=tuple(ActionKind))).changes


def test_a_manifest_and_its_lock_file_change_together(log: Path) -> None:
    """Each change on top of those before it; the tool gets two files, and nothing of the environment that is not its own."""
    npm(log, RAISING)
    first, second = raised(
        {"package.json": MANIFEST, "package-lock.json": lock(a="1.0.0", b="1.0.0"), ".npmrc": b"script-shell=/evil"},
        ("a", "1.0.5"),
        ("b", "1.2.0"),
    )
    once = MANIFEST.replace(b"~1.0.0", b"~1.0.5")
    assert {one.file: (one.before, one.after) for one in first.files} == {
        "package.json": (MANIFEST, once),
        "package-lock.json": (lock(a="1.0.0", b="1.0.0"), lock(a="1.0.5", b="1.0.0")),
    }
    assert {one.file: (one.before, one.after) for one in second.files} == {
        "package.json": (once, once.replace(b'"1.0.0"', b'"1.2.0"')),
        "package-lock.json": (lock(a="1.0.5", b="1.0.0"), lock(a="1.0.5", b="1.2.0")),
    }
    for line in log.read_text().splitlines():
        words, environment, there = json.loads(line)
        assert {"--package-lock-only", "--ignore-scripts", "--workspaces=false"} <= set(words)
        assert there == ["package-lock.json", "package.json"]
        assert environment["NODE_OPTIONS"] == ""
        assert environment["COREPACK_ENABLE_PROJECT_SPEC"] == "0"
        assert "GITHUB_TOKEN" not in environment


@pytest.mark.parametrize(
    ("doing", "manifest", "wanted", "said"),
    [
        ("", MANIFEST, ("a", "1.0.5"), "npm leaves it at 1.0.0"),
        (RAISING, MANIFEST, ("c", "1.0.5"), "npm leaves it at 1.0.0"),
        ("sys.exit(3)", MANIFEST, ("a", "1.0.5"), "npm failed with 3"),
        (RAISING, MANIFEST, ("a", "2.0.0"), "another major version"),
        ("lock['packages'] = {}", MANIFEST, ("a", "1.0.5"), "does not list it"),
        ("lock = 1", MANIFEST, ("a", "1.0.5"), "does not list it"),
        ("os.remove(here('package.json'))", MANIFEST, ("a", "1.0.5"), "left no plain package.json"),
        (RAISING + "open(here('package.json'), 'w').write('{}')", MANIFEST, ("a", "1.0.5"), "changed more of package.json"),
        (RAISING, MANIFEST.replace(b'"1.0.0"', b'"file:../b"'), ("a", "1.0.5"), "other folders"),
        (RAISING, MANIFEST.replace(b'"1.0.0"', b'"http://127.0.0.1:1/b.tgz"'), ("a", "1.0.5"), "or addresses"),
        (RAISING, b'{"workspaces": ["x"], ' + MANIFEST[1:], ("a", "1.0.5"), "other folders"),
        (RAISING, b"[", ("a", "1.0.5"), "not the JSON"),
    ],
)  # fmt: skip
def test_what_a_tool_does_not_bring_changes_nothing(
    log: Path, doing: str, manifest: bytes, wanted: tuple[str, str], said: str
) -> None:
    npm(log, doing)
    (edits,) = raised({"package.json": manifest, "package-lock.json": lock(a="1.0.0", b="1.0.0", c="1.0.0")}, wanted)
    assert not edits.files
    assert said in edits.reason
    assert "secret" not in edits.reason


def test_another_lock_file_beside_it_is_not_left_behind(log: Path) -> None:
    npm(log, RAISING)
    files = {"package.json": MANIFEST, "package-lock.json": lock(a="1.0.0"), "yarn.lock": b""}
    (edits,) = raised(files, ("a", "1.0.5"))
    assert not edits.files
    assert "has to be changed with package.json by the tool" in edits.reason
    assert not log.exists()


def test_a_tool_that_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(CannotEdit, match="go is not installed here"):
        rework(of("golang").tools[0], (), {})
