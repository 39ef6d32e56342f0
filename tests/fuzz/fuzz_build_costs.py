"""Dockerfiles and shell scripts that are made to cost much: the work grows with the bytes, and not with their square."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from garboard.attribution.alignment import steps_of
from garboard.cli.main import run
from garboard.dockerfile.lexer import PIPES, Budget
from garboard.dockerfile.parser import parse
from garboard.dockerfile.stages import lineage, reaching, scoped, scoped_lineage
from garboard.dockerfile.variables import Scope
from garboard.model.dockerfile import DockerfileError, PackageRequest, UnknownRequest
from garboard.model.image import File
from garboard.model.limits import DEFAULT, MIB, Limits
from garboard.packages.catalogers import CATALOGERS
from garboard.shellcommands.install_requests import requests
from garboard.shellcommands.removals import removals
from tests.fuzz.fuzz_costs import _grown, _within

_SECONDS = 20
_BYTES = 16_000
_PIECES = (
    "x", "x ", "x;", "x&&", "x|", "x||", " ", "\t", "\\", "\\ ", "\\\n", "x \\\n", "#\n", "#x\n", "\n", "'", '"', "`", "(", "[", "{", "$(", "${a:-",
    "${a:-b}", "$A", "{a,b", "{a", "a,", "<<E ", "<< E ", ">a ", "!", "é", "\ufffd", "a/", "a.", "a-", "A=b ", "A=$A$A; ", "A=xx; ", "(A=b); ", "--a=b ",
    "-o a=b ", "from=a,", '"a",', "f(){ x; }; ", "if a; then ", "for a in b; do ", "for a in b; do c $a; done; ", "b) c;; ", 'sh -c "', "sudo ",
    "env A=b ", "timeout 5 ", "xargs ", "http://a ", "apt-get install x && ", "rm /x; ", "a==1 ", "@scope/a@1 ",
)  # fmt: skip
_STARTS = (
    "RUN ", "RUN apt-get install ", "RUN apt-get install x{", "RUN pip install ", "RUN curl ", "RUN rm ", "RUN case a in ", "RUN for a in ", "RUN --mount=",
    "RUN <<E\n", "RUN <<-E\n", "RUN [", "ENV ", "ENV A=", "ARG ", "LABEL ", "COPY ", "ADD --from=", "FROM ", "FROM $X", "ONBUILD ", "SHELL ", "# escape=", "",
)  # fmt: skip


def _read(data: bytes) -> int:
    """Do everything with a Dockerfile that a report does."""
    try:
        dockerfile = parse(data)
    except DockerfileError:
        return 0
    lineage(dockerfile)
    reaching(dockerfile)
    return sum(len(requests(one, scope)) + len(removals(one, scope)) for one, scope, *_ in steps_of(dockerfile))


@pytest.mark.parametrize("start", _STARTS)
def test_no_dockerfile_costs_the_square_of_its_bytes(start: str) -> None:
    def work() -> int:
        made = (f"FROM a\n{start}{piece * (_BYTES // len(piece.encode()))}\n".encode() for piece in _PIECES)
        return sum(map(_read, made))

    assert _within(_SECONDS * 3, work) >= 0


_LINES: dict[str, Callable[[int], str]] = {
    "assignments": lambda n: f"ENV A{n}=b\nRUN x\n",
    "arguments": lambda n: f"ARG A{n}=b C{n}\nRUN x\n",
    "doubling": lambda n: "ENV A=${A:-xxxxxxxx}$A\n" if n < 17 else f"ENV B{n}=$A\n",
    "large values": lambda n: "ENV A=" + "x" * 50_000 + "\n" if not n else "RUN apt-get install $A\n",
    "patterns": lambda n: "ENV A=" + "x" * 1000 + "\n" if not n else "ENV B=${A##*x*y}\n",
    "subshells": lambda n: "RUN " + "".join(f"A{n}{one}=b; " for one in range(99)) + "(x); " * 99 + "\n",
    "heredocs": lambda n: f"RUN <<E{n}\nx\nE{n}\n",
    "triggers": lambda _: "ONBUILD RUN apt-get install x\n",
    "pipes": lambda _: "RUN " + "x|" * 199 + "\n",
    "copies": lambda _: "COPY --from=a b c\n",
}


@pytest.mark.parametrize("what", _LINES)
def test_the_largest_dockerfile_is_read_in_little_time_and_memory(what: str) -> None:
    lines = [_LINES[what](number) for number in range(DEFAULT.dockerfile_bytes // 8)]
    data = ("FROM a AS a\n" + "".join(lines)).encode()[: DEFAULT.dockerfile_bytes]
    data = data[: data.rfind(b"\n") + 1]
    if what == "heredocs":
        data = data[: data.rfind(b"RUN")]
    assert _grown(lambda: _read(data)) < 300 * MIB


def test_stages_in_a_long_chain() -> None:
    lines = "".join(f"FROM s{n} AS s{n + 1}\nENV A{n}=b\n" for n in range(DEFAULT.dockerfile_stages - 1))
    data = f"FROM a AS s0\n{lines}".encode()
    assert _within(_SECONDS, lambda: int(len(lineage(parse(data))) == DEFAULT.dockerfile_stages and _read(data) == 0))


def test_one_walk_is_the_walks_of_all_stages() -> None:
    text = "ARG X=1\nFROM a AS b\nENV A=1\nONBUILD RUN x\nFROM c\nRUN n\nFROM b AS d\nARG X\nENV A=$A$X\nFROM d\nRUN y $A\n"
    dockerfile = parse(text.encode())
    apart = [
        (one.original, scope.lookup("A")) for stage in lineage(dockerfile) for one, scope in scoped(dockerfile, stage)
    ]
    assert [(one.original, scope.lookup("A")) for one, scope in scoped_lineage(dockerfile)] == apart


def test_a_copy_keeps_what_is_set_later_out() -> None:
    scope = Scope(is_open=False)
    scope.environment["A"] = "1"
    kept = scope.copy()
    scope.environment["A"] = "2"
    scope.environment["B"] = "3"
    later = scope.copy()
    found = [[one.lookup(name) for name in "AB"] for one in (kept, kept.copy(), scope, later)]
    assert found == [["1", None], ["1", None], ["2", "3"], ["2", "3"]]


def test_a_budget_that_is_spent_makes_unknown() -> None:
    """And never empty or wrong: what cannot be known is told."""
    instruction = parse(b"FROM a\nRUN apt-get install $A\n").stages[0].instructions[0]
    scope = Scope(is_open=False, budget=Budget())
    scope.environment["A"] = "git"
    found = [requests(instruction, scope) for _ in range(3)]
    assert all(isinstance(one, PackageRequest) for each in found for one in each)
    while scope.budget.spend(1000):
        pass
    while scope.budget.spend(1):
        pass
    (spent,) = requests(instruction, scope)
    assert isinstance(spent, UnknownRequest)


def test_a_script_that_is_too_long_is_told() -> None:
    instruction = parse(b"FROM a\nRUN apt-get install git; " + b"x;" * 70_000).stages[0].instructions[0]
    (found,) = requests(instruction, Scope(is_open=True))
    assert isinstance(found, UnknownRequest)
    assert "limit of 65536 bytes" in found.reason


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"FROM a\nRUN " + b"x" * 3_000, "DOCKERFILE_BYTES"),
        (b"FROM a\n" * 20, "DOCKERFILE_STAGES"),
    ],
)
def test_a_dockerfile_beyond_a_limit(data: bytes, name: str) -> None:
    with pytest.raises(DockerfileError, match="limit") as raised:
        parse(data, limits=Limits(dockerfile_bytes=1000, dockerfile_stages=10))
    assert f"GARBOARD_LIMIT_{name}" in raised.value.hint


@pytest.mark.parametrize("file", ["/dev/zero", "-"])
def test_a_dockerfile_without_end(
    file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Endless(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            assert 0 < size < 10 * MIB, "all of it"
            return b"\n" * size

    monkeypatch.setattr(sys, "stdin", type("Stdin", (), {"buffer": Endless(), "isatty": lambda _: False})())
    assert run(["scan", str(tmp_path / "none.tar"), "-f", file, "--offline", "--db", str(tmp_path)]) == 2
    assert f"limit of {DEFAULT.dockerfile_bytes} bytes" in capsys.readouterr().err


def _asked(lines: str) -> list[UnknownRequest | PackageRequest]:
    return [each for one, scope, *_ in steps_of(parse(f"FROM a\n{lines}".encode())) for each in requests(one, scope)]


def test_pipes_of_all_scripts_together_have_a_limit_that_is_told() -> None:
    """The grammar's recovery takes the square of a script's pipes; ordinary files are far below the limit."""
    found = _asked(f"RUN {'x|' * 199}\n" * 1000)
    beyond = [one for one in found if isinstance(one, UnknownRequest) and one.limit]
    assert 900 < len(beyond) < 1000
    assert f"limit of {PIPES}" in beyond[0].reason
    ordinary = _asked("RUN apt-get install git && " + "x | y && " * 20 + "true\n" + "RUN x | y\n" * 5000)
    assert [one.name for one in ordinary if isinstance(one, PackageRequest)] == ["git"]
    assert len(ordinary) == 1
    ordinary = _asked(("RUN apt-get install git" + " && x | y" * 40 + "\n") * 500)
    assert len([one for one in ordinary if isinstance(one, PackageRequest)]) == 500


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("RUN apt-get purge git", ["git"]),
        ("RUN apt-get -y remove git", ["git"]),
        ("RUN apt-get $DO git", []),
        ("ENV DO=remove\nRUN apt-get $DO git", ["git"]),
        ("RUN apt-get install git", []),
    ],
)
def test_what_is_removed_is_seen_in_every_script_that_may_remove(text: str, names: list[str]) -> None:
    steps = steps_of(parse(f"FROM a\n{text}\n".encode()))
    assert [name for one, scope, *_ in steps for purge in removals(one, scope) for name in purge.names] == names


_SETTINGS = (
    ("dpkg", "etc/apt/sources.list"), ("dpkg", "etc/apt/sources.list.d/a.sources"), ("dpkg", "etc/apt/preferences"),
    ("rpm", "etc/yum.conf"), ("rpm", "etc/dnf/plugins/versionlock.list"), ("rpm", "etc/dnf/versionlock.toml"),
    ("rpm", "etc/zypp/locks"), ("apk", "etc/apk/repositories"), ("apk", "etc/apk/world"),
)  # fmt: skip


@pytest.mark.parametrize(("name", "path"), _SETTINGS)
def test_no_settings_of_a_package_manager_cost_the_square_of_their_bytes(name: str, path: str) -> None:
    cataloger = next(one for one in CATALOGERS if name == one.NAME)
    pieces = (
        "deb http://",
        "-",
        "- ",
        "\n ",
        "\n\n",
        "a-1-",
        "exclude=\n ",
        "[",
        "http://a/20",
        "0:",
        "name=",
        "=",
        "\n[\n",
    )

    def work() -> int:
        files = (File(path=path, data=(piece * (200_000 // len(piece))).encode()) for piece in pieces)
        return sum(len(list(cataloger.catalog(file))) for file in files)

    assert _within(_SECONDS, work) >= 0
