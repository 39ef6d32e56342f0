"""Documents of package mirrors and what images say of them: whatever the bytes, only `Refused` may come out, or a gap."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import lzma
import tarfile

import pytest

from garboard.model.mirror import Answer, InstalledSystem, Offer, UpgradeState
from garboard.model.package import Distro, Kept, Package
from garboard.repositories import apk, apt, xml, yum
from garboard.repositories.apt import config, policy, release
from garboard.repositories.apt.changelog import changelog, fixes
from garboard.repositories.apt.index import AptIndex, AptIndexes
from garboard.repositories.apt.package import Suite, fields, version
from garboard.repositories.apt.policy import Policy
from garboard.repositories.apt.solver import Key, Market, plan
from garboard.repositories.decompress import unfold
from garboard.repositories.errors import Refused
from garboard.repositories.signatures import certificates, verified
from garboard.workflows.query_mirrors import drive
from tests.fuzz.mutation import TOKENS, Target, attack

NOW = dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC)
PACKAGES = b"""Package: a
Version: 2
Architecture: amd64
Source: s (1)
Depends: b (>= 1) | c:any, d
Provides: v (= 1), w
Conflicts: e
Breaks: f (<< 2)
Multi-Arch: same
Filename: pool/a.deb
Size: 10
SHA256: 00

Package: b
Version: 1:1-1
Architecture: all

"""
STATUS = b"Package: a\nStatus: install ok installed\nVersion: 1\nArchitecture: amd64\nDepends: e\n\nPackage: e\nStatus: hold ok installed\nVersion: 1\nArchitecture: i386\n"
RELEASE = (
    b"Suite: x\nDate: Thu, 15 Jan 2026 08:00:00 UTC\nValid-Until: Fri, 16 Jan 2026 08:00:00 +0100\nAcquire-By-Hash: yes\nSHA256:\n "
    + b"0" * 64
    + b" 10 main/binary-amd64/Packages.xz\n"
)
SOURCES = b"deb [arch=amd64 signed-by=/k.gpg trusted=yes] http://x/debian y main\nTypes: deb\nURIs: http://x\nSuites: y z/\nSigned-By:\n -----BEGIN\n .\n"
PREFERENCES = b'Package: a* src:b /c/\nPin: release a=x, n=y*\nPin-Priority: 990\n\nPackage: *\nPin: origin "x"\nPin-Priority: -1\n'
CONF = b'APT::Install-Recommends "false"; Acquire { Check-Valid-Until "no"; A::B { C "d"; }; }; // x\n# y\n/* z */'
CHANGELOG = b"a (2) x; urgency=medium\n\n  * Fix CVE-2026-1000,\n    CVE-2026-1001\n\n -- A <a@b>  Thu, 15 Jan 2026 08:00:00 +0000\n\na (1) x; urgency=low\n"
KEY = b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nxjMEawJboh==\n-----END PGP PUBLIC KEY BLOCK-----\n"
INRELEASE = (
    b"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n"
    + RELEASE
    + b"-----BEGIN PGP SIGNATURE-----\n\nwr0EABYKA=\n-----END PGP SIGNATURE-----\n"
)
REPO = (
    b"[main]\nexclude=x\n[a]\nname=b $releasever\nbaseurl=https://x/$basearch\nenabled=1\nrepo_gpgcheck=0\npriority=1\n"
)
REPOMD = (
    b'<repomd xmlns="x"><revision>1</revision><data type="primary"><checksum type="sha256">'
    + b"0" * 64
    + b'</checksum><location href="p"/></data><data type="updateinfo"><checksum type="sha256">'
    + b"0" * 64
    + b'</checksum><location href="u"/></data></repomd>'
)
PRIMARY = b'<metadata xmlns="x"><package type="rpm"><name>a</name><arch>x86_64</arch><version epoch="0" ver="2" rel="1"/><checksum type="sha256">00</checksum><size package="1"/><location href="l"/><format><sourcerpm>s-1-1.src.rpm</sourcerpm></format></package></metadata>'
UPDATEINFO = b'<updates><update type="security"><id>I</id><title>T</title><issued date="x"/><references><reference id="CVE-2026-1000" type="cve"/></references><pkglist><collection><package name="a" epoch="0" version="2" release="1" arch="x86_64"/></collection></pkglist></update></updates>'
APKINDEX = b"P:a\nV:2-r0\no:s\n\nP:b\nV:1\n\n"
SECDB = b'{"packages": [{"pkg": {"name": "a", "secfixes": {"2-r0": ["CVE-2026-1000 x"], "0": null}}}]}'
WORDS = (
    *TOKENS,
    b"Package: ",
    b"<!DOCTYPE x>",
    b"&amp;",
    b"(>= ",
    b"|",
    b"/(a+)+$/",
    b"=",
    b" .\n",
    b"../",
    b"!<arch>\n",
    b"$x",
)


def _tar(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def _deb() -> bytes:
    data = lzma.compress(_tar("./usr/share/doc/a/changelog.gz", gzip.compress(CHANGELOG)))
    return b"!<arch>\n" + f"{'data.tar.xz':<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(data):<10}`\n".encode() + data


def _quietly(run):
    def quiet(data: bytes) -> None:
        try:
            run(data)
        except Refused:
            pass

    return quiet


def _image(**files: bytes) -> InstalledSystem:
    kind = {"etc/apt": "deb", "etc/apk": "apk", "etc/yum": "rpm"}[next(iter(files))[:7]]
    return InstalledSystem(
        files=tuple(Kept(path=path, data=data) for path, data in files.items()),
        packages=(Package(type=kind, name="a", version="1", scheme=kind, arch="x86_64"),),
        distro=Distro(id="x", version="9.1"),
        now=NOW,
    )


def _driven(kind, image: InstalledSystem, documents: dict[str, bytes]) -> None:
    def fetch(wanted):
        found = [next((d for end, d in documents.items() if one.urls[-1].endswith(end)), None) for one in wanted]
        return tuple(
            Answer(data=d, url=one.urls[0], problem="" if d else "gone") for d, one in zip(found, wanted, strict=True)
        )

    result = drive(kind.offers(image), fetch)
    drive(kind.notes([one for one in result.offers if one.standing is UpgradeState.UPGRADE]), fetch)


def fuzz_upgrade(data: bytes) -> None:
    archive = AptIndexes([AptIndex(data, Suite())], "amd64")
    installed = {}
    for stanza in (*STATUS.split(b"\n\n"), *data.split(b"\n\n")[:3]):
        one = version(fields(stanza))
        if one is not None:
            installed[Key(one.name, one.arch)] = one
    rules = Policy(policy.pins({"etc/apt/preferences": PREFERENCES}))
    market = Market(
        lambda where: rules.candidate(archive.versions(*where), installed.get(where)),
        archive.providing,
        lambda where: bool(archive.versions(*where)),
        "amd64",
    )
    made = plan(installed, (), market)
    assert all(where in made.state or where in made.removed for where in installed)


def fuzz_settings(data: bytes) -> None:
    files = {
        "etc/apt/sources.list": data, "etc/apt/sources.list.d/x.sources": data, "etc/apt/apt.conf": data,
        "etc/apt/preferences": data,
    }  # fmt: skip
    for source in config.sources(files, "amd64").found.values():
        config.keyrings(source, files)
        assert source.base
    config.configuration(files)
    rules = Policy(policy.pins(files))
    one = version(fields(PACKAGES), Suite(codename="y", archive="x", site="x"))
    assert one is not None
    rules.candidate([one], None)


@_quietly
def fuzz_release(data: bytes) -> None:
    found = release.parse(data)
    release.judge_time(found, NOW, expires=True)
    found.index("main/binary-amd64/Packages")


@_quietly
def fuzz_signature(data: bytes) -> None:
    verified(data, None, certificates({"x": data}), ())


@_quietly
def fuzz_deb(data: bytes) -> None:
    text = changelog(data, "a")
    if isinstance(text, str):
        fixes(text, "1", "2")


def fuzz_changelog(data: bytes) -> None:
    fixes(data.decode("utf-8", "replace"), "1", "2")


@_quietly
def fuzz_unfold(data: bytes) -> None:
    unfold(data, 1024 * 1024)


@_quietly
def fuzz_xml(data: bytes) -> None:
    list(xml.children(data))


def fuzz_yum(data: bytes) -> None:
    for part, path in enumerate(("repomd.xml", "p", "u")):
        documents = {"repomd.xml": REPOMD, "/p": PRIMARY, "/u": UPDATEINFO}
        documents[path if part == 0 else f"/{path}"] = data
        _driven(yum, _image(**{"etc/yum.repos.d/x.repo": REPO}), documents)
    _driven(yum, _image(**{"etc/yum.repos.d/x.repo": data}), {"repomd.xml": REPOMD, "/p": PRIMARY})


def fuzz_apk(data: bytes) -> None:
    lists = _image(
        **{"etc/apk/repositories": b"https://x/v3.20/main\n" + data, "etc/apk/world": data, "etc/apk/keys/x": data}
    )
    _driven(apk, lists, {"APKINDEX.tar.gz": data})
    update = Offer(
        type="apk", name="a", installed="1", version="2-r0", source_name="a", standing=UpgradeState.UPGRADE,
        url="https://x/v3.20/main/x86_64/a.apk",
    )  # fmt: skip
    drive(apk.notes([update]), lambda wanted: tuple(Answer(data=data) for _ in wanted))


def fuzz_apk_content(data: bytes) -> None:
    entries: dict[str, list] = {"a": [], "b": []}
    try:
        index = apk._index(gzip.compress(data))
    except Refused:
        index = data
    del index, entries


def fuzz_apt(data: bytes) -> None:
    trusting = b"deb [trusted=yes] http://x y main\n"
    files = {"etc/apt/sources.list": trusting, "var/lib/dpkg/status": STATUS}
    _driven(apt, _image(**files), {"InRelease": data, "Packages.xz": PACKAGES})
    _driven(apt, _image(**files | {"var/lib/dpkg/status": data}), {"InRelease": RELEASE, "Packages.xz": PACKAGES})
    _driven(apt, _image(**files), {"InRelease": RELEASE, "Packages.xz": data, "a.deb": data})


TARGETS = tuple(
    Target(name, run, seeds, WORDS)
    for name, run, seeds in (
        ("mirror upgrade", fuzz_upgrade, (PACKAGES,)),
        ("mirror settings", fuzz_settings, (SOURCES, PREFERENCES, CONF)),
        ("mirror release", fuzz_release, (RELEASE,)),
        ("mirror signature", fuzz_signature, (INRELEASE, KEY)),
        ("mirror deb", fuzz_deb, (_deb(),)),
        ("mirror changelog", fuzz_changelog, (CHANGELOG,)),
        (
            "mirror compression",
            fuzz_unfold,
            (gzip.compress(PACKAGES), lzma.compress(PACKAGES), b"BZh9", b"\x28\xb5\x2f\xfd"),
        ),
        ("mirror xml", fuzz_xml, (REPOMD, PRIMARY, UPDATEINFO)),
        ("mirror yum", fuzz_yum, (REPOMD, PRIMARY, UPDATEINFO, REPO)),
        (
            "mirror apk",
            fuzz_apk,
            (gzip.compress(_tar(".SIGN.RSA.x", b"x")) + gzip.compress(_tar("APKINDEX", APKINDEX)), SECDB),
        ),
        ("mirror apk archive", fuzz_apk_content, (_tar("APKINDEX", APKINDEX),)),
        ("mirror apt", fuzz_apt, (RELEASE, PACKAGES, STATUS)),
    )
)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_damaged_input(target):
    attack(target, 300, seed=1)
