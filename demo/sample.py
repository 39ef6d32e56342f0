"""A sample: a small image in docker-archive form and the feeds that speak of it, made of facts that stand in this file.

The image looks like a Ruby application of 2018 on Debian 9. It cannot run: it holds package databases and a few metadata
files, which is all that a scan reads. The advisories are a few of the real ones, in the shapes of their own feeds.

Usage: python demo/sample.py FOLDER
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import sys
import tarfile
import zipfile
from pathlib import Path

OS_RELEASE = """PRETTY_NAME="Debian GNU/Linux 9 (stretch)"
NAME="Debian GNU/Linux"
VERSION_ID="9"
VERSION="9 (stretch)"
ID=debian
"""

# name, version, source (empty: the same), dependencies
BASE = (
    ("libc6", "2.24-11+deb9u3", "glibc", ""),
    ("libbz2-1.0", "1.0.6-8.1", "bzip2", "libc6"),
    ("bzip2", "1.0.6-8.1", "", "libbz2-1.0 (= 1.0.6-8.1), libc6"),
    ("libssl1.1", "1.1.0f-3+deb9u2", "openssl", "libc6"),
    ("libgnutls30", "3.5.8-5+deb9u3", "gnutls28", "libc6"),
    ("libapt-pkg5.0", "1.4.8", "apt", "libbz2-1.0, libc6"),
    ("apt", "1.4.8", "", "libapt-pkg5.0 (>= 1.4.8), libgnutls30"),
    ("perl-base", "5.24.1-3+deb9u3", "perl", "libc6"),
    ("libexpat1", "2.2.0-2+deb9u1", "expat", "libc6"),
)
BUILDPACK = (
    ("libcurl3-gnutls", "7.52.1-5+deb9u6", "curl", "libgnutls30, libc6"),
    ("libcurl3", "7.52.1-5+deb9u6", "curl", "libssl1.1, libc6"),
    ("curl", "7.52.1-5+deb9u6", "", "libcurl3 (= 7.52.1-5+deb9u6), libc6"),
    ("libcurl4-openssl-dev", "7.52.1-5+deb9u6", "curl", "libcurl3 (= 7.52.1-5+deb9u6)"),
    ("libbz2-dev", "1.0.6-8.1", "bzip2", "libbz2-1.0 (= 1.0.6-8.1)"),
    ("perl", "5.24.1-3+deb9u3", "", "perl-base (= 5.24.1-3+deb9u3)"),
    ("git", "1:2.11.0-3+deb9u3", "", "libcurl3-gnutls, libexpat1, perl"),
    ("libmagickcore-6.q16-dev", "8:6.9.7.4+dfsg-11+deb9u4", "imagemagick", "libbz2-dev"),
    ("libmagickcore-dev", "8:6.9.7.4+dfsg-11+deb9u4", "imagemagick", "libmagickcore-6.q16-dev"),
)
INSTALLED = (
    ("git", "1:2.11.0-3+deb9u7", "", "libcurl3-gnutls, libexpat1, perl"),
    ("vim-common", "2:8.0.0197-4+deb9u3", "vim", ""),
    ("vim-runtime", "2:8.0.0197-4+deb9u3", "vim", ""),
    ("vim", "2:8.0.0197-4+deb9u3", "", "vim-common (= 2:8.0.0197-4+deb9u3), vim-runtime, libc6"),
)
AUTOMATIC = ("vim-common", "vim-runtime")

# source package, CVE, fixed version in Debian 9 (empty: none), CVSS v3 vector, description
ADVISORIES = (
    ("bzip2", "CVE-2019-12900", "", "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "Out-of-bounds write with many selectors"),
    ("apt", "CVE-2019-3462", "1.4.9", "AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H", "A redirect injects content of one's own"),
    ("apt", "CVE-2020-3810", "1.4.10", "AV:L/AC:L/PR:N/UI:R/S:U/C:N/I:N/A:H", "Out-of-bounds read of a crafted .deb"),
    (
        "curl",
        "CVE-2020-8231",
        "7.52.1-5+deb9u12",
        "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
        "The wrong connection is used",
    ),
    ("curl", "CVE-2020-8285", "7.52.1-5+deb9u13", "AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", "FTP wildcard stack overflow"),
    ("curl", "CVE-2021-22946", "7.52.1-5+deb9u16", "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", "TLS is not insisted on"),
    ("git", "CVE-2018-17456", "1:2.11.0-3+deb9u4", "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "Code runs by .gitmodules"),
    ("git", "CVE-2020-5260", "1:2.11.0-3+deb9u6", "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", "Credentials leak by newline"),
    (
        "git",
        "CVE-2020-11008",
        "1:2.11.0-3+deb9u7",
        "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
        "Credentials leak, blank host",
    ),
    (
        "perl",
        "CVE-2018-12015",
        "5.24.1-3+deb9u4",
        "AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N",
        "Archive::Tar leaves its folder",
    ),
    (
        "perl",
        "CVE-2018-18311",
        "5.24.1-3+deb9u5",
        "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "Overflow in setting environment",
    ),
    ("perl", "CVE-2020-16156", "", "AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H", "CPAN's signatures can be bypassed"),
    ("openssl", "CVE-2019-1563", "1.1.0l-1~deb9u1", "AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:N/A:N", "Padding oracle in PKCS7"),
    (
        "openssl",
        "CVE-2021-3712",
        "1.1.0l-1~deb9u4",
        "AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:N/A:H",
        "Strings read past their end",
    ),
    (
        "openssl",
        "CVE-2022-0778",
        "1.1.0l-1~deb9u5",
        "AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H",
        "A certificate loops forever",
    ),
    (
        "expat",
        "CVE-2022-25235",
        "2.2.0-2+deb9u5",
        "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "Malformed UTF-8 is let through",
    ),
    ("vim", "CVE-2022-1616", "2:8.0.0197-4+deb9u6", "AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H", "Use after free in append"),
    (
        "vim",
        "CVE-2022-1720",
        "2:8.0.0197-4+deb9u7",
        "AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H",
        "Buffer over-read in visual",
    ),
    ("glibc", "CVE-2017-1000366", "2.24-11+deb9u1", "AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", "Stack guard page clash"),
)
NPM = {
    "schema_version": "1.7.0",
    "id": "GHSA-jf85-cpcp-j695",
    "aliases": ["CVE-2019-10744"],
    "modified": "2024-01-01T00:00:00Z",
    "published": "2019-07-10T19:45:23Z",
    "summary": "Prototype pollution in lodash",
    "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:H"}],
    "affected": [
        {
            "package": {"ecosystem": "npm", "name": "lodash"},
            "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "4.17.12"}]}],
        }
    ],
}

LIFECYCLES = {
    "schema_version": "1.2.0",
    "generated_at": "2020-01-31T00:00:00Z",
    "total": 2,
    "result": [
        {
            "name": "debian",
            "releases": [
                {"name": "10", "codename": "Buster", "releaseDate": "2019-07-06", "eolFrom": "2022-09-10"},
                {"name": "9", "codename": "Stretch", "releaseDate": "2017-06-17", "eolFrom": "2020-07-18"},
            ],
        },
        {
            "name": "ruby",
            "releases": [
                {"name": "2.7", "releaseDate": "2019-12-25", "eolFrom": "2023-03-31"},
                {"name": "2.5", "releaseDate": "2017-12-25", "eolFrom": "2021-04-05"},
            ],
        },
    ],
}

Files = dict[str, bytes]
Packages = tuple[tuple[str, str, str, str], ...]
"""Name, version, source (empty: the same), dependencies."""


def _stanza(name: str, version: str, source: str, depends: str) -> str:
    lines = [f"Package: {name}", "Status: install ok installed", "Architecture: amd64", f"Version: {version}"]
    if source:
        lines.append(f"Source: {source}")
    if depends:
        lines.append(f"Depends: {depends}")
    return "\n".join(lines) + "\n"


def status(*groups: Packages) -> bytes:
    packages = {package[0]: package for group in groups for package in group}
    return "\n".join(_stanza(*package) for package in packages.values()).encode()


def base_steps() -> Steps:
    """The base image's own."""
    return _history()[:4]


def _history() -> Steps:
    """The application's, its base's first."""
    states = "".join(f"Package: {name}\nArchitecture: amd64\nAuto-Installed: 1\n\n" for name in AUTOMATIC)
    lodash = json.dumps({"name": "lodash", "version": "4.17.11", "license": "MIT"}).encode()
    app = json.dumps({"name": "blog", "version": "1.0.0", "dependencies": {"lodash": "^4.17.11"}}).encode()
    database = "var/lib/dpkg/status"
    run = "/bin/sh -c "
    install = "apt-get update && apt-get install -y git vim && rm -rf /var/lib/apt/lists/*"
    return (
        (run + "#(nop) ADD file:5d0a in / ", {"etc/os-release": OS_RELEASE.encode(), database: status(BASE)}),
        (run + '#(nop)  CMD ["bash"]', None),
        (
            run + "apt-get update && apt-get install -y --no-install-recommends curl git",
            {database: status(BASE, BUILDPACK)},
        ),
        (run + '#(nop)  CMD ["irb"]', None),
        (
            run + install,
            {database: status(BASE, BUILDPACK, INSTALLED), "var/lib/apt/extended_states": states.encode()},
        ),
        (run + "#(nop) WORKDIR /app", None),
        (
            run + "#(nop) COPY multi:8c2e in ./ ",
            {"app/package.json": app, "app/node_modules/lodash/package.json": lodash},
        ),
        (run + '#(nop)  CMD ["rails" "server" "-b" "0.0.0.0"]', None),
    )


def _tar(files: Files) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


Steps = tuple[tuple[str, Files | None], ...]
"""(what the history says, files of the layer) of each instruction, oldest first; None where it made no layer."""


def image() -> bytes:
    """The docker archive of the application."""
    settings = {"Cmd": ["rails", "server", "-b", "0.0.0.0"], "WorkingDir": "/app"}
    return archive(("blog:latest",), _history(), "2020-02-01T00:00:00Z", settings)


def archive(tags: tuple[str, ...], steps: Steps, created: str, settings: dict[str, object]) -> bytes:
    """An image as `docker save` writes it."""
    layers = [_tar(files) for _, files in steps if files is not None]
    digests = [hashlib.sha256(data).hexdigest() for data in layers]
    history = [
        {"created": created, "created_by": words} | ({} if files is not None else {"empty_layer": True})
        for words, files in steps
    ]
    config = json.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "created": created,
            "config": settings,
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}" for digest in digests]},
            "history": history,
        }
    ).encode()
    name = f"blobs/sha256/{hashlib.sha256(config).hexdigest()}"
    blobs = {f"blobs/sha256/{digest}": data for digest, data in zip(digests, layers, strict=True)}
    manifest = [{"Config": name, "RepoTags": list(tags), "Layers": list(blobs)}]
    return _tar(blobs | {name: config, "manifest.json": json.dumps(manifest).encode()})


def _tracker() -> bytes:
    data: dict[str, dict[str, object]] = {}
    for source, cve, fixed, _, description in ADVISORIES:
        release = {"status": "resolved" if fixed else "open", "urgency": "not yet assigned"}
        release |= {"fixed_version": fixed} if fixed else {}
        releases = {
            "stretch": release,
            "buster": {"status": "resolved", "urgency": "not yet assigned", "fixed_version": "0"},
        }
        data.setdefault(source, {})[cve] = {"description": description, "releases": releases}
    return json.dumps(data).encode()


def _nvd(year: str) -> bytes:
    found = [
        {
            "cve": {
                "id": cve,
                "published": f"{year}-01-01T00:00:00.000",
                "lastModified": "2024-01-01T00:00:00.000",
                "vulnStatus": "Analyzed",
                "descriptions": [{"lang": "en", "value": description}],
                "metrics": {
                    "cvssMetricV31": [
                        {
                            "source": "nvd@nist.gov",
                            "type": "Primary",
                            "cvssData": {"version": "3.1", "vectorString": f"CVSS:3.1/{vector}"},
                        }
                    ]
                },
            }
        }
        for _, cve, _, vector, description in ADVISORIES
        if cve.split("-")[1] == year
    ]
    return gzip.compress(
        json.dumps({"format": "NVD_CVE", "version": "2.0", "vulnerabilities": found}).encode(), mtime=0
    )


def years() -> list[str]:
    """Of the CVEs, sorted."""
    return sorted({cve.split("-")[1] for _, cve, *_ in ADVISORIES})


def feeds() -> Files:
    """A mirror of the feeds, by path."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr(f"{NPM['id']}.json", json.dumps(NPM))
    epss = "#model_version:v2025.03.14,score_date:2026-11-01T00:00:00+0000\ncve,epss,percentile\nCVE-2019-12900,0.00912,0.75\n"
    kev = {
        "title": "Known exploited vulnerabilities (sample: none of these is listed)",
        "catalogVersion": "2026.11.01",
        "dateReleased": "2026-11-01T00:00:00Z",
        "count": 1,
        "vulnerabilities": [
            {"cveID": "CVE-2014-0160", "dateAdded": "2022-05-04", "knownRansomwareCampaignUse": "Unknown"}
        ],
    }
    return {
        "debian-tracker/tracker/data/json": _tracker(),
        "osv/npm/all.zip": archive.getvalue(),
        "endoflife/api/v1/products/full": json.dumps(LIFECYCLES).encode(),
        "epss/epss_scores-current.csv.gz": gzip.compress(epss.encode(), mtime=0),
        "kev/known_exploited_vulnerabilities.json": json.dumps(kev).encode(),
    } | {f"nvd/feeds/json/cve/2.0/nvdcve-2.0-{year}.json.gz": _nvd(year) for year in years()}


def newer(packages: Packages) -> Packages:
    """The same packages with every fix of Debian 9 that the sample knows of before 2020."""
    fixes = {source: fixed for source, cve, fixed, *_ in ADVISORIES if fixed and cve < "CVE-2020"}
    return tuple(
        (name, fixes.get(source or name, version), source, needs.partition(" (=")[0])
        for name, version, source, needs in packages
    )


BUSTER = (
    ("libc6", "2.28-10", "glibc", ""),
    ("libbz2-1.0", "1.0.6-9.2", "bzip2", "libc6"),
    ("libssl1.1", "1.1.1d-0+deb10u2", "openssl", "libc6"),
    ("libapt-pkg5.0", "1.8.2", "apt", "libbz2-1.0, libc6"),
    ("apt", "1.8.2", "", "libapt-pkg5.0, libc6"),
    ("perl-base", "5.28.1-6", "perl", "libc6"),
)


def bases() -> Files:
    """Base images by file name, as their publisher had them on 1 February 2020."""
    run, database = "/bin/sh -c ", "var/lib/dpkg/status"
    root = (run + "#(nop) ADD file:77a1 in / ", {"etc/os-release": OS_RELEASE.encode(), database: status(newer(BASE))})
    tools = (
        run + "apt-get update && apt-get install -y --no-install-recommends curl git",
        {database: status(newer(BASE), newer(BUILDPACK))},
    )
    buster = OS_RELEASE.replace("9 (stretch)", "10 (buster)").replace('"9"', '"10"').encode()
    ten = (run + "#(nop) ADD file:10b0 in / ", {"etc/os-release": buster, database: status(BUSTER)})
    ruby = {"Cmd": ["irb"]}
    return {
        "ruby-2.5.1.tar": archive(("ruby:2.5.1",), base_steps(), "2018-06-01T00:00:00Z", ruby | {"Env": ["RUBY_VERSION=2.5.1"]}),
        "ruby-2.5.tar": archive(
            ("ruby:2.5", "ruby:2.5.7", "ruby:2.5.7-stretch"), (root, tools), "2020-01-30T00:00:00Z",
            ruby | {"Env": ["RUBY_VERSION=2.5.7"]},
        ),
        "ruby-2.5-slim.tar": archive(
            ("ruby:2.5-slim", "ruby:2.5.7-slim-stretch"), (root,), "2020-01-30T00:00:00Z", ruby | {"Env": ["RUBY_VERSION=2.5.7"]}
        ),
        "ruby-2.7-slim.tar": archive(
            ("ruby:2.7.0-slim-buster",), (ten,), "2020-01-30T00:00:00Z", ruby | {"Env": ["RUBY_VERSION=2.7.0"]}
        ),
        "ruby-2.7-preview.tar": archive(
            ("ruby:2.7.0-preview3-slim-buster",), (ten, ("COPY x", {"etc/preview": b"3"})), "2019-12-01T00:00:00Z",
            ruby | {"Env": ["RUBY_VERSION=2.7.0"]},
        ),
    }  # fmt: skip


def write(folder: Path) -> None:
    """``blog.tar``, ``feeds/`` and ``bases/`` into a folder."""
    for name, data in feeds().items():
        path = folder / "feeds" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (folder / "blog.tar").write_bytes(image())
    (folder / "bases").mkdir(exist_ok=True)
    for name, data in bases().items():
        (folder / "bases" / name).write_bytes(data)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
