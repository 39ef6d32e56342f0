import datetime as dt
import gzip
import hashlib

import pytest
from pysequoia import SignatureMode, sign

from garboard.model.image import Platform
from garboard.model.mirror import InstalledSystem, UpgradeState
from garboard.model.package import Distro, Kept, Package
from garboard.repositories import yum
from garboard.workflows.query_mirrors import drive
from tests.unit.repositories.fake_mirror import Mirror, key, keyring

ROOT = "https://dl.example/rocky/9/BaseOS/x86_64/os"
REPO = (
    "[baseos]\nname=Rocky $releasever\nbaseurl=https://dl.example/rocky/$releasever/BaseOS/$basearch/os/\nenabled=1\n"
)
PRIMARY = """<?xml version="1.0"?>
<metadata xmlns="http://linux.duke.edu/metadata/common" xmlns:rpm="http://linux.duke.edu/metadata/rpm" packages="3">
<package type="rpm"><name>openssl-libs</name><arch>x86_64</arch><version epoch="1" ver="3.0.7" rel="27.el9"/>
<checksum type="sha256" pkgid="YES">{digest}</checksum><size package="10" installed="1" archive="1"/>
<location href="Packages/o/openssl-libs.rpm"/><format><rpm:sourcerpm>openssl-3.0.7-27.el9.src.rpm</rpm:sourcerpm></format></package>
<package type="rpm"><name>openssl-libs</name><arch>i686</arch><version epoch="1" ver="3.0.7" rel="99.el9"/></package>
<package type="rpm"><name>tzdata</name><arch>noarch</arch><version epoch="0" ver="2026a" rel="1.el9"/></package>
</metadata>""".replace("{digest}", "0" * 64)
UPDATEINFO = """<updates>
<update from="x" type="security"><id>RLSA-2026:1</id><title>Important: openssl</title><issued date="2026-01-02"/>
<references><reference id="CVE-2026-1111" type="cve"/><reference id="1" type="bugzilla"/></references>
<pkglist><collection><package name="openssl-libs" epoch="1" version="3.0.7" release="25.el9" arch="x86_64"/></collection></pkglist></update>
<update type="security"><id>RLSA-2026:2</id><title>Moderate: openssl</title>
<references><reference id="CVE-2026-1111" type="cve"/><reference id="CVE-2026-2222" type="cve"/></references>
<pkglist><collection><package name="openssl-libs" epoch="1" version="3.0.7" release="27.el9" arch="x86_64"/>
<package name="openssl-libs" epoch="1" version="3.0.7" release="27.el9" arch="i686"/></collection></pkglist></update>
<update type="security"><id>RLSA-2025:9</id><references><reference id="CVE-2025-1" type="cve"/></references>
<pkglist><collection><package name="openssl-libs" epoch="1" version="3.0.7" release="20.el9" arch="x86_64"/></collection></pkglist></update>
<update type="bugfix"><id>RLBA-2026:3</id><pkglist><collection>
<package name="tzdata" epoch="0" version="2026a" release="1.el9" arch="noarch"/></collection></pkglist></update>
</updates>"""


def repository(primary=PRIMARY, updateinfo=UPDATEINFO, root=ROOT):
    parts = {"primary": gzip.compress(primary.encode()), "updateinfo": gzip.compress(updateinfo.encode())}
    rows = "".join(
        f'<data type="{kind}"><checksum type="sha256">{hashlib.sha256(data).hexdigest()}</checksum>'
        f'<location href="repodata/{kind}.xml.gz"/></data>'
        for kind, data in parts.items()
    )
    repomd = f'<repomd xmlns="http://linux.duke.edu/metadata/repo"><revision>1767225600</revision>{rows}</repomd>'
    found = {f"{root}/repodata/{kind}.xml.gz": data for kind, data in parts.items()}
    return found | {f"{root}/repodata/repomd.xml": repomd.encode()}


def image(files=None):
    packages = (
        ("openssl-libs", "1:3.0.7-24.el9", "openssl", "x86_64"),
        ("tzdata", "2025a-1.el9", "tzdata", "noarch"),
        ("own", "1-1", "own", "x86_64"),
    )
    kept = {"etc/yum.repos.d/rocky.repo": REPO} | (files or {})
    return InstalledSystem(
        files=tuple(
            Kept(path=path, data=data.encode() if isinstance(data, str) else data) for path, data in kept.items()
        ),
        packages=tuple(
            Package(type="rpm", name=name, version=version, scheme="rpm", source_name=source, arch=arch)
            for name, version, source, arch in packages
        ),
        platform=Platform(),
        distro=Distro(id="rocky", version="9.4"),
        now=dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC),
    )


def told(documents, files=None):
    mirror = Mirror(documents)
    return drive(yum.offers(image(files)), mirror.fetch), mirror


def offer(found, name):
    return next(one for one in found.offers if one.name == name)


def test_the_newest_version_and_its_errata():
    found, _ = told(repository())
    ssl = offer(found, "openssl-libs")
    assert (ssl.standing, ssl.version, ssl.security) == (UpgradeState.UPGRADE, "1:3.0.7-27.el9", True)
    assert ssl.url == f"{ROOT}/Packages/o/openssl-libs.rpm"
    assert {note.cves: (note.fixed_in, note.advisory) for note in found.notes} == {
        ("CVE-2026-1111",): ("1:3.0.7-25.el9", "RLSA-2026:1"),
        ("CVE-2026-2222",): ("1:3.0.7-27.el9", "RLSA-2026:2"),
    }
    assert (offer(found, "tzdata").standing, offer(found, "tzdata").security) == (UpgradeState.UPGRADE, False)
    assert offer(found, "own").standing is UpgradeState.ABSENT
    assert found.repositories[0].date.startswith("Thu, 01 Jan 2026")
    assert not found.gaps


def test_a_changed_index_is_refused():
    documents = repository()
    documents[f"{ROOT}/repodata/primary.xml.gz"] += b"x"
    found, _ = told(documents)
    assert not found.offers
    assert "digest" in found.gaps[0].reason


CHECKED = {
    "etc/yum.repos.d/rocky.repo": REPO + "repo_gpgcheck=1\ngpgkey=file:///etc/pki/rpm-gpg/KEY\n",
    "etc/pki/rpm-gpg/KEY": keyring(),
}


@pytest.mark.parametrize(("owner", "good"), [("archive", True), ("stranger", False), ("", False)])
def test_a_signed_repomd_where_it_is_asked_for(owner, good):
    documents = repository()
    name = f"{ROOT}/repodata/repomd.xml"
    if owner:
        documents[f"{name}.asc"] = sign(key(owner).signer(), documents[name], mode=SignatureMode.DETACHED)
    found, _ = told(documents, CHECKED)
    assert bool(found.offers) is good
    assert bool(found.gaps) is not good


def test_plain_http_without_a_signature_is_said():
    root = "http://dl.example/x"
    found, _ = told(repository(root=root), {"etc/yum.repos.d/rocky.repo": f"[x]\nbaseurl={root}\n"})
    assert offer(found, "openssl-libs").standing is UpgradeState.UPGRADE
    assert "plain HTTP" in found.gaps[0].reason


def metalink(digest):
    return (
        '<metalink xmlns="http://www.metalinker.org/"><files><file name="repomd.xml">'
        f'<verification><hash type="md5">x</hash><hash type="sha256">{digest}</hash></verification>'
        f'<resources><url protocol="https">{ROOT}/repodata/repomd.xml</url></resources></file></files></metalink>'
    ).encode()


def test_a_metalink():
    files = {"etc/yum.repos.d/rocky.repo": "[x]\nmetalink=https://list.example/m?repo=x&arch=$basearch\n"}
    documents = repository()
    link = "https://list.example/m?repo=x&arch=x86_64"
    documents[link] = metalink(hashlib.sha256(documents[f"{ROOT}/repodata/repomd.xml"]).hexdigest())
    assert offer(told(documents, files)[0], "openssl-libs").standing is UpgradeState.UPGRADE
    documents[link] = metalink("0" * 64)
    found, _ = told(documents, files)
    assert not found.offers
    assert "not the one that its metalink names" in found.gaps[0].reason


def test_a_list_of_mirrors():
    files = {"etc/yum.repos.d/rocky.repo": "[x]\nmirrorlist=https://list.example/$releasever\n"}
    documents = repository() | {"https://list.example/9": f"# comment\nhttps://gone.example/\n{ROOT}/\n".encode()}
    assert offer(told(documents, files)[0], "openssl-libs").standing is UpgradeState.UPGRADE


def test_disabled_repositories_excludes_and_variables():
    disabled = REPO.replace("enabled=1", "enabled=0")
    assert "names no package mirror" in told(repository(), {"etc/yum.repos.d/rocky.repo": disabled})[0].gaps[0].reason
    excluded = {"etc/yum.repos.d/rocky.repo": REPO + "excludepkgs=openssl*, x\n"}
    assert offer(told(repository(), excluded)[0], "openssl-libs").standing is UpgradeState.ABSENT
    ours = {"etc/yum.repos.d/rocky.repo": REPO.replace("$releasever", "$mine"), "etc/dnf/vars/mine": "9\n"}
    assert offer(told(repository(), ours)[0], "openssl-libs").standing is UpgradeState.UPGRADE


@pytest.mark.parametrize(
    "primary",
    ['<!DOCTYPE x [<!ENTITY a "b">]><metadata>&a;</metadata>', "<metadata><package>", "<a>" * 100, ""],
)
def test_xml_that_is_refused(primary):
    found, _ = told(repository(primary=primary))
    assert not found.offers
    assert found.gaps


def test_the_number_of_repositories_is_limited():
    sections = "".join(f"[r{at}]\nbaseurl=https://dl.example/{at}\n" for at in range(1000))
    found, mirror = told(repository(), {"etc/yum.repos.d/z.repo": sections})
    assert len([url for url in mirror.asked if url.endswith("/repomd.xml")]) == 64
    assert offer(found, "openssl-libs").version == "1:3.0.7-27.el9"
    limited = [gap.reason for gap in found.gaps if "the limit" in gap.reason]
    assert limited == ["names more than 64 repositories, the limit: the others were not read"]


def test_the_number_of_a_repositorys_addresses_is_limited():
    urls = " ".join(f"https://dl.example/{at}" for at in range(1000))
    _, mirror = told({}, {"etc/yum.repos.d/rocky.repo": f"[baseos]\nbaseurl={urls}\n"})
    assert len(mirror.asked) == 5


def test_what_variables_make_of_a_setting_is_limited():
    files = {
        "etc/dnf/vars/x": "y" * 1_000_000,
        "etc/yum.repos.d/rocky.repo": "[a]\nbaseurl=https://h/" + "$x/" * 500_000,
    }
    _, mirror = told({}, files)
    assert len(mirror.asked) == 1
    assert len(mirror.asked[0]) < 3_000_000


def test_the_number_of_gaps_is_limited():
    found, _ = told({}, {f"etc/yum.repos.d/{at}.repo": "no section" for at in range(1000)})
    assert len(found.gaps) < 70
