"""An inventory that is written as an SBOM and read again is the same, and so are its findings."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.ecosystems import ECOSYSTEMS
from garboard.image.options import Options
from garboard.model.gap import Gap
from garboard.model.image import Digest, Image, Layer, Platform
from garboard.model.package import Distro, Inventory, Location, Package
from garboard.model.report import Report
from garboard.packages.assemble import complete
from garboard.sbom import cyclonedx_writer, spdx3_writer, spdx_writer
from garboard.sbom.garboard_properties import TOOL
from garboard.workflows.scan import known, take_inventory
from tests.examples import examples

WRITERS = {"cyclonedx": cyclonedx_writer, "spdx": spdx_writer, "spdx3": spdx3_writer}
DISTROS = [
    None,
    Distro(id="debian", version="12", codename="bookworm", pretty_name="Debian 12", ecosystem="Debian:12"),
    Distro(id="debian", codename="sid", ecosystem="Debian:sid"),
    Distro(id="centos", version="9", codename="stream", ecosystem="CentOS Stream:9"),
    Distro(id="openEuler", version="22.03", codename="LTS-SP3", ecosystem="openEuler:22.03-LTS-SP3"),
    Distro(id="alpine", version="3.20.3", ecosystem="Alpine:v3.20"),
    Distro(id="Ünknown", version="1"),
]
SCHEMES = {one.type: one.order for one in ECOSYSTEMS if one.load_catalog}
printable = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
words = st.text("abcXYZ019.+~_-éß名", min_size=1, max_size=10).filter(lambda text: text.strip(".") != "")
versions = st.builds("{}{}".format, st.sampled_from(["", "1:"]), st.text("019.+~-ab", min_size=1, max_size=8))
licenses = st.lists(
    st.sampled_from(["MIT", "mit", "MIT OR ISC", "GPL-2+", "NOASSERTION"]) | printable.filter(bool), max_size=3
)


@st.composite
def packages(draw: st.DrawFn) -> Package:
    kind = draw(st.sampled_from(sorted(SCHEMES)))
    system = kind in {"deb", "apk", "rpm"}
    application = kind == "npm" and draw(st.booleans())
    name = draw(words)
    source = draw(words | st.just("")) if system else ""
    return Package(
        type=kind,
        name=name,
        namespace="@" + draw(words) if kind == "npm" and draw(st.booleans()) else "",
        version="" if application and draw(st.booleans()) else draw(versions),
        scheme=SCHEMES[kind],
        arch=draw(st.sampled_from(["amd64", "all"])) if system else "",
        source_name=source,
        source_version=draw(versions | st.just("")) if source else "",
        module=draw(st.sampled_from(["", "nodejs:18:1:a"])) if kind == "rpm" else "",
        licenses=tuple(dict.fromkeys(draw(licenses))),
        vendor=draw(printable),
        automatic=draw(st.sampled_from([None, True, False])),
        application=application,
        requires=tuple((need,) for need in draw(st.lists(words, max_size=2))),
        locations=tuple(
            Location(path=path, layer=draw(st.integers(0, 2)))
            for path in draw(st.lists(printable.filter(bool), min_size=1, max_size=2, unique=True))
        ),
        layer=draw(st.none() | st.integers(0, 2)),
    )


@st.composite
def reports(draw: st.DrawFn) -> Report:
    distro = draw(st.sampled_from(DISTROS))
    unlike: dict[str, Package] = {}
    for package in complete(draw(st.lists(packages(), max_size=6)), distro):
        unlike.setdefault(package.id, msgspec.structs.replace(package, depends_on=(), purl="", ecosystem=""))
    completed = complete(unlike.values(), distro)
    owner = next((package.id for package in completed if package.type == "deb"), "")
    completed = tuple(
        msgspec.structs.replace(package, owner=owner) if package.type == "pypi" and owner else package
        for package in completed
    )
    gaps = tuple(
        Gap(stage="catalog", subject=text, reason="is odd: " + text, subjects=(text, "b"), names=("c", text))
        for text in draw(st.lists(printable, max_size=2, unique=True))
    )
    image = Image(
        name="app",
        source="oci-dir",
        layers=tuple(Layer(diff_id=Digest(f"sha256:{digit * 64}")) for digit in "abc"),
        platform=Platform(architecture="arm64", variant="v8"),
        config_digest="sha256:" + "0" * 64,
        tags=("app:1", "app:2"),
    )
    inventory = known(Inventory(packages=completed, distro=distro, gaps=gaps))
    return Report(image=image, inventory=inventory, gaps=gaps, created=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))


def read(data: bytes) -> tuple[Image, Inventory]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "bom.json")
        path.write_bytes(data)
        return take_inventory(str(path), Options(offline=True))


def comparable(inventory: Inventory) -> Inventory:
    """Requirements are resolved when an inventory is written; a source that is stated as the package's own is implied."""
    return msgspec.structs.replace(
        inventory,
        packages=tuple(
            msgspec.structs.replace(
                package,
                requires=(),
                source_name=package.source,
                source_version=package.source_version_or_own,
            )
            for package in inventory.packages
        ),
    )


@pytest.mark.parametrize("kind", WRITERS)
@examples(150)
@given(report=reports())
def test_what_is_written_is_read(kind: str, report: Report) -> None:
    image, inventory = read(WRITERS[kind].render(report))
    assert comparable(inventory) == comparable(report.inventory)
    assert [layer.diff_id for layer in image.layers] == [layer.diff_id for layer in report.image.layers]
    assert (image.platform, image.tags, image.config_digest) == (
        report.image.platform, report.image.tags, report.image.config_digest,
    )  # fmt: skip


@pytest.mark.parametrize("kind", WRITERS)
def test_without_our_mark_the_packages_are_the_same_too(kind: str) -> None:
    """Other readers, and ours of others' documents, know the packages by their package URLs alone."""
    distro = DISTROS[1]
    deb = Package(
        type="deb",
        name="libssl3",
        version="1:3.0-1",
        scheme="deb",
        arch="amd64",
        source_name="openssl",
        source_version="3.0-1",
    )
    inventory = Inventory(packages=complete([deb], distro), distro=distro)
    data = WRITERS[kind].render(
        Report(
            image=Image(name="a", source="x"), inventory=inventory, created=dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC)
        )
    )
    _, found = read(
        data.replace(f'"name": "{TOOL}"'.encode(), b'"name": "other"')
        .replace(f'"name": "{TOOL}-'.encode(), b'"name": "other-')
        .replace(f"Tool: {TOOL}-".encode(), b"Tool: other-")
    )
    assert found.packages == inventory.packages
    assert found.distro
    assert found.distro.ecosystem == "Debian:12"
