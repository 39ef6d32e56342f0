"""A document says the same in each of its standard's forms, as the standards' own libraries write them."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from cyclonedx.model.bom import Bom
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from hypothesis import given
from hypothesis import strategies as st
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.writer.write_anything import write_file

from garboard.model.package import Inventory
from garboard.reporters.inventory import spdx as spdx_inventory
from garboard.reporters.view import View
from garboard.sbom import documents
from tests.unit.reporters.inventories import report

NAMES = st.from_regex(r"[a-z][a-z0-9]{0,5}", fullmatch=True)
COMPONENTS = st.dictionaries(
    NAMES, st.tuples(st.sampled_from(["npm", "pypi", "deb/debian"]), st.integers(0, 99)), max_size=6
)


def read(data: bytes) -> Inventory:
    return documents.parse(data, "x")[1]


def bom(found: dict[str, tuple[str, int]], aggregate: str) -> dict[str, object]:
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79",
        "metadata": {
            "timestamp": "2024-01-01T00:00:00Z",
            "tools": [{"vendor": "a", "name": "trivy"}],
            "component": {"type": "container", "name": "app", "version": "1", "bom-ref": "app"},
        },
        "components": [
            {"type": "operating-system", "name": "debian", "version": "12", "bom-ref": "os"},
            {"type": "library", "name": "nameless", "version": "1", "bom-ref": "nameless"},
            *(
                {
                    "type": "library",
                    "name": name,
                    "version": str(version),
                    "bom-ref": name,
                    "purl": f"pkg:{kind}/{name}@{version}",
                    "licenses": [{"license": {"id": "MIT"}}],
                    "properties": [{"name": "aquasecurity:trivy:SrcName", "value": f"lib{name}"}],
                    "externalReferences": [{"type": "bom", "url": "urn:cdx:f08a6ccd-4dce-4759-bd84-c626675d60a7/1"}],
                    "components": [
                        {"type": "library", "name": "in", "purl": f"pkg:npm/in-{name}@1", "bom-ref": f"in-{name}"}
                    ],
                }
                for name, (kind, version) in found.items()
            ),
        ],
        "dependencies": [{"ref": one, "dependsOn": [f"in-{other}" for other in found]} for one in found],
        "compositions": [{"aggregate": aggregate, "assemblies": ["app"]}],
    }


@given(COMPONENTS)
def test_xml_is_as_json(found: dict[str, tuple[str, int]]) -> None:
    made: Bom = Bom.from_json(bom(found, "complete"))  # type: ignore[attr-defined]
    forms = [
        make_outputter(made, form, SchemaVersion.V1_5).output_as_string().encode()
        for form in (OutputFormat.JSON, OutputFormat.XML)
    ]
    assert read(forms[1]) == read(forms[0])
    assert len(read(forms[1]).packages) == 2 * len(found)


def test_xml_says_that_something_may_be_missing() -> None:
    """The library keeps no compositions."""
    stated = (
        b'<bom xmlns="http://cyclonedx.org/schema/bom/1.5"><compositions><composition><aggregate>incomplete</aggregate>'
        b'<assemblies><assembly ref="app"/></assemblies></composition></compositions></bom>'
    )
    assert read(stated) == read(json.dumps(bom({}, "incomplete") | {"components": []}).encode())


@given(COMPONENTS, st.sampled_from(["one line", "several\nlines: of\nPackageName: nothing"]))
def test_tag_value_is_as_json(found: dict[str, tuple[str, int]], comment: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        stated = {
            "spdxVersion": "SPDX-2.3",
            "SPDXID": "SPDXRef-DOCUMENT",
            "name": "app",
            "dataLicense": "CC0-1.0",
            "documentNamespace": "https://example.org/app",
            "creationInfo": {"created": "2024-01-01T00:00:00Z", "creators": ["Tool: trivy-1"]},
            "externalDocumentRefs": [
                {
                    "externalDocumentId": "DocumentRef-other",
                    "spdxDocument": "https://example.org/other",
                    "checksum": {"algorithm": "SHA1", "checksumValue": "0" * 40},
                }
            ],
            "packages": [
                {
                    "SPDXID": f"SPDXRef-{name}",
                    "name": name,
                    "versionInfo": str(version),
                    "downloadLocation": "NONE",
                    "filesAnalyzed": False,
                    "comment": comment,
                    "sourceInfo": f"built package from: lib{name} {version}",
                    "licenseDeclared": "MIT",
                    "primaryPackagePurpose": "LIBRARY",
                    "externalRefs": [
                        {
                            "referenceCategory": "PACKAGE-MANAGER",
                            "referenceType": "purl",
                            "referenceLocator": f"pkg:{kind}/{name}@{version}",
                        }
                    ],
                }
                for name, (kind, version) in found.items()
            ],
            "relationships": [
                *(
                    {"spdxElementId": f"SPDXRef-{one}", "relationshipType": "DEPENDS_ON", "relatedSpdxElement": f"SPDXRef-{other}"}
                    for one in found
                    for other in (*found, "DOCUMENT")
                ),
                {"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "CONTAINS", "relatedSpdxElement": "NOASSERTION"},
            ],
        }  # fmt: skip
        assert tag_value(stated, Path(folder)) == read(json.dumps(stated).encode())


def tag_value(stated: dict[str, object], folder: Path) -> Inventory:
    (folder / "a.spdx.json").write_text(json.dumps(stated))
    write_file(parse_file(str(folder / "a.spdx.json")), str(folder / "a.spdx"), validate=False)
    return read((folder / "a.spdx").read_bytes())


def test_what_this_program_wrote_is_read_in_another_form(tmp_path: Path) -> None:
    written = spdx_inventory.render(report(), View(color=False))
    found = tag_value(json.loads(written), tmp_path)
    assert {one.purl.lower() for one in found.packages} == {
        one.purl.lower() for one in read(written).packages if one.version
    }


@pytest.mark.parametrize("data", [b'<?xml version="1.0"?><project/>', b"Name: a\nVersion: 1\n"])
def test_other_files_of_such_form_are_none(data: bytes) -> None:
    with pytest.raises(Exception, match="malformed"):
        read(data)
