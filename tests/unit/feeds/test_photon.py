"""Photon OS's document of CVEs."""

from __future__ import annotations

import io
import json

import pytest

from garboard.feeds import photon
from garboard.model.advisory import Advisory, Status
from garboard.model.errors import FeedError
from garboard.model.gap import Gap

ROW = {"cve_id": "CVE-2024-1000", "pkg": "curl", "cve_score": 9.8, "aff_ver": "all before", "res_ver": "8-1.ph5"}


@pytest.mark.parametrize(
    ("status", "version", "expected"),
    [
        ("Fixed", "8-1.ph5", (Status.FIXED, ["8-1.ph5"])),
        ("Not Fixed", "NA", (Status.AFFECTED, [""])),
        ("Fixed", "NA", (Status.AFFECTED, [""])),
        ("Not Affected", "NA", (Status.NOT_AFFECTED, [])),
    ],
)
def test_a_row_is_an_advisory(status: str, version: str, expected: object) -> None:
    stream = io.BytesIO(json.dumps([ROW | {"status": status, "res_ver": version}]).encode())
    _, found = photon.parse("photon:5.0", [stream])
    assert isinstance(found, Advisory)
    (one,) = found.affected
    assert (found.id, one.ecosystem, one.package) == ("CVE-2024-1000", "Photon OS:5.0", "curl")
    assert (one.status, [each.fixed for each in one.ranges]) == expected


def test_what_cannot_be_used_is_a_gap_or_an_error() -> None:
    rows = [ROW | {"status": "Odd"}, ROW | {"status": 1}, {"cve_id": 1}]
    _, *gaps = photon.parse("photon:5.0", [io.BytesIO(json.dumps(rows).encode())])
    assert [isinstance(one, Gap) for one in gaps] == [True] * 3
    with pytest.raises(FeedError):
        list(photon.parse("photon:5.0", [io.BytesIO(b'{"a": 1}')]))
    with pytest.raises(FeedError):
        photon.documents("photon:x")
    assert photon.shard_for("Photon OS:4.0") == "photon:4.0"
