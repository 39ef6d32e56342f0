"""What tools make of manifests: not every change of theirs is taken."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from garboard.ecosystems import of
from garboard.fixes import locks, manifests
from garboard.model.action import WantedVersion
from garboard.model.ecosystem import LockTool
from garboard.model.fix import CannotEdit

GO_MOD = b"module m\n\ngo 1.20\n\nrequire golang.org/x/net v0.1.0\n"
WANTED = WantedVersion(type="golang", name="golang.org/x/net", version="0.56.0")
(GO,) = of("golang").tools


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (GO_MOD.replace(b"v0.1.0", b"v0.56.0").replace(b"go 1.20", b"go 1.25.0"), "say `go 1.25.0`"),
        (
            GO_MOD.replace(b"v0.1.0", b"v0.56.0").replace(b"\nreq", b"\ntoolchain go1.26.1\nreq"),
            "`go 1.20 toolchain go1.26.1`",
        ),
        (GO_MOD.replace(b"v0.1.0", b"v0.56.0"), ""),
    ],
)
def test_which_go_builds_a_project_is_not_the_tools_to_decide(after: bytes, said: str) -> None:
    def run(_tool: LockTool, _calls: tuple[tuple[str, ...], ...], files: Mapping[str, bytes]) -> Mapping[str, bytes]:
        return {**files, "go.mod": after, "go.sum": b"x\n"}

    if said:
        with pytest.raises(CannotEdit, match=said):
            locks.reworked(GO, {"go.mod": GO_MOD, "go.sum": b""}, WANTED, run)
    else:
        assert locks.reworked(GO, {"go.mod": GO_MOD, "go.sum": b""}, WANTED, run)["go.mod"] == after


def test_what_comes_with_the_toolchain_no_manifest_asks_for() -> None:
    wanted = WantedVersion(type="golang", name="stdlib", version="1.25.13")
    files = {"go.mod": GO_MOD, "go.sum": b""}
    assert locks.tool("go.mod", wanted, files.get) is None
    with pytest.raises(CannotEdit, match="with the toolchain"):
        manifests.raising("go.mod", GO_MOD, wanted, lambda path: path in files)
