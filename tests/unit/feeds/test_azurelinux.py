"""Azure Linux's OVAL."""

from __future__ import annotations

import io

import pytest

from garboard.feeds import azurelinux
from garboard.model.advisory import Advisory, Range, Status
from garboard.model.errors import FeedError
from garboard.model.gap import Gap
from tests.unit.feeds.documents import microsoft


def test_each_definition_is_a_cve_in_a_package() -> None:
    _, fixed, unfixed, harmless = azurelinux.parse(
        "azurelinux:3",
        [
            io.BytesIO(
                microsoft(
                    ("CVE-2024-1000", "true", "curl", "less than", "0:8.8.0-1.azl3"),
                    ("CVE-2024-1001", "false", "bind", "less than or equal", "0:9.20-1.azl3"),
                    ("CVE-2024-1002", "Not Applicable", "tcl", "less than", "0:1-1"),
                )
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


def test_a_package_that_is_compared_twice_has_both_bounds() -> None:
    text = microsoft(
        ("CVE-2024-1000", "true", "golang", "less than", "0:1.20.7-1"),
        ("CVE-2024-1000", "true", "golang", "greater than", "0:1.19.0"),
    )
    both = text.replace(
        b'<criterion comment="c" test_ref="t0"/>', b'<criterion test_ref="t0"/><criterion test_ref="t1"/>'
    )
    _, found, _ = azurelinux.parse("azurelinux:2", [io.BytesIO(both)])
    assert isinstance(found, Advisory)
    (one,) = found.affected
    assert one.ranges == (Range(introduced="1.19.0^", fixed="1.20.7-1"),)


def test_an_unknown_comparison_is_a_gap_and_alternatives_are_all_kept() -> None:
    text = microsoft(
        ("CVE-2024-1000", "true", "a", "equals", "1"),
        ("CVE-2024-1001", "true", "b", "less than", ""),
        ("CVE-2024-1002", "true", "c", "less than", "3.0"),
        ("CVE-2024-1002", "true", "c", "less than", "2.0"),
    )
    text = text.replace(b'test_ref="t2"/>', b'test_ref="t2"/><criterion test_ref="t3"/>', 1)
    _, one, two, three, _ = azurelinux.parse("azurelinux:3", [io.BytesIO(text)])
    assert isinstance(one, Gap)
    assert isinstance(two, Gap)
    assert isinstance(three, Advisory)
    assert [each.fixed for each in three.affected[0].ranges] == ["3.0", "2.0"]


def test_what_cannot_be_used_is_a_gap_or_an_error() -> None:
    text = microsoft(("CVE-2024-1000", "true", "curl", "less than", "1"), ("", "true", "curl", "less than", "1"))
    text = text.replace(b'object_ref="o0"', b'object_ref="o9"')
    assert [isinstance(one, Gap) for one in list(azurelinux.parse("azurelinux:3", [io.BytesIO(text)]))[1:]] == [
        True,
        True,
    ]
    with pytest.raises(FeedError):
        list(azurelinux.parse("azurelinux:3", [io.BytesIO(b"<a/>")]))
    with pytest.raises(FeedError):
        azurelinux.documents("azurelinux:9")
    assert [azurelinux.shard_for(f"Azure Linux:{release}") for release in ("2", "9")] == ["azurelinux:2", None]
