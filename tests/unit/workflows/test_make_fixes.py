"""Proofs of changes: what a proof may go by, with a builder whose commands only end well."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from garboard.builders.engine import BuildEngine
from garboard.builders.running import BuildError
from garboard.dockerfile.parser import parse
from garboard.model.action import Action, ActionKind, Actions
from garboard.model.fix import Proof
from garboard.model.recommendation import Group
from garboard.model.report import Report
from garboard.workflows import make_fixes
from garboard.workflows.attribute import Build
from garboard.workflows.fix import BuildContext
from garboard.workflows.prove import ProofMeans
from tests.unit.actions import scans

ENGINE = BuildEngine(
    name="none",
    ask=("true",),
    build=lambda job: ("true",),
    taken=lambda tag, archive: ((), tag),
    run=lambda tag, command: (("sh", "-c", command),),
    remove=lambda tag: ("true",),
)
OLD = scans.finding("CVE-2026-1", scans.deb("git"), "2")
FULL = scans.report(OLD)
CLEAN = msgspec.structs.replace(FULL, findings=())
PARTIAL = msgspec.structs.replace(CLEAN, unjudged=(scans.deb("vim"),))
NONE = msgspec.structs.replace(CLEAN, judged=0)
UPGRADE = Action(
    kind=ActionKind.UPGRADE, text="Upgrade", command="RUN apt-get upgrade -y", clears=(OLD.issue,), before=1, after=0
)


REBUILD = msgspec.structs.replace(UPGRADE, kind=ActionKind.REBUILD, command="docker build --no-cache .")


def proved(tmp_path: Path, *built: Report, image: Report = FULL, action: Action = UPGRADE) -> Proof | None:
    """The proof of one change, where the scans of the image and of what is built give these, one after the other."""
    file = tmp_path / "Dockerfile"
    file.write_bytes(b"FROM debian:12\nRUN apt-get install -y git vim\n")
    scanned: Iterator[Report] = iter((image, *built))
    judge = make_fixes.Judge(
        scan=lambda name, build: next(scanned),
        recommended=lambda report: report,
        acted=lambda report, first: msgspec.structs.replace(report, actions=Actions(total=1, actions=(action,))),
        counts=lambda finding: True,
    )
    wanted = make_fixes.FixWish(frozenset(ActionKind), Group.ALTERNATIVE, pinned=False)

    def means(scan: object) -> ProofMeans:
        return ProofMeans(ENGINE, file, tmp_path, scan)  # type: ignore[arg-type]

    build = Build(dockerfile=parse(file.read_bytes(), str(file)))
    made = make_fixes.of_image("app:1", build, BuildContext(file, tmp_path), judge, wanted, make_fixes.Proving(means))
    return made.fixes.proof


def test_what_was_predicted_is_found(tmp_path: Path) -> None:
    proof = proved(tmp_path, FULL, CLEAN)
    assert proof is not None
    assert proof.failure == ""


def test_what_is_still_there_is_named(tmp_path: Path) -> None:
    proof = proved(tmp_path, FULL, FULL)
    assert proof is not None
    assert proof.failure == "CVE-2026-1 of git is still there"


@pytest.mark.parametrize("new", [NONE, PARTIAL])
def test_an_image_of_which_less_can_be_judged_proves_nothing(tmp_path: Path, new: Report) -> None:
    proof = proved(tmp_path, FULL, new)
    assert proof is not None
    assert "less of the built image could be judged than before" in proof.failure


def test_one_that_could_not_be_judged_whole_before_may_stay_so(tmp_path: Path) -> None:
    before = msgspec.structs.replace(PARTIAL, findings=(OLD,))
    proof = proved(tmp_path, before, PARTIAL, image=before)
    assert proof is not None
    assert proof.failure == ""


def test_nothing_is_compared_with_an_image_that_cannot_be_judged(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="less of the built image could be judged"):
        proved(tmp_path, NONE)


def test_a_new_build_of_the_same_files_is_proved_too(tmp_path: Path) -> None:
    proof = proved(tmp_path, CLEAN, action=REBUILD)
    assert proof is not None
    assert (proof.failure, proof.before is None, proof.after) == ("", False, None)
    proof = proved(tmp_path, FULL, action=REBUILD)
    assert proof is not None
    assert proof.failure == "CVE-2026-1 of git is still there"


def test_where_nothing_is_to_change_nothing_is_built(tmp_path: Path) -> None:
    assert proved(tmp_path, action=msgspec.structs.replace(REBUILD, clears=())) is None
