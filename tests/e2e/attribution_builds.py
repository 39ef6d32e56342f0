"""Dockerfiles whose truth is known: builds that need no network, upon a small archive of Debian packages made here.

The truth is not read from layers or histories: each Dockerfile is built anew up to each of its instructions, and every
such image is asked by its own tools which packages it holds.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import zipfile
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.building import Docker
from tests.e2e.running import run

DEBS = (
    # name, version, depends, source
    ("alpha", "1.0", "", ""),
    ("beta", "1.0", "gamma", ""),
    ("gamma", "1.0", "", ""),
    ("delta", "1.0", "", ""),
    ("delta", "2.0", "", ""),
    ("omega", "1.0", "libomega", ""),
    ("libomega", "1.0", "", "omega"),
    ("omega-tools", "1.0", "libomega", "omega"),
    ("libbase1", "1.0", "", "basesource"),
    ("git", "1:2.0-1", "libbase1, git-man, libcurl9", ""),
    ("git-man", "1:2.0-1", "", "git"),
    ("libgit2-dev", "1.5-1", "libgit2", "libgit2"),
    ("libgit2", "1.5-1", "", ""),
    ("libcurl9", "7.0-1", "", "curl9"),
    ("vim", "2:9.0", "vim-runtime", ""),
    ("vim-runtime", "2:9.0", "", "vim"),
)
WHEELS = (("fakesix", "1.0"), ("fakesix", "1.1"), ("fakeidna", "3.0"))
MODULES = (("left", "1.0.0"), ("right", "2.0.0"))
BASE_PACKAGES = "delta=1.0 libomega=1.0 libbase1=1.0"


def write_context(folder: Path) -> Path:
    """What the builds copy: a flat archive, wheels, an application with its node_modules, a tar with a package."""
    debs = folder / "debs"
    debs.mkdir(parents=True)
    index = [_deb(folder.with_name(f"{folder.name}-trees"), debs, *row) for row in DEBS]
    (debs / "Packages").write_text("\n".join(index))
    (folder / "sources.list").write_text("deb [trusted=yes] file:/debs ./\n")
    (folder / "wheels").mkdir()
    for name, version in WHEELS:
        _wheel(folder / "wheels", name, version)
    for name, version in MODULES:
        path = folder / "app/node_modules" / name / "package.json"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps({"name": name, "version": version}))
    (folder / "app/package.json").write_text(json.dumps({"name": "app", "version": "0.0.1"}))
    (folder / "app/main.js").write_text("// nothing\n")
    _date(folder)
    run("tar", "-C", folder / "app", "-czf", folder / "modules.tar.gz", "node_modules/left")
    _date(folder)
    return folder


def _date(folder: Path) -> None:
    """Times are part of layers: what is made again is the same, and builds are taken from their cache."""
    for path in (folder, *folder.rglob("*")):
        os.utime(path, (0, 0))


def _deb(trees: Path, debs: Path, name: str, version: str, depends: str, source: str) -> str:
    file = f"{name}_{version.replace(':', '%3a')}_all.deb"
    tree = trees / file
    (tree / "DEBIAN").mkdir(parents=True)
    rows = {
        "Package": name,
        "Version": version,
        "Architecture": "all",
        "Maintainer": "Nobody <nobody@example.org>",
        "Source": source,
        "Depends": depends,
        "Description": "a package of the tests",
    }
    control = "".join(f"{key}: {value}\n" for key, value in rows.items() if value)
    (tree / "DEBIAN/control").write_text(control)
    (tree / "usr/share/of-the-tests").mkdir(parents=True)
    (tree / "usr/share/of-the-tests" / name).write_text(version)
    _date(tree)
    epoch = {"SOURCE_DATE_EPOCH": "0"}
    run("dpkg-deb", "-Znone", "--root-owner-group", "--build", tree, debs / file, env=epoch)
    data = (debs / file).read_bytes()
    return f"{control}Filename: ./{file}\nSize: {len(data)}\nSHA256: {hashlib.sha256(data).hexdigest()}\n"


def _wheel(folder: Path, name: str, version: str) -> None:
    info = f"{name}-{version}.dist-info"
    members = {
        f"{name}.py": "",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    members[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in (*members, f"{info}/RECORD"))
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as archive:
        for path, text in members.items():
            archive.writestr(zipfile.ZipInfo(path), text)


@dataclass(frozen=True)
class Case:
    """A Dockerfile by its instructions, each with the comments above it, and what is said to the builder.

    ``first`` is the FROM at which the stages begin whose layers are the image's own. ``asked``: of some packages the
    command within the instruction that brought them.
    """

    name: str
    instructions: tuple[str, ...]
    first: int = 0
    options: tuple[str, ...] = ()
    base: str = "base"
    asked: Mapping[str, str] = field(default_factory=dict)
    scan: tuple[str, ...] = ()
    builders: tuple[str, ...] = ("buildkit",)

    def text(self, base: str, upto: int | None = None) -> str:
        return "".join(self.instructions[:upto]).replace("{base}", base)

    def line(self, at: int) -> int:
        """Where an instruction begins: comments and empty lines above it are not its own."""
        above = "".join(self.instructions[:at]).count("\n")
        for number, line in enumerate(self.instructions[at].splitlines(), 1):
            if line.strip() and not line.lstrip().startswith("#"):
                return above + number
        raise AssertionError(self.instructions[at])

    def steps(self) -> list[int]:
        """The instructions after which packages may be others."""
        changing = re.compile(r"^(?:[ \t]*#.*\n|\s*\n)*[ \t]*(?:FROM|RUN|COPY|ADD)\s", re.IGNORECASE)
        return [
            at for at, text in enumerate(self.instructions) if at >= self.first and changing.match(text)
        ]  # fmt: skip


def _case(name: str, *instructions: str, **more: object) -> Case:
    return Case(name, tuple(one if one.endswith("\n") else f"{one}\n" for one in instructions), **more)  # type: ignore[arg-type]


INSTALL = "apt-get update -qq && apt-get install -y -qq"
CLEAN = "rm -rf /var/lib/apt/lists/*"
CASES = (
    _case(
        "plain",
        "FROM {base}",
        f"RUN apt-get update && apt-get install -y beta && {CLEAN}",
        "WORKDIR /srv/app",
        "COPY app/package.json .",
        "COPY app .",
        f"RUN {INSTALL} alpha omega-tools && {CLEAN}",
        'CMD ["node", "main.js"]',
        asked={
            "beta": "apt-get install -y beta",
            "gamma": "apt-get install -y beta",
            "alpha": "apt-get install -y -qq alpha omega-tools",
        },
        builders=("buildkit", "classic", "buildah-layers"),
    ),
    _case(
        "comments",
        "# syntax is nobody's\n# a comment\n\nfrom {base}",
        "env A=1 \\\n    # between\n    B=2",
        "# above\nrun apt-get update -qq && \\\n"
        "  # inside\n  apt-get install -y -qq \\\n    alpha \\\n\n    gamma && \\\n  rm -rf /var/lib/apt/lists/*",
        "  copy   app/node_modules/left \\\n    /srv/node_modules/left/",
        'run [ "dpkg", "-i", "/debs/delta_2.0_all.deb" ]',
        'cmd ["sh"]',
        builders=("buildkit", "classic"),
    ),
    _case(
        "stages",
        "FROM {base} AS Build",
        f"RUN {INSTALL} git && {CLEAN}",
        "COPY wheels /wheels",
        "RUN python3 -m venv /opt/venv && /opt/venv/bin/pip install -q --no-index /wheels/fakeidna-3.0-py3-none-any.whl",
        "COPY app /build/app",
        "FROM {base}",
        f"RUN {INSTALL} alpha && {CLEAN}",
        "COPY --from=build /opt/venv /opt/venv",
        "COPY --from=build /build/app/node_modules /srv/node_modules",
        f"RUN {INSTALL} beta && {CLEAN}",
        first=5,
    ),
    _case(
        "lineage",
        "FROM {base} AS common",
        f"RUN {INSTALL} alpha && {CLEAN}",
        "FROM common AS unused",
        f"RUN {INSTALL} git && {CLEAN}",
        "FROM common AS final",
        f"RUN {INSTALL} beta && {CLEAN}",
        "COPY app /srv",
        builders=("buildkit",),
    ),
    _case(
        "heredocs",
        "FROM {base}",
        "RUN <<EOF\napt-get update -qq\napt-get install -y -qq beta\nrm -rf /var/lib/apt/lists/*\nEOF",
        "COPY <<one <<two /srv/\nRUN dpkg -i /debs/alpha_1.0_all.deb\none\nnothing\ntwo",
        "RUN <<'A' bash -e && dpkg -i /debs/alpha_1.0_all.deb\ndpkg -i /debs/delta_2.0_all.deb\nA",
        "RUN <<SCRIPT\n#!/usr/bin/env python3\nimport subprocess\n"
        'subprocess.check_call(["dpkg", "-i", "/debs/vim-runtime_2%3a9.0_all.deb"])\nSCRIPT',
    ),
    _case(
        "arguments",
        "ARG NAME=nowhere.invalid/none",
        "ARG TAG",
        "FROM ${NAME}:${TAG:-latest}",
        "ARG WANTED=gamma",
        "ARG MORE",
        f"RUN {INSTALL} $WANTED && {CLEAN}",
        f"RUN {INSTALL} ${{MORE}} && {CLEAN}",
        first=2,
        options=("NAME={name}", "TAG={tag}", "MORE=beta"),
        builders=("buildkit", "classic", "buildah-layers"),
    ),
    _case(
        "changes",
        "FROM {base}",
        f"RUN {INSTALL} alpha beta && {CLEAN}",
        f"RUN {INSTALL} delta && {CLEAN}",
        "RUN apt-get purge -y -qq alpha",
        f"RUN {INSTALL} omega && {CLEAN}",
        f"RUN {INSTALL} alpha && {CLEAN}",
        "RUN apt-get remove -y -qq omega && dpkg -i /debs/delta_1.0_all.deb",
        "RUN dpkg -i /debs/delta_2.0_all.deb",
        builders=("buildkit", "buildah-layers"),
    ),
    _case(
        "languages",
        "FROM {base}",
        "COPY wheels /wheels",
        "RUN python3 -m venv /opt/venv",
        "RUN /opt/venv/bin/pip install -q --no-index /wheels/fakesix-1.0-py3-none-any.whl /wheels/fakeidna-3.0-py3-none-any.whl",
        "RUN /opt/venv/bin/pip install -q --no-index /wheels/fakesix-1.1-py3-none-any.whl && rm -rf /wheels",
        "COPY app/node_modules/left /srv/node_modules/left",
        "COPY --chown=1000:1000 app/node_modules/right /srv/node_modules/right",
        "RUN rm -rf /srv/node_modules/left",
        "COPY app /other",
    ),
    _case(
        "onbuild",
        "FROM {base}",
        f"RUN {INSTALL} beta && {CLEAN}",
        "COPY app /srv/own",
        base="onbuild",
        builders=("buildkit", "classic"),
    ),
    _case(
        "epoch",
        "FROM {base}",
        f"RUN {INSTALL} beta && {CLEAN}",
        "COPY app /srv/app",
        f"RUN {INSTALL} alpha && {CLEAN}",
        options=("SOURCE_DATE_EPOCH=1000000000",),
    ),
    _case(
        "settings",
        "FROM --platform=linux/amd64 {base}",
        'MAINTAINER nobody "n@example.org"',
        'LABEL a="b c" \\\n  d=e',
        'SHELL ["/bin/bash", "-o", "pipefail", "-c"]',
        "ENV DEBIAN_FRONTEND=noninteractive WHAT=alpha",
        "VOLUME /data",
        "EXPOSE 80/tcp 443",
        f"RUN {INSTALL} ${{WHAT}} | cat && {CLEAN}",
        "USER 1000:1000",
        "WORKDIR /srv/made/here",
        "RUN true",
        "USER root",
        "STOPSIGNAL SIGTERM",
        "HEALTHCHECK CMD true",
        f"RUN apt-get -qq update; apt-get -qq -o Dpkg::Use-Pty=0 install gamma -y && {CLEAN}",
        'ENTRYPOINT ["sh", "-c"]',
        builders=("buildkit", "classic", "buildah-layers"),
    ),
    _case(
        "mounts",
        "FROM {base} AS archive",
        "RUN mkdir -p /out && cp /debs/alpha_1.0_all.deb /debs/beta_1.0_all.deb /debs/gamma_1.0_all.deb /out",
        "FROM {base}",
        "RUN --mount=type=bind,from=archive,source=/out,target=/mnt --mount=type=cache,target=/var/cache/apt \\\n"
        "  apt-get install -y -qq /mnt/beta_1.0_all.deb /mnt/gamma_1.0_all.deb",
        "RUN --mount=type=bind,source=debs,target=/mnt dpkg -i /mnt/alpha_1.0_all.deb",
        "RUN --network=none --mount=type=tmpfs,target=/scratch true",
        first=2,
    ),
    _case(
        "twice",
        "FROM {base}",
        f"RUN {INSTALL} alpha && {CLEAN}",
        "COPY app /srv/app",
        "RUN apt-get purge -y -qq alpha",
        "COPY app /srv/app",
        f"RUN {INSTALL} alpha && {CLEAN}",
        "RUN chown -R 1000:1000 /srv/app",
        "RUN true",
        "RUN true",
        builders=("buildkit", "classic"),
    ),
    _case(
        "scratch",
        "FROM {base} AS build",
        f"RUN {INSTALL} beta && {CLEAN}",
        "FROM scratch",
        "COPY --from=build / /",
        "RUN dpkg -i /debs/alpha_1.0_all.deb",
        first=2,
    ),
    _case(
        "escape",
        "# escape=`\r\n\r\nFROM {base}\r",
        "RUN apt-get update -qq && `\r\n  apt-get install -y -qq `\r\n    alpha\r",
        "ADD modules.tar.gz /srv/\r",
        "COPY --link app/node_modules/r* /other/node_modules/right/\r",
        "COPY --from={base} /debs/vim-runtime_2%3a9.0_all.deb /x.deb\r",
        "RUN \t dpkg  -i   /x.deb\t\r",
    ),
    _case(
        "target",
        "FROM {base} AS first",
        f"RUN {INSTALL} alpha && {CLEAN}",
        "FROM first AS wanted",
        f"RUN {INSTALL} beta && {CLEAN}",
        scan=("--target", "wanted"),
    ),
)  # fmt: skip
"""What comes after the target of the last case is added when it is scanned: its prefixes are the builds."""
AFTER_TARGET = f"FROM first AS later\nRUN {INSTALL} git && {CLEAN}\n"

BASE = f"""\
FROM {{root}}
COPY debs /debs
COPY sources.list /etc/apt/sources.list
RUN echo force-unsafe-io > /etc/dpkg/dpkg.cfg.d/fast && rm -f /etc/apt/apt.conf.d/70debconf
RUN {INSTALL} {BASE_PACKAGES} && {CLEAN}
"""
ONBUILD = f"FROM {{base}}\nONBUILD COPY app /srv/app\nONBUILD RUN {INSTALL} alpha && {CLEAN}\n"

Fact = tuple[str, str, str]
"""A package: type, name, version."""
Row = tuple[str, str, str, str]
"""The same with its path, which is empty for what dpkg installed."""

ASK = r"""
dpkg-query -W -f '${db:Status-Status} ${Package} ${Version}\n' | sed -n 's/^installed /deb /p'
for folder in $(find / -xdev -name '*.dist-info' -type d); do
  echo "pypi $(sed -n 's/^Name: //p;s/^Version: //p' "$folder/METADATA" | head -n 2 | tr '\n' ' ') $folder"
done
for file in $(find / -xdev -path '*/node_modules/*/package.json'); do
  echo "npm $(sed 's/[{}",:]/ /g' "$file" | awk '{print $2, $4}') $file"
done
"""


class Builder:
    """One engine's builds of a context."""

    def __init__(self, docker: Docker, context: Path) -> None:
        self._docker = docker
        self._context = context
        self._tags = 0

    def build(self, dockerfile: str, tag: str, options: Iterable[str] = (), *, classic: bool = False) -> str:
        """Build with BuildKit or with the classic builder, never with a network."""
        arguments = [word for one in options for word in ("--build-arg", one)]
        env = {**self._docker.env, "DOCKER_BUILDKIT": "0" if classic else "1"}
        words = ("docker", "build", "--quiet", "--network", "none", *arguments, "-t", tag, "-f", "-", self._context)
        if classic:  # it takes either a Dockerfile or a folder from standard input
            file = self._context.with_name(f"{tag.rpartition('/')[2].replace(':', '-')}.Dockerfile")
            file.write_text(dockerfile)
            words = (*words[:-2], file, self._context)
        run(*words, env=env, stdin=dockerfile.encode())
        return tag

    def ask(self, image: str) -> set[Row]:
        said = self._docker("run", "--rm", "--network", "none", "--user", "0", "--entrypoint", "sh", image, "-c", ASK)
        rows = (line.split() for line in said.splitlines())
        return {(*row, "") if row[0] == "deb" else tuple(row) for row in rows}  # type: ignore[misc]


@dataclass(frozen=True)
class Truth:
    """Of each package, by type, name, version and path, the line that brought it in; 0 for the base image."""

    lines: Mapping[Row, int]

    def of(self, kind: str, name: str, version: str, paths: Iterable[str]) -> set[int]:
        """The lines that may be named: one, unless copies of a package came by several; none if there is no such package.

        A copy among another package's own files came with that one.
        """
        inside = tuple(paths)
        carried = [one.partition("/_vendor/")[0].rpartition("/") for one in inside if "/_vendor/" in one]
        if carried:  # by the folder beside which the carrier's own metadata lie
            return {
                line
                for key, line in self.lines.items()
                for folder, _, carrier in carried
                if key[:2] == (kind, carrier) and f"{key[3]}/".startswith(f"/{folder}/")
            }
        found = ((key[3], line) for key, line in self.lines.items() if key[:3] == (kind, name, version))
        return {line for path, line in found if not path or any(f"/{one}".startswith(path) for one in inside)}

    @property
    def facts(self) -> set[Fact]:
        return {key[:3] for key in self.lines}


def truth(case: Case, builder: Builder, base: str, options: Iterable[str] = ()) -> Truth:
    """Build every prefix, ask each, and find since when each package has been there without a break."""
    steps = case.steps()
    scratch = case.instructions[case.first].strip().upper() == "FROM SCRATCH"

    def held(at: int) -> set[Row]:
        tag = f"localhost/attribution-{case.name}:step{at}"
        return builder.ask(builder.build(case.text(base, at + 1), tag, options))

    asked = [at for at in steps if not (scratch and at == case.first)]
    with ThreadPoolExecutor(2) as pool:
        images = dict(zip(asked, pool.map(held, asked), strict=True))
    before = set() if scratch else builder.ask(base)
    since = dict.fromkeys(before, 0)
    for at in asked:
        since = {key: since.get(key, case.line(at)) for key in images[at]}
    return Truth(since)


def write_mirror(folder: Path, sources: Iterable[str], languages: Iterable[tuple[str, str]]) -> None:
    """Feeds in which each of these has one vulnerability that nobody has fixed, of high severity."""
    tracker = {
        source: {
            f"CVE-2024-{10000 + at}": {
                "description": f"Of the tests, in {source}",
                "releases": {"bookworm": {"status": "resolved", "fixed_version": "99:9", "urgency": "high"}},
            }
        }
        for at, source in enumerate(sorted(set(sources)))
    }
    zips: dict[str, dict[str, bytes]] = {"PyPI": {}, "npm": {}}
    for at, (ecosystem, name) in enumerate(sorted(set(languages))):
        record = {
            "schema_version": "1.7.0",
            "id": f"GHSA-attr-{at:04}-{at:04}",
            "aliases": [f"CVE-2024-{50000 + at}"],
            "modified": "2024-01-01T00:00:00Z",
            "summary": f"Of the tests, in {name}",
            "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"}],
            "affected": [
                {
                    "package": {"ecosystem": ecosystem, "name": name},
                    "ranges": [
                        {
                            "type": "SEMVER" if ecosystem == "npm" else "ECOSYSTEM",
                            "events": [{"introduced": "0"}, {"fixed": "999.0.0"}],
                        }
                    ],
                }
            ],
        }
        zips[ecosystem][f"{record['id']}.json"] = json.dumps(record).encode()
    kev = {"title": "", "catalogVersion": "2026.01.01", "dateReleased": "2026-01-01T00:00:00Z", "count": 0}
    epss = (
        "#model_version:v2025.03.14,score_date:2026-01-01T00:00:00+0000\ncve,epss,percentile\nCVE-2024-10000,0.5,0.9\n"
    )
    entry = {
        "id": "CVE-2024-49999",
        "published": "2024-01-01T00:00:00.000",
        "lastModified": "2024-01-01T00:00:00.000",
        "vulnStatus": "Analyzed",
        "descriptions": [{"lang": "en", "value": "Of nobody"}],
        "metrics": {},
    }
    nvd = {"format": "NVD_CVE", "version": "2.0", "vulnerabilities": [{"cve": entry}]}
    known = [{"cveID": "CVE-2024-49999", "dateAdded": "2026-01-01", "knownRansomwareCampaignUse": "Unknown"}]
    files = {
        "debian-tracker/tracker/data/json": json.dumps(tracker).encode(),
        "nvd/feeds/json/cve/2.0/nvdcve-2.0-2024.json.gz": gzip.compress(json.dumps(nvd).encode()),
        "kev/known_exploited_vulnerabilities.json": json.dumps({**kev, "count": 1, "vulnerabilities": known}).encode(),
        "epss/epss_scores-current.csv.gz": gzip.compress(epss.encode()),
        **{f"osv/{ecosystem}/all.zip": _zip(members) for ecosystem, members in zips.items()},
    }
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _zip(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return out.getvalue()
