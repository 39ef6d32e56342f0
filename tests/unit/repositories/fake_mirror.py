"""A mirror in memory, and builders of what stands on one: signed Debian repositories, packages, APK indexes."""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import hashlib
import io
import lzma
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from pysequoia import SignatureMode, Tsk, sign

from garboard.model.image import Platform
from garboard.model.mirror import Answer, InstalledSystem
from garboard.model.package import Distro, Kept, Package

NOW = dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC)


@cache
def _key(owner: str) -> Tsk:
    return Tsk.generate(f"{owner} <{owner}@example.org>")


def key(owner: str = "archive") -> Tsk:
    """Of each owner there is one."""
    return _key(owner)


def keyring(owner: str = "archive") -> bytes:
    return bytes(key(owner).extract_certificate())


@dataclass
class Mirror:
    """Documents by address; what was asked for is kept."""

    documents: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    rounds: list[tuple[int, int]] = field(default_factory=list)
    """Of each the number of documents, and how many bytes they may have together."""

    def fetch(self, wanted):
        self.rounds.append((len(wanted), sum(one.limit for one in wanted)))
        return tuple(self._one(one) for one in wanted)

    def _one(self, one):
        problem = "nothing was asked for"
        for url in one.urls:
            self.asked.append(url)
            data = self.documents.get(url)
            if data is None:
                problem = f"{url} is not there (404)"
            elif len(data) > one.limit:
                problem = f"{url} is too long"
            elif one.sha256 and hashlib.sha256(data).hexdigest() != one.sha256:
                problem = f"{url} has another digest"
            else:
                return Answer(data=data, url=url)
        return Answer(problem=problem)


def stanza(name: str, version: str, **more: str) -> str:
    """``depends="x"``, ``multi_arch="same"`` and so on are fields."""
    fields = {"Package": name, "Version": version, "Architecture": "amd64"}
    special = {"sha256": "SHA256", "multi_arch": "Multi-Arch", "pre_depends": "Pre-Depends"}
    fields |= {special.get(each, each.capitalize()): value for each, value in more.items()}
    return "".join(f"{each}: {value}\n" for each, value in fields.items())


def installed_stanza(name: str, version: str, **more: str) -> str:
    return stanza(name, version, **{"status": "install ok installed"} | more)


def debian(
    base: str,
    suite: str,
    packages: Iterable[str],
    *,
    owner: str = "archive",
    components: str = "main",
    date: str = "Thu, 15 Jan 2026 08:00:00 UTC",
    pretty: Mapping[str, str] | None = None,
    detached: bool = False,
    form=lzma.compress,
    ending: str = ".xz",
) -> dict[str, bytes]:
    """A repository with one component for amd64, signed by ``owner`` (nobody where that is empty)."""
    index = "\n".join(packages).encode()
    stored = form(index)
    path = f"{components}/binary-amd64/Packages{ending}"
    fields = {
        "Origin": "Debian", "Label": "Debian", "Suite": suite, "Codename": suite, "Date": date,
        "Architectures": "amd64", "Components": components,
    } | dict(pretty or {})  # fmt: skip
    release = "".join(f"{name}: {value}\n" for name, value in fields.items())
    release += f"SHA256:\n {hashlib.sha256(stored).hexdigest()} {len(stored)} {path}\n"
    root = f"{base}/dists/{suite}"
    found = {f"{root}/{path}": stored}
    if not owner:
        return found | {f"{root}/Release": release.encode()}
    signer = key(owner).signer()
    if detached:
        signature = sign(signer, release.encode(), mode=SignatureMode.DETACHED)
        return found | {f"{root}/Release": release.encode(), f"{root}/Release.gpg": signature}
    return found | {f"{root}/InRelease": sign(signer, release.encode(), mode=SignatureMode.CLEAR)}


def packages_of(status: str) -> tuple[Package, ...]:
    found = []
    for part in status.split("\n\n"):
        fields = dict(line.partition(": ")[::2] for line in part.splitlines())
        if fields.get("Package"):
            found.append(
                Package(
                    type="deb", name=fields["Package"], version=fields["Version"], arch=fields["Architecture"],
                    scheme="deb", source_name=fields.get("Source", ""), purl=f"pkg:deb/debian/{fields['Package']}",
                )
            )  # fmt: skip
    return tuple(found)


def image(
    status: Iterable[str], files: Mapping[str, bytes | str] | None = None, now: dt.datetime = NOW
) -> InstalledSystem:
    """A Debian image with these stanzas; ``files`` beside a source list for http://deb.example/debian stable main."""
    text = "\n".join(status)
    kept = {
        "var/lib/dpkg/status": text,
        "etc/apt/sources.list": "deb http://deb.example/debian stable main\n",
        "etc/apt/trusted.gpg.d/archive.gpg": keyring(),
    } | dict(files or {})
    return InstalledSystem(
        files=tuple(
            Kept(path=path, data=data.encode() if isinstance(data, str) else data) for path, data in kept.items()
        ),
        packages=packages_of(text),
        platform=Platform(),
        distro=Distro(id="debian", version="12"),
        now=now,
    )


def tar(files: Mapping[str, bytes], links: Mapping[str, str] | None = None) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, target in (links or {}).items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, target
            archive.addfile(info)
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def deb(files: Mapping[str, bytes], links: Mapping[str, str] | None = None, form=lzma.compress) -> bytes:
    """A .deb with these files."""
    parts = {
        "debian-binary": b"2.0\n",
        "control.tar.gz": gzip.compress(tar({"./control": b""})),
        "data.tar.xz": form(tar(files, links)),
    }
    out = b"!<arch>\n"
    for name, data in parts.items():
        out += f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(data):<10}`\n".encode() + data + b"\n" * (len(data) % 2)
    return out


@cache
def rsa_key(owner: str) -> rsa.RSAPrivateKey:
    del owner
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def rsa_public(owner: str = "alpine") -> bytes:
    form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    return rsa_key(owner).public_key().public_bytes(*form)


def apkindex(entries: str, owner: str = "alpine", kind: str = "RSA") -> bytes:
    """``APKINDEX.tar.gz``, signed as abuild-sign does it."""
    content = gzip.compress(tar({"DESCRIPTION": b"x", "APKINDEX": entries.encode()}))
    digest = hashes.SHA256() if kind == "RSA256" else hashes.SHA1()
    signature = rsa_key(owner).sign(content, padding.PKCS1v15(), digest)
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as archive:
        info = tarfile.TarInfo(f".SIGN.{kind}.{owner}.rsa.pub")
        info.size = len(signature)
        archive.addfile(info, io.BytesIO(signature))
    return gzip.compress(plain.getvalue()[: 512 + (len(signature) + 511) // 512 * 512]) + content


def apk_digest(data: bytes) -> str:
    return "Q1" + base64.b64encode(hashlib.sha1(data).digest()).decode()
