"""Files in the shapes of well-known projects: each change gives exactly the expected bytes."""

from __future__ import annotations

import pytest

from garboard.dockerfile.parser import parse
from garboard.fixes.from_line import spelled_like
from garboard.fixes.image_references import images, moved
from garboard.fixes.plan import BuildFiles, FixChoice, changes
from garboard.model.action import Action, ActionKind, WantedVersion
from garboard.model.attribution import Place
from garboard.splices import spliced
from tests.unit.fixes.shapes import DEPLOYMENTS, DOCKERFILES, Shape


def _actions(shape: Shape) -> list[Action]:
    base = [Action(kind=ActionKind.BASE, text="base", reference=shape.base)] if shape.base else []
    raised = []
    for type_, name, version in shape.raises:
        place = Place(file="Dockerfile", line=_line_of(shape, name))
        wanted = WantedVersion(type=type_, name=name, version=version, place=place)
        raised.append(Action(kind=ActionKind.RAISE, text="raise", place=place, wanted=(wanted,)))
    return [*base, *raised]


def _line_of(shape: Shape, name: str) -> int:
    """Where the instruction begins that installs a package."""
    instructions = parse(shape.before, "Dockerfile").instructions
    return next(
        one.span.line
        for one in instructions
        if one.name == "RUN" and name.encode() in shape.before[one.span.start : one.span.end]
    )


@pytest.mark.parametrize("shape", [pytest.param(one, id=one.name) for one in DOCKERFILES])
def test_a_dockerfile(shape: Shape) -> None:
    dockerfile = parse(shape.before, "Dockerfile")
    files = BuildFiles(dockerfile=dockerfile, target=shape.target, build_args=dict(shape.args))
    made = changes(_actions(shape), [], files, FixChoice(kinds=tuple(ActionKind))).changes
    assert [one.reason for one in made if not one.files] == []
    assert made[-1].files[0].after.decode() == shape.after.decode()


@pytest.mark.parametrize("shape", [pytest.param(one, id=one.name) for one in DEPLOYMENTS])
def test_a_file_that_names_images(shape: Shape) -> None:
    data = shape.before
    for image in images(data):
        if image.reference.rpartition("/")[2] == "postgres:12":
            data = spliced(data, moved(data, image, spelled_like(image.reference, "postgres:12.22")))
    assert data.decode() == shape.after.decode()
