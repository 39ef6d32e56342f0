"""Software by its texts: real programs and libraries of Debian, copied into an image without their package database."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import pytest

from garboard.executables import ELF
from garboard.model.image import File
from garboard.model.package import UNMANAGED, Package
from garboard.packages.programs import explained
from tests.e2e.running import GARBOARD, clean_environment

PACKAGES: Final = MappingProxyType(
    {
        "apache2-bin": "httpd",
        "bash": "bash",
        "bind9": "bind",
        "busybox-static": "busybox",
        "collectd-core": "collectd",
        "coturn": "coturn",
        "crun": "crun",
        "curl": "curl",
        "dnsmasq-base": "dnsmasq",
        "dovecot-core": "dovecot",
        "dropbear-bin": "dropbear",
        "dumb-init": "dumb-init",
        "exim4-daemon-light": "exim",
        "freeradius": "freeradius",
        "gawk": "gawk",
        "git": "git",
        "gpg": "gnupg",
        "h2o": "h2o",
        "haproxy": "haproxy",
        "jq": "jq",
        "knot": "knot",
        "libarchive13": "libarchive",
        "libbz2-1.0": "bzip2",
        "libc6": "glibc",
        "libcurl4": "curl",
        "libevent-2.1-7": "libevent",
        "libexpat1": "expat",
        "libgcrypt20": "libgcrypt",
        "libgit2-1.5": "libgit2",
        "libgnutls30": "gnutls",
        "libgs10": "ghostscript",
        "libheif1": "libheif",
        "libjpeg62-turbo": "libjpeg-turbo",
        "liblzma5": "xz",
        "libmagickcore-6.q16-6": "imagemagick",
        "libmbedcrypto7": "mbedtls",
        "libnghttp2-14": "libnghttp2",
        "libnss3": "nss",
        "libopenjp2-7": "openjpeg",
        "libpcap0.8": "libpcap",
        "libpcre2-8-0": "pcre2",
        "libpng16-16": "libpng",
        "libpoppler126": "poppler",
        "libsqlite3-0": "sqlite",
        "libssh-4": "libssh",
        "libssh2-1": "libssh2",
        "libssl3": "openssl",
        "libtiff6": "libtiff",
        "libvpx7": "libvpx",
        "libxml2": "libxml2",
        "libxslt1.1": "libxslt",
        "libzstd1": "zstd",
        "lighttpd": "lighttpd",
        "lua5.4": "lua",
        "memcached": "memcached",
        "monit": "monit",
        "mosquitto": "mosquitto",
        "nginx": "nginx",
        "nmap": "nmap",
        "openssh-server": "openssh",
        "openvpn": "openvpn",
        "pdns-recursor": "pdns-recursor",
        "perl-base": "perl",
        "pgbouncer": "pgbouncer",
        "php8.2-cli": "php",
        "postfix": "postfix",
        "proftpd-core": "proftpd",
        "python3.11-minimal": "python",
        "redis-tools": "redis",
        "rsync": "rsync",
        "socat": "socat",
        "squid": "squid",
        "stunnel4": "stunnel",
        "sudo": "sudo",
        "tini": "tini",
        "tmux": "tmux",
        "tor": "tor",
        "unbound": "unbound",
        "uwsgi-core": "uwsgi",
        "varnish": "varnish",
        "vsftpd": "vsftpd",
        "wget": "wget",
        "xz-utils": "xz",
        "zabbix-agent": "zabbix",
        "zlib1g": "zlib",
    }
)
"""Packages of Debian 12, each with the software that is in it."""
UNTOLD: Final = MappingProxyType(
    {
        "dash": "no text in it has its version",
        "libwebp7": "its version is in instructions only",
    }
)
"""Packages with software whose version cannot be told, which stays one of the programs that nothing explains."""
BUNDLED: Final = MappingProxyType(
    {
        ("google-cloud-cli", "python"): "it takes a Python of its own along",
        ("google-cloud-cli", "openssl"): "as that Python's library",
    }
)
"""Packages of this machine with software of other versions than their own, each with the reason."""
LEAST: Final = 40
OTHERS: Final = 500


def upstream(version: str) -> str:
    """The part of a version that the software's authors gave it, in the spelling of numbers without leading zeros."""
    return version.rpartition(":")[2].rpartition("really")[2]


def spelled(version: str) -> str:
    return re.sub(r"\.0(?=\d)", ".", version.replace("-", "."))


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, str]]]:
    """The files of all packages below one folder each, and the packages' versions."""
    for tool in ("apt-get", "dpkg-deb"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is missing: real programs are NOT tested")
    work = tmp_path_factory.mktemp("software")
    fetched = work / "debs"
    fetched.mkdir()
    names = (*PACKAGES, *UNTOLD)
    command = ["apt-get", "download", "-q", "-o", "APT::Sandbox::User=root", *names]
    if subprocess.run(command, cwd=fetched, capture_output=True, check=False).returncode:
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        subprocess.run(command, cwd=fetched, check=True)
    found = {}

    def unpack(deb: Path) -> None:
        name, version = subprocess.run(
            ["dpkg-deb", "-W", "--showformat", "${Package} ${Version}", deb], capture_output=True, text=True, check=True
        ).stdout.split(" ")
        subprocess.run(["dpkg-deb", "-x", deb, work / "image" / "opt" / name], check=True)
        found[name] = version

    (work / "image" / "opt").mkdir(parents=True)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(unpack, fetched.glob("*.deb")))
    yield work / "image", found
    shutil.rmtree(work)


def inventory(folder: Path, home: Path) -> dict[str, Any]:
    command = [GARBOARD, "inventory", f"dir:{folder}", "--format", "json"]
    done = subprocess.run(command, env=clean_environment(home), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_real_programs_have_the_versions_that_dpkg_says(versions: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    folder, says = versions
    document = inventory(folder, tmp_path)
    told: dict[str, set[tuple[str, str]]] = {}
    for one in document["packages"]:
        if one["type"] == UNMANAGED:
            path = Path(one["locations"][0]["path"])
            told.setdefault(path.parts[1], set()).add((one["name"], one["version"]))
            place = one["evidence"]["offset"]
            assert re.match(rb"\d+\.?\d*", (folder / path).read_bytes()[place : place + 40])
    assert len(PACKAGES) >= LEAST
    wrong = [
        (package, software, says[package], told.get(package))
        for package, software in PACKAGES.items()
        if not any(
            name == software and spelled(upstream(says[package])).startswith(spelled(version))
            for name, version in told.get(package, ())
        )
    ]
    assert wrong == []
    assert {package: told[package] for package in UNTOLD if package in told} == {}
    gaps = " ".join(gap["subject"] for gap in document["gaps"])
    assert "programs that no package manager installed" in gaps
    assert "shared libraries that no package manager installed" in gaps


def owners() -> dict[str, str]:
    """By path, the package of this machine that owns it."""
    found = {}
    for file in Path("/var/lib/dpkg/info").glob("*.list"):
        for path in file.read_text().splitlines():
            found[os.path.realpath(path.rpartition("/")[0]) + "/" + path.rpartition("/")[2]] = file.stem
    return found


def test_no_other_program_of_this_machine_has_a_false_version() -> None:
    query = shutil.which("dpkg-query")
    if query is None:
        pytest.skip("dpkg-query is missing: the programs of this machine are NOT tested")
    shown = subprocess.run(
        [query, "-W", "-f", "${binary:Package} ${source:Upstream-Version}\n"],
        capture_output=True,
        text=True,
        check=True,
    )
    says = dict(line.split(" ", 1) for line in shown.stdout.splitlines())
    owner = owners()
    looked, wrong = 0, []
    for path in (Path(path) for path in owner if path.startswith("/usr/")):
        if path.is_symlink() or not path.is_file() or not os.access(path, os.R_OK):
            continue
        with path.open("rb") as file:
            if file.read(4) != ELF:
                continue
            data = b"\x7fELF" + file.read()
        looked += 1
        for fact in explained(File(path=str(path)[1:], data=data[:4096], view=memoryview(data))):
            if isinstance(fact, Package) and fact.type == UNMANAGED:
                package = owner[str(path)]
                version = says.get(package, "").rpartition("really")[2]
                if not spelled(version).startswith(spelled(fact.version)) and (package, fact.name) not in BUNDLED:
                    wrong.append((str(path), fact.name, fact.version, version))
    assert looked >= OTHERS
    assert wrong == []
