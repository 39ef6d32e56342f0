"""Reports in a few words: packages with who brought them and what is wrong with them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from garboard.model.advisory import Severity
from garboard.model.attribution import Attribution, Base, Certainty, Introduction, LayerOrigin, Origin, Place
from garboard.model.finding import Finding, Vulnerability
from garboard.model.image import Digest, Image, Layer
from garboard.model.package import Distro, Inventory, Package
from garboard.model.report import Report

INSTALL = "apt-get install -y git vim"


def deb(name: str, layer: int = 1, **more: Any) -> Package:
    values = {"type": "deb", "version": "1", "scheme": "deb", "purl": f"pkg:deb/debian/{name}@1", "arch": "amd64"}
    needs = more.pop("needs", ())
    return Package(
        name=name,
        layer=layer,
        requires=tuple((one,) for one in needs),
        depends_on=tuple(f"pkg:deb/debian/{one}@1" for one in needs),
        **{**values, **more},
    )


def pip(name: str, version: str = "1.0", layer: int = 1) -> Package:
    return Package(
        type="pypi", name=name, version=version, scheme="pep440", purl=f"pkg:pypi/{name}@{version}", layer=layer
    )


def finding(cve: str, package: Package, fixed_in: str = "", *, command: str = INSTALL, **more: Any) -> Finding:
    ours = package.layer != 0
    who = Introduction(
        origin=Origin.DOCKERFILE if ours else Origin.BASE,
        layer=package.layer,
        instruction=f"RUN {command}" if ours else "",
        command=command if ours else "",
        place=Place(file="Dockerfile", line=3) if ours else None,
    )
    return Finding(
        vulnerability=Vulnerability(id=cve, severity=more.pop("severity", Severity.UNKNOWN)),
        package=package,
        fixed_in=fixed_in,
        introduced=who,
        from_paths=more.pop("paths", ((package.id,),)),
        **more,
    )


def report(*findings: Finding, packages: tuple[Package, ...] = (), base_layers: int | None = 1) -> Report:
    every = {one.id: one for one in (*packages, *(finding.package for finding in findings))}
    layers = tuple(Layer(diff_id=Digest(f"sha256:{index}")) for index in range(2))
    origins = tuple(
        LayerOrigin(index=index, origin=Origin.BASE if index == 0 else Origin.DOCKERFILE, instruction=f"RUN {INSTALL}")
        for index in range(2)
    )
    return Report(
        created=dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC),
        image=Image(name="app:1", source="docker", layers=layers),
        inventory=Inventory(packages=tuple(every.values()), distro=Distro(id="debian", version="12")),
        findings=findings,
        judged=1,
        base_image="base:1",
        attribution=Attribution(
            base=Base(name="base:1", layers=base_layers, how=Certainty.EXACT), layers=origins, how=Certainty.ALIGNED
        ),
    )
