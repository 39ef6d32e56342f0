"""SBOMs come from anywhere: any bytes are an inventory or an `ImageError`."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from garboard.image.handle import OpenedInventory
from garboard.image.options import Options
from garboard.image.sources import sbom
from garboard.model.errors import GarboardError
from garboard.workflows.scan import known
from tests.fuzz.mutation import Target, attack

CYCLONEDX = json.dumps(
    {
        "bomFormat": "CycloneDX", "specVersion": "1.6",
        "components": [
            {"type": "library", "bom-ref": "a", "name": "a", "version": "1", "purl": "pkg:deb/debian/a@1?arch=amd64&distro=debian-12",
             "licenses": [{"license": {"id": "MIT"}}], "components": [{"type": "library", "name": "b", "purl": "pkg:npm/%40x/b@1"}]},
            {"type": "operating-system", "name": "debian", "version": "12"},
        ],
        "dependencies": [{"ref": "a", "dependsOn": ["b"]}],
    }
).encode()  # fmt: skip
SPDX = json.dumps(
    {
        "spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "x",
        "packages": [{"SPDXID": "SPDXRef-a", "name": "a", "versionInfo": "1", "licenseDeclared": "MIT",
                      "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                                        "referenceLocator": "pkg:pypi/a@1"}]}],
        "relationships": [{"spdxElementId": "SPDXRef-a", "relatedSpdxElement": "SPDXRef-b", "relationshipType": "DEPENDS_ON"}],
    }
).encode()  # fmt: skip
SPDX3 = json.dumps(
    {
        "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld",
        "@graph": [
            {"type": "CreationInfo", "@id": "_:c", "specVersion": "3.0.1", "created": "2024-01-01T00:00:00Z", "createdBy": ["x:t"]},
            {"type": "SoftwareAgent", "spdxId": "x:t", "name": "trivy", "creationInfo": "_:c"},
            {"type": "SpdxDocument", "spdxId": "x:SPDXRef-DOCUMENT", "creationInfo": "_:c", "rootElement": ["x:b"], "import": [{"type": "ExternalMap", "externalSpdxId": "y:z"}]},
            {"type": "software_Package", "spdxId": "x:a", "name": "a", "software_packageVersion": "1", "software_packageUrl": "pkg:pypi/a@1",
             "software_primaryPurpose": "library", "externalIdentifier": [{"type": "ExternalIdentifier", "externalIdentifierType": "packageUrl", "identifier": "pkg:npm/b@1"}]},
            {"type": "Relationship", "spdxId": "x:r", "from": "x:a", "relationshipType": "dependsOn", "completeness": "incomplete",
             "to": [{"type": "software_Package", "spdxId": "x:d", "name": "d", "software_packageUrl": "pkg:npm/d@1"}, "x:a"]},
            {"type": "Relationship", "spdxId": "x:l", "from": "x:a", "relationshipType": "hasDeclaredLicense", "to": ["x:m"]},
            {"type": "simplelicensing_LicenseExpression", "spdxId": "x:m", "simplelicensing_licenseExpression": "MIT"},
            {"type": "Annotation", "spdxId": "x:n", "annotationType": "other", "subject": "x:a", "statement": '[["garboard:owner", "b"]]'},
        ],
    }
).encode()  # fmt: skip
TRIVY = json.dumps(
    {
        "bomFormat": "CycloneDX", "metadata": {"tools": {"components": [{"name": "trivy"}]}},
        "components": [
            {"type": "library", "purl": "pkg:rpm/redhat/a@1-1?distro=redhat-9.4&modularitylabel=a:1:x:y&epoch=1",
             "properties": [{"name": "aquasecurity:trivy:SrcName", "value": "b"}, {"name": "aquasecurity:trivy:SrcEpoch", "value": "1"},
                            {"name": "aquasecurity:trivy:SrcVersion", "value": "1"}, {"name": "syft:distro:id", "value": 1}]},
        ],
    }
).encode()  # fmt: skip
SYFT = json.dumps(
    {
        "artifacts": [{"id": "1", "name": "a", "type": "deb", "purl": "pkg:deb/debian/a@1?distro=bookworm",
                       "locations": [{"path": "/a"}], "licenses": [{"value": "MIT"}, "ISC"], "metadata": {"source": "b"}}],
        "artifactRelationships": [{"parent": "1", "child": "1", "type": "ownership-by-file-overlap"}],
        "distro": {"id": "debian", "versionID": "12"}, "schema": {"url": "https://example.org/anchore/syft/x"},
    }
).encode()  # fmt: skip
INVENTORY = json.dumps(
    {
        "format": "garboard-inventory-1", "image": {"platform": "linux/amd64", "layers": [{"diffId": "sha256:0"}]},
        "packages": [{"type": "npm", "name": "a", "version": "1", "purl": "pkg:npm/a@1", "locations": [{"path": "a"}]}],
        "distribution": {"id": "debian"}, "gaps": [{"stage": "a", "subject": "b", "reason": "c"}],
    }
).encode()  # fmt: skip
REPORT = json.dumps(
    {
        "vulnerabilities": [{"purl": "pkg:npm/a@1", "locations": [{"path": "a"}]}], "dependencyCount": 2, "judgedCount": 2,
        "docker": {"imageId": "x"}, "gaps": [],
    }
).encode()  # fmt: skip
XML = (
    b'<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><metadata><component type="container"><name>x</name></component></metadata>'
    b'<components><component type="library" bom-ref="a"><name>a</name><version>1</version><licenses><expression>MIT</expression>'
    b"</licenses><purl>pkg:npm/a@1</purl><components><component><name>b</name></component></components></component></components>"
    b'<dependencies><dependency ref="a"><dependency ref="b"/></dependency></dependencies></bom>'
)
TAG_VALUE = (
    b"SPDXVersion: SPDX-2.3\nDocumentName: x\nCreator: Tool: trivy-1\nCreated: 2024-01-01T00:00:00Z\n"
    b"PackageName: a\nSPDXID: SPDXRef-a\nPackageVersion: 1\nPackageComment: <text>a\nb</text>\n"
    b"ExternalRef: PACKAGE-MANAGER purl pkg:npm/a@1\nRelationship: SPDXRef-a DEPENDS_ON NOASSERTION\n"
)
_FOLDER = Path(tempfile.mkdtemp())


def check(data: bytes) -> None:
    path = _FOLDER / "x.json"
    path.write_bytes(data)
    try:
        opened = sbom.open(str(path), Options())
        assert isinstance(opened, OpenedInventory)
        known(opened.inventory)
    except GarboardError:
        pass


TARGETS = (Target("sbom", check, (CYCLONEDX, SPDX, SPDX3, TRIVY, SYFT, INVENTORY, REPORT, XML, TAG_VALUE)),)


def test_damaged_input() -> None:
    attack(TARGETS[0], 1000, seed=1)
