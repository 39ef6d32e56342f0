"""The CVE List: what those who assigned a CVE and CISA say of it."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from garboard.database import read, store
from garboard.database.build import Builder
from garboard.feeds import cvelist
from garboard.model.advisory import CveFacts, FeedState, Rating
from garboard.model.errors import FeedError
from garboard.model.gap import Gap

V31 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"
V40 = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:H/SC:N/SI:N/SA:N"


def record(cve: str = "CVE-2024-1000", state: str = "PUBLISHED") -> dict[str, Any]:
    ssvc = {"options": [{"Exploitation": "active"}, {"Automatable": "yes"}], "role": "CISA Coordinator"}
    return {
        "dataType": "CVE_RECORD",
        "cveMetadata": {
            "cveId": cve, "state": state, "assignerShortName": "Maker",
            "datePublished": "2024-01-02T00:00:00Z", "dateUpdated": "2024-02-02T00:00:00Z",
        },
        "containers": {
            "cna": {
                "metrics": [
                    {"cvssV3_1": {"vectorString": V31, "baseScore": 7.5}},
                    {"cvssV4_0": {"vectorString": V40}},
                    {"other": {"type": "Maker severity rating", "content": {"value": "Important"}}},
                ],
                "problemTypes": [{"descriptions": [{"cweId": "CWE-400", "lang": "en"}, {"description": "text"}]}],
            },
            "adp": [
                {
                    "providerMetadata": {"shortName": "CISA-ADP"},
                    "metrics": [{"cvssV3_1": {"vectorString": V31}}, {"other": {"type": "ssvc", "content": ssvc}}],
                    "problemTypes": [{"descriptions": [{"cweId": "CWE-79"}]}],
                }
            ],
        },
    }  # fmt: skip


def archive(*records: object) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("cvelistV5-main/cves/delta.json", "[]")
        for number, one in enumerate(records):
            data = one if isinstance(one, bytes) else json.dumps(one).encode()
            made.writestr(f"cvelistV5-main/cves/2024/1xxx/CVE-2024-{1000 + number}.json", data)
    return out


def parsed(*records: object) -> list[Any]:
    return list(cvelist.parse("cvelist", [archive(*records)]))


def test_a_record() -> None:
    (found,) = parsed(record())
    assert found == CveFacts(
        cve="CVE-2024-1000",
        ratings=(
            Rating(source="maker", vector=V40),
            Rating(source="maker", vector=V31),
            Rating(source="maker", word="Important"),
            Rating(source="cisa-adp", vector=V31),
            Rating(source="cisa-ssvc", word="exploitation: active, automatable: yes"),
        ),
        cwes=("CWE-400", "CWE-79"),
        published="2024-01-02T00:00:00Z",
        modified="2024-02-02T00:00:00Z",
    )


def test_a_rejected_record() -> None:
    (found,) = parsed(record(state="REJECTED"))
    assert found.rejected


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"[]",
        b"{}",
        b"[" * 5000,
        {"cveMetadata": {"cveId": "x", "state": "PUBLISHED"}},
        {"cveMetadata": {"cveId": 1}},
    ],
)
def test_what_is_no_record_is_a_gap(wrong: object) -> None:
    first, second = parsed(wrong, record())
    assert isinstance(first, Gap)
    assert isinstance(second, CveFacts)


@pytest.mark.parametrize(
    "metrics",
    [
        [{}],
        [{"cvssV3_1": 1}],
        [{"other": {"type": 1, "content": []}}],
        [{"other": {"type": "ssvc", "content": {"options": [1, {"a": 2}]}}}],
    ],
)
def test_odd_fields_are_passed_over(metrics: list[object]) -> None:
    one = record()
    one["containers"] = {"cna": {"metrics": metrics, "problemTypes": [{"descriptions": 1}, {}]}}
    (found,) = parsed(one)
    assert (found.ratings, found.cwes) == ((), ())


def test_a_damaged_archive() -> None:
    with pytest.raises(FeedError, match="damaged"):
        list(cvelist.parse("cvelist", [io.BytesIO(archive(record()).getvalue()[:-30])]))


def test_its_ratings_stand_beside_those_of_nvd_which_come_first(tmp_path: Path) -> None:
    nvd = CveFacts(cve="CVE-2024-1000", ratings=(Rating(source="nvd", vector=V31),), cwes=("CWE-1",))
    for shard, facts in (("cvelist", parsed(record())), ("nvd:2024", [nvd])):
        with Builder(store.path_of(tmp_path, shard)) as builder:
            builder.fill(facts)
            builder.finish(FeedState(shard=shard, fetched="2024-03-01T00:00:00+00:00", sha256="00", records=1), "[]")
    database = read.Database(tmp_path)
    found = database.facts(["CVE-2024-1000"])["CVE-2024-1000"]
    assert [one.source for one in found.ratings] == ["nvd", "maker", "maker", "maker", "cisa-adp", "cisa-ssvc"]
    assert found.cwes == ("CWE-1",)
    assert read.rating_shards(["CVE-2024-1000"], ["cvelist"]) == ()
