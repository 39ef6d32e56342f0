"""The image under test: built by BuildKit upon a Debian root, with what really happens to images, and asked for the truth.

The truth is what the image's own tools say: dpkg-query, pip, and the folders of node_modules.
"""

from __future__ import annotations

import configparser
import datetime as dt
import fcntl
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.running import run

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "garboard-e2e"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
DOCKERFILE = """\
ARG BASE
FROM ${BASE}
ENV DEBIAN_FRONTEND=noninteractive PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
COPY trust/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY trust/pip.conf /etc/pip.conf
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends git nano jq && rm -rf /var/lib/apt/lists/*
RUN apt-get remove -y -qq nano jq
RUN python3 -m venv /opt/venv && /opt/venv/bin/pip install -q six==1.15.0 idna==3.6
RUN /opt/venv/bin/pip --python /usr/bin/python3 install -q --break-system-packages urllib3==1.26.17
COPY app /srv/app
COPY debs /debs
RUN dpkg -i /debs/garboard-demo_1.0_all.deb
RUN /opt/venv/bin/pip install -q six==1.16.0
RUN dpkg -i /debs/garboard-demo_1.1_all.deb && rm -rf /srv/app/node_modules/is-number
COPY trust/motd /etc/motd
COPY trust/motd /etc/motd
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends jq && rm -rf /var/lib/apt/lists/*
LABEL org.example.made=here
CMD ["python3"]
"""
MODULES = ("minimist@1.2.5", "is-number@7.0.0", "semver@7.5.1")

Fact = tuple[str, str, str]
"""A package: type, name, version."""


@dataclass(frozen=True)
class Docker:
    """An engine: where it is, and the client's settings, which are made for it."""

    host: str
    config: Path

    @property
    def env(self) -> dict[str, str]:
        return {"DOCKER_HOST": self.host, "DOCKER_CONFIG": str(self.config), "DOCKER_BUILDKIT": "1"}

    def __call__(self, *words: str | Path, stdin: bytes = b"") -> str:
        try:
            return run("docker", *words, env=self.env, stdin=stdin)
        except AssertionError as error:
            if "layer does not exist" in str(error):  # the builds' cache names one that went with an image
                run("docker", "builder", "prune", "--all", "--force", env=self.env)
            elif "OCI runtime create failed" not in str(error):  # of a loaded machine; nothing ran then
                raise
            return run("docker", *words, env=self.env, stdin=stdin)

    def has(self, image: str) -> bool:
        return bool(self("images", "--quiet", image).strip())


def own_tag(name: str) -> str:
    """A tag of this test process: several share the engines, and two builds of one Dockerfile may differ."""
    return f"localhost/garboard-e2e:{name}-{os.getpid()}"


def debian_root() -> Path:
    """A bookworm root made today, as a tar: kept until tomorrow, when Debian may have newer packages."""
    CACHE.mkdir(parents=True, exist_ok=True)
    path = CACHE / f"bookworm-{dt.datetime.now(dt.UTC).date()}.tar"
    with (CACHE / "root.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one of several test processes makes it
        _make_root(path)
    return path


def _make_root(path: Path) -> None:
    if not path.exists():
        for old in CACHE.glob("bookworm-*.tar"):
            old.unlink()
        made = CACHE / f"new-{os.getpid()}.tar"
        slim = [f"--dpkgopt=path-exclude=/usr/share/{folder}/*" for folder in ("man", "locale", "info")]
        include = "--include=python3-venv,ca-certificates"
        run("mmdebstrap", "--quiet", "--variant=minbase", include, *slim, "bookworm", made)
        made.replace(path)


def import_base(docker: Docker, root: Path) -> str:
    """The root as an image. Imported anew only if it is not there: builds upon it are then taken from their cache."""
    name = f"localhost/garboard-base:{root.stem.removeprefix('bookworm-')}"
    if not docker.has(name):
        docker("import", "-c", 'CMD ["bash"]', root, name)
    return name


def write_context(folder: Path) -> Path:
    """All that the Dockerfile copies: the machine's certificates and package index settings, an application, .deb files."""
    trust = folder / "trust"
    trust.mkdir(parents=True)
    shutil.copyfile(CERTIFICATES, trust / "ca-certificates.crt")
    (trust / "motd").write_text("The same file twice is the same layer twice.\n")
    (trust / "pip.conf").write_text(_pip_settings())
    app = folder / "app"
    app.mkdir()
    (app / "package.json").write_text(json.dumps({"name": "app", "version": "1.0.0"}))
    run("npm", "install", "--no-audit", "--no-fund", "--silent", *MODULES, cwd=app)
    for version in ("1.0", "1.1"):
        _deb(folder, version)
    # Times are part of layers: the same context is the same image for as long as the base is the same.
    for path in sorted(folder.rglob("*")):
        os.utime(path, (0, 0), follow_symlinks=False)
    return folder


def _pip_settings() -> str:
    settings = configparser.ConfigParser(interpolation=None)
    settings.read("/etc/pip.conf")
    chosen = {key: os.environ.get(f"PIP_{key.upper().replace('-', '_')}") for key in ("index-url", "trusted-host")}
    chosen["cert"] = str(CERTIFICATES)
    settings.read_dict({"global": {key: value for key, value in chosen.items() if value}})
    lines = [f"[{section}]\n" + "".join(f"{k} = {v}\n" for k, v in settings[section].items()) for section in settings]
    return "\n".join(line for line in lines if line != "[DEFAULT]\n")


def _deb(folder: Path, version: str) -> None:
    tree = folder.with_name(f"{folder.name}-deb-{version}")
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN/control").write_text(
        f"Package: garboard-demo\nVersion: {version}\nArchitecture: all\nSource: garboard-source (3.{version})\n"
        "Maintainer: Nobody <nobody@example.org>\nDescription: a package of the tests\n"
    )
    debs = folder / "debs"
    debs.mkdir(exist_ok=True)
    run("dpkg-deb", "--root-owner-group", "--build", tree, debs / f"garboard-demo_{version}_all.deb")


def build(docker: Docker, context: Path, dockerfile: str, base: str, tag: str) -> str:
    """Build as a user does."""
    proxies = [name for name in ("http_proxy", "https_proxy", "no_proxy") if os.environ.get(name)]
    passed = [word for name in proxies for word in ("--build-arg", name)]
    words = ("build", "--network", "host", "--build-arg", f"BASE={base}", *passed, "-t", tag, "-f", "-", context)
    docker(*words, stdin=dockerfile.encode())
    return tag


def prefixes(dockerfile: str) -> list[str]:
    """The Dockerfile up to each of its instructions that makes a layer."""
    lines = dockerfile.splitlines(keepends=True)
    return ["".join(lines[: at + 1]) for at, line in enumerate(lines) if line.startswith(("FROM", "RUN", "COPY"))]


def layers(docker: Docker, image: str) -> list[str]:
    found = json.loads(docker("image", "inspect", "--format", "{{json .RootFS.Layers}}", image))
    assert isinstance(found, list)
    return found


TRUTH = r"""
dpkg-query -W -f '${Package} ${Version} ${Architecture} ${db:Status-Status}\n'
echo --
if [ -x /opt/venv/bin/pip ]; then
  /opt/venv/bin/pip list --format json; echo
  /opt/venv/bin/pip --python /usr/bin/python3 list --format json; echo
fi
echo --
find / -xdev -path '*/node_modules/*' -name package.json
"""


@dataclass(frozen=True)
class Truth:
    """What the image's own tools say is there: dpkg's rows, and (type, name, version) of the rest."""

    dpkg: frozenset[tuple[str, str, str, str]]
    pip: frozenset[Fact]
    npm: frozenset[str]
    """Paths of package.json."""

    @property
    def debs(self) -> frozenset[tuple[str, str, str]]:
        """(name, version, architecture) of what is installed."""
        return frozenset(row[:3] for row in self.dpkg if row[3] == "installed")


def ask(docker: Docker, image: str) -> Truth:
    """Start the image, without a network, and ask."""
    said = docker("run", "--rm", "--network", "none", image, "sh", "-c", TRUTH)
    dpkg, pip, npm = said.split("--\n")
    rows = frozenset(tuple(line.split(" ")) for line in dpkg.splitlines())
    distributions = [entry for line in pip.splitlines() if line for entry in json.loads(line)]
    return Truth(
        dpkg=frozenset(row for row in rows if len(row) == 4),
        pip=frozenset(("pypi", _normalized(entry["name"]), entry["version"]) for entry in distributions),
        npm=frozenset(path.removeprefix("/") for path in npm.splitlines()),
    )


def _normalized(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


def sources(docker: Docker, image: str) -> dict[str, tuple[str, str]]:
    """Of each installed package: its source's name and version."""
    form = r"${db:Status-Status} ${Package} ${source:Package} ${source:Version}\n"
    said = docker("run", "--rm", "--network", "none", image, "dpkg-query", "-W", "-f", form)
    rows = (line.split(" ") for line in said.splitlines())
    return {name: (source, version) for status, name, source, version in rows if status == "installed"}
