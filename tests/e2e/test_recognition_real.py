"""Base images that real builders built on, recognised by their layers alone: never a wrong one.

The truth is what each image was built FROM, of the images that the catalogue has. What was built on an image that it does
not have is on the nearest one that it has, or on nothing that it knows.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import publishing
from tests.e2e.building import Docker
from tests.e2e.running import Garboard, run
from tests.e2e.serving import Registry, Storage

ROOT, MINI = "debian:bookworm-slim", "alpine:3.20.3"
PYTHON, OLDER = "python:3.12.4-slim-bookworm", "python:3.11.9-slim-bookworm"
NODE, NGINX, ENV, GOLDEN = "node:22.1.0-alpine3.20", "nginx:1.27.1-alpine3.20", "somebody/env:1", "golden/node:1"
BASES = {
    MINI: "FROM scratch\nADD alpine-minirootfs-3.20.3-x86_64.tar.gz /\nCMD ['/bin/sh']\n",
    PYTHON: f"FROM {ROOT}\nENV LANG=C.UTF-8\nCOPY common /opt/common\nRUN ln -s python3.12 /usr/local/bin/python\nCMD python3\n",
    OLDER: f"FROM {ROOT}\nENV LANG=C.UTF-8\nCOPY common /opt/common\nRUN ln -s python3.11 /usr/local/bin/python\nCMD python3\n",
    NODE: f"FROM {MINI}\nCOPY common /opt/common\nCOPY node /opt/node\n",
    NGINX: f"FROM {MINI}\nCOPY common /opt/common\nCOPY nginx /opt/nginx\n",
    ENV: f"FROM {MINI}\nENV MINE=1\n",
    GOLDEN: f"FROM {NODE}\nCOPY golden /etc/golden\n",
    "hidden/sibling:1": f"FROM {MINI}\nCOPY common /opt/common\nCOPY hidden /opt/hidden\n",
    "hidden/root:1": "FROM scratch\nCOPY hidden /hidden\n",
}
TAGS = {
    ROOT: ("12-slim", "bookworm-20260803-slim"),
    MINI: ("3.20", "3", "latest"),
    PYTHON: ("3.12-slim", "3.12-slim-bookworm", "slim"),
    NODE: ("22-alpine", "lts-alpine"),
}
FORMS = {
    "plain": "FROM {base}\nCOPY app /app\n",
    "metadata": "FROM {base}\nLABEL app={name}\n",
    "several": "FROM {base}\nENV X={name}\nCOPY app /app\nCOPY more /more\nCMD app\n",
    "stages": "FROM {other} AS build\nCOPY more /more\nFROM {base}\nCOPY --from=build /more /more\nCOPY app /app\n",
    "stage-on-stage": "FROM {base} AS first\nCOPY more /first\nFROM first\nCOPY app /app\n",
}


@dataclass(frozen=True)
class Built:
    """An image as a scan takes it, and what it was built on; empty for nothing that the catalogue has."""

    reference: str
    truth: str


def write_context(folder: Path) -> Path:
    folder.mkdir()
    for name in ("common", "node", "nginx", "golden", "hidden", "app", "more"):
        (folder / name).write_text(f"{name}\n")
    installed = (
        b"C:Q1\nP:musl\nV:1.2.5-r0\nA:x86_64\nL:MIT\n\nC:Q2\nP:busybox\nV:1.36.1-r29\nA:x86_64\nL:GPL-2.0-only\n\n"
    )
    release = b'ID=alpine\nVERSION_ID=3.20.3\nPRETTY_NAME="Alpine Linux v3.20"\n'
    root = publishing.tar({"etc/os-release": release, "lib/apk/db/installed": installed})
    (folder / "alpine-minirootfs-3.20.3-x86_64.tar.gz").write_bytes(root)
    return folder


class Making:
    """Builds bases and what stands on them."""

    def __init__(self, docker: Docker, context: Path, folder: Path) -> None:
        self._docker, self.context, self.folder = docker, context, folder
        self.names: set[str] = set()

    def build(self, name: str, dockerfile: str) -> str:
        self.names.add(name)
        self._docker(
            "build", "--quiet", "--network", "none", "-t", name, "-f", "-", self.context, stdin=dockerfile.encode()
        )
        return name

    def on(self, base: str, form: str) -> Built:
        other = NGINX if base != NGINX else NODE
        name = f"app/{base.replace(':', '-').replace('/', '-')}-{form}:1"
        return Built(f"docker:{self.build(name, FORMS[form].format(base=base, other=other, name=form))}", base)

    def saved(self, image: str) -> Path:
        """An image as an OCI layout."""
        path = self.folder / f"oci-{hashlib.sha256(image.encode()).hexdigest()[:8]}"
        if not path.exists():
            archive = path.with_suffix(".tar")
            self._docker("save", "-o", archive, image)
            run("skopeo", "--insecure-policy", "copy", "--quiet", f"docker-archive:{archive}", f"oci:{path}:x")
            archive.unlink()
        return path

    def flattened(self, image: str) -> Built:
        """All layers in one, by an export: nothing of its base is left."""
        container = self._docker("create", image, "x").strip()
        path = self.folder / "flat.tar"
        self._docker("export", "-o", path, container)
        self._docker("rm", container)
        self._docker("import", path, "app/flattened:1")
        self.names.add("app/flattened:1")
        return Built("docker:app/flattened:1", "")

    def changed(self, image: str, change: Any, name: str, truth: str) -> Built:
        """An image whose configuration and layers a tool wrote anew."""
        path = self.folder / name
        shutil.copytree(self.saved(image), path)
        layout = Layout(path)
        change(layout)
        layout.write()
        return Built(f"oci-dir:{path}", truth)


class Layout:
    """An OCI layout of one image, to be changed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.index = json.loads((path / "index.json").read_text())
        self.manifest = self.read(self.index["manifests"][0]["digest"])
        self.config = self.read(self.manifest["config"]["digest"])

    def read(self, digest: str) -> Any:
        return json.loads(self.blob(digest).read_bytes())

    def blob(self, digest: str) -> Path:
        return self.path / "blobs/sha256" / digest.removeprefix("sha256:")

    def put(self, document: Any) -> dict[str, Any]:
        data = json.dumps(document).encode()
        digest = publishing.sha256(data)
        self.blob(digest).write_bytes(data)
        return {"digest": digest, "size": len(data)}

    def write(self) -> None:
        self.manifest["config"].update(self.put(self.config))
        self.index["manifests"][0].update(self.put(self.manifest))
        (self.path / "index.json").write_text(json.dumps(self.index))

    def rebase(self, old: Layout, new: Layout) -> None:
        """Put what stands on ``old`` on ``new``, as tools for rebasing do."""
        count, said = len(old.manifest["layers"]), len(old.config["history"])
        for digest in (layer["digest"] for layer in new.manifest["layers"]):
            shutil.copyfile(new.blob(digest), self.blob(digest))
        self.manifest["layers"] = new.manifest["layers"] + self.manifest["layers"][count:]
        self.config["rootfs"]["diff_ids"] = new.config["rootfs"]["diff_ids"] + self.config["rootfs"]["diff_ids"][count:]
        self.config["history"] = new.config["history"] + self.config["history"][said:]


@pytest.fixture(scope="module")
def making(docker: Docker, base: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Making]:
    """Its images are gone from the engine afterwards: some have names of official ones."""
    folder = tmp_path_factory.mktemp("recognition")
    made = Making(docker, write_context(folder / "context"), folder)
    docker("tag", base, ROOT)
    for name, dockerfile in BASES.items():
        made.build(name, dockerfile)
    yield made
    docker("rmi", "--force", ROOT, *made.names)


@pytest.fixture(scope="module")
def catalog(making: Making, registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Synchronised from a registry that stands for Docker Hub; it has the bases but for the hidden ones."""
    repositories = []
    for name in (ROOT, *(one for one in BASES if not one.startswith("hidden/"))):
        repository, _, tag = name.partition(":")
        there = repository if "/" in repository else f"library/{repository}"
        repositories.append(repository)
        for one in (tag, *TAGS.get(name, ())):
            registry.push(f"oci:{making.saved(name)}:x", f"{there}:{one}")
    registry.push(f"oci:{making.saved(MINI)}:x", "aaa/dude:9.9.9")
    folder = tmp_path_factory.mktemp("catalogue")
    mirror = ("--mirror", f"docker.io={registry.host}", "--insecure", registry.host)
    garboard = Garboard(folder, folder / "db", {"DOCKER_CONFIG": str(registry.config)})
    path = folder / "catalogue.sqlite"
    ended = garboard.run("catalog", "sync", *dict.fromkeys(repositories), "aaa/dude", *mirror, "--catalog", path)
    assert ended.code == 0, ended.err
    assert "not read" not in ended.out
    return path


@pytest.fixture(scope="module")
def built(making: Making, catalog: Path, storage: Storage) -> list[Built]:
    images = [making.on(base, form) for base in (MINI, NODE, NGINX, ENV, GOLDEN) for form in FORMS]
    images += [making.on(base, form) for base in (ROOT, PYTHON, OLDER) for form in ("plain", "metadata", "stages")]
    run_line = f"FROM {PYTHON}\nRUN echo x > /x\nCOPY app /app\n"
    images.append(Built(f"docker:{making.build('app/run:1', run_line)}", PYTHON))
    # A line that stands in the cache as part of other bases too, and a base that nobody catalogued.
    images.append(
        Built(f"docker:{making.build('app/common:1', f'FROM {MINI}{chr(10)}COPY common /opt/common{chr(10)}')}", MINI)
    )
    sibling = making.on("hidden/sibling:1", "plain")
    images += [Built(sibling.reference, MINI), Built(making.on("hidden/root:1", "plain").reference, "")]
    images.append(making.flattened("app/node-22.1.0-alpine3.20-plain:1"))
    plain = "app/node-22.1.0-alpine3.20-plain:1"
    layouts = {name: Layout(making.saved(name)) for name in (NODE, NGINX)}
    images.append(making.changed(plain, lambda one: one.rebase(layouts[NODE], layouts[NGINX]), "rebased", NGINX))
    images.append(making.changed(plain, lambda one: one.config.pop("history"), "silent", NODE))
    images.append(making.changed(plain, lambda one: one.config.update(author="x"), "written-anew", NODE))
    images.append(Built(f"oci-dir:{making.saved('app/golden-node-1-several:1')}", GOLDEN))
    images += by_buildah(making, storage)
    return images


def by_buildah(making: Making, storage: Storage) -> list[Built]:
    """Another builder's image, and the same squashed: some versions of Buildah leave no layer of the base then."""
    base = storage.reference("localhost/mini:1")
    run("skopeo", "--insecure-policy", "copy", "--quiet", f"oci:{making.saved(MINI)}:x", base)
    dockerfile = making.folder / "Squashed"
    dockerfile.write_text("FROM localhost/mini:1\nCOPY app /app\nCOPY more /more\n")
    made = []
    for name, options in (("buildah", ()), ("squashed", ("--squash",))):
        build = (
            "bud",
            "--isolation",
            "chroot",
            *options,
            "--pull-never",
            "--quiet",
            "-f",
            dockerfile,
            "-t",
            f"localhost/{name}",
        )
        run("buildah", *storage.options, *build, making.context)
        path = making.folder / name
        run("buildah", *storage.options, "push", "--quiet", f"localhost/{name}", f"oci:{path}:x")
        made.append(Built(f"oci-dir:{path}", MINI if layers(path) > 1 else ""))
    return made


def layers(path: Path) -> int:
    return len(Layout(path).manifest["layers"])


@pytest.fixture(scope="module")
def reports(
    built: list[Built], catalog: Path, docker: Docker, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("scans")
    garboard = Garboard(folder, folder / "db", {"DOCKER_HOST": docker.host, "GARBOARD_CATALOGUE": str(catalog)})

    def scan(one: Built) -> dict[str, Any]:
        ended = garboard.run("scan", "--json", "--quiet", "--offline", one.reference)
        assert ended.code in {1, 3}, ended.err
        found = ended.json
        assert isinstance(found, dict)
        return found

    with ThreadPoolExecutor(2) as pool:
        return dict(zip((one.reference for one in built), pool.map(scan, built), strict=True))


def named(report: dict[str, Any]) -> str:
    """The base that a report is sure of."""
    attribution = report["attribution"]
    return attribution["baseImage"] if attribution["how"] == "exact" else ""


def test_precision(built: list[Built], reports: dict[str, dict[str, Any]]) -> None:
    assert len(built) >= 30
    told = {one.reference: (named(reports[one.reference]), one.truth) for one in built}
    wrong = {reference: pair for reference, pair in told.items() if pair[0] not in {"", _best(pair[1])}}
    known = [pair for pair in told.values() if pair[1]]
    recalled = sum(bool(found) for found, _ in known)
    print(f"{len(built)} images: {len(wrong)} wrong, {recalled} of {len(known)} that have a known base recognised")
    assert not wrong
    assert recalled == len(known)


def _best(name: str) -> str:
    """The newest specific tag of the image that a name means."""
    return {ROOT: "debian:bookworm-20260803-slim"}.get(name, name)


def test_lineages_go_down_to_the_root(built: list[Built], reports: dict[str, dict[str, Any]]) -> None:
    expected = {
        MINI: [MINI], NODE: [NODE, MINI], NGINX: [NGINX, MINI], ENV: [ENV, MINI], GOLDEN: [GOLDEN, NODE, MINI],
        ROOT: [_best(ROOT)], PYTHON: [PYTHON, _best(ROOT)], OLDER: [OLDER, _best(ROOT)], "": [],
    }  # fmt: skip
    for one in built:
        steps = reports[one.reference]["lineage"]
        images = [step["name"] for step in steps if step["kind"] == "image"]
        assert images == expected[one.truth], one.reference
        if steps:
            assert sum(step["layers"] for step in steps) == len(reports[one.reference]["docker"]["layers"])
            root = {MINI: "alpine-minirootfs 3.20.3", _best(ROOT): "docker import"}[images[-1]]
            assert (steps[-1]["kind"], steps[-1]["name"]) == ("root", root)


def test_a_retag_is_one_of_the_names(built: list[Built], reports: dict[str, dict[str, Any]]) -> None:
    """Never "based on somebody's" for what Alpine made."""
    report = reports["docker:app/alpine-3.20.3-plain:1"]
    (step,) = [step for step in report["lineage"] if step["kind"] == "image"]
    assert step["names"] == [
        "docker.io/library/alpine:3.20.3", "docker.io/library/alpine:3.20", "docker.io/library/alpine:3",
        "docker.io/library/alpine:latest", "docker.io/aaa/dude:9.9.9",
    ]  # fmt: skip
    assert step["fixedBy"] == "the maintainers of alpine"


def test_the_base_itself(docker: Docker, catalog: Path, making: Making, tmp_path: Path) -> None:
    garboard = Garboard(tmp_path, tmp_path / "db", {"DOCKER_HOST": docker.host, "GARBOARD_CATALOGUE": str(catalog)})
    ended = garboard.run("scan", "--json", "--quiet", "--offline", f"docker:{NODE}")
    assert [(step["kind"], step["name"]) for step in ended.json["lineage"]][:2] == [("image", NODE), ("image", MINI)]
    assert named(ended.json) == MINI


def test_a_dockerfile_needs_no_network(docker: Docker, catalog: Path, making: Making, tmp_path: Path) -> None:
    """The engine has forgotten the base's name, and the catalogue has not."""
    app = making.on(NODE, "several").reference
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_text(FORMS["several"].format(base="node:lts-alpine", name="several"))
    garboard = Garboard(tmp_path, tmp_path / "db", {"DOCKER_HOST": docker.host, "GARBOARD_CATALOGUE": str(catalog)})
    report = garboard.run("scan", "--json", "--quiet", "--offline", "-f", dockerfile, app).json
    assert named(report) == "node:lts-alpine"
    layers = report["attribution"]["layers"]
    assert [one["origin"] for one in layers] == ["base"] * 3 + ["dockerfile"] * 2
    assert [one["dockerfileLine"] for one in layers[3:]] == [3, 4]


def test_people_read_it(docker: Docker, catalog: Path, making: Making, tmp_path: Path) -> None:
    garboard = Garboard(tmp_path, tmp_path / "db", {"DOCKER_HOST": docker.host})
    for command in ("scan", "layers"):
        app = making.on(NODE, "plain").reference
        out = garboard.run(command, "--quiet", "--offline", "--catalog", catalog, app).out
        assert (
            "this image ← node:22.1.0-alpine3.20 ← alpine:3.20.3 ← root file system (alpine-minirootfs 3.20.3" in out
        ), out
        assert "the maintainers of node" in out
