"""The vulnerabilities of Node.js itself."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from garboard.feeds import nodejs
from garboard.model.advisory import Advisory, Range, Status
from garboard.model.errors import FeedError
from garboard.model.gap import Gap


def parsed(**entry: Any) -> list[object]:
    whole = {"cve": ["CVE-2024-1000"], "vulnerable": "20.x", "patched": "^20.1.0"} | entry
    _, *found = nodejs.parse("nodejs", [io.BytesIO(json.dumps({"7": whole}).encode())])
    return found


@pytest.mark.parametrize(
    ("vulnerable", "patched", "expected"),
    [
        ("18.x || 20.x", " ^18.20.4 || ^20.15.1", [("18.0.0", "18.20.4", ""), ("20.0.0", "20.15.1", "")]),
        ("5.x || 20.x", "^20.1.0", [("5.0.0", "", "5.999999.999999"), ("20.0.0", "20.1.0", "")]),
        ("15.x", "15.2.1", [("15.0.0", "15.2.1", "")]),
        ("<= 10", ">= 10.9.0", [("0.0.0", "10.9.0", "")]),
        (">=6.0.0 <6.2.0", "", [("6.0.0", "", "6.1.999999")]),
        ("8.5.0", "", [("8.5.0", "", "8.5.0")]),
        ("0.10.x", "^0.10.48", [("0.10.0", "0.10.48", "")]),
        (">6.1 <7 || >=21", "", [("6.2.0", "", "6.999999.999999"), ("21.0.0", "", "")]),
        ("^0.2.3", "", [("0.2.3", "", "0.2.999999")]),
    ],
)
def test_what_is_vulnerable_and_not_patched(
    vulnerable: str, patched: str, expected: list[tuple[str, str, str]]
) -> None:
    (found,) = parsed(vulnerable=vulnerable, patched=patched)
    assert isinstance(found, Advisory)
    (one,) = found.affected
    assert (one.ecosystem, one.package) == ("Software:node", "node")
    assert one.ranges == tuple(
        Range(introduced=start, fixed=fixed, last_affected=last) for start, fixed, last in expected
    )
    assert one.status is (Status.FIXED if any(each.fixed for each in one.ranges) else Status.AFFECTED)


def test_identifiers_and_ratings() -> None:
    (one,) = parsed(severity="high", ref="https://nodejs.example", description="d", overview="o")
    assert isinstance(one, Advisory)
    assert (one.id, one.aliases, one.related) == ("NODE-CORE-7", ("CVE-2024-1000",), ())
    assert (one.summary, one.details, one.ratings[0].word) == ("d", "o", "high")
    (two,) = parsed(cve=["CVE-2024-1", "CVE-2024-2"], severity="unknown")
    assert isinstance(two, Advisory)
    assert (two.aliases, two.related, two.ratings) == ((), ("CVE-2024-1", "CVE-2024-2"), ())


def test_other_systems_are_left_out_and_odd_entries_are_gaps() -> None:
    assert parsed(affectedEnvironments=["win32"]) == []
    assert len(parsed(affectedEnvironments=["win32", "linux"])) == 1
    assert len(parsed(affectedEnvironments=["docker"])) == len(parsed(affectedEnvironments=[])) == 1
    for odd in (
        {"vulnerable": "latest"},
        {"vulnerable": "20.x || "},
        {"vulnerable": 1},
        {"vulnerable": "~1"},
        {"vulnerable": ""},
    ):
        assert [isinstance(one, Gap) for one in parsed(**odd)] == [True]
    for text in (b"[1]", b"{", b""):
        with pytest.raises(FeedError):
            list(nodejs.parse("nodejs", [io.BytesIO(text)]))
    with pytest.raises(FeedError):
        nodejs.documents("nodejs:1")
    assert nodejs.shard_for("Software:node") == "nodejs"
