"""Every shard's name tells which ecosystems it may hold, so that no other shard is opened."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from garboard import feeds
from garboard.database.read import FACTS, _all_years, _names
from garboard.feeds.readers.osv_ecosystems import ECOSYSTEMS
from garboard.model.feed import ADDING
from garboard.packages.distro import ecosystem as of_distro
from garboard.packages.distro import named

RELEASES = ("", "1", "2", "3", "8", "9", "12", "2023", "40", "5.0", "v3.20", "22.04:LTS", "enterprise_linux:9", "node")


@pytest.mark.parametrize("family", sorted(ECOSYSTEMS))
def test_the_shard_of_an_ecosystem_is_named_after_it(family: str) -> None:
    for release in RELEASES:
        ecosystem = f"{family}:{release}" if release else family
        shard = feeds.shard_for(ecosystem)
        if shard is not None and not feeds.has_parts(shard):
            assert _names(shard, ecosystem), (shard, ecosystem)
            others = {one for one in map(feeds.shard_for, _others(ecosystem)) if one and one != shard}
            held = {one for one in others if _names(one, ecosystem)}
            assert held <= set(ADDING.get(ecosystem, ())), ecosystem


def test_what_adds_to_an_ecosystem_is_found_by_its_name() -> None:
    for ecosystem, shards in ADDING.items():
        for shard in shards:
            assert _names(shard, ecosystem)
            assert feeds.shard_for(ecosystem) not in {None, shard}
            assert feeds.feed_of(shard).documents(shard)


def _others(ecosystem: str) -> list[str]:
    names = [f"{family}:{release}" if release else family for family in ECOSYSTEMS for release in RELEASES]
    return [name for name in names if name != ecosystem]


def test_distributions_without_a_feed_open_no_shard() -> None:
    known = [
        shard for family in ECOSYSTEMS for release in RELEASES if (shard := feeds.shard_for(f"{family}:{release}"))
    ]
    for distro, version in (("centos", "7"), ("mageia", ""), ("nobody", "1")):
        ecosystem = of_distro(named(distro, version).id, version)
        assert not ecosystem or feeds.shard_for(ecosystem) or not [shard for shard in known if _names(shard, ecosystem)]


def test_facts_hold_no_packages_and_years_apart_judge_no_software() -> None:
    assert not any(_names(feed, "Debian:12") for feed in FACTS)
    years = tuple(f"nvd:{year}" for year in range(2002, 2027))
    assert _all_years(("debian", *years, "kev")) == years
    assert _all_years(years[1:]) == ()
    assert _all_years((*years[:5], *years[6:])) == ()
    assert _all_years(("nvd:2024",)) == ()


def test_years_up_to_that_of_the_fetch_judge_software(tmp_path: Path) -> None:
    from garboard.database.read import Database
    from garboard.workflows.update_database import update

    folder = tmp_path / "m/nvd/feeds/json/cve/2.0"
    folder.mkdir(parents=True)
    for year in range(2002, 2027):
        document = {"vulnerabilities": [{"cve": {"id": f"CVE-{year}-1000"}}]}
        (folder / f"nvdcve-2.0-{year}.json").write_text(json.dumps(document))
    for last, covered in ((2010, False), (2025, False), (2026, True)):
        db = tmp_path / f"{last}"
        names = [f"nvd:{year}" for year in range(2002, last + 1)]
        update(db, names, origin=str(tmp_path / "m"), now=dt.datetime(2026, 11, 28, tzinfo=dt.UTC))
        with Database(db) as database:
            assert database.covers("Software:redis") is covered
