"""Actions as changes of files: what is done of them, what is not, and what that leaves."""

from __future__ import annotations

import msgspec
import pytest

from garboard.dockerfile.parser import parse
from garboard.fixes.plan import BuildFiles, FixChoice, changes, key_of
from garboard.model.action import Action, ActionKind, WantedVersion
from garboard.model.attribution import Place
from garboard.model.finding import Finding, Vulnerability
from garboard.model.fix import ActionEdits
from garboard.model.package import Package
from tests.unit.actions.scans import deb

TEXT = b"FROM a\nRUN pip install django==3.2.0 six==1.0\n"
PLACE = Place(file="Dockerfile", line=2)


def finding(name: str, number: int = 1, vendored_by: str = "") -> Finding:
    package = Package(type="pypi", name=name, version="1", scheme="pep440", vendored_by=vendored_by)
    return Finding(vulnerability=Vulnerability(id=f"CVE-{number}"), package=package)


def raising(*names: str, kind: ActionKind = ActionKind.RAISE, number: int = 1) -> Action:
    return Action(
        kind=kind,
        text="raise",
        place=PLACE,
        wanted=tuple(WantedVersion(type="pypi", name=name, version="9.0", place=PLACE) for name in names),
        clears=tuple((f"CVE-{number}", "pypi", name) for name in names),
    )


def test_what_a_change_misses_stays_with_what_it_carries() -> None:
    """Of pip, which the line does not name, and of the copy that pip has of a package which the line names."""
    findings = [finding("django"), finding("pip"), finding("six"), finding("six", vendored_by="pip")]
    planned = changes(
        [raising("django", "pip", "six")],
        findings,
        BuildFiles(dockerfile=parse(TEXT, "D")),
        FixChoice(kinds=tuple(ActionKind)),
    )
    (edits,) = planned.changes
    assert [one.name for one, _ in edits.missed] == ["pip"]
    assert planned.left == {("CVE-1", "pypi", "pip"), ("CVE-1", "pypi", "six")}
    assert (edits.action.before, edits.action.after) == (3, 2)
    (file,) = edits.files
    assert file.after == TEXT.replace(b"==3.2.0", b"==9.0").replace(b"==1.0", b"==9.0")


def test_what_no_file_is_changed_for_clears_nothing() -> None:
    findings = [finding("django"), finding("django", 2)]
    actions = [raising("django", kind=ActionKind.REPLACE), raising("django", number=2)]
    planned = changes(actions, findings, BuildFiles(dockerfile=parse(TEXT, "D")), FixChoice(kinds=tuple(ActionKind)))
    assert [bool(one.files) for one in planned.changes] == [False, True]
    assert planned.left == {("CVE-1", "pypi", "django"), ("CVE-2", "pypi", "django")}


def test_changes_are_each_on_top_of_those_before() -> None:
    base = Action(kind=ActionKind.BASE, text="base", reference="b:2")
    upgrade = Action(kind=ActionKind.UPGRADE, text="up", command="RUN apt-get upgrade -y", place=PLACE)
    planned = changes(
        [base, raising("django"), upgrade],
        [finding("django")],
        BuildFiles(dockerfile=parse(TEXT, "D")),
        FixChoice(kinds=tuple(ActionKind)),
    )
    states = [one.files[0] for one in planned.changes]
    assert states[0].before == TEXT
    assert [one.before for one in states[1:]] == [one.after for one in states[:-1]]
    assert states[-1].after == b"FROM b:2\nRUN apt-get upgrade -y\nRUN pip install django==9.0 six==1.0\n"


@pytest.mark.parametrize(
    ("name", "version"), [("a b", "1"), ("a\n--index-url=x", "1"), ("a", "1; x"), ("a @ https://x", "1"), ("", "1")]
)
def test_a_name_that_no_package_has_is_not_written(name: str, version: str) -> None:
    wanted = WantedVersion(type="pypi", name=name, version=version, place=PLACE)
    action = Action(kind=ActionKind.RAISE, text="raise", place=PLACE, wanted=(wanted,))
    (edits,) = changes(
        [action], [], BuildFiles(dockerfile=parse(TEXT, "D")), FixChoice(kinds=tuple(ActionKind))
    ).changes
    assert not edits.files
    assert "none that a package has" in edits.reason


@pytest.mark.parametrize(
    ("run", "files", "said"),
    [
        ("pip install .", {"app/pyproject.toml": b"[project]\ndependencies = ['a==1']\n"}, ""),
        ("pip install -q -e ./[x]", {"app/pyproject.toml": b"[project]\ndependencies = ['a==1']\n"}, ""),
        ("pip install .", {"app/pyproject.toml": b"", "app/uv.lock": b""}, "run `uv add 'a>=9.0'` in app"),
        ("cd x && pip install .", {"app/pyproject.toml": b"[project]\ndependencies = ['a==1']\n"}, "does not name it"),
        ("pip install x/y", {"app/pyproject.toml": b"[project]\ndependencies = ['a==1']\n"}, "does not name it"),
        ("npm install", {"app/package.json": b'{"dependencies": {"a": "9.0.0-rc.1"}}'}, ""),
        ("npm ci", {"app/package.json": b"{}", "app/package-lock.json": b""}, "--ignore-scripts a@9.0` in app"),
        ("npm --prefix y ci", {"app/package.json": b'{"dependencies": {"a": "9.0.0-rc.1"}}'}, "does not name it"),
        ("yarn", {"app/package.json": b"{}", "app/yarn.lock": b""}, "run `yarn upgrade a@9.0`"),
        ("bundle install", {"app/Gemfile": b"", "app/Gemfile.lock": b""}, "run `bundle update --conservative a` in app"),
        ("bundle install", {"app/Gemfile": b"gem 'a', '1'\n"}, ""),
        ("BUNDLE_GEMFILE=x bundle install", {"app/Gemfile": b"gem 'a', '1'\n"}, "does not name it"),
        ("go mod download", {"app/go.mod": b"", "app/go.sum": b""}, "run `go get a@v9.0 && go mod tidy` in app"),
    ],
)  # fmt: skip
def test_a_project_that_a_line_installs(run: str, files: dict[str, bytes], said: str) -> None:
    types = {"npm": "npm", "yarn": "npm", "bundle": "gem", "go": "golang"}
    wanted = WantedVersion(
        type=types.get(run.rpartition("=x ")[2].split(maxsplit=1)[0], "pypi"),
        name="a",
        version="9.0",
        place=Place(file="D", line=4),
    )
    text = f"FROM x\nWORKDIR /srv\nCOPY app ./\nRUN {run}\n".encode()
    action = Action(kind=ActionKind.RAISE, text="raise", place=wanted.place, wanted=(wanted,))
    build = BuildFiles(dockerfile=parse(text, "D"), read=files.get)
    (edits,) = changes([action], [], build, FixChoice(kinds=tuple(ActionKind))).changes
    assert bool(edits.files) == (not said)
    assert said in edits.reason
    for one in edits.files:
        assert b"9.0" in one.after


def test_what_a_line_installs_of_a_project_is_raised_in_its_manifest() -> None:
    data = b"[project]\ndependencies = ['django==3.2.0']\n"
    text = b"FROM x\nRUN --mount=target=/src pip install /src\nRUN pip install ./y.whl\n"
    actions = [
        raising("django", "six", kind=ActionKind.REPLACE),
        Action(kind=ActionKind.REPLACE, text="put", wanted=(
            WantedVersion(type="pypi", name="b", version="2", place=Place(file="D", line=3)),
        )),
    ]  # fmt: skip
    files = {"pyproject.toml": data, "y.whl": b""}
    found = [finding("django"), finding("six"), finding("b")]
    planned = changes(
        actions, found, BuildFiles(dockerfile=parse(text, "D"), read=files.get), FixChoice(kinds=tuple(ActionKind))
    )
    edits, other = planned.changes
    assert edits.files[0].after == data.replace(b"3.2.0", b"9.0")
    assert edits.action.text == "Raise django 9.0 or later in what the line installs or copies"
    assert [one.name for one, _ in edits.missed] == ["six"]
    assert not other.files
    assert other.reason == "the packages come from files that the Dockerfile only copies or installs"
    assert planned.left == {("CVE-1", "pypi", "six"), ("CVE-1", "pypi", "b")}


GIT = b"FROM b:1\nRUN apt-get install -y git vim\n"


def of_the_reader(kind: ActionKind, issue: str, name: str) -> Action:
    wanted = (WantedVersion(type="deb", name="git", version="", place=PLACE),) if kind is ActionKind.DROP else ()
    return Action(kind=kind, text=kind, place=PLACE, wanted=wanted, clears=((issue, "deb", name),), before=2, after=1)


ACTIONS = [of_the_reader(ActionKind.TRIM, "CVE-1", "less"), of_the_reader(ActionKind.DROP, "CVE-2", "git")]
LEFT = frozenset({("CVE-1", "deb", "less"), ("CVE-2", "deb", "git")})


@pytest.mark.parametrize(
    ("choice", "after", "reasons"),
    [
        (
            FixChoice(kinds=tuple(ActionKind)),
            b"",
            ["only you know; `--only lint` does it", "only you know; `--drop git` does it"],
        ),
        (FixChoice(kinds=(ActionKind.TRIM,), lean=True), b"install --no-install-recommends -y git vim", [""]),
        (FixChoice(kinds=(ActionKind.DROP,), dropped={"git"}), b"install -y vim", [""]),
        (
            FixChoice(kinds=tuple(ActionKind), lean=True, dropped=None),
            b"install --no-install-recommends -y vim",
            ["", ""],
        ),
        (
            FixChoice(kinds=tuple(ActionKind), lean=True, dropped=None, refused=[key_of(ACTIONS[0])]),
            b"install -y vim",
            ["you chose not to", ""],
        ),
        (FixChoice(kinds=(ActionKind.TRIM,), dropped={"vim"}), b"", ["only lint", "what-if --drop vim"]),
    ],
)
def test_what_only_the_reader_can_decide(choice: FixChoice, after: bytes, reasons: list[str]) -> None:
    found = [
        msgspec.structs.replace(finding(name), package=deb(name), vulnerability=Vulnerability(id=cve))
        for cve, name in (("CVE-1", "less"), ("CVE-2", "git"))
    ]
    planned = changes(ACTIONS, found, BuildFiles(dockerfile=parse(GIT, "D")), choice)
    assert len(planned.changes) == len(reasons)
    for one, reason in zip(planned.changes, reasons, strict=True):
        assert reason in one.reason
        assert bool(one.reason) == bool(reason)
    data = [file.after for one in planned.changes for file in one.files][-1:] or [GIT]
    assert data == [GIT.replace(b"install -y git vim", after) if after else GIT]
    done = {key for one in planned.changes if one.files for key in one.action.clears}
    assert planned.left == LEFT - done


GO = b"module m\n\ngo 1.21\n\nrequire a.b/c v1.0.0\n"
POM = (
    b"<project><dependencies><dependency><groupId>a.b</groupId><artifactId>c</artifactId>"
    b"<version>1.0.0</version></dependency></dependencies></project>"
)
BUILDS = (
    ("golang", "a.b/c", "go.mod", GO, "go build -o /x ./cmd/x"),
    ("maven", "a.b:c", "pom.xml", POM, "./mvnw -B -DskipTests package"),
    ("cargo", "c", "Cargo.toml", b"[dependencies]\nc = '1.0.0'\n", "cargo build --release"),
    ("npm", "c", "package.json", b'{"dependencies": {"c": "1.0.0"}}', "npm install"),
    ("gem", "c", "Gemfile", b"gem 'c', '1.0.0'\n", "bundle install"),
    ("composer", "a/c", "composer.json", b'{"require": {"a/c": "1.0.0"}}', "composer install --no-dev"),
)


@pytest.mark.parametrize(("type_", "name", "file", "data", "run"), BUILDS)
@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("FROM x\nWORKDIR /src\nCOPY {file} ./\nRUN {run}\n", 4),
        ("FROM x\nWORKDIR /src\nCOPY . .\nRUN date \\\n && {run}\n", 4),
        ("FROM x AS build\nWORKDIR /src\nCOPY . .\nRUN date\nRUN {run}\nFROM y\nCOPY --from=build /src/x /x\n", 7),
        ("FROM x AS files\nWORKDIR /src\nCOPY . .\nFROM files AS build\nRUN {run}\nFROM y\nCOPY --from=1 /src/x /x\n", 7),
    ],
)  # fmt: skip
def test_a_project_that_is_built_on_the_way_to_a_line(
    type_: str, name: str, file: str, data: bytes, run: str, text: str, line: int
) -> None:
    edits = built(text.format(file=file, run=run), line, {file: data}, type_, name)
    assert [one.after for one in edits.files] == [data.replace(b"1.0.0", b"1.2.0")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("FROM x\nWORKDIR /src\nCOPY . .\nRUN go vet\n", "only copies"),
        ("FROM x\nWORKDIR /src\nCOPY . .\nRUN cd y && go build\n", "only copies"),
        ("FROM x\nWORKDIR /src\nCOPY . .\nRUN go -C y build\n", "only copies"),
        ("FROM x\nWORKDIR /src\nCOPY . .\nCOPY --from=z /src/x /x\n", "only copies"),
        ("FROM x AS z\nCOPY . .\nRUN go build && cd y\nWORKDIR /y\nCOPY y .\nRUN go build\nFROM y\nCOPY --from=z /x /x\n", ""),
        (
            "FROM x AS z\nCOPY . /z/\nCOPY y /y/\nWORKDIR /z\nRUN go build\nWORKDIR /y\nRUN go build\nFROM y\nCOPY --from=z /x /x\n",
            "it may be of go.mod or of y/go.mod",
        ),
    ],
)  # fmt: skip
def test_a_build_that_may_be_of_another_project_changes_none(text: str, said: str) -> None:
    edits = built(text, text.count("\n"), {"go.mod": GO, "y/go.mod": GO}, "golang", "a.b/c")
    assert said in edits.reason
    assert bool(edits.files) == (not said)


def built(text: str, line: int, files: dict[str, bytes], type_: str, name: str) -> ActionEdits:
    wanted = WantedVersion(type=type_, name=name, version="1.2.0", place=Place(file="D", line=line))
    action = Action(kind=ActionKind.REPLACE, text="raise", place=wanted.place, wanted=(wanted,))
    build = BuildFiles(dockerfile=parse(text.encode(), "D"), read=files.get)
    return changes([action], [], build, FixChoice(kinds=tuple(ActionKind))).changes[0]
