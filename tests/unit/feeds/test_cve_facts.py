"""The feeds that speak of CVEs: NVD, KEV, EPSS."""

import gzip
import io
import json

import pytest

from garboard.feeds import epss, kev, nvd
from garboard.model.advisory import CveFacts, Rating
from garboard.model.errors import FeedError
from garboard.model.feed import FeedHeader
from garboard.model.gap import Gap

V3 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"
V2 = "AV:L/AC:L/Au:N/C:P/I:N/A:N"


def stream(value):
    return io.BytesIO(value if isinstance(value, bytes) else json.dumps(value).encode())


def test_nvd_entries():
    metrics = {
        "cvssMetricV31": [
            {"source": "cna@example.org", "type": "Secondary", "cvssData": {"vectorString": "CVSS:3.1/x"}},
            {"source": "nvd@nist.gov", "type": "Primary", "cvssData": {"vectorString": V3}},
        ],
        "cvssMetricV2": [{"source": "nvd@nist.gov", "type": "Primary", "cvssData": {"vectorString": V2}}],
        "ssvcV203": [{"other": "shape"}],
    }
    cve = {
        "id": "CVE-2022-1000", "published": "2022-01-01T00:00:00.000", "lastModified": "2023-01-01T00:00:00.000", "vulnStatus": "Rejected",
        "metrics": metrics, "weaknesses": [{"description": [{"lang": "en", "value": "CWE-79"}, {"lang": "en", "value": "NVD-CWE-noinfo"}]}],
    }  # fmt: skip
    document = {
        "format": "NVD_CVE",
        "timestamp": "2026-01-01T00:00:00.1",
        "vulnerabilities": [{"cve": cve}, {"cve": {"id": "x"}}, {"other": 1}],
    }
    header, facts, *gaps = nvd.parse("nvd:2022", [stream(gzip.compress(json.dumps(document).encode()))])
    assert header == FeedHeader(date="2026-01-01T00:00:00.1")
    assert facts == CveFacts(
        cve="CVE-2022-1000",
        ratings=(
            Rating(source="nvd", vector=V3),
            Rating(source="nvd", vector=V2),
            Rating(source="cna@example.org", vector="CVSS:3.1/x"),
        ),
        cwes=("CWE-79",),
        published="2022-01-01T00:00:00.000",
        modified="2023-01-01T00:00:00.000",
        rejected=True,
    )
    assert [type(one) for one in gaps] == [Gap, Gap, FeedHeader]


def test_nvd_in_the_retired_format_is_refused():
    with pytest.raises(FeedError, match="in format 2"):
        list(nvd.parse("nvd:2022", [stream({"CVE_Items": [{"cve": {}}]})]))


@pytest.mark.parametrize("shard", ["nvd", "nvd:", "nvd:1999", "nvd:2001", "nvd:20240", "nvd:modified"])
def test_nvd_years(shard):
    with pytest.raises(FeedError):
        nvd.documents(shard)


def test_kev_entries():
    document = {
        "dateReleased": "2025-08-25T17:04:19Z",
        "count": 2,
        "vulnerabilities": [
            {"cveID": "CVE-2021-44228", "dateAdded": "2021-12-10", "knownRansomwareCampaignUse": "Known"},
            {"cveID": "CVE-2021-1", "dateAdded": "2022-01-01"},
            {"cveID": 3},
        ],
    }
    header, log4j, other, gap = kev.parse("kev", [stream(document)])
    assert header == FeedHeader(date="2025-08-25T17:04:19Z")
    assert log4j == CveFacts(cve="CVE-2021-44228", kev_added="2021-12-10", kev_ransomware=True)
    assert not other.kev_ransomware
    assert isinstance(gap, Gap)
    with pytest.raises(FeedError, match="catalog"):
        list(kev.parse("kev", [stream({"other": []})]))


@pytest.mark.parametrize(
    ("text", "date", "facts"),
    [
        (
            "#model_version:v2023.03.01,score_date:2024-10-25T00:00:00+0000\ncve,epss,percentile\nCVE-2020-5902,0.97,0.99\n",
            "2024-10-25T00:00:00+0000",
            (0.97, 0.99),
        ),
        ("cve,epss,percentile\r\nCVE-2020-5902,0.97,0.99\r\n", None, (0.97, 0.99)),
        ("cve,epss\nCVE-2020-5902,0.97", None, (0.97, None)),
    ],
)
def test_epss_in_all_its_styles(text, date, facts):
    found = list(epss.parse("epss", [stream(gzip.compress(text.encode()))]))
    assert [r.date for r in found if isinstance(r, FeedHeader)] == ([date] if date else [])
    assert found[-1] == CveFacts(cve="CVE-2020-5902", epss=facts[0], epss_percentile=facts[1])


def test_epss_rows_that_are_none_are_gaps():
    rows = [
        "CVE-2020-1000",
        "CVE-2020-1000,x,0.1",
        "CVE-2020-1000,1.5,0.1",
        "CVE-2020-1000,nan,0.1",
        "GHSA-1,0.1,0.1",
        "CVE-2020-1000,0.1,2",
    ]
    found = list(epss.parse("epss", [stream(("cve,epss,percentile\n" + "\n".join(rows)).encode())]))
    assert [type(each) for each in found] == [Gap] * len(rows)


@pytest.mark.parametrize("data", [b"", b"a,b,c\n1,2,3\n", b"x" * 10_000])
def test_epss_another_document_is_refused(data):
    with pytest.raises(FeedError, match="not EPSS"):
        list(epss.parse("epss", [stream(data)]))
