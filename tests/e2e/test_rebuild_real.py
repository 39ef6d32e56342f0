"""What the mirrors offer, compared with the real apt on the same mirror; and what a rebuild would bring, on real images.

The roots are made of Debian's point release alone, and then name the security archive too: what that has published since
is what they lack.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from garboard.repositories.apt.changelog import entries, fixes
from tests.e2e import building, feeding
from tests.e2e import test_rpm_image_real as rpm_image
from tests.e2e.building import Docker
from tests.e2e.running import Garboard, run
from tests.e2e.serving import PASSWORD, USER, Registry

DEBIAN = "http://deb.debian.org"
TOOLS = ("mmdebstrap", "chroot", "apt-ftparchive", "gpg")
SOURCES = """\
Types: deb
URIs: {mirror}/debian
Suites: {suite} {suite}-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: {mirror}/debian-security
Suites: {suite}-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
"""
BACKPORTS = f"deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] {DEBIAN}/debian bookworm-backports main\n"


@pytest.fixture(scope="session")
def roots(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A root of a suite's point release, with sources for all that was published since."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing or os.geteuid() != 0:
        pytest.skip(f"package mirrors are NOT tested: root and {', '.join(TOOLS)} are needed; missing: {missing}")
    made: dict[str, Path] = {}
    folder = tmp_path_factory.mktemp("roots")

    def root(suite: str) -> Path:
        if suite not in made:
            there = folder / suite
            run("mmdebstrap", "--quiet", "--variant=apt", "--include=curl,git,openssl", suite, there,
                f"deb {DEBIAN}/debian {suite} main")  # fmt: skip
            (there / "etc/apt/sources.list").unlink(missing_ok=True)
            (there / "etc/apt/sources.list.d/debian.sources").write_text(SOURCES.format(mirror=DEBIAN, suite=suite))
            shutil.copyfile("/etc/resolv.conf", there / "etc/resolv.conf")
            run("chroot", there, "apt-get", "update", "-qq")
            made[suite] = there
        return made[suite]

    return root


@dataclass(frozen=True)
class Told:
    """What apt would do: (name, version) to install, and the names to remove."""

    installs: frozenset[tuple[str, str]]
    removes: frozenset[str]


def asked(root: Path) -> Told:
    """The real apt's answer, by its own look at the mirrors."""
    run("chroot", root, "apt-get", "update", "-qq")
    said = run("chroot", root, "apt-get", "--simulate", "dist-upgrade")
    installs = re.findall(r"^Inst (\S+?)(?::\w+)? (?:\[\S+\] )?\((\S+)", said, re.MULTILINE)
    removes = re.findall(r"^Remv (\S+)", said, re.MULTILINE)
    return Told(frozenset(installs), frozenset(removes))


def rebuilt(garboard: Garboard, *words: str | Path) -> Any:
    ended = garboard.run("rebuild", "--json", "--quiet", *words)
    assert ended.code in {0, 1, 3}, ended.err
    return ended.json


def offered(garboard: Garboard, *words: str | Path) -> Told:
    packages = rebuilt(garboard, *words)["packages"]
    return Told(
        frozenset((one["name"], one["version"]) for one in packages if one["standing"] == "upgrade"),
        frozenset(one["name"] for one in packages if one["reason"] == "an upgrade would remove it"),
    )


def prepared(root: Path, copy: Path, script: str, files: dict[str, str]) -> Path:
    """A copy that shares the files of the root: what is changed there must first go."""
    run("cp", "-al", root, copy)
    for name, text in files.items():
        (copy / name).unlink(missing_ok=True)
        (copy / name).write_text(text)
    if script:
        run("chroot", copy, "sh", "-ec", script)
    return copy


SECURITY_PIN = "Package: *\nPin: release l=Debian-Security\nPin-Priority: 50\n\nPackage: src:openssl\nPin: release l=Debian-Security\nPin-Priority: 990\n"
PIN = "Package: openssl libssl3\nPin: version {version}\nPin-Priority: 1001\n"
BACKPORTED = "Package: src:curl git*\nPin: release n=bookworm-backports\nPin-Priority: 500\n"
SCENES = {
    "bookworm": ("bookworm", "", {}),
    "trixie": ("trixie", "", {}),
    "held": ("bookworm", "apt-mark hold perl-base libssl3", {}),
    "held library": ("trixie", "apt-mark hold libcurl3t64-gnutls", {}),
    "pinned suite": ("bookworm", "", {"etc/apt/preferences.d/security": SECURITY_PIN}),
    "backports": (
        "bookworm",
        "",
        {"etc/apt/sources.list": BACKPORTS, "etc/apt/preferences": BACKPORTED},
    ),
    "target release": ("trixie", "", {"etc/apt/apt.conf.d/90target": 'APT { Default-Release "trixie"; };\n'}),
    "another release": (
        "bookworm",
        "",
        {"etc/apt/sources.list.d/debian.sources": SOURCES.format(mirror=DEBIAN, suite="trixie")},
    ),
}


@pytest.mark.parametrize("scene", SCENES)
def test_candidates_are_those_of_apt(scene, roots, tmp_path):
    suite, script, files = SCENES[scene]
    root = prepared(roots(suite), tmp_path / "root", script, files)
    truth = asked(root)
    assert offered(Garboard(tmp_path, tmp_path / "db"), "--db", tmp_path / "db", f"dir:{root}") == truth
    assert truth.installs or scene == "target release"


def test_a_version_pin_of_preferences(roots, tmp_path):
    version = run("chroot", roots("bookworm"), "dpkg-query", "-Wf", "${Version}", "openssl")
    files = {"etc/apt/preferences.d/openssl": PIN.format(version=version)}
    root = prepared(roots("bookworm"), tmp_path / "root", "", files)
    truth = asked(root)
    garboard = Garboard(tmp_path, tmp_path / "db")
    assert offered(garboard, f"dir:{root}") == truth
    kept = {one["name"]: one for one in rebuilt(garboard, f"dir:{root}")["packages"] if one["standing"] == "pinned"}
    assert kept.keys() <= {"openssl", "libssl3"}
    assert all("etc/apt/preferences.d/openssl" in one["reason"] for one in kept.values())


def test_a_scan_without_a_database(roots, tmp_path):
    garboard = Garboard(tmp_path, tmp_path / "none")
    ended = garboard.run("scan", "--from-mirror", "--json", f"dir:{roots('bookworm')}")
    assert ended.code == 1, ended.err
    found = ended.json["vulnerabilities"]
    upgraded = {
        one["name"]: one["version"]
        for one in rebuilt(Garboard(tmp_path, tmp_path / "db"), f"dir:{roots('bookworm')}")["packages"]
        if one["standing"] == "upgrade"
    }
    assert found
    for one in found:
        assert one["note"] == "fixable only, from the distribution's changelog"
        name = one["name"].rpartition("/")[2]
        assert name in upgraded
        fixed, installed = one.get("nearestFixedInVersion", ""), one["version"]
        assert (
            subprocess.run(["dpkg", "--compare-versions", fixed, "gt", installed], check=False).returncode == 0
            or "+b" in installed
        )
    # Every CVE stands in the changelog that the real package has, in an entry of that version.
    for source in sorted({one["packageName"] for one in found})[:3]:
        entry = next(one for one in found if one["packageName"] == source and one["id"].startswith("CVE-"))
        name = entry["name"].rpartition("/")[2]
        text = real_changelog(tmp_path / source, roots("bookworm"), name)
        start = text.index(f"({entry.get('nearestFixedInVersion', '')})")
        assert entry["id"] in text[start : text.index("\n -- ", start)]
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(("suite", "mark"), [("bookworm", "deb12"), ("trixie", "deb13")])
def test_changelogs_name_the_version_that_the_tracker_names(suite, mark, roots, shared):
    """Of every package of the root: what its updates within the release say that they fix, against Debian's own list."""
    tracker = json.loads((shared / "data/debian-tracker/tracker/data/json").read_bytes())
    said = run("chroot", roots(suite), "dpkg-query", "-Wf", "${Package} ${source:Package}\n")
    same, other = 0, []
    for name, source in dict((line.split()[::-1]) for line in said.splitlines()).items():
        doc = roots(suite) / "usr/share/doc" / source
        path = next((one for one in (doc / "changelog.Debian.gz", doc / "changelog.gz") if one.is_file()), None)
        if path is None:
            continue
        text = run("zcat", path)
        versions = [one.version for one in entries(text)]
        last = max((at for at, one in enumerate(versions) if mark in one), default=None)
        if last is None or last + 1 == len(versions):
            continue
        for cve, entry in fixes(text, versions[last + 1], versions[0])[0].items():
            told = tracker.get(name, {}).get(cve, {}).get("releases", {}).get(suite, {}).get("fixed_version")
            same += told == entry.version
            other += [(name, cve, entry.version, told)] if told not in {None, entry.version} else []
    assert same > 50
    assert len(other) <= same // 50, other


def real_changelog(folder: Path, root: Path, name: str) -> str:
    """As the package that apt downloads has it."""
    folder.mkdir()
    copy = prepared(root, folder / "root", f"cd /tmp && apt-get download -qq {name}", {})
    (deb,) = (copy / "tmp").glob("*.deb")
    run("dpkg-deb", "--extract", deb, folder / "out")
    doc = folder / "out/usr/share/doc" / name
    files = [doc / "changelog.Debian.gz", doc / "changelog.gz"]
    found = next(one for one in files if one.exists())
    return run("zcat", found)


# -- a mirror of our own


@dataclass(frozen=True)
class Local:
    """A Debian-like repository in a folder, signed with a key that was made for it."""

    folder: Path
    home: Path

    def gpg(self, *words: str | Path) -> str:
        return run(
            "gpg", "--homedir", self.home, "--batch", "--yes", "--pinentry-mode", "loopback", "--passphrase", "", *words
        )

    def publish(self, *versions: str) -> None:
        pool = self.folder / "debian/pool"
        pool.mkdir(parents=True, exist_ok=True)
        for version in versions:
            tree = self.folder / f"tree-{version}"
            doc = tree / "usr/share/doc/garboard-demo"
            doc.mkdir(parents=True)
            (tree / "DEBIAN").mkdir()
            (tree / "DEBIAN/control").write_text(
                f"Package: garboard-demo\nVersion: {version}\nArchitecture: all\nMaintainer: N <n@example.org>\nDescription: a test\n"
            )
            (doc / "changelog").write_text(
                f"garboard-demo ({version}) stable; urgency=low\n\n  * Fix CVE-2026-4242.\n\n -- N <n@example.org>  Thu, 15 Jan 2026 08:00:00 +0000\n\n"
                "garboard-demo (1.0) stable; urgency=low\n\n  * First.\n\n -- N <n@example.org>  Thu, 15 Jan 2025 08:00:00 +0000\n"
            )
            run("gzip", "-n9", doc / "changelog")
            run("dpkg-deb", "--root-owner-group", "--build", tree, pool / f"garboard-demo_{version}_all.deb")
        self.sign()

    def sign(self) -> None:
        root = self.folder / "debian"
        dist = root / "dists/stable"
        index = dist / "main/binary-amd64"
        index.mkdir(parents=True, exist_ok=True)
        (index / "Packages").write_text(run("apt-ftparchive", "packages", "pool", cwd=root))
        run("gzip", "-kf", index / "Packages")
        options = [f"-oAPT::FTPArchive::Release::{name}={value}" for name, value in
                   (("Suite", "stable"), ("Codename", "stable"), ("Architectures", "amd64"), ("Components", "main"))]  # fmt: skip
        for old in dist.glob("*Release*"):
            old.unlink()
        release = run("apt-ftparchive", *options, "release", dist)
        (dist / "Release").write_text(release)
        self.gpg("--clearsign", "-o", dist / "InRelease", dist / "Release")


@pytest.fixture
def local(tmp_path) -> Iterator[Local]:
    """The folder is short, for gpg's sockets."""
    home = Path(run("mktemp", "-d", "/tmp/gpg-XXXXXX").strip())
    home.chmod(0o700)
    mirror = Local(tmp_path / "mirror", home)
    mirror.gpg("--quick-gen-key", "Mirror <mirror@example.org>", "default", "default", "never")
    try:
        mirror.publish("1.1")
        yield mirror
    finally:
        subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=False)
        shutil.rmtree(home, ignore_errors=True)


def small_root(local: Local, folder: Path, *, foreign_key: bool = False) -> Path:
    """A root with nothing but dpkg's records, a source and a key."""
    status = "Package: garboard-demo\nStatus: install ok installed\nVersion: 1.0\nArchitecture: all\nMaintainer: N\n\n"
    dpkg = status.replace("garboard-demo", "dpkg").replace("Architecture: all", "Architecture: amd64")
    key = local.folder / "key.gpg"
    local.gpg("--output", key, "--export")
    if foreign_key:
        shutil.copyfile(next(Path("/usr/share/keyrings").glob("debian-archive-*-stable.gpg")), key)
    files = {
        "var/lib/dpkg/status": (status + dpkg).encode(),
        "etc/os-release": b'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n',
        "etc/apt/sources.list": b"deb [signed-by=/etc/apt/keyrings/k.gpg] http://deb.example/debian stable main\n",
        "etc/apt/keyrings/k.gpg": key.read_bytes(),
    }
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def scanned(local: Local, root: Path, tmp_path: Path, httpserver: Any) -> Any:
    return served(local.folder, root, tmp_path, httpserver)


def served(folder: Path, root: Path, tmp_path: Path, httpserver: Any) -> Any:
    """A scan by the mirror that is in a folder."""

    def answer(request: Any) -> Any:
        from werkzeug import Response

        path = folder / request.path.lstrip("/")
        return Response(path.read_bytes() if path.is_file() else b"", 200 if path.is_file() else 404)

    httpserver.expect_request(re.compile("/.*")).respond_with_handler(answer)
    mirror = httpserver.url_for("").rstrip("/")
    garboard = Garboard(tmp_path, tmp_path / "db")
    ended = garboard.run("scan", "--from-mirror", "--json", "--quiet", f"dir:{root}", "--package-mirror", mirror)
    return ended.code, ended.json


def test_a_mirror_that_gpg_signed(local, tmp_path, httpserver):
    code, report = scanned(local, small_root(local, tmp_path / "root"), tmp_path, httpserver)
    assert code == 1
    assert [(one["id"], one.get("nearestFixedInVersion", "")) for one in report["vulnerabilities"]] == [
        ("CVE-2026-4242", "1.1")
    ]


def spoiled_index(local: Local) -> None:
    path = local.folder / "debian/dists/stable/main/binary-amd64/Packages"
    path.write_text(path.read_text().replace("1.1", "1.2"))
    run("gzip", "-kf", path)


def spoiled_release(local: Local) -> None:
    path = local.folder / "debian/dists/stable/InRelease"
    path.write_text(path.read_text().replace("Suite: stable", "Suite: stabel"))


def unsigned(local: Local) -> None:
    (local.folder / "debian/dists/stable/InRelease").unlink()


@pytest.mark.parametrize("spoil", [spoiled_index, spoiled_release, unsigned])
def test_a_mirror_that_was_tampered_with(local, tmp_path, httpserver, spoil):
    spoil(local)
    code, report = scanned(local, small_root(local, tmp_path / "root"), tmp_path, httpserver)
    assert code == 3
    assert not report["vulnerabilities"]
    assert any("not used" in gap["reason"] or "was not read" in gap["reason"] for gap in report["gaps"])


def test_a_spoiled_package(local, tmp_path, httpserver):
    (deb,) = (local.folder / "debian/pool").glob("*.deb")
    deb.write_bytes(deb.read_bytes()[:-1] + b"x")
    code, report = scanned(local, small_root(local, tmp_path / "root"), tmp_path, httpserver)
    assert code == 3  # dpkg is not in this mirror, so only a part is covered
    assert any("SHA-256 digest differs" in gap["reason"] for gap in report["gaps"])


def test_a_key_that_the_image_does_not_trust(local, tmp_path, httpserver):
    code, report = scanned(local, small_root(local, tmp_path / "root", foreign_key=True), tmp_path, httpserver)
    assert code == 3
    assert any("not good" in gap["reason"] for gap in report["gaps"])


# -- a mirror of RPM packages

OLD = (("openssl-libs", 1, "3.0.7", "24.el9", "glibc"), ("glibc", 0, "2.34", "100.el9_4.2", "/bin/sh"))
NEW = (("openssl-libs", 1, "3.0.7", "27.el9", "glibc"), ("glibc", 0, "2.34", "100.el9_4.2", "/bin/sh"))
UPDATEINFO = """<updates><update from="x" type="security"><id>RLSA-2026:1</id><title>Important: openssl</title>
<references><reference id="CVE-2026-4343" type="cve"/></references><pkglist><collection>
<package name="openssl-libs" epoch="1" version="3.0.7" release="27.el9" arch="x86_64"/></collection></pkglist></update></updates>"""


def test_a_repository_that_createrepo_made(tmp_path, httpserver):
    if shutil.which("createrepo_c") is None or shutil.which("rpmbuild") is None:
        pytest.skip("RPM mirrors are NOT tested: createrepo_c and rpmbuild are needed")
    root, there = tmp_path / "root", tmp_path / "www/rocky/9/x86_64"
    for folder in (root / "var/lib/rpm", root / "etc/yum.repos.d", there, tmp_path / "old", tmp_path / "new"):
        folder.mkdir(parents=True)
    rpm_image.install(root, rpm_image.packages_of(tmp_path / "old", OLD))
    (root / "etc/os-release").write_text(rpm_image.OS_RELEASE)
    source = "[base]\nname=Base\nbaseurl=https://dl.example/rocky/$releasever/$basearch\n"
    (root / "etc/yum.repos.d/base.repo").write_text(source)
    for rpm in rpm_image.packages_of(tmp_path / "new", NEW):
        shutil.copy(rpm, there)
    run("createrepo_c", "--quiet", there)
    (tmp_path / "updateinfo.xml").write_text(UPDATEINFO)
    run("modifyrepo_c", "--mdtype=updateinfo", tmp_path / "updateinfo.xml", there / "repodata")
    code, report = served(tmp_path / "www", root, tmp_path, httpserver)
    assert code == 1
    (one,) = report["vulnerabilities"]
    assert (one["id"], one.get("nearestFixedInVersion", ""), one["advisories"]) == (
        "CVE-2026-4343",
        "1:3.0.7-27.el9",
        ["RLSA-2026:1"],
    )


# -- a rebuild


DOCKERFILE = """\
ARG BASE
FROM ${BASE}
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends curl=%(version)s
RUN apt-get install -y -qq --no-install-recommends git jq
RUN apt-mark hold perl-base libexpat1
RUN rm -rf /var/lib/apt/lists/*
COPY all.sources /etc/apt/sources.list.d/all.sources
"""


@dataclass(frozen=True)
class App:
    image: str
    dockerfile: Path
    base: str


@pytest.fixture(scope="module")
def app(docker: Docker, work: Path, registry: Registry) -> App:
    """An application on a base of the point release, with one pinned package, others not, and one that is held."""
    folder = work / "rebuild"
    folder.mkdir()
    root = folder / "root.tar"
    run(
        "mmdebstrap",
        "--quiet",
        "--variant=apt",
        "--include=openssl",
        "bookworm",
        root,
        f"deb {DEBIAN}/debian bookworm main",
    )
    docker("import", root, "localhost/garboard-rebuild-base:1")
    base = f"{registry.host}/rebuild/base:1"
    docker("tag", "localhost/garboard-rebuild-base:1", base)
    version = re.search(r"Candidate: (\S+)", docker("run", "--rm", "--network", "host", base, "sh", "-c",
                        "apt-get update -qq && apt-cache policy curl"))  # fmt: skip
    assert version
    (folder / "all.sources").write_text(SOURCES.format(mirror=DEBIAN, suite="bookworm"))
    dockerfile = folder / "Dockerfile"
    dockerfile.write_text((DOCKERFILE % {"version": version[1]}).replace("${BASE}", base).replace("ARG BASE\n", ""))
    image = building.build(docker, folder, dockerfile.read_text(), base, "localhost/garboard-rebuild:1")
    # What the tag names in its registry: first the same, then (in a test) a newer one.
    saved = folder / "base.tar"
    docker("save", "-o", saved, base)
    registry.push(f"docker-archive:{saved}", "rebuild/base:1")
    return App(image, dockerfile, base)


@pytest.fixture(scope="module")
def judged(app: App, docker: Docker, work: Path) -> Garboard:
    """A tracker that names a fix in every newer version, one that no mirror has, and an issue without any."""
    home = work / "rebuild/home"
    garboard = Garboard(home, home / "none", {"DOCKER_HOST": docker.host})
    plain = rebuilt(garboard, f"docker:{app.image}", "--base", f"docker:{app.base}")
    kinds = {"upgrade", "held", "kept_back"}
    newer = sorted(one["name"] for one in plain["packages"] if one["standing"] in kinds and one["installed"])
    sources, candidates = building.sources(docker, app.image), apt_sources(docker, app.image, newer)
    tracker = {"curl": {"CVE-2026-9001": issue("99:1")}, "glibc": {"CVE-2026-9002": issue()}}
    for number, name in enumerate(newer):
        tracker.setdefault(sources[name][0], {})[f"CVE-2026-{1000 + number}"] = issue(candidates[name])
    return database(home, tracker, docker)


def issue(fixed: str = "") -> dict[str, Any]:
    release = {"status": "resolved" if fixed else "open", "urgency": "medium", "repositories": {}}
    return {
        "description": "Of the tests",
        "releases": {"bookworm": release | ({"fixed_version": fixed} if fixed else {})},
    }


def database(home: Path, tracker: dict[str, Any], docker: Docker) -> Garboard:
    mirror = home / "feeds"
    sources = ("glibc", "git", "jq", "zlib", "python3.11", "dpkg", "garboard-source")
    feeding.write_mirror(mirror, {name: (name, "0") for name in sources})
    path = mirror / "debian-tracker/tracker/data"
    for old in path.glob("json*"):
        old.unlink()
    (path / "json").write_text(json.dumps(tracker))
    garboard = Garboard(home, home / "db", {"GARBOARD_FEEDS": str(mirror), "DOCKER_HOST": docker.host})
    ended = garboard.run("db", "update", "--offline", "--from", mirror, *feeding.SHARDS)
    assert ended.code == 0, ended.err
    return garboard


@pytest.fixture
def outcomes(app: App, judged: Garboard, registry: Registry) -> Callable[[], tuple[Any, list[Any]]]:
    """A rebuild's whole document, and its findings."""

    def outcome() -> tuple[Any, list[Any]]:
        login = {"GARBOARD_USERNAME": USER, "GARBOARD_PASSWORD": PASSWORD}
        words = (f"docker:{app.image}", "-f", app.dockerfile, "--insecure", registry.host)
        ended = judged.run("rebuild", "--json", "--quiet", *words, env=login)
        assert ended.code == 1, ended.err
        return ended.json, ended.json["findings"]

    return outcome


def apt_sources(docker: Docker, image: str, names: list[str]) -> dict[str, str]:
    """The source's version of each candidate, by the image's own apt."""
    script = "apt-get update -qq; for n in " + " ".join(names) + "; do apt-cache show --no-all-versions $n; done"
    said = docker("run", "--rm", "--network", "host", image, "sh", "-c", script)
    found = {}
    for stanza in said.split("\n\n"):
        fields = dict(line.partition(": ")[::2] for line in stanza.strip().splitlines() if not line.startswith(" "))
        if "Package" in fields:
            source = re.search(r"\((.*)\)", fields.get("Source", ""))
            found[fields["Package"]] = source[1] if source else fields["Version"]
    return found


def test_outcomes_of_a_real_build(outcomes):
    document, found = outcomes()
    by_package: dict[str, set[str]] = {}
    for one in found:
        by_package.setdefault(one["package"], set()).add(one["outcome"])
    assert by_package["libc6"] == {"no_fix"}
    assert by_package["libssl3"] == {"base_behind"}
    assert by_package["perl-base"] == {"held"}
    assert by_package["libexpat1"] == {"published"}  # a rebuild comes to the line that holds it when it is installed
    assert "unpublished" in by_package["curl"]
    assert by_package["curl"] <= {"held", "unpublished"}
    assert document["base"]["moved"] is False
    assert (document["counts"]["unknown"], document["counts"]["pull"]) == (0, 0)


def test_the_bases_tag_has_moved(outcomes, app, registry, docker, work):
    name, folder = "localhost/garboard-rebuild-base:2", work / "rebuild"
    text = f"FROM {app.base}\nCOPY all.sources /etc/apt/sources.list.d/all.sources\n"
    text += "RUN apt-get update -qq && apt-get dist-upgrade -y -qq\n"
    building.build(docker, folder, text, app.base, name)
    docker("save", "-o", folder / "newer.tar", name)
    registry.push(f"docker-archive:{folder / 'newer.tar'}", "rebuild/base:1")
    try:
        document, found = outcomes()
        assert document["base"]["moved"] is True
        pulled = {one["package"] for one in found if one["outcome"] == "pull"}
        assert {"libssl3", "openssl"} <= pulled
        assert "libexpat1" not in pulled
    finally:
        registry.push(f"docker-archive:{folder / 'base.tar'}", "rebuild/base:1")


def test_a_rebuild_brings_what_was_said(outcomes, app, docker, work):
    """The proof of the pudding: build without cache, with the mirrors as they are, and look."""
    _, found = outcomes()
    promised = {one["package"]: one["version"] for one in found if one["outcome"] == "published"}
    source = "COPY all.sources /etc/apt/sources.list.d/all.sources\n"
    text = app.dockerfile.read_text().replace("RUN apt-get update", f"{source}RUN apt-get update", 1)
    image = building.build(docker, work / "rebuild", text, app.base, "localhost/garboard-rebuild:2")
    installed = {name: version for name, version, _ in building.ask(docker, image).debs}
    assert promised
    assert {name: installed[name] for name in promised} == promised
    behind = {one["package"]: one["installed"] for one in found if one["outcome"] == "base_behind"}
    assert behind
    assert {name: installed[name] for name in behind} == behind
