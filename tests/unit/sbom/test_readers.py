"""Inventories from SBOMs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from garboard.image.handle import OpenedInventory
from garboard.image.options import Options
from garboard.image.sources import sbom
from garboard.model.errors import ImageError
from garboard.model.package import HIGH, MEDIUM, UNMANAGED, Distro, Evidence, Inventory, Location, Package
from garboard.model.report import Report
from garboard.packages.assemble import complete
from garboard.reporters.inventory import json as inventory_json
from garboard.reporters.view import View
from garboard.sbom import cyclonedx_writer, purl_package, spdx3_writer, spdx_writer
from tests.unit.reporters.inventories import report

OPENSSL = "pkg:deb/debian/openssl@3.0.11-1~deb12u2?arch=amd64&distro=debian-12"
LIBSSL = "pkg:deb/debian/libssl3@1%3A3.0.11-1~deb12u2?arch=amd64&upstream=openssl%403.0.11-1~deb12u2&distro=debian-12"
BABEL = "pkg:npm/%40babel/core@7.0.0"


def written(tmp_path: Path, content: Any) -> str:
    path = tmp_path / "bom.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return str(path)


def opened(tmp_path: Path, content: Any) -> OpenedInventory:
    name = written(tmp_path, content)
    assert sbom.detect(name, Options())
    found = sbom.open(name, Options())
    assert isinstance(found, OpenedInventory)
    assert (found.image.name, found.image.source, found.image.layers) == (name, "sbom", ())
    return found


def cyclonedx(**more: Any) -> dict[str, Any]:
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "metadata": {"timestamp": "2024-01-01T00:00:00Z", "component": {"type": "container", "name": "app", "version": "1"}},
        "components": [
            {"type": "operating-system", "name": "debian", "version": "12.5"},
            {"type": "library", "name": "libssl3", "version": "x", "purl": LIBSSL, "bom-ref": "1",
             "licenses": [{"license": {"id": "Apache-2.0"}}, {"expression": "MIT OR X"}, {"license": {"name": "custom"}}]},
            {"type": "library", "name": "openssl", "purl": OPENSSL, "bom-ref": "2",
             "components": [{"type": "library", "name": "core", "purl": BABEL, "bom-ref": "3"}]},
            {"type": "library", "name": "copy", "purl": BABEL, "bom-ref": "4"},
            {"type": "library", "name": "nameless"},
            {"type": "library", "name": "versionless", "purl": "pkg:npm/a"},
            {"type": "application", "name": "malformed", "purl": "nonsense"},
            {"type": "file", "name": "/etc/passwd"},
        ],
        "dependencies": [
            {"ref": "2", "dependsOn": ["1", "1", "2", "unknown"]},
            {"ref": "4", "dependsOn": ["2"]},
            {"ref": "unknown", "dependsOn": ["1"]},
            {"ref": "1"},
        ],
        **more,
    }  # fmt: skip


def test_cyclonedx(tmp_path: Path) -> None:
    found = opened(tmp_path, cyclonedx())
    libssl, openssl, babel = found.inventory.packages
    assert (libssl.type, libssl.name, libssl.version, libssl.scheme) == ("deb", "libssl3", "1:3.0.11-1~deb12u2", "deb")
    assert (libssl.source_name, libssl.source_version, libssl.arch) == ("openssl", "3.0.11-1~deb12u2", "amd64")
    assert libssl.licenses == ("Apache-2.0", "MIT OR X", "custom")
    assert (babel.full_name, babel.scheme) == ("@babel/core", "semver")
    assert openssl.depends_on == (libssl.id,)
    assert babel.depends_on == (openssl.id,)
    assert libssl.depends_on == ()
    assert found.inventory.distro == Distro(id="debian", version="12")
    assert (found.image.tags, found.image.created) == (("app:1",), "2024-01-01T00:00:00Z")


def test_what_has_no_package_url_is_a_gap(tmp_path: Path) -> None:
    gaps = opened(tmp_path, cyclonedx()).inventory.gaps
    assert [(gap.stage, gap.subject) for gap in gaps] == [
        ("image", "SBOM components of kind application"),
        ("image", "SBOM components of kind library"),
    ]
    assert gaps[0].reason.startswith("1 without")
    assert gaps[1].reason.startswith("2 without")
    assert gaps[1].reason.endswith("nameless, versionless")


def test_a_bill_of_nothing(tmp_path: Path) -> None:
    for content in (
        {"bomFormat": "CycloneDX"},
        {"bomFormat": "CycloneDX", "components": None},
        {"spdxVersion": "SPDX-2.3"},
    ):
        assert opened(tmp_path, content).inventory.packages == ()


@pytest.mark.parametrize("aggregate", ["incomplete", "incomplete_first_party_only", "incomplete_third_party_proprietary_only",
                                       "unknown", "complete", "not_specified"])  # fmt: skip
@pytest.mark.parametrize(
    ("of", "what"),
    [({}, "components"), ({"assemblies": ["2"]}, "components"), ({"dependencies": ["2"]}, "dependencies"),
     ({"vulnerabilities": ["v"]}, "")],
)  # fmt: skip
def test_what_says_itself_that_it_is_incomplete(tmp_path: Path, aggregate: str, of: dict[str, Any], what: str) -> None:
    found = opened(tmp_path, cyclonedx(compositions=[{"aggregate": aggregate, **of}] * 2)).inventory.gaps
    told = bool(what) and aggregate not in {"complete", "not_specified"}
    reason = f"says itself that it may not name all {what} (aggregate: {aggregate}): packages may be missing"
    assert [gap.reason for gap in found if gap.subject == "the bill of materials"] == [reason] * told
    assert all(gap.unread for gap in found if gap.subject == "the bill of materials")


SERIAL = "3e671687-395b-41f5-a30f-a58921a69b79"
BOM = {"type": "bom", "url": "https://example.org/bom.json"}
OTHER = {"type": "bom", "url": "urn:cdx:f08a6ccd-4dce-4759-bd84-c626675d60a7/1#a"}
SITE = {"type": "website", "url": "https://example.org"}
ITSELF = {"type": "bom", "url": f"urn:cdx:{SERIAL}/1#part"}


@pytest.mark.parametrize(
    "where",
    [
        lambda refs: {"externalReferences": refs},
        lambda refs: {"metadata": {"component": {"type": "container", "name": "app", "externalReferences": refs}}},
        lambda refs: {"components": [{"type": "library", "name": "a", "purl": BABEL, "externalReferences": refs}]},
        lambda refs: {"components": [{"type": "container", "name": "a", "components": [
            {"type": "file", "name": "b", "externalReferences": refs}]}]},
    ],
)  # fmt: skip
def test_a_bill_elsewhere_is_a_gap(tmp_path: Path, where: Any) -> None:
    content = {"bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": f"urn:uuid:{SERIAL}"}
    assert opened(tmp_path, {**content, **where([SITE, ITSELF])}).inventory.gaps == ()
    [gap] = opened(tmp_path, {**content, **where([SITE, BOM, OTHER, BOM])}).inventory.gaps
    assert (gap.subject, gap.unread) == ("the bill of materials", True)
    assert f"{BOM['url']}, {OTHER['url']};" in gap.reason
    many = [{"type": "bom", "url": f"https://example.org/{number}"} for number in range(5)]
    [gap] = opened(tmp_path, {**content, **where(many)}).inventory.gaps
    assert "https://example.org/2 and 2 more;" in gap.reason


def test_an_spdx_document_elsewhere_is_a_gap(tmp_path: Path) -> None:
    refs = [{"externalDocumentId": "DocumentRef-a", "spdxDocument": "https://example.org/a.spdx"}]
    content = {"spdxVersion": "SPDX-2.3", "externalDocumentRefs": refs}
    [gap] = opened(tmp_path, content).inventory.gaps
    assert "https://example.org/a.spdx" in gap.reason


@pytest.mark.parametrize(
    ("kind", "purl", "taken"),
    [
        ("library", "pkg:pypi/django@2.0", True),
        ("application", "pkg:npm/a@1.0.0", True),
        ("application", "pkg:npm/a", False),
        ("application", "pkg:generic/a@1", False),
        ("application", "", False),
        ("container", "pkg:oci/a@sha256:0", False),
        ("container", "pkg:npm/a@1.0.0", False),
    ],
)
def test_what_a_document_is_about_may_be_a_package(tmp_path: Path, kind: str, purl: str, taken: bool) -> None:
    inner = {"type": "library", "name": "core", "purl": BABEL, "bom-ref": "in"}
    subject = {"type": kind, "name": "a", "version": "1", "purl": purl, "bom-ref": "me", "components": [inner]}
    content = {"bomFormat": "CycloneDX", "specVersion": "1.6", "metadata": {"component": subject}, "components": [],
               "dependencies": [{"ref": "me", "dependsOn": ["in"]}]}  # fmt: skip
    inventory = opened(tmp_path, content).inventory
    assert sorted(package.purl for package in inventory.packages) == sorted([BABEL, *([purl] if taken else [])])
    assert inventory.gaps == ()


@pytest.mark.parametrize(
    ("edge", "told"),
    [
        (("SPDXRef-a", "DEPENDS_ON", "NOASSERTION"), True),
        (("NOASSERTION", "DEPENDENCY_OF", "SPDXRef-a"), True),
        (("SPDXRef-a", "CONTAINS", "NOASSERTION"), True),
        (("SPDXRef-a", "CONTAINS", "NONE"), False),
        (("SPDXRef-a", "DESCRIBES", "NOASSERTION"), False),
    ],
)
def test_what_spdx_makes_no_assertion_of(tmp_path: Path, edge: tuple[str, str, str], told: bool) -> None:
    relationship = dict(zip(("spdxElementId", "relationshipType", "relatedSpdxElement"), edge, strict=True))
    content = {"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "a", "packages": [spdx_package("a", OPENSSL)],
               "relationships": [relationship]}  # fmt: skip
    assert [gap.subject for gap in opened(tmp_path, content).inventory.gaps] == ["the bill of materials"] * told


def spdx_package(name: str, purl: str = "", **more: Any) -> dict[str, Any]:
    references = [{"referenceCategory": "SECURITY", "referenceType": "cpe23Type", "referenceLocator": "cpe:2.3:a:b"}]
    if purl:
        references.append({"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl})
    return {"SPDXID": f"SPDXRef-{name}", "name": name, "versionInfo": "1", "externalRefs": references, **more}


def test_spdx(tmp_path: Path) -> None:
    found = opened(
        tmp_path,
        {
            "spdxVersion": "SPDX-2.3",
            "name": "app",
            "creationInfo": {"created": "2024-01-01T00:00:00Z"},
            "packages": [
                spdx_package("image", "pkg:oci/app@sha256:0?tag=1", primaryPackagePurpose="CONTAINER"),
                spdx_package("libssl3", LIBSSL, licenseDeclared="Apache-2.0"),
                spdx_package("openssl", OPENSSL, licenseDeclared="NOASSERTION"),
                spdx_package("core", BABEL),
                spdx_package("nameless"),
            ],
            "relationships": [
                {
                    "spdxElementId": "SPDXRef-DOCUMENT",
                    "relatedSpdxElement": "SPDXRef-image",
                    "relationshipType": "DESCRIBES",
                },
                {
                    "spdxElementId": "SPDXRef-openssl",
                    "relatedSpdxElement": "SPDXRef-libssl3",
                    "relationshipType": "DEPENDS_ON",
                },
                {
                    "spdxElementId": "SPDXRef-openssl",
                    "relatedSpdxElement": "SPDXRef-core",
                    "relationshipType": "DEPENDENCY_OF",
                },
                {
                    "spdxElementId": "SPDXRef-image",
                    "relatedSpdxElement": "SPDXRef-core",
                    "relationshipType": "CONTAINS",
                },
            ],
        },
    )
    libssl, openssl, babel = found.inventory.packages
    assert (libssl.version, libssl.licenses, openssl.licenses) == ("1:3.0.11-1~deb12u2", ("Apache-2.0",), ())
    assert (openssl.depends_on, babel.depends_on) == ((libssl.id,), (openssl.id,))
    assert found.inventory.distro == Distro(id="debian", version="12")
    assert [gap.reason for gap in found.inventory.gaps] == [
        "1 without a usable package URL, and so not compared with advisories: nameless"
    ]
    assert found.image.tags == ("app",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "malformed"),
        ("[]", "holds a list"),
        ('{"bomFormat": "CycloneDX", "components": [{"type": 1}]}', r"\$\.components\[0\]\.type"),
        ('{"spdxVersion": "SPDX-3.0"}', "no SBOM that is known"),
        ('{"hello": 1}', "no SBOM that is known"),
        ('{"bomFormat": "CycloneDX", "components": ' + '[{"components": ' * 5000, "malformed"),
    ],
)
def test_other_files_are_errors(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(ImageError, match=message):
        sbom.open(written(tmp_path, content), Options())


def test_missing_files_are_errors(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="No such file"):
        sbom.open(str(tmp_path / "none.json"), Options())


def test_detection(tmp_path: Path) -> None:
    assert not sbom.detect(str(tmp_path / "none.json"), Options())
    assert not sbom.detect(str(tmp_path), Options())
    assert not sbom.detect(written(tmp_path, {"layers": []}), Options())
    assert sbom.detect(written(tmp_path, {"components": ["x" * 100_000], "bomFormat": "CycloneDX"}), Options())
    (tmp_path / "bom.txt").write_text('"bomFormat"')
    assert not sbom.detect(str(tmp_path / "bom.txt"), Options())
    (tmp_path / "bom.xml").write_text('<bom xmlns="http://cyclonedx.org/schema/bom/1.5"/>')
    assert sbom.detect(str(tmp_path / "bom.xml"), Options())


@pytest.mark.parametrize(
    ("purl", "version", "source", "source_version", "scheme"),
    [
        ("pkg:apk/alpine/libssl3@3.1.4-r5?arch=x86_64&upstream=openssl&distro=alpine-3.19.1", "3.1.4-r5", "openssl", "", "apk"),
        ("pkg:rpm/redhat/openssl-libs@1.1.1k-9.el8_7?epoch=1&upstream=openssl-1.1.1k-9.el8_7.src.rpm", "1:1.1.1k-9.el8_7", "openssl", "1.1.1k-9.el8_7", "rpm"),
        ("pkg:rpm/fedora/a@1-1?epoch=0", "1-1", "", "", "rpm"),
        ("pkg:pypi/Foo_Bar@1.0", "1.0", "", "", "pep440"),
        ("pkg:golang/github.com/a/b@v1.0.0", "v1.0.0", "", "", "semver"),
        ("pkg:nuget/A@1.0.0", "1.0.0", "", "", "nuget"),
        ("pkg:rpm/x/a@1-1?upstream=odd.src.rpm", "1-1", "", "", "rpm"),
    ],
)  # fmt: skip
def test_packages(purl: str, version: str, source: str, source_version: str, scheme: str) -> None:
    found = purl_package.package(purl)
    assert found
    assert (found.version, found.source_name, found.source_version, found.scheme) == (
        version,
        source,
        source_version,
        scheme,
    )


@pytest.mark.parametrize(
    ("purl", "distro"),
    [
        ("pkg:deb/debian/a@1?distro=debian-12", Distro(id="debian", version="12")),
        ("pkg:deb/debian/a@1?distro=debian-12.5", Distro(id="debian", version="12")),
        ("pkg:apk/alpine/a@1?distro=3.20.1", Distro(id="alpine", version="3.20.1")),
        ("pkg:rpm/redhat/a@1?distro=redhat-8.9", Distro(id="rhel", version="8.9")),
        ("pkg:rpm/opensuse/a@1?distro=opensuse-leap-15.5", Distro(id="opensuse-leap", version="15.5")),
        ("pkg:deb/debian/a@1", None),
        ("pkg:deb/debian/a@1?distro=bookworm", Distro(id="debian", version="12", codename="bookworm")),
        ("pkg:deb/debian/a@1?distro=debian-sid", Distro(id="debian", codename="sid")),
        ("pkg:deb/ubuntu/a@1?distro=jammy", Distro(id="ubuntu", version="22.04", codename="jammy")),
        ("pkg:deb/ubuntu/a@1?os_name=ubuntu&os_version=24.04", Distro(id="ubuntu", version="24.04")),
        ("pkg:rpm/amazon/a@1?distro=amazon-2%20(Karoo)", Distro(id="amzn", version="2")),
        ("pkg:rpm/alma/a@1?distro=alma-8.5", Distro(id="almalinux", version="8.5")),
        ("pkg:rpm/suse/a@1?distro=suse-15.5", Distro(id="sles", version="15.5")),
        ("pkg:rpm/openeuler/a@1?distro=openEuler-22.03", Distro(id="openEuler", version="22.03")),
        ("pkg:apk/wolfi/a@1?distro=wolfi-20230201", Distro(id="wolfi", version="20230201")),
        ("pkg:apk/wolfi/a@1", Distro(id="wolfi")),
        ("pkg:deb/alpine/a@1?distro=alpine-3.20", None),
        ("pkg:npm/a@1?distro=debian-12", None),
    ],
)
def test_distributions(purl: str, distro: Distro | None) -> None:
    assert purl_package.document_distro([purl]) == distro


@pytest.mark.parametrize(
    "form", [cyclonedx_writer.render, spdx_writer.render, lambda of: inventory_json.render(of, View())]
)
@given(confidence=st.sampled_from([HIGH, MEDIUM]), offset=st.integers(0, 2**40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
def test_the_evidence_of_software_is_read_back(
    tmp_path: Path, form: Callable[[Report], bytes], confidence: str, offset: int
) -> None:
    package = Package(
        type=UNMANAGED,
        name="nginx",
        version="1.25.3",
        scheme="deb",
        evidence=Evidence(confidence=confidence, offset=offset),
        locations=(Location(path="usr/sbin/nginx"),),
    )
    of = msgspec.structs.replace(report(), inventory=Inventory(packages=complete([package], None)))
    document = form(of).decode()
    (found,) = opened_document(tmp_path, document).packages
    assert found.evidence == package.evidence
    if form is cyclonedx_writer.render:
        assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(document) is None


@pytest.mark.parametrize("form", [cyclonedx_writer.render, spdx_writer.render, spdx3_writer.render])
@pytest.mark.parametrize(("namespace", "written_url"), [("g", "pkg:maven/g/a@1"), ("", "")])
def test_a_package_url_without_the_namespace_that_it_needs_is_not_written(
    tmp_path: Path, form: Callable[[Report], bytes], namespace: str, written_url: str
) -> None:
    package = Package(
        type="maven",
        name="a",
        namespace=namespace,
        version="1",
        scheme="maven",
        locations=(Location(path="a.jar"),),
    )
    of = msgspec.structs.replace(report(), inventory=Inventory(packages=complete([package], None)))
    document = form(of).decode()
    found = json.loads(document)
    nodes = found.get("components") or found.get("packages") or found["@graph"]
    (node,) = (one for one in nodes if one.get("name") in {"a", "g/a"})
    stated = [one["referenceLocator"] for one in node.get("externalRefs", ())]
    stated += [one for one in (node.get("purl"), node.get("software_packageUrl")) if one]
    assert stated == ([written_url] if written_url else [])
    if form is not spdx3_writer.render:
        (read,) = opened_document(tmp_path, document).packages
        assert (read.namespace, read.name, read.version, read.id) == (namespace, "a", "1", of.inventory.packages[0].id)


def opened_document(tmp_path: Path, document: str) -> Inventory:
    found = sbom.open(written(tmp_path, document), Options())
    assert isinstance(found, OpenedInventory)
    return found.inventory


@pytest.mark.parametrize("told", [{"confidence": "certain", "offset": -1}, {"confidence": "", "offset": 0}])
def test_evidence_that_another_version_stated_is_written_again(tmp_path: Path, told: dict[str, Any]) -> None:
    document = json.loads(inventory_json.render(report(), View()))
    document["packages"][0]["evidence"] = told
    of = msgspec.structs.replace(report(), inventory=opened_document(tmp_path, json.dumps(document)))
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(cyclonedx_writer.render(of).decode()) is None


@pytest.mark.parametrize(
    ("purl", "ecosystem"),
    [("pkg:generic/redis@7.2.3", "Software:redis"), ("pkg:generic/something@1", ""), ("pkg:npm/redis@4", "")],
)
def test_software_that_no_package_manager_installed_is_judged_as_in_an_image(purl: str, ecosystem: str) -> None:
    found = purl_package.package(purl)
    assert found is not None
    assert found.ecosystem == ecosystem
