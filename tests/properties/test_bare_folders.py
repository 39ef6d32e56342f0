"""Whatever layers do to npm packages, one is told exactly while its code is there and the file that names it is not."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.image.layers.builders import tar
from tests.unit.packages.test_unread import kinds

KIND = "npm packages without a package.json"
FOLDERS = ("app/node_modules/a", "app/node_modules/@s/b", "app/node_modules/a/node_modules/c")
STEPS = st.sampled_from(["code", "whole", "name it", "unname it", "remove", ""])


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(*[STEPS] * len(FOLDERS)), min_size=1, max_size=5))
def test_what_is_told(layers: list[tuple[str, ...]]) -> None:
    code: set[str] = set()
    named: set[str] = set()
    written = []
    for steps in layers:
        entries: list[tuple[str, bytes]] = []
        for folder, step in zip(FOLDERS, steps, strict=True):
            name = f'{{"name": "{folder.rpartition("/")[2]}", "version": "1.0.0"}}'.encode()
            parent, _, last = folder.rpartition("/")
            if step == "remove":
                below = {one for one in FOLDERS if f"{one}/".startswith(f"{folder}/")}
                code -= below
                named -= below
                entries.append((f"{parent}/.wh.{last}", b""))
            elif step == "unname it" and folder in named:
                named.discard(folder)
                entries.append((f"{folder}/.wh.package.json", b""))
            if step in {"code", "whole"}:
                code.add(folder)
                entries.append((f"{folder}/index.js", b"x"))
            if step == "whole" or (step == "name it" and folder in code):
                named.add(folder)
                entries.append((f"{folder}/package.json", name))
        written.append(tar(entries))
    expected = sorted(code - named)
    told = {KIND: f"found, and not read: {', '.join(expected)}"} if expected else {}
    assert {kind: reason for kind, reason in kinds(*written).items() if kind == KIND} == told
