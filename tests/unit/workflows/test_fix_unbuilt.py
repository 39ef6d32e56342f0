"""Other images where nothing was built: what is counted, in which order, and what is left."""

from __future__ import annotations

import pytest

from garboard.dockerfile.parser import parse
from garboard.model.fix import ActionEdits, Fixes
from garboard.model.image import Platform
from garboard.model.recommendation import Counts, Group, Recommendation, Row
from garboard.reporters.fix import text as as_text
from garboard.workflows.attribute import Build
from garboard.workflows.fix_repository import NamedFile, fix_repository, names_images
from garboard.workflows.fix_unbuilt import fix_deployment, fix_dockerfile
from garboard.workflows.fixed_parts import fixed_parts

BEFORE, AFTER = Counts(high=10), Counts(high=2)
COMPOSE = b"services:\n  a: {image: 'a:1'}\n  b: {image: 'a:1'}\n  c: {image: 'docker.io/library/a:1'}\n"


def recommended(reference: str, platform: str = "") -> Recommendation:
    """Tag 2 in the place of tag 1, and nothing else."""
    del platform
    name, _, tag = reference.rpartition(":")
    new = Row(reference=f"{name}:2", key="new", group=Group.PATCH, counts=AFTER, better=True)
    return Recommendation(base=Row(reference=reference, key="old", counts=BEFORE), rows=(new,) if tag == "1" else ())


def fixed(text: str, target: str = "") -> Fixes:
    return fix_dockerfile(Build(dockerfile=parse(text.encode(), "Dockerfile"), target=target), recommended)


def after(fixes: Fixes) -> str:
    (file,) = fixes.files
    return file.after.decode()


def texts(fixes: Fixes) -> list[str]:
    return [one.action.text for one in fixes.changes]


def test_the_last_stage_comes_first_and_others_are_said_to_be_others() -> None:
    text = (
        "FROM go:1 AS build\nRUN --mount=from=tool:1 x\nFROM py:1\nCOPY --from=build /a /a\nCOPY --from=web:1 /b /b\n"
    )
    fixes = fixed(text)
    assert texts(fixes) == [
        "Change `py:1` to `py:2`",
        "Change `go:1` to `go:2` in stage build, which the image does not start from",
        "Change `tool:1` to `tool:2`, from which line 2 takes files",
        "Change `web:1` to `web:2`, from which line 5 takes files",
    ]
    assert after(fixes) == text.replace(":1", ":2")
    assert (fixes.total, fixes.remaining) == (40, 8)
    assert [one.inherited for one in fixes.images] == [True, False, False, False]
    assert "Of these, 30 → 6 are of other stages" in as_text.render(fixes).decode()


def test_nothing_is_built_on_scratch_but_its_builder_is_looked_at() -> None:
    text = "FROM go:1 AS build\nFROM scratch\nCOPY --from=build /a /a\n"
    fixes = fixed(text)
    assert after(fixes) == text.replace(":1", ":2")
    assert (fixes.total, fixes.gaps) == (10, ())
    assert fixed("FROM scratch\n") == Fixes(image="Dockerfile", before=Counts(), after=Counts())


def test_one_value_that_two_stages_go_by_is_one_change() -> None:
    text = "ARG V=1\nFROM go:$V AS build\nFROM go:$V\nCOPY --from=build /a /a\n"
    fixes = fixed(text)
    assert len(fixes.changes) == 1
    assert after(fixes) == text.replace("V=1", "V=2")
    assert (fixes.total, fixes.remaining) == (10, 2)


def test_what_is_refused_at_first_is_offered_where_it_is_alone() -> None:
    asked: list[str] = []

    def never(edits: ActionEdits) -> bool:
        asked.append(edits.action.text)
        return False

    text = "FROM go:1 AS build\nFROM go:1\n"
    fixes = fix_dockerfile(Build(dockerfile=parse(text.encode(), "Dockerfile")), recommended, never)
    assert len(asked) == 2
    assert (fixes.files, fixes.total, fixes.remaining) == ((), 10, 10)


def test_a_large_file_is_not_checked_without_end() -> None:
    text = f"# {'x' * 500_000}\nFROM scratch\n" + "".join(f"COPY --from=a{n}:1 /a /a\n" for n in range(40))
    fixes = fixed(text)
    made = [bool(one.files) for one in fixes.changes]
    assert made == sorted(made, reverse=True)
    assert 30 < sum(made) < 36
    assert "so large a file" in fixes.changes[-1].reason


def test_names_that_are_not_known_are_told() -> None:
    fixes = fixed("FROM $A AS x\nFROM py:2\nCOPY --from=Upper /a /a\n")
    told = [(one.subject, one.reason) for one in fixes.gaps]
    assert told[0] == ("Dockerfile:1", "$A is put together, and was not looked at")
    assert told[1][0] == "Upper: name"
    assert "lower-case" in told[1][1]
    (gap,) = fixed("FROM $A\n").gaps
    assert gap.subject == "Dockerfile:1"
    assert "--base" not in gap.reason


def test_an_image_is_counted_once_in_a_file() -> None:
    fixes = fix_deployment("compose.yaml", COMPOSE, recommended)
    assert len(fixes.changes) == 3
    assert (fixes.total, fixes.remaining, fixes.before, fixes.after) == (10, 2, BEFORE, AFTER)


def test_an_image_is_counted_once_in_a_repository() -> None:
    files = [
        NamedFile("compose.yaml", COMPOSE),
        NamedFile("Dockerfile", b"FROM a:1\n"),
        NamedFile("b/Dockerfile", b"FROM b:1\n"),
    ]
    part = fix_repository("", files, Platform(), recommended)
    assert (part.whole.total, part.whole.remaining) == (20, 4)
    whole = fixed_parts("r", [part]).whole
    assert (whole.total, whole.remaining, whole.before) == (20, 4, Counts(high=20))
    assert {key: (one.total, one.remaining) for key, one in part.requests} == {"base-a": (10, 2), "base-b": (10, 2)}
    assert [one.image for _, one in part.requests] == ["a in 2 files", "b"]
    assert [one.files for one in whole.images] == [("compose.yaml", "Dockerfile"), ("b/Dockerfile",)]
    assert "Each image is counted once: 2 images in 3 files." in as_text.render(whole).decode()


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("Dockerfile", True),
        ("a/Dockerfile.prod", True),
        ("a/python.Dockerfile", True),
        ("Containerfile", True),
        ("Dockerfile.go", True),
        ("Dockerfile.dockerignore", False),
        ("Dockerfile.prod.dockerignore", False),
        ("Dockerfile.md", False),
        ("Dockerfile.json", False),
        ("Dockerfile.yaml", True),
        ("chart/values.yml", True),
        (".devcontainer/devcontainer.json", True),
        ("node_modules/foo/Dockerfile", False),
        ("web/node_modules/foo/compose.yaml", False),
        ("vendor/github.com/x/y/Dockerfile", False),
        ("a/third_party/z/Dockerfile", False),
        ("vendoring/Dockerfile", True),
        ("a/.venv/Dockerfile", False),
        ("testdata/Dockerfile", True),
    ],
)
def test_which_files_are_looked_at(path: str, *, is_one: bool) -> None:
    assert names_images(path) == is_one


def test_a_source_that_is_called_like_a_dockerfile() -> None:
    files = [
        NamedFile("dockerfile.go", b"package x // FROM a:1\n"),
        NamedFile("Dockerfile.go", b"FROM a:1\n"),
        NamedFile("Dockerfile.tmpl", b"package x\n"),
    ]
    part = fix_repository("", files, Platform(), recommended)
    assert [file.file for one in part.whole.changes for file in one.files] == ["Dockerfile.go"]
    assert [one.subject for one in part.whole.gaps] == ["Dockerfile.tmpl"]
    assert part.unread


def test_an_image_that_one_file_keeps_remains() -> None:
    kept = NamedFile("Dockerfile", b"ARG A=a\nFROM ${A}:1\nARG A\nRUN pip install $A\n")
    part = fix_repository("", [NamedFile("compose.yaml", COMPOSE), kept], Platform(), lambda one, _: _renamed(one))
    assert [bool(one.files) for one in part.whole.changes] == [True, True, True, False]
    assert (part.whole.total, part.whole.remaining) == (10, 10)


def _renamed(reference: str) -> Recommendation:
    found = recommended(reference)
    new = Row(reference="other:2", key="new", group=Group.PATCH, counts=AFTER, better=True)
    return Recommendation(base=found.base, rows=(new,) if found.rows else ())
