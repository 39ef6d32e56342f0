"""SBOMs come from anywhere: any bytes are an inventory or an `ImageError`."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from garboard.image.options import Options
from garboard.image.sources import sbom
from garboard.model.errors import GarboardError
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
_FOLDER = Path(tempfile.mkdtemp())


def check(data: bytes) -> None:
    path = _FOLDER / "x.json"
    path.write_bytes(data)
    try:
        sbom.open(str(path), Options())
    except GarboardError:
        pass


TARGETS = (Target("sbom", check, (CYCLONEDX, SPDX)),)


def test_damaged_input() -> None:
    attack(TARGETS[0], 500, seed=1)
