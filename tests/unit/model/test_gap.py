"""Gaps that are alike are one."""

from __future__ import annotations

import pytest

from garboard.model.gap import Gap, gathered, some

LIST = "asks for a, and no lock file says in which versions: not judged"


def of(*subjects: str, stage: str = "catalog", reason: str = "") -> list[Gap]:
    return [Gap(stage=stage, subject=one, reason=reason or f"{LIST} ({number})") for number, one in enumerate(subjects)]


def test_those_that_differ_in_the_subject_alone_are_one_where_they_are_many() -> None:
    assert gathered(of("a", "b", "c", "c", reason=LIST)) == tuple(of("a", "b", "c", reason=LIST))
    (one,) = gathered(of("a", "b", "c", "d", "e", reason=LIST))
    assert one == Gap(stage="catalog", subject="a, b, c and 2 more", reason=LIST, subjects=tuple("abcde"))


def test_gaps_of_the_same_words_that_name_others_are_not_one() -> None:
    gaps = [Gap(stage="catalog", subject=one, reason=LIST, names=(one, *"xyz")) for one in "abcd"]
    assert gathered(gaps) == tuple(gaps)
    (one,) = gathered([Gap(stage="catalog", subject=one, reason=LIST, names=("w", *"xyz")) for one in "abcd"])
    assert (one.subjects, one.names) == (tuple("abcd"), ("w", *"xyz"))


def test_a_sentence_has_the_first_of_some_names() -> None:
    assert some("abcb") == ("a, b, c", ())
    assert some("abcd") == ("a, b, c and 1 more", tuple("abcd"))
    assert f"no {some('abcd', 2)}" == "no a, b and 2 more"


@pytest.mark.parametrize(
    "folder",
    [
        "tests/fixtures",
        "x/test/fixtures",
        "x/tests/utils/fixtures",
        "spec/fixtures",
        "a/testdata",
        "__tests__/a/__fixtures__",
    ],
)
def test_those_of_many_files_that_tests_are_given_are_one(folder: str) -> None:
    subjects = [f"{folder}/{name}/pyproject.toml" for name in "abcde"]
    own = of("pyproject.toml")
    found = gathered([*own, *of(*subjects), *of(*subjects[:3], stage="development")])
    reason = (
        "5 files there that tests are given were not judged, or not in full: "
        "a/pyproject.toml, b/pyproject.toml, c/pyproject.toml and 2 more"
    )
    assert found == (
        *own,
        Gap(stage="catalog", subject=folder, reason=reason, names=tuple(subjects)),
        *of(*subjects[:3], stage="development"),
    )


@pytest.mark.parametrize("folder", ["fixtures", "src/fixtures/tests", "tests", "tests/fixtures.d", "mytests/fixtures"])
def test_those_of_other_folders_stay(folder: str) -> None:
    gaps = of(*(f"{folder}/{name}/pyproject.toml" for name in "abcde"))
    assert gathered(gaps) == tuple(gaps)


def test_a_file_with_several_is_one_file() -> None:
    gaps = of(*["tests/fixtures/a/setup.py"] * 5)
    assert gathered(gaps) == tuple(gaps)
