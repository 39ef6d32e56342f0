"""Actions come true: each prefix of the list, done to the Dockerfile and built, leaves exactly the issues that were told.

Packages come from an archive and an index of our own, which a server of the test publishes: first what images are built of,
then newer versions. The feeds know no fix that these do not have.
"""

from __future__ import annotations

import functools
import hashlib
import http.server
import json
import re
import shlex
import threading
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import feeding
from tests.e2e.building import Docker
from tests.e2e.running import Garboard, run
from tests.e2e.serving import Registry

APT = "apt-get update -qq && apt-get install -qq -y"
PIP = "pip install -q --no-index --find-links $WHEELS"
NPM = f"FROM {{}}\nRUN {APT} --no-install-recommends npm && rm -rf /var/lib/apt/lists/*\n"
THEN, NOW = "1.0", "1.1"

DEBS: dict[str, tuple[str, ...]] = {
    # each has a source of its own name, except for those that name one
    "law-alpha-lib": ("Source: law-alpha",),
    "law-alpha": ("Source: law-alpha", "Depends: law-alpha-lib"),
    "law-beta": (),
    "law-gamma": ("Depends: law-beta",),
    "law-delta": ("Depends: law-beta",),
    "law-base": (),
    "law-epsilon": ("Depends: law-base",),
    "law-zeta": ("Depends: law-eta", "Recommends: law-beta, law-theta"),
    "law-eta": (),
    "law-theta": ("Depends: law-eta, law-delta",),
}
OPEN = ("law-alpha", "law-beta", "law-gamma", "law-delta", "law-epsilon", "law-zeta", "law-theta")
"""Sources with an issue that has no fix."""
WHEELS = {
    # name and version, with what it requires
    ("law-one", "1.0"): ("law-two<1.1",),
    ("law-one", "1.1"): ("law-two>=1.1",),
    ("law-two", "1.0"): (),
    ("law-two", "1.1"): (),
    ("law-three", "1.0"): ("law-two",),
    ("law-three", "1.1"): ("law-two",),
    ("law-cap", "1.0"): ("law-two<1.1",),
}
FIXED_WHEELS = ("law-one", "law-two", "law-three")

BASES = {
    # packages of the archive as it was, or at the versions that are named
    "plain": ("FROM {root}",),
    "node": ("FROM {npm}",),
    "lib": ("FROM {plain}", f"RUN {APT} law-alpha-lib=1.0 law-base=1.0"),
    "nobody": ("FROM {plain}", f"RUN {APT} law-alpha-lib=1.0 law-base=1.0", "USER nobody"),
    "changed": ("FROM {plain}", f"RUN {APT} law-alpha-lib=1.0 law-base=1.0"),
    "held": ("FROM {plain}", f"RUN {APT} law-alpha-lib=1.0 law-base=1.0 && apt-mark hold law-base"),
    "newer": ("FROM {plain}", f"RUN {APT} law-alpha-lib=1.0 law-base=1.1"),
    "less": ("FROM {plain}", f"RUN {APT} law-base=1.1"),
    "release": (
        "FROM {plain}",
        "RUN sed -i 's/bookworm/trixie/g; s/12/13/g' /usr/lib/os-release && echo 13.1 > /etc/debian_version",
        f"RUN {APT} law-base=1.1",
    ),
}
BUILT_NOW = ("newer", "release", "less")


@dataclass(frozen=True)
class Scene:
    """An image, and the catalog's bases: the first is the one in use, each with the tags that name it today."""

    name: str
    lines: str
    bases: dict[str, tuple[str, ...]] = field(default_factory=lambda: {"plain": ("1.0.0-bookworm",)})
    kinds: tuple[str, ...] = ()
    """The kinds of actions that have to be listed, so that something is tested."""
    never: tuple[str, ...] = ()
    """Words that no action may have."""
    start: str = "1.0.0-bookworm"
    """The tag after FROM."""
    known: bool = True
    """Whether the catalog has the bases."""


OLD_AND_NEWER = {"lib": ("1.0.0-bookworm",), "newer": ("1.0.1-bookworm", "1.0-bookworm")}
SCENES = (
    Scene(
        "two lines ask for one package",
        f"FROM base\nRUN {APT} law-gamma law-beta\nRUN {APT} law-beta law-delta\n",
        kinds=("rebuild", "drop"),
    ),
    Scene(
        "one source in base and line",
        f"FROM base\nRUN {APT} law-alpha\n",
        {"lib": ("1.0.0-bookworm",)},
        kinds=("rebuild", "upgrade"),
    ),
    Scene(
        "pins that exclude each other",
        f"FROM base\nRUN python3 -m venv /opt/a && /opt/a/bin/{PIP} law-one==1.0 law-two==1.0 && "
        f"python3 -m venv /opt/b\nRUN /opt/b/bin/{PIP} law-cap==1.0 law-two==1.0\n",
        kinds=("raise",),
    ),
    Scene(
        "pins of two lines",
        f"FROM base\nRUN python3 -m venv /opt/a && /opt/a/bin/{PIP} law-two==1.0\n"
        f"RUN /opt/a/bin/{PIP} law-three==1.0 law-one==1.0\n",
    ),
    Scene(
        "a virtual environment in a second place",
        f"FROM base\nRUN python3 -m venv /opt/a && /opt/a/bin/{PIP} law-two==1.0 law-three==1.0\n"
        "RUN cp -a /opt/a /opt/b\n",
        kinds=("raise",),
    ),
    Scene(
        "the same package in two virtual environments",
        f"FROM base\nRUN python3 -m venv /opt/a && /opt/a/bin/{PIP} law-two==1.0 law-three==1.0\n"
        f"RUN python3 -m venv /opt/b && /opt/b/bin/{PIP} law-two==1.0\n",
        kinds=("raise",),
    ),
    Scene(
        "a package that is needed, not asked for",
        f"FROM base\nRUN python3 -m venv /opt/a && /opt/a/bin/{PIP} 'law-two<1.1' && /opt/a/bin/{PIP} law-three==1.0\n",
    ),
    Scene(
        "two copies of a Node package",
        "FROM base\nCOPY npm /npm\nWORKDIR /srv/app\n"
        "RUN npm install --offline --no-audit --no-fund /npm/law-node-1.0.0.tgz\n"
        "COPY node_modules/law-node /other/node_modules/law-node\n",
        {"node": ("1.0.0-bookworm",)},
        kinds=("replace",),
    ),
    Scene(
        "a package of a file",
        f"FROM base\nCOPY debs /debs\nRUN {APT} /debs/law-beta_1.0_all.deb law-gamma\n",
        kinds=("rebuild", "replace"),
    ),
    Scene(
        "packages of files in a loop, of a folder, and of a script",
        f"FROM base\nCOPY debs /debs\nCOPY --chmod=755 install.sh /install.sh\n"
        "RUN for f in /debs/law-beta_1.0_all.deb; do dpkg -i $f; done\n"
        f"RUN /install.sh\nRUN {APT} law-gamma\n",
        kinds=("rebuild", "replace"),
        never=("Drop law-base",),
    ),
    Scene(
        "a user that no line names",
        "FROM base\nCOPY debs /debs\n",
        {"changed": ()},
        kinds=("upgrade",),
        start="changed",
        known=False,
    ),
    Scene(
        "a frozen archive",
        f"FROM base\nRUN sed -i 's|/apt|/2026-01-01|' /etc/apt/sources.list && {APT} law-beta law-epsilon\n",
        {"lib": ("1.0.0-bookworm",)},
        never=("Rebuild",),
    ),
    Scene(
        "a base that runs as somebody else",
        f"FROM base\nUSER root\nRUN {APT} law-alpha\n",
        {"nobody": ("1.0.0-bookworm",)},
        kinds=("rebuild", "upgrade"),
    ),
    Scene(
        "held in the base",
        f"FROM base\nRUN {APT} law-delta\n",
        {"held": ("1.0.0-bookworm",)},
        kinds=("rebuild", "upgrade"),
    ),
    Scene(
        "a file in the Dockerfile",
        f"FROM base\nCOPY <<'EOF' /etc/motd\nRUN apt-get install law-delta\nEOF\nRUN {APT} law-gamma\n",
        kinds=("rebuild", "drop"),
    ),
    Scene(
        "an old base, and a newer tag",
        f"FROM base\nRUN {APT} law-alpha law-epsilon\n",
        OLD_AND_NEWER,
        kinds=("rebuild", "base"),
    ),
    Scene(
        "an old base, whose tag moved",
        f"FROM base\nRUN {APT} law-gamma law-epsilon\n",
        {"lib": (), "newer": ("1.0-bookworm", "1.0.0-bookworm")},
        kinds=("rebuild", "pull"),
        start="1.0-bookworm",
    ),
    Scene(
        "a base without what the lines need",
        f"FROM base\nRUN {APT} law-alpha\n",
        {"lib": ("1.0.0-bookworm",), "less": ("1.0.1-bookworm",)},
        kinds=("base",),
    ),
    Scene(
        "another release",
        f"FROM base\nRUN python3 -m venv /opt/a && /opt/a/bin/{PIP} law-three==1.0\n",
        {"lib": ("1.0.0-bookworm",), "release": ("1.0.0-trixie",)},
        kinds=("base", "raise"),
    ),
    Scene(
        "what the image runs",
        f'FROM base\nRUN {APT} law-gamma law-delta\nCMD ["law-gamma", "--now"]\n',
        kinds=("rebuild", "drop"),
        never=("Drop law-gamma", "Drop law-beta"),
    ),
    Scene(
        "what a script of the image runs",
        f'FROM base\nRUN {APT} law-gamma law-delta\nCOPY --chmod=755 start.sh /start.sh\nENTRYPOINT ["/start.sh"]\n',
        kinds=("rebuild", "drop"),
        never=("Drop law-gamma", "Drop law-beta"),
    ),
    Scene(
        "what is only recommended",
        f"FROM base\nRUN {APT} law-zeta law-gamma\nRUN {APT} law-theta\n",
        kinds=("rebuild", "drop"),
        never=("Install without",),
    ),
    Scene(
        "what is only recommended, on one of two lines",
        f"FROM base\nRUN {APT} law-zeta\nRUN {APT} --no-install-recommends law-gamma\n",
        kinds=("rebuild", "trim", "drop"),
    ),
    Scene(
        "copied from another stage",
        f"FROM base AS build\nRUN python3 -m venv /opt/a && /opt/a/bin/{PIP} law-two==1.0\n"
        f"FROM base\nRUN {APT} law-delta\nCOPY --from=build /opt/a /opt/a\nRUN /opt/a/bin/{PIP} law-three==1.0\n",
        {"lib": ("1.0.0-bookworm",)},
        kinds=("rebuild", "raise", "upgrade", "drop"),
    ),
)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing."""


@dataclass
class World:
    """The engine, the bases in it, what is published, and a garboard that knows what is wrong with it."""

    docker: Docker
    registry: Registry
    folder: Path
    url: str
    garboard: Garboard
    bases: dict[str, str] = field(default_factory=dict)

    published: dict[str, str] = field(default_factory=dict)

    @property
    def repository(self) -> str:
        return f"{self.registry.host}/law/runtime"

    @property
    def context(self) -> Path:
        return self.folder / "context"

    def build(self, text: str, tag: str, *options: str) -> str:
        whole = ("build", "--network", "host", *options, "-q", "-t", tag, "-f", "-", self.context)
        self.docker(*whole, stdin=text.encode())
        return tag

    def ask(self, *words: str | Path, catalog: Path | None = None) -> Any:
        env = {"DOCKER_HOST": self.docker.host}
        if catalog:
            env["GARBOARD_CATALOG"] = str(catalog)
        ended = self.garboard.run("actions", "--offline", "--json", *words, env=env)
        assert ended.code in (0, 1, 3), ended.err  # 3: nobody's packages of which nothing is found are not judged
        return ended.json


def _deb(folder: Path, name: str, version: str, *fields: str) -> None:
    tree = folder / f".{name}"
    (tree / "DEBIAN").mkdir(parents=True)
    control = [f"Package: {name}", f"Version: {version}", "Architecture: all", *fields]
    control += ["Maintainer: Debian Law Team <law@lists.debian.org>", "Description: a package of the tests"]
    text = "\n".join(control) + "\n"
    (tree / "DEBIAN/control").write_text(text)
    program = tree / "usr/bin" / name
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    path = folder / f"{name}_{version}_all.deb"
    run("dpkg-deb", "-Znone", "--root-owner-group", "--build", tree, path)
    data = path.read_bytes()
    found = f"Filename: ./{path.name}\nSize: {len(data)}\nSHA256: {hashlib.sha256(data).hexdigest()}\n\n"
    with (folder / "Packages").open("a") as index:
        index.write(text + found)
    run("rm", "-r", tree)


def _publish(folder: Path, version: str) -> None:
    for name, fields in DEBS.items():
        _deb(folder, name, version, *fields)


def _wheel(folder: Path, name: str, version: str, requires: Sequence[str]) -> None:
    module = name.replace("-", "_")
    info = f"{module}-{version}.dist-info"
    needs = "".join(f"Requires-Dist: {one}\n" for one in requires)
    files = {
        f"{module}.py": "",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in (*files, f"{info}/RECORD"))
    with zipfile.ZipFile(folder / f"{module}-{version}-py3-none-any.whl", "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)


def _node(folder: Path, context: Path) -> None:
    for version in ("1.0.0", "1.1.0"):
        package = folder / version / "package"
        package.mkdir(parents=True)
        (package / "package.json").write_text(json.dumps({"name": "law-node", "version": version}))
        run("tar", "-czf", context / f"npm/law-node-{version}.tgz", "-C", folder / version, "package")
    for version, place in (("1.0.0", "node_modules"), ("1.1.0", "newer/node_modules")):
        (context / place).mkdir(parents=True)
        run("cp", "-r", folder / version / "package", context / place / "law-node")


def _feeds(garboard: Garboard, folder: Path) -> None:
    def releases(fixed: str = "") -> dict[str, Any]:
        status: dict[str, Any] = {"status": "resolved" if fixed else "open", "urgency": "high", "repositories": {}}
        status |= {"fixed_version": fixed} if fixed else {}
        return {"releases": {"bookworm": status, "trixie": status}}

    sources = {next((one[8:] for one in fields if one.startswith("Source: ")), name) for name, fields in DEBS.items()}
    tracker: dict[str, Any] = {}
    for number, source in enumerate(sorted(sources)):
        tracker[source] = {f"CVE-2026-{2000 + number}": releases(NOW)}
        if source in OPEN:
            tracker[source][f"CVE-2026-{3000 + number}"] = releases()
    document = folder / "debian-tracker/tracker/data/json"
    document.parent.mkdir(parents=True)
    document.write_text(json.dumps(tracker))
    wheels = [_osv("PyPI", name, number, "1.1") for number, name in enumerate(FIXED_WHEELS, 400)]
    for ecosystem, found in (("PyPI", wheels), ("npm", [_osv("npm", "law-node", 500, "1.1.0")])):
        path = folder / f"osv/{ecosystem}/all.zip"
        path.parent.mkdir(parents=True)
        with zipfile.ZipFile(path, "w") as archive:
            for one in found:
                archive.writestr(f"{one['id']}.json", json.dumps(one))
    ended = garboard.run("db", "update", "--from", folder, "debian", "osv:PyPI", "osv:npm")
    assert ended.code == 0, ended.err


def _osv(ecosystem: str, name: str, number: int, fixed: str) -> dict[str, Any]:
    kind = "SEMVER" if ecosystem == "npm" else "ECOSYSTEM"
    return {
        "schema_version": "1.7.0",
        "id": f"GHSA-law0-law0-{number:04}",
        "modified": "2026-01-01T00:00:00Z",
        "severity": [{"type": "CVSS_V3", "score": feeding.CRITICAL}],
        "affected": [
            {
                "package": {"ecosystem": ecosystem, "name": name},
                "ranges": [{"type": kind, "events": [{"introduced": "0"}, {"fixed": fixed}]}],
            }
        ],
    }


@pytest.fixture(scope="module")
def world(docker: Docker, registry: Registry, base: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("law")
    for name in ("served/apt", "served/wheels", "context/npm", "context/debs"):
        (folder / name).mkdir(parents=True)
    _publish(folder / "served/apt", THEN)
    run("cp", "-r", folder / "served/apt", folder / "served/2026-01-01")
    for name in ("law-beta", "law-base"):
        run("cp", folder / f"served/apt/{name}_{THEN}_all.deb", folder / "context/debs")
    for (name, version), requires in WHEELS.items():
        _wheel(folder / "served/wheels", name, version, requires)
    _node(folder / "packed", folder / "context")
    (folder / "context/start.sh").write_text("#!/bin/sh\nlaw-gamma --start\nexec sleep 1\n")
    (folder / "context/install.sh").write_text("#!/bin/sh\ndpkg -i /debs/law-base_1.0_all.deb\n")
    garboard = Garboard(folder / "home", folder / "db")
    _feeds(garboard, folder / "feeds")
    handler = functools.partial(_Quiet, directory=str(folder / "served"))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    made = World(docker, registry, folder, url, garboard)
    made.bases["root"] = _root(made, base, "root")
    made.bases["npm"] = _root(made, made.build(NPM.format(base), "localhost/garboard-law:npm"), "node")
    for name, lines in BASES.items():
        if name not in BUILT_NOW:
            _base(made, name, lines)
    for number, scene in enumerate(SCENES):
        made.build(_text(scene.lines, made.bases[next(iter(scene.bases))]), _tag(number, "start"))
    _publish(folder / "served/apt", NOW)
    run("cp", folder / f"served/apt/law-beta_{NOW}_all.deb", folder / "context/debs")
    for name in BUILT_NOW:
        _base(made, name, BASES[name])
    yield made
    server.shutdown()


def _root(world: World, base: str, name: str) -> str:
    """The root with no archive but ours; the address makes builds of this run those of no other."""
    text = (
        f"FROM {base}\nENV WHEELS={world.url}/wheels/\n"
        f"RUN rm -rf /etc/apt/sources.list.d /etc/apt/sources.list && "
        f"echo 'deb [trusted=yes] {world.url}/apt ./' > /etc/apt/sources.list\n"
    )
    return world.build(text, f"localhost/garboard-law:{name}")


def _base(world: World, name: str, lines: Sequence[str]) -> None:
    text = "\n".join((*(one.format(**world.bases) for one in lines), f"LABEL name={name}")) + "\n"
    world.bases[name] = world.build(text, f"localhost/garboard-law:base-{name}")
    if name == "changed":
        made = world.docker("create", world.bases[name], "true").strip()
        world.docker("commit", "--change", "USER nobody", made, world.bases[name])
        world.docker("rm", made)


def _tag(number: int, step: str) -> str:
    return f"localhost/garboard-law:scene{number}-{step}"


def _text(lines: str, base: str) -> str:
    """A Dockerfile that the engine can build: each FROM of the scene's base names it where it is."""
    return re.sub(r"^FROM base\b", f"FROM {base}", lines, flags=re.MULTILINE)


def _catalog(world: World, scene: Scene, number: int) -> Path:
    """A catalog of the scene's bases; the first one had its tag before the others took it."""
    catalog = world.folder / f"catalog{number}"
    first = next(iter(scene.bases))
    names = [(first, scene.start), *((name, tag) for name, tags in scene.bases.items() for tag in tags)]
    for name, tag in dict.fromkeys(names):
        there = f"{world.repository}:{tag}"
        env = {"DOCKER_CONFIG": str(world.registry.config)}
        if world.published.get(tag) != name:
            world.docker("tag", world.bases[name], there)
            run("docker", "push", "-q", there, env=world.docker.env | env)
            world.published[tag] = name
        words = (
            "catalog",
            "add",
            "--quiet",
            f"registry:{there}",
            "--catalog",
            catalog,
            "--insecure",
            world.registry.host,
        )
        ended = world.garboard.run(*words, env=env)
        assert ended.code == 0, ended.err
    return catalog


@dataclass
class _Build:
    """A Dockerfile on which actions are done, and how it is built; ``bases`` are what references name."""

    lines: list[str]
    bases: dict[str, str]
    moved: dict[str, str]
    options: list[str] = field(default_factory=list)

    def text(self) -> str:
        """With each FROM naming its base where it is in the engine."""
        text = "\n".join(self.lines) + "\n"
        return re.sub(r"(?<=^FROM )\S+/law/runtime:\S+", lambda found: self.bases[found[0]], text, flags=re.MULTILINE)

    def do(self, action: Any) -> None:
        getattr(self, f"_{action['kind']}")(action)

    def _rebuild(self, _: Any) -> None:
        self.options = ["--no-cache"]

    def _pull(self, _: Any) -> None:
        self.options = ["--no-cache"]
        self.bases |= self.moved

    def _base(self, action: Any) -> None:
        at = action["dockerfileLine"] - 1
        self.lines[at] = action["command"] + (
            " AS " + self.lines[at].partition(" AS ")[2] if " AS " in self.lines[at] else ""
        )

    def _raise(self, action: Any) -> None:
        """Other versions of what the line names; what it does not name is asked for beside it."""
        elsewhere = {name: int(line) for name, line in re.findall(r"(\S+) \S+ \(line (\d+)\)", action["text"])}
        for word in shlex.split(action["command"]):
            name, *_ = re.split(r"==|>=|@", word)
            at = elsewhere.get(name, action["dockerfileLine"]) - 1
            named = re.compile(rf"(?<=\s)'?{re.escape(name)}([=<>@!~][^\s']*)?'?(?=\s|$)")
            if named.search(self.lines[at]):
                self.lines[at] = named.sub(shlex.quote(word), self.lines[at])
            else:
                self.lines[at] = f"{self.lines[at]} {shlex.quote(word)}"

    def _replace(self, action: Any) -> None:
        """A newer file in the place of the one that the line names, which has its version in its name or its folder.

        What is copied from another stage is raised on the lines of that.
        """
        at = action["dockerfileLine"] - 1
        if "--from=" in self.lines[at]:
            for word in shlex.split(action["command"]):
                name, *_ = re.split(r"==|>=|@", word)
                pin = re.compile(rf"(?<=\s){re.escape(name)}==[^\s']*(?=\s|$)")
                self.lines = [pin.sub(shlex.quote(word), one) for one in self.lines]
            return
        line = self.lines[at].replace("law-node-1.0.0.tgz", "law-node-1.1.0.tgz").replace("_1.0_all", "_1.1_all")
        self.lines[at] = line.replace("COPY node_modules/", "COPY newer/node_modules/")

    def _upgrade(self, action: Any) -> None:
        at = action["dockerfileLine"] - 1
        self.lines[at] += "\n" + action["command"]

    def _trim(self, action: Any) -> None:
        at = action["dockerfileLine"] - 1
        self.lines[at] = self.lines[at].replace("install ", f"install {action['command']} ")

    def _drop(self, action: Any) -> None:
        name = re.match(r"Drop (\S+)", action["text"])
        others = re.search(r"from lines? ([\d, ]+)$", action["text"])
        assert name
        places = [action["dockerfileLine"], *(map(int, others[1].split(",")) if others else ())]
        for place in places:
            line, word = self.lines[place - 1], rf"\s(?:/\S*/)?{name[1]}(?:_\S+\.deb)?(?=[\s;]|$)"
            assert re.search(word, line), f"line {place} does not name {name[1]}"
            self.lines[place - 1] = re.sub(word, "", line)


def _issues(found: Any) -> set[tuple[str, str]]:
    parts = [*found["remains"], *({"issues": one["clears"]} for one in found["actions"])]
    return {(one["id"], one["source"]) for part in parts for one in part["issues"]}


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_each_prefix_of_the_actions_leaves_what_was_told(scene: Scene, world: World) -> None:
    number = SCENES.index(scene)
    catalog = _catalog(world, scene, number) if scene.known else None
    dockerfile = world.folder / f"Dockerfile.{number}"
    started = f"{world.repository}:{scene.start}"
    dockerfile.write_text(_text(scene.lines, started))
    found = world.ask(f"docker:{_tag(number, 'start')}", "-f", dockerfile, catalog=catalog)
    kinds = [one["kind"] for one in found["actions"]]
    assert set(scene.kinds) <= set(kinds)
    assert not [one["text"] for one in found["actions"] if any(word in one["text"] for word in scene.never)]
    state = {(one["id"], one["source"]) for part in found["remains"] for one in part["issues"]}
    expected = []
    for action in reversed(found["actions"]):
        expected.append(state)
        state = (state - _keys(action["adds"])) | _keys(action["clears"])
    assert len(state) == found["issues"]
    moved = {f"{world.repository}:{tag}": world.bases[name] for name, tags in scene.bases.items() for tag in tags}
    first = {started: world.bases[next(iter(scene.bases))]}
    build = _Build(dockerfile.read_text().splitlines(), moved | first, moved)
    for step, (action, told) in enumerate(zip(found["actions"], reversed(expected), strict=True)):
        build.do(action)
        image = world.build(build.text(), _tag(number, str(step)), *build.options)
        seen = _issues(world.ask(f"docker:{image}"))
        assert seen == told, f"after {action['text']}\n{build.text()}"
        assert len(seen) == action["after"]


def _keys(issues: Any) -> set[tuple[str, str]]:
    return {(one["id"], one["source"]) for one in issues}


LEAN = "what is only recommended, on one of two lines"
FIXED = (
    # the scene, what is asked for, and what its Dockerfile then has
    (LEAN, ("--only", "lint"), " install --no-install-recommends -qq -y law-zeta\n"),
    (LEAN, ("--only", "packages", "--drop", "law-zeta"), ""),
    ("two lines ask for one package", ("--drop", "law-delta"), " -y law-beta\n"),
    ("two lines ask for one package", ("--only", "rebuild"), ""),
    ("an old base, and a newer tag", (), ":1.0.1-bookworm\n"),
    ("one source in base and line", (), "apt-get upgrade -y"),
    ("pins that exclude each other", (), "law-one==1.1 law-two==1.1"),
)


@pytest.mark.parametrize(("name", "asked", "written"), FIXED)
def test_changes_of_files_do_what_the_actions_tell(
    name: str, asked: tuple[str, ...], written: str, world: World
) -> None:
    number = next(at for at, one in enumerate(SCENES) if one.name == name)
    scene = SCENES[number]
    catalog = _catalog(world, scene, number)
    dockerfile = world.folder / f"fixed.{FIXED.index((name, asked, written))}"
    dockerfile.write_text(_text(scene.lines, f"{world.repository}:{scene.start}"))
    before = dockerfile.read_text()
    words = (f"docker:{_tag(number, 'start')}", "-f", dockerfile, "--context", world.context, "--offline", "--json")
    built = ("--prove", "--build-option=--network=host", "--apply")
    env = {"DOCKER_HOST": world.docker.host, "GARBOARD_CATALOG": str(catalog)}
    ended = world.garboard.run("fix", *words, *built, *asked, env=env)
    proof = ended.json["proof"]
    assert proof, ended.out
    assert proof["failure"] == "", proof
    assert proof["before"]["predicted"] == proof["before"]["found"]
    if written:
        assert proof["after"]["predicted"] == proof["after"]["found"] < ended.json["issues"]
    assert written in dockerfile.read_text()
    assert (dockerfile.read_text() != before) == bool(written)


def test_of_a_from_that_was_edited_since_nothing_is_told_but_to_rebuild(world: World) -> None:
    number = next(at for at, scene in enumerate(SCENES) if scene.name == "another release")
    catalog = _catalog(world, SCENES[number], number)
    dockerfile = world.folder / "Dockerfile.edited"
    dockerfile.write_text(_text(SCENES[number].lines, f"{world.repository}:1.0.0-trixie"))
    found = world.ask(f"docker:{_tag(number, 'start')}", "-f", dockerfile, catalog=catalog)
    (action,) = found["actions"]
    assert action["text"].startswith(f"Rebuild first: FROM now says {world.repository}:1.0.0-trixie")
    assert (action["dockerfileLine"], action["foreseen"]) == (None, False)
    assert found["remaining"] == found["issues"] > 0
