"""Azure Linux's OVAL."""

from __future__ import annotations

import io

import pytest

from garboard.feeds import azurelinux
from garboard.model.advisory import Advisory, Range, Status
from garboard.model.errors import FeedError
from garboard.model.gap import Gap


def document(*rows: tuple[str, str, str, str, str]) -> io.BytesIO:
    """Of CVE, whether it can be patched, package, operation, version."""
    definitions, tests, objects, states = [], [], [], []
    for number, (cve, patchable, package, operation, version) in enumerate(rows):
        definitions.append(
            f'<definition id="d{number}"><metadata><title>t</title>'
            f'<reference source="CVE" ref_id="{cve}" ref_url="https://x.example/{cve}"/><patchable>{patchable}</patchable>'
            f"<advisory_date>2024-05-01</advisory_date><severity>High</severity><description>text</description></metadata>"
            f'<criteria operator="AND"><criterion comment="c" test_ref="t{number}"/></criteria></definition>'
        )
        tests.append(
            f'<l:rpminfo_test id="t{number}"><l:object object_ref="o{number}"/><l:state state_ref="s{number}"/>'
            "</l:rpminfo_test>"
        )
        objects.append(f'<l:rpminfo_object id="o{number}"><l:name>{package}</l:name></l:rpminfo_object>')
        states.append(
            f'<l:rpminfo_state id="s{number}"><l:evr operation="{operation}">{version}</l:evr></l:rpminfo_state>'
        )
    parts = {"definitions": definitions, "tests": tests, "objects": objects, "states": states}
    inner = "".join(f"<{name}>{''.join(found)}</{name}>" for name, found in parts.items())
    return io.BytesIO(f'<oval_definitions xmlns="urn:o" xmlns:l="urn:l">{inner}</oval_definitions>'.encode())


def test_each_definition_is_a_cve_in_a_package() -> None:
    _, fixed, unfixed, harmless = azurelinux.parse(
        "azurelinux:3",
        [
            document(
                ("CVE-2024-1000", "true", "curl", "less than", "0:8.8.0-1.azl3"),
                ("CVE-2024-1001", "false", "bind", "less than or equal", "0:9.20-1.azl3"),
                ("CVE-2024-1002", "Not Applicable", "tcl", "less than", "0:1-1"),
            )
        ],
    )
    assert isinstance(fixed, Advisory)
    assert (fixed.id, fixed.ratings[0].word, fixed.affected[0].ecosystem) == ("CVE-2024-1000", "High", "Azure Linux:3")
    assert fixed.affected[0].ranges == (Range(introduced="0", fixed="8.8.0-1.azl3"),)
    assert isinstance(unfixed, Advisory)
    assert unfixed.affected[0].ranges == (Range(introduced="0", last_affected="9.20-1.azl3"),)
    assert unfixed.affected[0].status is Status.AFFECTED
    assert isinstance(harmless, Advisory)
    assert (harmless.affected[0].status, harmless.affected[0].ranges) == (Status.NOT_AFFECTED, ())


def test_what_cannot_be_used_is_a_gap_or_an_error() -> None:
    stream = document(("CVE-2024-1000", "true", "curl", "less than", "1"), ("", "true", "curl", "less than", "1"))
    text = stream.getvalue().replace(b'object_ref="o0"', b'object_ref="o9"')
    assert [isinstance(one, Gap) for one in list(azurelinux.parse("azurelinux:3", [io.BytesIO(text)]))[1:]] == [
        True,
        True,
    ]
    with pytest.raises(FeedError):
        list(azurelinux.parse("azurelinux:3", [io.BytesIO(b"<a/>")]))
    with pytest.raises(FeedError):
        azurelinux.documents("azurelinux:9")
    assert [azurelinux.shard_for(f"Azure Linux:{release}") for release in ("2", "9")] == ["azurelinux:2", None]
