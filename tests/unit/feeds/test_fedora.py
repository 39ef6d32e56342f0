"""Fedora's updates, as Bodhi has them."""

from __future__ import annotations

import io
import json

import pytest

from garboard.feeds import fedora
from garboard.model.advisory import Advisory, Range
from garboard.model.errors import FeedError
from garboard.model.gap import Gap

UPDATE = {
    "alias": "FEDORA-2025-1",
    "display_name": "",
    "title": "expat-2.7.0-1.fc40 for CVE-2025-9999",
    "type": "security",
    "status": "stable",
    "severity": "high",
    "date_stable": "2025-03-05 12:00:00",
    "date_modified": None,
    "url": "https://bodhi.example/FEDORA-2025-1",
    "release": {"version": "40", "id_prefix": "FEDORA"},
    "bugs": [{"title": "CVE-2025-1000 expat: overflow"}, {"title": "expat-2.7.0 is available"}],
    "builds": [{"nvr": "expat-2.7.0-1.fc40", "type": "rpm", "epoch": None}, {"nvr": "a-b-1-2.fc40", "epoch": 3}],
}


def parsed(*pages: object) -> list[object]:
    stream = io.BytesIO("\n".join(page if isinstance(page, str) else json.dumps(page) for page in pages).encode())
    _, *found = fedora.parse("fedora:40", [stream])
    return found


def test_updates_of_all_pages() -> None:
    second = UPDATE | {"alias": "FEDORA-2025-2", "bugs": [], "severity": "unspecified"}
    one, two = parsed({"updates": [UPDATE], "page": 1, "pages": 2}, {"updates": [second], "pages": 2})
    assert isinstance(one, Advisory)
    assert (one.id, one.related, one.ratings[0].word) == ("FEDORA-2025-1", ("CVE-2025-1000",), "high")
    assert {each.package: each.ranges for each in one.affected} == {
        "expat": (Range(introduced="0", fixed="2.7.0-1.fc40"),),
        "a-b": (Range(introduced="0", fixed="3:1-2.fc40"),),
    }
    assert isinstance(two, Advisory)
    assert (two.related, two.ratings) == (("CVE-2025-9999",), ())


@pytest.mark.parametrize(
    "other",
    [
        {"release": {"version": "41"}},
        {"release": {"version": "40", "id_prefix": "FEDORA-EPEL"}},
        {"type": "bugfix"},
        {"status": "obsolete"},
    ],
)
def test_other_updates_are_left_out(other: dict[str, object]) -> None:
    assert parsed({"updates": [UPDATE | other]}) == []


def test_what_cannot_be_used_is_a_gap_or_an_error() -> None:
    odd = [{"alias": 1}, UPDATE | {"builds": [{"nvr": "x"}]}, UPDATE | {"builds": [{"nvr": "a-1-1", "type": "module"}]}]
    assert [isinstance(one, Gap) for one in parsed({"updates": odd})] == [True] * 3
    for page in ({"other": []}, "[", "{}{", {"updates": [UPDATE], "pages": 57}):
        with pytest.raises(FeedError):
            parsed(page)
    with pytest.raises(FeedError):
        fedora.documents("fedora:rawhide")
    assert fedora.shard_for("Fedora:40") == "fedora:40"
