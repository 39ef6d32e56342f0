"""RPM distributions: thirty advisories of each publisher, and packages below, at and above their fixes, which the real rpm built."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.e2e.running import Garboard, run
from tests.unit.feeds import documents

COUNT = 30
Fix = tuple[str, int, str, str]
"""Package, epoch, version and release of a fix."""


def evr(fix: Fix) -> str:
    return f"{fix[1]}:{fix[2]}-{fix[3]}"


@dataclass(frozen=True)
class Publisher:
    """A distribution: its os-release, the shard, where the mirror has its document, and how that is written."""

    name: str
    os_release: str
    shard: str
    path: str
    tag: str
    write: Callable[[list[Fix]], bytes]
    files: Mapping[str, str] = field(default_factory=dict)
    beside: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Further shards, where the mirror has their documents, and those."""

    def fixes(self) -> list[Fix]:
        """Epochs, versions of several digits, and releases that compare only as RPM compares them."""
        return [(f"law-{number}", number % 3, f"1.{number}", f"{9 + number % 4}{self.tag}") for number in range(COUNT)]


def amazon(fixes: list[Fix]) -> bytes:
    return documents.updateinfo(
        *(
            documents.update(f"ALAS-{n}", f"{name} {epoch} {version} {release}", cves=(cve(n),))
            for n, (name, epoch, version, release) in enumerate(fixes)
        )
    )


def oracle(fixes: list[Fix]) -> bytes:
    on = documents.leaf("Oracle Linux 9 is installed")
    return documents.oracle(
        *(
            documents.definition(
                documents.both(on, documents.either(documents.signed(fix[0], evr(fix)))),
                title=f"ELSA-2024-{n}: {fix[0]} update",
                cves=f"<cve>{cve(n)}</cve>",
            )
            for n, fix in enumerate(fixes)
        )
    )


def fedora(fixes: list[Fix]) -> bytes:
    updates = [
        {
            "alias": f"FEDORA-2024-{n}",
            "release": {"version": "40"},
            "bugs": [{"title": f"{cve(n)} {name}: overflow"}],
            "builds": [{"nvr": f"{name}-{version}-{release}", "epoch": epoch}],
        }
        for n, (name, epoch, version, release) in enumerate(fixes)
    ]
    return json.dumps({"updates": updates, "pages": 1}).encode()


def azurelinux(fixes: list[Fix]) -> bytes:
    return documents.microsoft(*((cve(n), "true", fix[0], "less than", evr(fix)) for n, fix in enumerate(fixes)))


def photon(fixes: list[Fix]) -> bytes:
    rows = [
        {"cve_id": cve(n), "pkg": fix[0], "res_ver": evr(fix).removeprefix("0:"), "aff_ver": "", "status": "Fixed"}
        for n, fix in enumerate(fixes)
    ]
    return json.dumps(rows).encode()


def redhat(fixes: list[Fix]) -> bytes:
    return documents.archive(
        *(
            documents.vex(
                ("fixed", documents.MAIN, f"{name}@{version}-{release}?arch=noarch&epoch={epoch}"), cve=cve(n)
            )
            for n, (name, epoch, version, release) in enumerate(fixes)
        )
    )


def eus(fixes: list[Fix]) -> bytes:
    """The stream's own fixes, beside those for everybody, which are far above."""
    return documents.archive(
        *(
            documents.vex(
                ("fixed", "EUS", f"{name}@{version}-{release}?arch=noarch&epoch={epoch}"),
                ("fixed", documents.MAIN, f"{name}@9{version}-1.el9?arch=noarch&epoch={epoch}"),
                cve=cve(n),
            )
            for n, (name, epoch, version, release) in enumerate(fixes)
        )
    )


def suse(product: str) -> Callable[[list[Fix]], bytes]:
    return lambda fixes: documents.suse(
        *(
            (cve(n), f"SUSE Other 1|{product}", f"{fix[0]} < {evr(fix)}|{fix[0]}-devel < {evr(fix)}")
            for n, fix in enumerate(fixes)
        )
    )


SLES = "SUSE Linux Enterprise Module for Basesystem 15 SP5"
CONTENT = {
    "root/buildinfo/content_manifests/a.json": '{"content_sets": ["rhel-9-for-x86_64-baseos-eus-rpms__9_DOT_2"]}'
}
BY_MAP = {"root/buildinfo/content_manifests/a.json": '{"content_sets": ["a-name-that-tells-nothing"]}'}
MAP = '{"data": {"a-name-that-tells-nothing": {"cpes": ["cpe:/o:redhat:rhel_eus:9.2::baseos"]}}}'
PUBLISHERS = (
    Publisher("amazon", 'ID="amzn"\nVERSION_ID="2023"\n', "amazon:2023", "amazon/2023/core/updateinfo.xml", ".amzn2023", amazon),
    Publisher("azurelinux", "ID=azurelinux\nVERSION_ID=3.0\n", "azurelinux:3", "azurelinux/azurelinux-3.0-oval.xml", ".azl3", azurelinux),
    Publisher("fedora", "ID=fedora\nVERSION_ID=40\n", "fedora:40", "fedora/40.json", ".fc40", fedora),
    Publisher("oracle", 'ID="ol"\nVERSION_ID="9.4"\n', "oracle", "oracle/com.oracle.elsa-all.xml", ".el9", oracle),
    Publisher("photon", "ID=photon\nVERSION_ID=5.0\n", "photon:5.0", "photon/cve_data_photon5.0.json", ".ph5", photon),
    Publisher("redhat", 'ID="rhel"\nVERSION_ID="9.4"\n', "redhat", "redhat/data/csaf/v2/vex/vex.tar.gz", ".el9", redhat),
    Publisher("redhat-eus", 'ID="rhel"\nVERSION_ID="9.2"\n', "redhat", "redhat/data/csaf/v2/vex/vex.tar.gz", ".el9_2", eus, CONTENT),
    Publisher("redhat-map", 'ID="rhel"\nVERSION_ID="9.2"\n', "redhat", "redhat/data/csaf/v2/vex/vex.tar.gz", ".el9_2", eus, BY_MAP,
              {"redhat-repositories": ("redhat/repository-to-cpe.json", MAP)}),
    Publisher("sles", 'ID="sles"\nVERSION_ID="15.5"\n', "suse:Linux Enterprise Server 15 SP5", "suse/oval/suse.linux.enterprise.15-sp5-affected.xml", ".1", suse(SLES)),
    Publisher("leap", 'ID="opensuse-leap"\nVERSION_ID="15.6"\n', "opensuse:Leap 15.6", "suse/oval/opensuse.leap.15.6.xml", ".1", suse("openSUSE Leap 15.6")),
)  # fmt: skip


def cve(number: int) -> str:
    return f"CVE-2024-{7000 + number}"


def root(folder: Path, publisher: Publisher, step: int) -> Path:
    """A root folder whose packages stand at a fix (0), one release below (-1) or above it (1)."""
    made = folder / f"{publisher.name}{step}"
    (made / "root/etc").mkdir(parents=True)
    (made / "root/etc/os-release").write_text(publisher.os_release)
    for path, text in publisher.files.items():
        (made / "root" / path).parent.mkdir(parents=True, exist_ok=True)
        (made / "root" / path).write_text(text)
    for name, epoch, version, release in publisher.fixes():
        number, _, tag = release.partition(".")
        (made / f"{name}.spec").write_text(
            f"Name: {name}\nEpoch: {epoch}\nVersion: {version}\nRelease: {int(number) + step}.{tag}\nSummary: x\n"
            "License: MIT\nBuildArch: noarch\n%description\nx\n%files\n"
        )
    run("rpmbuild", "--quiet", "--define", f"_topdir {made}", "-bb", *sorted(made.glob("*.spec")))
    rpm = ("rpm", "--root", made / "root", "--dbpath", "/var/lib/rpm")
    run(*rpm, "--justdb", "--nodeps", "--noscripts", "--install", *sorted((made / "RPMS").rglob("*.rpm")))
    return made / "root"


@pytest.mark.parametrize("publisher", PUBLISHERS, ids=lambda one: one.name)
def test_what_is_below_a_fix_is_reported_and_what_is_at_it_is_not(publisher: Publisher, tmp_path: Path) -> None:
    if not shutil.which("rpmbuild"):
        pytest.skip("feeds of RPM distributions are NOT tested on packages: rpm and rpmbuild are needed")
    mirror = tmp_path / "mirror"
    document = mirror / publisher.path
    document.parent.mkdir(parents=True)
    document.write_bytes(publisher.write(publisher.fixes()))
    (document.parent / "archive_latest.txt").write_text(f"{document.name}\n")
    for path, text in publisher.beside.values():
        (mirror / path).write_text(text)
    garboard = Garboard(tmp_path / "home", tmp_path / "db")
    ended = garboard.run("db", "update", "--offline", "--from", mirror, publisher.shard, *publisher.beside)
    assert ended.code == 0, ended.err
    below = garboard.scan("--offline", f"dir:{root(tmp_path, publisher, -1)}")
    found = {
        (one["purl"].split("@")[0].rpartition("/")[2], one["id"]): one["nearestFixedInVersion"]
        for one in below["vulnerabilities"]
    }
    assert found == {(fix[0], cve(n)): evr(fix).removeprefix("0:") for n, fix in enumerate(publisher.fixes())}
    for step in (0, 1):
        ended = garboard.run("scan", "--json", "--quiet", "--offline", f"dir:{root(tmp_path, publisher, step)}")
        assert ended.json["vulnerabilities"] == [], step
        assert not [gap for gap in ended.json["gaps"] if gap["stage"] == "match"]
