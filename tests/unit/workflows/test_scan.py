"""The whole line as a program calls it: `garboard.scan`."""

from __future__ import annotations

import datetime as dt
import json

import pytest

import garboard
from garboard.model.advisory import FeedState
from garboard.model.errors import UsageError
from tests.unit.baseimage.rebases import Data

NOON = dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC)
SBOM = {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": []}


class Stale(Data):
    def begin(self):
        pass

    def used(self):
        return (FeedState(shard="kev", fetched="2026-01-20T12:00:00Z"), FeedState(shard="epss", fetched=""))


@pytest.fixture
def bill(tmp_path):
    path = tmp_path / "app.cdx.json"
    path.write_text(json.dumps(SBOM))
    return f"sbom:{path}"


@pytest.mark.parametrize("now", [NOON, "2026-01-31T12:00:00Z", "2026-01-31T13:00:00+01:00"])
def test_the_time_is_an_argument(bill, now):
    report = garboard.scan(bill, database=Stale(), now=now)
    assert report.created == NOON
    ages = [gap.reason.partition(";")[0] for gap in report.gaps if gap.stage == "database"]
    assert ages == ["last fetched 11 days ago", "last fetched at an unknown time"]


@pytest.mark.parametrize("now", [NOON.replace(tzinfo=None), "2026-01-31T12:00:00", "2026-01-31", "now"])
def test_a_time_without_a_zone_is_refused(bill, now):
    with pytest.raises(UsageError, match="zone"):
        garboard.scan(bill, database=Data(), now=now)
