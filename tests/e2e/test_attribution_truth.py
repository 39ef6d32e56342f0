"""Whose each package is, against what the build itself did: a line that is named is the right one, always.

Where an image still tells how it was built, every package's line is named; where it does not, that is said.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from packageurl import PackageURL

from tests.e2e import attribution_builds as builds
from tests.e2e import building
from tests.e2e.attribution_builds import CASES, CLEAN, INSTALL, Builder, Case, Truth
from tests.e2e.building import Docker
from tests.e2e.conftest import Engines
from tests.e2e.publishing import tar
from tests.e2e.running import Garboard, run
from tests.e2e.serving import Registry, Storage

SHARDS = ("debian", "osv:PyPI", "osv:npm", "nvd:2024", "kev", "epss")
NOWHERE = "localhost/attribution-nowhere:1"
Report = Any


@dataclass
class Lab:
    """The builders, the base images, and garboard with a database in which every package has one vulnerability."""

    builder: Builder
    docker: Docker
    context: Path
    bases: dict[str, str]
    garboard: Garboard
    _truths: dict[str, Truth] = field(default_factory=dict)

    def base(self, case: Case) -> str:
        return self.bases[case.base]

    def options(self, case: Case) -> list[str]:
        name, _, tag = self.base(case).rpartition(":")
        return [one.format(name=name, tag=tag) for one in case.options]

    def truth(self, case: Case) -> Truth:
        if case.name not in self._truths:
            self._truths[case.name] = builds.truth(case, self.builder, self.base(case), self.options(case))
        return self._truths[case.name]

    def build(self, case: Case, *, classic: bool = False) -> str:
        tag = f"localhost/attribution-{case.name}:{'classic' if classic else 'buildkit'}"
        return self.builder.build(case.text(self.base(case)), tag, self.options(case), classic=classic)

    def file(self, text: str) -> Path:
        path = self.garboard.home / "Dockerfile"
        path.write_text(text)
        return path

    def scan(self, image: str | Path, text: str, *words: str, code: int = 1) -> Report:
        """Scan with this Dockerfile; the base is sought in the engine."""
        return self.garboard.scan("--offline", *(("-f", self.file(text)) if text else ()), *words, image, code=code)

    def arguments(self, case: Case) -> list[str]:
        return [word for one in self.options(case) for word in ("--build-arg", one)] + list(case.scan)


@pytest.fixture(scope="module")
def lab(work: Path, docker: Docker, base: str, engines: Engines) -> Lab:
    context = builds.write_context(work / "attribution")
    builder = Builder(docker, context)
    ours = builder.build(builds.BASE.replace("{root}", base), "localhost/attribution-base:1")
    onbuild = builder.build(builds.ONBUILD.replace("{base}", ours), "localhost/attribution-onbuild:1")
    sources = {source for source, _ in building.sources(docker, ours).values()}
    languages = [("PyPI", name) for name in ("pip", "setuptools", *(name for name, _ in builds.WHEELS))]
    languages += [("npm", name) for name, _ in builds.MODULES]
    mirror, database = work / "attribution-mirror", work / "attribution-db"
    builds.write_mirror(mirror, {*sources, *(source or name for name, _, _, source in builds.DEBS)}, languages)
    home = work / "attribution-home"
    home.mkdir()
    garboard = Garboard(home, database, {"DOCKER_HOST": docker.host})
    ended = garboard.run("db", "update", "--offline", "--from", mirror, *SHARDS)
    assert ended.code == 0, ended.err
    return Lab(builder, docker, context, {"base": ours, "onbuild": onbuild}, garboard)


@dataclass(frozen=True)
class Judged:
    """A report held against the truth."""

    wrong: list[str]
    unknown: list[str]
    missing: set[builds.Fact]

    def is_precise(self) -> None:
        """Nothing is wrong, and every package is there."""
        assert not self.wrong, (len(self.wrong), self.wrong[:3])
        assert not self.missing

    def is_perfect(self) -> None:
        """Nor is anything unknown."""
        self.is_precise()
        assert not self.unknown, (len(self.unknown), self.unknown[:3])


def fact(entry: Any) -> builds.Fact:
    purl = PackageURL.from_string(entry["purl"])
    return purl.type, purl.name, purl.version or ""


def paths(entry: Any) -> tuple[str, ...]:
    return tuple(location["path"] for location in entry["locations"])


def judge(report: Report, truth: Truth, text: str) -> Judged:
    lines = text.splitlines()
    wrong, unknown, seen = [], [], set()
    for entry in report["vulnerabilities"]:
        seen.add(fact(entry))
        true = truth.of(*fact(entry), paths(entry))
        origin, line, by = entry["origin"], entry["dockerfileLine"], entry["introducedBy"]
        said = f"{fact(entry)} {paths(entry)}: {origin}, line {line}, {by!r}; in truth line {sorted(true)}"
        if not true:
            wrong.append(f"{said}: there is no such package")
        elif origin == "unknown":
            unknown.append(said)
            if line is not None:
                wrong.append(said)
        elif origin == "base":
            if true != {0} or line is not None or entry["dockerfileInstruction"]:
                wrong.append(said)
        elif 0 in true or (line is not None and true != {line}):
            wrong.append(said)
        elif line is None:
            unknown.append(said)
        elif by.split()[0].upper() != lines[line - 1].split()[0].upper():
            wrong.append(f"{said}, where {lines[line - 1]!r} stands")
    return Judged(wrong, unknown, truth.facts - seen)


def adds_up(report: Report, excluded: Report, truth: Truth) -> None:
    """Base image's, Dockerfile's and unknown issues are all; without the base's exactly the others are left."""
    for one in (report, excluded):
        assert sum(one["attribution"]["issues"].values()) == report["uniqueCount"]
        assert one["dependencyCount"] == report["dependencyCount"]
    shown = {(*fact(entry), paths(entry)) for entry in excluded["vulnerabilities"]}
    everything = {(*fact(entry), paths(entry)) for entry in report["vulnerabilities"]}
    assert shown == {one for one in everything if truth.of(*one) != {0}}


@pytest.mark.parametrize(
    ("case", "classic"),
    [
        pytest.param(case, builder == "classic", id=f"{case.name}-{builder}")
        for case in CASES
        for builder in case.builders
        if builder in ("buildkit", "classic")
    ],
)
def test_every_line(case: Case, classic: bool, lab: Lab) -> None:
    image = lab.build(case, classic=classic)
    truth = lab.truth(case)
    text = case.text(lab.base(case)) + (builds.AFTER_TARGET if case.scan else "")
    report = lab.scan(f"docker:{image}", text, *lab.arguments(case))
    found = judge(report, truth, text)
    found.is_perfect()
    scratch = case.name == "scratch"
    assert report["attribution"]["how"] == ("aligned" if scratch else "exact")
    assert report["attribution"]["instructions"] == "aligned"
    adds_up(report, lab.scan(f"docker:{image}", text, *lab.arguments(case), "--exclude-base"), truth)
    for name, command in case.asked.items():
        told = {entry["dockerfileInstruction"] for entry in report["vulnerabilities"] if fact(entry)[1] == name}
        assert told == {command}
    if case.base != "onbuild" and not scratch:
        # The base image is gone: its instructions alone tell where it ends.
        elsewhere = [
            word.replace(lab.base(case).rpartition(":")[0], "nowhere.invalid/x") for word in lab.arguments(case)
        ]
        report = lab.scan(f"docker:{image}", text.replace(lab.base(case), NOWHERE), *elsewhere)
        found = judge(report, truth, text)
        found.is_perfect()
        assert report["attribution"]["how"] == "aligned"


def test_triggers_of_a_base_that_is_gone(lab: Lab) -> None:
    """Who brought what ONBUILD ran can then not be told; what the Dockerfile's own lines brought can."""
    case = named("onbuild")
    image, truth = lab.build(case), lab.truth(case)
    text = case.text(NOWHERE)
    report = lab.scan(f"docker:{image}", text)
    for entry in report["vulnerabilities"]:
        true = truth.of(*fact(entry), paths(entry))
        if true == {case.line(0)}:
            assert (entry["origin"], entry["dockerfileLine"]) in {("base", None), ("unknown", None)}, entry
        else:
            assert (entry["dockerfileLine"] or 0) in true, entry


def named(name: str) -> Case:
    return next(case for case in CASES if case.name == name)


# Buildah


@dataclass(frozen=True)
class Buildah:
    """Builds of the same Dockerfiles by Buildah."""

    lab: Lab
    storage: Storage
    folder: Path

    def build(self, case: Case, *words: str) -> Path:
        out = self.folder / f"{case.name}{''.join(words)}.tar"
        if out.exists():
            return out
        file = self.folder / "Dockerfile"
        file.write_text(case.text(self.lab.base(case)))
        image = f"localhost/attribution-{case.name}:buildah{''.join(words)}"
        options = [word for one in self.lab.options(case) for word in ("--build-arg", one)]
        build = ("--isolation", "chroot", "--network", "host", "--pull-never", "--quiet", "--format", "docker")
        run(
            "buildah", *self.storage.options, "bud", *build, *words, *options, "-f", file, "-t", image, self.lab.context
        )
        run("buildah", *self.storage.options, "push", "--quiet", image, f"docker-archive:{out}:{image}")
        return out


@pytest.fixture(scope="module")
def buildah(lab: Lab, storage: Storage, work: Path) -> Iterator[Buildah]:
    folder = work / "attribution-buildah"
    folder.mkdir()
    saved = folder / "base.tar"
    base = lab.bases["base"]
    lab.docker("save", "-o", saved, base)
    run("skopeo", "--insecure-policy", "copy", "--quiet", f"docker-archive:{saved}", storage.reference(base))
    saved.unlink()
    yield Buildah(lab, storage, folder)
    shutil.rmtree(folder)


@pytest.mark.parametrize("case", [one for one in CASES if "buildah-layers" in one.builders], ids=lambda case: case.name)
def test_buildah_with_layers(case: Case, lab: Lab, buildah: Buildah) -> None:
    archive, truth, text = buildah.build(case, "--layers"), lab.truth(case), case.text(lab.base(case))
    report = lab.scan(archive, text, *lab.arguments(case))
    found = judge(report, truth, text)
    found.is_perfect()
    assert report["attribution"]["how"] == "exact"
    adds_up(report, lab.scan(archive, text, *lab.arguments(case), "--exclude-base"), truth)


def test_buildah_in_one_layer(lab: Lab, buildah: Buildah) -> None:
    """All instructions made one layer: whose a package is is known, and by which line is not."""
    case = named("plain")
    archive, truth, text = buildah.build(case), lab.truth(case), case.text(lab.base(case))
    report = lab.scan(archive, text)
    found = judge(report, truth, text)
    found.is_precise()
    assert {entry["origin"] for entry in report["vulnerabilities"]} == {"base", "dockerfile"}
    assert {entry["dockerfileLine"] for entry in report["vulnerabilities"]} == {None}
    assert any("which of them brought a package is not known" in gap["reason"] for gap in report["gaps"])
    adds_up(report, lab.scan(archive, text, "--exclude-base"), truth)


def test_docker_squashed(lab: Lab) -> None:
    """Docker's own squash leaves the base its layers: whose a package is is known, and by which line is not."""
    case = named("plain")
    image, text, truth = "localhost/attribution-squashed:1", case.text(lab.base(case)), lab.truth(case)
    options = [word for one in lab.options(case) for word in ("--build-arg", one)]
    words = ("build", "--squash", "--network", "host", "--quiet", *options, "-t", image, "-f", "-", lab.context)
    run("docker", *words, env={**lab.docker.env, "DOCKER_BUILDKIT": "0"}, stdin=text.encode())
    report = lab.scan(f"docker:{image}", text)
    judge(report, truth, text).is_precise()
    assert {entry["origin"] for entry in report["vulnerabilities"]} == {"base", "dockerfile"}
    assert {entry["dockerfileLine"] for entry in report["vulnerabilities"]} == {None}
    assert any("which of them brought a package is not known" in gap["reason"] for gap in report["gaps"])
    adds_up(report, lab.scan(f"docker:{image}", text, "--exclude-base"), truth)


def test_buildah_squashed(lab: Lab, buildah: Buildah) -> None:
    case = named("plain")
    nothing_is_known(lab, buildah.build(case, "--squash"), case)


def test_exported_and_imported(lab: Lab, tmp_path: Path) -> None:
    case = named("plain")
    container = lab.docker("create", lab.build(case)).strip()
    try:
        lab.docker("export", "-o", tmp_path / "flat.tar", container)
    finally:
        lab.docker("rm", container)
    image = "localhost/attribution-flat:1"
    lab.docker("import", tmp_path / "flat.tar", image)
    nothing_is_known(lab, f"docker:{image}", case)


def nothing_is_known(lab: Lab, image: str | Path, case: Case) -> None:
    """No line, no origin, a reason; and nothing is left out as the base image's: never clean for want of knowledge."""
    text = case.text(lab.base(case))
    for words in ((), ("--exclude-base",)):
        report = lab.scan(image, text, *words)
        found = judge(report, lab.truth(case), text)
        found.is_precise()
        assert {entry["origin"] for entry in report["vulnerabilities"]} == {"unknown"}
        assert report["attribution"]["issues"] == {"base": 0, "dockerfile": 0, "unknown": report["uniqueCount"]}
        assert any(gap["stage"] == "dockerfile" for gap in report["gaps"]), report["gaps"]
        assert report["ok"] is False
    assert any("nothing is left out" in gap["reason"] for gap in report["gaps"])


# What another scanner of this kind was seen to get wrong.


def lines_of(report: Report) -> dict[str, tuple[str, int | None, str]]:
    """Of each Debian package: origin, line, command."""
    return {
        fact(entry)[1]: (entry["origin"], entry["dockerfileLine"], entry["dockerfileInstruction"])
        for entry in report["vulnerabilities"]
        if fact(entry)[0] == "deb"
    }


@pytest.fixture
def built(lab: Lab) -> Callable[..., Report]:
    """Build a Dockerfile and scan it, with it unless another is given."""

    def both(text: str, *words: str, file: str | None = None, code: int = 1) -> Report:
        text = text.replace("{base}", lab.bases["base"])
        image = lab.builder.build(text, "localhost/attribution-single:1")
        given = text if file is None else file.replace("{base}", lab.bases["base"])
        return lab.scan(f"docker:{image}", given, *words, code=code)

    return both


BASE = ("base", None, "")


def test_a_shared_source_is_no_guilt(built: Callable[..., Report]) -> None:
    """omega-tools and the base's libomega are of one source package; git needs the base's libbase1."""
    report = built("FROM {base}\nRUN apt-get update && apt-get install -y omega-tools git\n", "--exclude-base")
    found = lines_of(report)
    asked = ("dockerfile", 2, "apt-get install -y omega-tools git")
    assert found == dict.fromkeys(("omega-tools", "git", "git-man", "libcurl9"), asked)
    assert {entry["askedFor"] for entry in report["vulnerabilities"] if "libcurl9" in entry["name"]} == {"git"}


def test_a_name_within_a_name(built: Callable[..., Report]) -> None:
    text = "FROM {base}\nRUN apt-get update && apt-get install -y libgit2-dev && apt-get install -y git\n"
    found = lines_of(built(text))
    assert found["git"] == ("dockerfile", 2, "apt-get install -y git")
    assert found["libgit2-dev"] == found["libgit2"] == ("dockerfile", 2, "apt-get install -y libgit2-dev")


def test_the_build_stage_is_not_the_image(built: Callable[..., Report]) -> None:
    text = f"FROM {{base}} AS build\nRUN {INSTALL} git alpha\nFROM {{base}}\nRUN echo\nRUN {INSTALL} git\n"
    found = lines_of(built(text))
    assert found["git"] == ("dockerfile", 5, "apt-get install -y -qq git")
    assert "alpha" not in found


@pytest.mark.parametrize(
    "command",
    [
        'RUN ["apt-get", "install", "-y", "/debs/alpha_1.0_all.deb"]',
        "RUN apt-get -qq -y install /debs/alpha_1.0_all.deb",
        "RUN apt-get -qq update && apt-get -o Dpkg::Use-Pty=0 -qy --no-install-recommends install alpha",
        "RUN dpkg -i /debs/alpha_1.0_all.deb",
        "RUN <<EOF\ncd /debs\nfor one in alpha; do dpkg -i ${one}_1.0_all.deb; done\nEOF",
        "RUN --mount=type=cache,target=/c sh -c 'dpkg --install /debs/alpha_1.0_all.deb'",
        "RUN cp /debs/alpha_1.0_all.deb /x.deb && dpkg -i /x.deb || exit 1",
    ],
)
def test_unusual_commands_are_not_clean(command: str, built: Callable[..., Report]) -> None:
    """However a package was installed: without the base image's, it is there, and it is the line's."""
    report = built(f"FROM {{base}}\n{command}\n", "--exclude-base")
    ((name, (origin, line, text)),) = lines_of(report).items()
    assert (name, origin, line) == ("alpha", "dockerfile", 2)
    assert "--mount" not in text or text.startswith("RUN --mount")


@pytest.mark.parametrize("classic", [False, True])
def test_a_label_of_the_command_line(classic: bool, lab: Lab) -> None:
    """``docker build --label`` is in no Dockerfile; the classic builder tells of it as of an instruction."""
    text = f"FROM {lab.bases['base']}\nRUN {INSTALL} alpha && {CLEAN}\n"
    words = ("build", "--quiet", "--network", "none", "--label", "of=nobody")
    file, tag = lab.file(text), f"localhost/attribution-label:{classic}".lower()
    run(
        "docker",
        *words,
        "-t",
        tag,
        "-f",
        file,
        lab.context,
        env={**lab.docker.env, "DOCKER_BUILDKIT": str(1 - classic)},
    )
    assert lines_of(lab.scan(f"docker:{tag}", text))["alpha"][:2] == ("dockerfile", 2)


def test_arguments_that_nobody_tells(lab: Lab) -> None:
    """Without the build's arguments FROM has no name, and the lines are still found."""
    case = named("arguments")
    image, truth, text = lab.build(case), lab.truth(case), case.text(lab.base(case))
    found = judge(lab.scan(f"docker:{image}", text), truth, text)
    found.is_perfect()


def test_stage_names_in_another_case(built: Callable[..., Report]) -> None:
    report = built(f"FROM {{base}} AS Common\nRUN {INSTALL} alpha\nFROM common\nRUN {INSTALL} gamma\n")
    found = lines_of(report)
    assert (found["alpha"][:2], found["gamma"][:2]) == (("dockerfile", 2), ("dockerfile", 4))
    assert report["attribution"]["baseImage"].startswith("localhost/attribution-base")


def test_the_time_of_a_build_proves_nothing(lab: Lab, tmp_path: Path) -> None:
    """Base image and image are of the same minute: without a Dockerfile an archive's base is unknown until it is named."""
    case = named("plain")
    image, truth = lab.build(case), lab.truth(case)
    saved = tmp_path / "saved.tar"
    lab.docker("save", "-o", saved, image)
    report = lab.scan(saved, "", "--exclude-base")
    assert {entry["origin"] for entry in report["vulnerabilities"]} == {"unknown"}
    assert {fact(entry) for entry in report["vulnerabilities"]} == truth.facts
    only_the_base(lab.scan(saved, "", "--base", f"docker:{lab.bases['base']}"), truth)


def test_an_engine_knows_what_its_image_was_built_on(lab: Lab, registry: Registry) -> None:
    """Without a Dockerfile, a label and a catalog: of the engine's own images the nearest that was pulled."""
    case = named("plain")
    image = lab.build(case)
    own = f"localhost/garboard-sibling:{os.getpid()}"
    text = "".join(f"{line}\n" for line in case.text(lab.base(case)).splitlines()[:2])
    lab.builder.build(text, own, lab.options(case))
    report = lab.scan(f"docker:{image}", "")
    assert {entry["origin"] for entry in report["vulnerabilities"]} == {"unknown"}
    assert any("may have been built on any of" in gap["reason"] for gap in report["gaps"])
    there = f"{registry.host}/team/base:1"
    docker = Docker(lab.docker.host, registry.config)
    docker("tag", lab.base(case), there)
    try:
        docker("push", "--quiet", there)
        report = lab.scan(f"docker:{image}", "")
        assert any("may have been built on any of" in gap["reason"] for gap in report["gaps"]), "a push proves nothing"
    finally:
        docker("rmi", there)
    pulled, above = f"{registry.host}/team/pulled:1", f"localhost/garboard-above:{os.getpid()}"
    docker("import", "-", pulled, stdin=tar({"etc/os-release": b"ID=debian\n"}))
    docker("push", "--quiet", pulled)
    docker("rmi", pulled)
    docker("pull", "--quiet", pulled)
    try:
        lab.builder.build(f"FROM {pulled}\nCOPY app /srv\n", above, [])
        assert lab.scan(f"docker:{above}", "")["attribution"]["baseImage"] == pulled
    finally:
        docker("rmi", above, pulled)


def only_the_base(report: Report, truth: Truth) -> None:
    for entry in report["vulnerabilities"]:
        assert (entry["origin"] == "base") == (truth.of(*fact(entry), paths(entry)) == {0})
        assert entry["dockerfileLine"] is None


OTHER_FILES = {
    "another": f"FROM {{base}}\nRUN {INSTALL} beta\nCOPY app /srv\n",
    "shorter": f"FROM {{base}}\nRUN {INSTALL} alpha && {CLEAN}\n",
    "longer": f"FROM {{base}}\nRUN {INSTALL} alpha && {CLEAN}\nCOPY app /srv\nRUN {INSTALL} gamma && {CLEAN}\nRUN true\n",
    "swapped": f"FROM {{base}}\nCOPY app /srv\nRUN {INSTALL} alpha && {CLEAN}\nRUN {INSTALL} gamma && {CLEAN}\n",
    "edited": f"FROM {{base}}\nRUN {INSTALL} alpha git && {CLEAN}\nCOPY app /srv\nRUN {INSTALL} gamma && {CLEAN}\n",
    "headless": f"FROM {{base}}\nCOPY app /srv\nRUN {INSTALL} gamma && {CLEAN}\nRUN false\n",
    "foreign": "FROM nowhere.invalid/other:1\nRUN true\n",
    "bare": "FROM {base}\n",
}


@pytest.mark.parametrize("which", OTHER_FILES)
def test_a_file_that_did_not_build_it(which: str, built: Callable[..., Report]) -> None:
    """Only lines before the first that differs are named, and why; only layers can prove what is the base image's."""
    text = f"FROM {{base}}\nRUN {INSTALL} alpha && {CLEAN}\nCOPY app /srv\nRUN {INSTALL} gamma && {CLEAN}\n"
    report = built(text, "--exclude-base", file=OTHER_FILES[which])
    entries = report["vulnerabilities"]
    assert {"alpha", "gamma", "left", "right"} <= {fact(entry)[1] for entry in entries}
    known = {entry["dockerfileLine"] for entry in entries} - {None}
    assert known == {"shorter": {2}, "longer": {2, 3, 4}}.get(which, set()), lines_of(report)
    found = lines_of(report)
    assert found["alpha"][1] in {2, None}
    assert found["gamma"][1] in {4, None}
    nowhere = [entry for entry in entries if entry["dockerfileLine"] is None]
    assert all((entry["dockerfileInstruction"], entry["origin"]) == ("", "unknown") for entry in nowhere)
    assert any(gap["stage"] == "dockerfile" for gap in report["gaps"]), report["gaps"]


def test_a_base_whose_name_has_moved_on(lab: Lab) -> None:
    """Under the name that FROM gives there is another image by now: nothing of it is held against this one."""
    name = "localhost/attribution-moving:1"
    lab.docker("tag", lab.bases["base"], name)
    text = f"FROM {name}\nRUN {INSTALL} alpha && {CLEAN}\n"
    image = lab.builder.build(text, "localhost/attribution-moved:1")
    newer = f"FROM {lab.bases['base']}\nRUN {INSTALL} delta && {CLEAN}\n"
    lab.builder.build(newer, name)
    found = lines_of(lab.scan(f"docker:{image}", text))
    assert found["alpha"] == ("dockerfile", 2, "apt-get install -y -qq alpha")
    assert {one for package, one in found.items() if package != "alpha"} == {BASE}


def test_an_older_base_under_that_name(lab: Lab) -> None:
    """The name now leads to an image that is below the true base: what stands between the two is nobody's line."""
    name = "localhost/attribution-older:1"
    lab.builder.build(f"FROM {lab.bases['base']}\nRUN {INSTALL} delta git && {CLEAN}\n", name)
    text = f"FROM {name}\nRUN {INSTALL} alpha && {CLEAN}\n"
    image = lab.builder.build(text, "localhost/attribution-aged:1")
    lab.docker("tag", lab.bases["base"], name)
    report = lab.scan(f"docker:{image}", text, "--exclude-base")
    found = lines_of(report)
    assert found["alpha"] == ("dockerfile", 2, "apt-get install -y -qq alpha")
    # They may be a newer base's or its ONBUILD's. They are shown, and it is said.
    assert found["delta"] == found["git"] == ("unknown", None, "")
    assert any("is not known" in gap["reason"] for gap in report["gaps"] if gap["stage"] == "dockerfile")


def test_for_a_person(lab: Lab) -> None:
    case = named("plain")
    image = lab.build(case)
    file = lab.file(case.text(lab.base(case)))
    ended = lab.garboard.run("scan", "--offline", "--quiet", "-f", file, f"docker:{image}")
    assert ended.code == 1
    assert f"Introduced by your base image ({lab.base(case)})" in ended.out
    assert "Introduced in your Dockerfile by `RUN apt-get update && apt-get install -y beta && rm -rf" in ended.out
    assert f"Dockerfile:{case.line(1)})" in ended.out
    # The same words again: two runs are alike but for the time.
    first, second = (json.dumps(lab.scan(f"docker:{image}", file.read_text())["attribution"]) for _ in range(2))
    assert first == second
