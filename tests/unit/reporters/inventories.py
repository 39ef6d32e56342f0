"""An inventory with the names and versions that break writers of documents."""

from __future__ import annotations

import datetime as dt

from garboard.model.gap import Gap
from garboard.model.image import Digest, History, Image, Layer, Platform
from garboard.model.package import Distro, Inventory, Location, Package
from garboard.model.report import Report
from garboard.packages.assemble import complete

DISTRO = Distro(
    id="debian", version="12", codename="bookworm", pretty_name="Debian GNU/Linux 12", ecosystem="Debian:12"
)
LAYERS = tuple(Layer(diff_id=Digest(f"sha256:{digit * 64}")) for digit in "abc")
IMAGE = Image(
    name="ghcr.io/acme/App:1",
    source="registry",
    layers=LAYERS,
    history=(
        History(created="2026-01-01T00:00:00Z", created_by="ADD rootfs.tar /"),
        History(created_by="ENV A=b", empty_layer=True),
        History(created_by="RUN pip install x"),
        History(created_by="COPY . /app"),
    ),
    platform=Platform(architecture="arm64", variant="v8"),
    config_digest="sha256:" + "1" * 64,
    manifest_digest="sha256:" + "2" * 64,
    tags=("ghcr.io/acme/app:1",),
    labels=(("a", "b"),),
)
STATUS = (Location(path="var/lib/dpkg/status"),)
WORDING = "Permission is hereby granted, free of charge\n" + "to any person obtaining a copy of this software " * 8


def npm(name: str, version: str, path: str, **more: object) -> Package:
    scope, _, rest = name.rpartition("/")
    values = {"type": "npm", "scheme": "semver", "layer": 2, "locations": (Location(path=path, layer=2),), **more}
    return Package(name=rest, namespace=scope, version=version, **values)


def packages() -> tuple[Package, ...]:
    deb = Package(
        type="deb", name="libstdc++6", version="1:2.3~rc1+dfsg-1+b2", scheme="deb", arch="amd64", source_name="gcc-12",
        source_version="1:2.3~rc1+dfsg-1", locations=STATUS, layer=0, automatic=True, vendor="Debian GCC <gcc@debian.org>",
        licenses=("GPL-3+ with GCC exception", "BSD-3-clause", "GFDL/1.2 ®", "GPL-2.0-only", WORDING),
    )  # fmt: skip
    owner = Package(type="deb", name="python3-six", version="1.16", scheme="deb", arch="all", locations=STATUS, layer=0,
                    requires=(("libstdc++6",), ("nothing-that-is-here",)), automatic=False)  # fmt: skip
    rpm = Package(type="rpm", name="openssl-libs", version="1:1.1.1k-9.el8", scheme="rpm", arch="x86_64",
                  source_name="openssl", source_version="1.1.1k-9.el8", module="nodejs:18:8060020220523:ad008a3a",
                  licenses=("OpenSSL and ASL 2.0",), vendor="Red Hat, Inc.")  # fmt: skip
    apk = Package(type="apk", name="musl", version="1.2.4-r2", scheme="apk", arch="x86_64", licenses=("MIT",))
    pypi = Package(type="pypi", name="ruamel-yaml", version="0.18.6", scheme="pep440", layer=1, vendor="Ä (b) <not an address>",
                   licenses=("MIT OR Apache-2.0",), locations=(Location(path="opt/v/ruamel.dist-info/METADATA", layer=1),))  # fmt: skip
    six = Package(type="pypi", name="six", version="1.16.0", scheme="pep440", layer=0, licenses=("mit and bsd-2-clause",),
                  locations=(Location(path="usr/lib/python3/dist-packages/six.egg-info"),),
                  owner="pkg:deb/debian/python3-six@1.16?arch=all&distro=debian-12")  # fmt: skip
    app = npm("@acme/app", "", "app/package.json", application=True, requires=(("@scope/x",), ("JSONStream",), ("x",)))
    return (
        deb, owner, rpm, apk, pypi, six, app,
        npm("@scope/x", "1.0.0", "app/node_modules/@scope/x/package.json", licenses=("UNLICENSED", "MIT")),
        npm("JSONStream", "1.3.5", "app/node_modules/JSONStream/package.json", requires=(("x",),)),
        npm("x", "1.0.0", "app/node_modules/x/package.json", licenses=("GPL-2.0 WITH Classpath-exception-2.0",)),
        npm("x", "1.0.0", "app/node_modules/JSONStream/node_modules/x/package.json"),
        npm("x", "2.0.0", "app/node_modules/y/node_modules/x/package.json"),
        npm("ünïcode-\u202e名", "1.0.0-β+1", "app/node_modules/ünïcode 名/package.json"),
    )  # fmt: skip


GAPS = (
    Gap(stage="catalog", subject="var/lib/rpm/Packages", reason="is damaged: “no header”"),
    Gap(stage="catalog", subject="a\x1b[31m", reason="is odd"),
)


CREATED = dt.datetime(2026, 1, 31, 13, tzinfo=dt.timezone(dt.timedelta(hours=1)))


def report() -> Report:
    inventory = Inventory(packages=complete(packages(), DISTRO), distro=DISTRO, gaps=GAPS)
    return Report(image=IMAGE, inventory=inventory, gaps=GAPS, created=CREATED)


def nothing() -> Report:
    return Report(image=Image(name="", source="docker-archive"), inventory=Inventory(), created=CREATED)
