"""Less on RUN lines: exactly the expected bytes, or a refusal that says why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.dockerfile.parser import parse
from garboard.fixes.removed_words import dropping, trimming
from garboard.model.action import WantedVersion
from garboard.model.attribution import Place
from garboard.model.fix import CannotEdit
from garboard.splices import spliced

PLACE = Place(file="D", line=2)
LEAN = "--no-install-recommends"


def trimmed(text: str) -> str:
    dockerfile = parse(text.encode(), "D")
    return spliced(dockerfile.data, trimming(dockerfile, {}, PLACE)).decode()


def without(text: str, name: str = "git", kind: str = "deb") -> str:
    dockerfile = parse(text.encode(), "D")
    dropped = WantedVersion(type=kind, name=name, version="", place=PLACE)
    return spliced(dockerfile.data, dropping(dockerfile, {}, dropped)).decode()


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("RUN apt-get install -y git\n", f"RUN apt-get install {LEAN} -y git\n"),
        ("run apt-get -qq install git vim", f"run apt-get -qq install {LEAN} git vim"),
        ("RUN apt update; \\\r\n  apt install git # x\r\n", f"RUN apt update; \\\r\n  apt install {LEAN} git # x\r\n"),
        ('RUN ["apt-get", "install", "git"]\n', f'RUN ["apt-get", "install", "{LEAN}", "git"]\n'),
        (
            f"RUN apt-get install {LEAN} git && apt-get install vim && install -d /x\n",
            f"RUN apt-get install {LEAN} git && apt-get install {LEAN} vim && install -d /x\n",
        ),
        (
            "RUN apt-get install git && apt-get install vim\n",
            f"RUN apt-get install {LEAN} git && apt-get install {LEAN} vim\n",
        ),
        ("RUN <<EOF\napt-get install git\nEOF\n", f"RUN <<EOF\napt-get install {LEAN} git\nEOF\n"),
        ("RUN install -d /x && apt-get install git\n", f"RUN install -d /x && apt-get install {LEAN} git\n"),
        ("RUN sh -c 'apt-get install git'\n", f"RUN sh -c 'apt-get install {LEAN} git'\n"),
    ],
)
def test_recommended_packages_are_left_out(line: str, after: str) -> None:
    assert trimmed(f"FROM a\n{line}") == f"FROM a\n{after}"


@pytest.mark.parametrize(
    "line", [f"RUN apt-get install {LEAN} git\n", "RUN apk add git\n", "RUN I=install; apt-get $I git\n"]
)
def test_what_needs_no_option_or_shows_no_place_for_it(line: str) -> None:
    with pytest.raises(CannotEdit, match="not certain"):
        trimmed(f"FROM a\n{line}")


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("RUN apt-get install -y git vim\n", "RUN apt-get install -y vim\n"),
        ("RUN apt-get install -y vim git\n", "RUN apt-get install -y vim\n"),
        ("RUN apt-get install vim git && make\n", "RUN apt-get install vim && make\n"),
        ("RUN apt-get install git=1:2.3 vim\n", "RUN apt-get install vim\n"),
        ("RUN apt-get install 'git' vim\n", "RUN apt-get install vim\n"),
        ("RUN apt-get install \\\n    git \\\n    vim\n", "RUN apt-get install \\\n    vim\n"),
        ("RUN apt-get install \\\r\n\tgit \\\r\n\tvim\r\n", "RUN apt-get install \\\r\n\tvim\r\n"),
        ("RUN apt-get install vim \\\n    git\nCMD x\n", "RUN apt-get install vim\nCMD x\n"),
        ("RUN apt-get install vim \\\n    git \\\n && make\n", "RUN apt-get install vim \\\n && make\n"),
        ("RUN apt-get install vim \\\n    git && make\n", "RUN apt-get install vim && make\n"),
        ('RUN ["apt-get", "install", "git", "vim"]\n', 'RUN ["apt-get", "install", "vim"]\n'),
        ('RUN ["apt-get", "install", "vim", "git"]\n', 'RUN ["apt-get", "install", "vim"]\n'),
        ("RUN X=git; apt-get install $X vim\n", "RUN X=git; apt-get install vim\n"),
        ("RUN apt-get install git vim; git clone x\n", "RUN apt-get install vim; git clone x\n"),
        (
            "RUN apt-get install git vim; apt-get install curl git\n",
            "RUN apt-get install vim; apt-get install curl\n",
        ),
        ("RUN <<EOF\napt-get install git vim\nEOF\n", "RUN <<EOF\napt-get install vim\nEOF\n"),
    ],
)
def test_a_package_is_named_no_longer(line: str, after: str) -> None:
    assert without(f"FROM a\n{line}") == f"FROM a\n{after}"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("RUN apt-get install git\n", "installs nothing else"),
        ("RUN apt-get install git; apt-get install vim\n", "installs nothing else"),
        ("RUN apt-get install vim\n", "does not name it"),
        ("RUN apt-get install vim \\\n  # why\n  git\nCMD x\n", "not certain"),
    ],
)
def test_what_is_not_removed(line: str, reason: str) -> None:
    with pytest.raises(CannotEdit, match=reason):
        without(f"FROM a\n{line}")


def test_packages_of_languages_too() -> None:
    assert without("FROM a\nRUN pip install six==1.0 django\n", "six", "pypi") == "FROM a\nRUN pip install django\n"


NAMES = st.sampled_from(["vim", "curl", "g++", "libgit2-dev", "git-lfs", "github-cli", "mygit"])
ENDS = st.sampled_from([" ", " \\\n    ", " \\\r\n\t", "  "])


@given(st.lists(NAMES, min_size=1, max_size=4), st.lists(ENDS, min_size=6, max_size=6), st.data())
def test_only_that_word_and_what_is_around_it_goes(names: list[str], ends: list[str], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(names)))
    words = [*names[:at], "git", *names[at:]]
    text = "FROM a\nRUN apt-get install" + "".join(f"{end}{word}" for end, word in zip(ends, words, strict=False))
    after = without(text + "\nCMD x\n")
    assert after.replace("\\", " ").split() == ["FROM", "a", "RUN", "apt-get", "install", *names, "CMD", "x"]
