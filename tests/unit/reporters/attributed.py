"""A report with findings of the base, of the Dockerfile and of nobody."""

from __future__ import annotations

import datetime as dt

import msgspec

from garboard.model.advisory import Severity
from garboard.model.attribution import Attribution, Base, Certainty, Introduction, LayerOrigin, Origin, Place
from garboard.model.finding import Finding, Vulnerability
from garboard.model.image import Digest, Image, Layer
from garboard.model.package import Inventory, Package
from garboard.model.report import Report

PLACE = Place(file="Dockerfile", line=3, end_line=4)
RUN = "RUN apt-get update && apt-get install -y git vim"
BASE = Introduction(origin=Origin.BASE, layer=0, instruction="ADD rootfs.tar /")
OURS = Introduction(
    origin=Origin.DOCKERFILE,
    layer=1,
    instruction=RUN,
    command="apt-get install -y git vim",
    asked_for="git",
    place=PLACE,
)
COPIED = Introduction(
    origin=Origin.DOCKERFILE, layer=1, instruction="COPY --from=build /o /o", place=PLACE, copied_from="build"
)
NOBODY = Introduction(layer=1, instruction="RUN make")


def finding(
    name: str, introduced: Introduction | None, severity: Severity = Severity.HIGH, fixed: str = "2", cve: str = ""
) -> Finding:
    package = Package(
        type="deb", name=name, version="1", scheme="deb", purl=f"pkg:deb/debian/{name}@1",
        layer=introduced.layer if introduced else None,
    )  # fmt: skip
    vulnerability = Vulnerability(id=cve or f"CVE-2024-{name}", title=f"Wrong in {name}", severity=severity)
    return Finding(
        vulnerability=vulnerability, package=package, fixed_in=fixed, introduced=introduced, from_paths=((package.id,),)
    )


def report(*findings: Finding, base: Base | None = None, **more: object) -> Report:
    layers = tuple(Layer(diff_id=Digest(f"sha256:{digit * 64}")) for digit in "ab")
    known = base or Base(
        name="ruby:2.5.1", layers=1, how=Certainty.EXACT, evidence="its only layer is the lowest of this image"
    )
    origins = (
        LayerOrigin(index=0, origin=Origin.BASE, created_by="ADD rootfs.tar /"),
        LayerOrigin(index=1, origin=Origin.DOCKERFILE, created_by=RUN, instruction=RUN, place=PLACE),
    )
    values = {
        "image": Image(name="blog", source="docker", layers=layers),
        "inventory": Inventory(packages=tuple(one.package for one in findings)),
        "findings": findings, "judged": len(findings), "target_file": "Dockerfile",
        "created": dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC), "base_image": known.name,
        "attribution": Attribution(base=known, layers=origins, how=Certainty.ALIGNED), **more,
    }  # fmt: skip
    return msgspec.convert(values, Report, from_attributes=True)
